from job import job

with job(snakemake):
    from ner.published.tables import published_within
    from ner.storage.tables import write_csv
    from ner.verification.parity_within import parity_within

    published, _ = published_within(dict(zip(snakemake.params.tables, snakemake.input.tables, strict=True)))
    embeddings = [
        (method, recording, path)
        for (method, recording), path in zip(snakemake.params.embeddings, snakemake.input.embeddings, strict=True)
    ]
    write_csv(snakemake.output[0], parity_within(embeddings, published, snakemake.params.decoders))
