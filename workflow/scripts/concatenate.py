from job import job

with job(snakemake):
    from ner.decoding import columns as definitions
    from ner.storage import tables

    columns = getattr(definitions, snakemake.params.columns)
    tables.write_csv(snakemake.output[0], tables.read_csvs(snakemake.input.tables, columns))
