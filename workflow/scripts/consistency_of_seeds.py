from job import job

with job(snakemake):
    from ner.data.embeddings import read_embedding
    from ner.decoding.consistency import consistency_of_seeds
    from ner.storage.tables import write_csv

    files = zip(snakemake.params.embeddings, snakemake.input.embeddings, strict=True)
    table = consistency_of_seeds(
        {tuple(of): read_embedding(path, "strict") for of, path in files}, snakemake.wildcards.method
    )
    write_csv(snakemake.output[0], table)
