from job import job

with job(snakemake):
    from ner.published.tables import PUBLISHED_CURVED
    from ner.storage.tables import read_csv, write_csv
    from ner.verification.parity_curved import parity_curved

    published = read_csv(snakemake.input.published, PUBLISHED_CURVED)
    embeddings = [
        (method, selection, path)
        for (method, selection), path in zip(snakemake.params.embeddings, snakemake.input.embeddings, strict=True)
    ]
    write_csv(snakemake.output[0], parity_curved(embeddings, published, snakemake.params.decoder))
