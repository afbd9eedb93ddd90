from job import job

with job(snakemake):
    from ner.files import atomic
    from ner.results import readme

    with atomic(snakemake.output[0]) as path:
        path.write_text(readme(snakemake.params.outputs), encoding="utf-8")
