from job import job

with job(snakemake):
    from ner.published.tables import PUBLISHED_WITHIN
    from ner.storage.tables import read_csv, write_csv
    from ner.verification.parity_within import parity_within

    published = read_csv(snakemake.input.published, PUBLISHED_WITHIN)
    embeddings = [
        (method, recording, path)
        for (method, recording), path in zip(snakemake.params.embeddings, snakemake.input.embeddings, strict=True)
    ]
    write_csv(snakemake.output[0], parity_within(embeddings, published, snakemake.params.decoders))
