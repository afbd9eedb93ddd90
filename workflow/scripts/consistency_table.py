from job import job

with job(snakemake):
    from ner.decoding.consistency import CONSISTENCY
    from ner.storage.tables import read_csvs, write_csv

    write_csv(snakemake.output[0], read_csvs(snakemake.input.tables, CONSISTENCY))
