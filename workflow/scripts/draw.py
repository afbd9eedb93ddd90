from job import WORKFLOW, job

with job(snakemake):
    import shutil

    from ner.figures import notebooks
    from ner.storage.files import atomic

    # The executed notebook and its page are made of it, by other names than its parameters.
    made = {name: path for name, path in snakemake.output.items() if name not in ("notebook", "html")}
    parameters = {**snakemake.params.parameters, **dict(snakemake.input.items()), **made}
    template = WORKFLOW / "notebooks" / f"{snakemake.params.notebook}.ipynb"
    notebooks.execute(template, snakemake.log.notebook, parameters)
    notebooks.to_html(snakemake.log.notebook, snakemake.output.html)
    with atomic(snakemake.output.notebook) as path:
        shutil.copyfile(snakemake.log.notebook, path)
