from job import job

with job(snakemake):
    from ner.parity_averages import parity_averages
    from ner.tables import write_csv

    pairs = list(zip(snakemake.input.embeddings, snakemake.input.published, strict=True))
    write_csv(snakemake.output[0], parity_averages(pairs))
