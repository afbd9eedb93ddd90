from job import WORKFLOW, job

with job(snakemake):
    from ner.report.provenance import commit
    from ner.storage.archives import write_archive
    from planning.archive import archived_files, archived_texts

    params = snakemake.params
    files = archived_files(WORKFLOW.parent, params.folders, fitted=params.fitted)
    texts = archived_texts(params.config, params.folders["results"], params.raw_files, commit(WORKFLOW))
    write_archive(snakemake.output[0], files, texts)
