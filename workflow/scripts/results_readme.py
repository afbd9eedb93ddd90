from job import job

with job(snakemake):
    from ner.report.outputs import readme, tables_of
    from ner.storage.files import atomic

    params = snakemake.params
    with atomic(snakemake.output[0]) as path:
        path.write_text(readme(params.outputs, tables_of(params.tables)), encoding="utf-8")
