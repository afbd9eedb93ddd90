from job import job

with job(snakemake) as work:
    from ner.data.embeddings import read_embedding
    from ner.decoding.consistency import consistency_of_recordings
    from ner.storage.tables import write_csv

    files = zip(snakemake.params.embeddings, snakemake.input.embeddings, strict=True)
    table, left_out = consistency_of_recordings(
        {tuple(of): read_embedding(path, "strict") for of, path in files},
        method=snakemake.wildcards.method,
        group=snakemake.wildcards.group,
    )
    for line in left_out:
        work.say(f"consistency of {snakemake.wildcards.method}: {line}")
    write_csv(snakemake.output[0], table)
