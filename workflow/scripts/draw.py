from job import OF_EVERY_JOB, job

with job(snakemake):
    import shutil
    from pathlib import Path

    from ner.figures import notebooks
    from ner.storage.files import atomic

    # What the notebook reads, is told and writes, under the names that its rule gives.
    given = [*snakemake.params.items(), *snakemake.input.items(), *snakemake.output.items()]
    parameters = {name: value for name, value in given if name not in ("notebook", "html", *OF_EVERY_JOB)}
    template = Path(snakemake.scriptdir).parent / "notebooks" / f"{snakemake.params.notebook}.ipynb"
    notebooks.execute(template, snakemake.log.notebook, parameters)
    notebooks.to_html(snakemake.log.notebook, snakemake.output.html)
    with atomic(snakemake.output.notebook) as path:
        shutil.copyfile(snakemake.log.notebook, path)
