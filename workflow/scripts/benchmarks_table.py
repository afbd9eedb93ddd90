from job import job

with job(snakemake):
    from ner.report.benchmarks import collect
    from ner.storage.tables import write_csv

    write_csv(snakemake.output[0], collect(snakemake.params.benchmarks, snakemake.params.jobs))
