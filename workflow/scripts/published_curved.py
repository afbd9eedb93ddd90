from job import job

with job(snakemake):
    from ner.published.tables import published_curved
    from ner.storage.tables import write_csv

    write_csv(snakemake.output[0], published_curved())
