from job import job

with job(snakemake):
    from ner.data.embeddings import read_embedding
    from ner.storage.tables import write_csv
    from ner.verification.rotation_choice import rotation_choice

    files = dict(zip(snakemake.params.recordings, snakemake.input.embeddings, strict=True))
    table = rotation_choice(
        {name: read_embedding(path) for name, path in files.items()},
        method=snakemake.wildcards.method,
        seed=int(snakemake.wildcards.seed),
        decoders=snakemake.params.decoders,
    )
    write_csv(snakemake.output[0], table)
