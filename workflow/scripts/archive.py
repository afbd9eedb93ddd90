from job import WORKFLOW, job

with job(snakemake):
    from ner.report.crate import METADATA, crate_metadata
    from ner.report.provenance import commit
    from ner.storage.archives import write_archive
    from planning.archive import archived_files, archived_texts

    params = snakemake.params
    results, figures = params.folders["results"], params.folders["figures"]
    files = archived_files(WORKFLOW.parent, params.folders, fitted=params.fitted)
    made_by = commit(WORKFLOW)
    texts = archived_texts(params.config, results, params.raw_files, made_by)
    texts[METADATA] = crate_metadata(
        files,
        given={"config.yaml": texts["config.yaml"]},
        made=[figures, f"{results}/tables", f"{results}/verification"],
        workflow="Snakefile",
        commit=made_by,
        engine=params.engine,
    )
    write_archive(snakemake.output[0], files, texts)
