from job import job

with job(snakemake):
    from ner.storage.tables import write_csv
    from ner.verification.parity_averages import parity_averages

    pairs = list(zip(snakemake.input.embeddings, snakemake.input.published, strict=True))
    write_csv(snakemake.output[0], parity_averages(pairs))
