from job import job

with job(snakemake):
    from ner.report.outputs import readme
    from ner.storage.files import atomic

    with atomic(snakemake.output[0]) as path:
        path.write_text(readme(snakemake.params.outputs), encoding="utf-8")
