from job import WORKFLOW, job

with job(snakemake):
    from ner.report.provenance import commit
    from ner.storage.archives import write_archive
    from planning.archive import archived_config, archived_files

    params = snakemake.params
    files = archived_files(WORKFLOW.parent, params.folders, fitted=params.fitted)
    texts = {"config.yaml": archived_config(params.config), "COMMIT": commit(WORKFLOW) + "\n"}
    write_archive(snakemake.output[0], files, texts)
