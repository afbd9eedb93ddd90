from job import job

with job(snakemake):
    from ner.report.index import Run, write_index
    from ner.report.outputs import tables_of

    params = snakemake.params
    write_index(snakemake.output[0], Run(**params.run), tables_of(params.tables))
