from snakemake import __version__ as SNAKEMAKE_VERSION


use rule step as archive with:
    """The run in one file to hand over: code, config, tables, figures, and the hashes of all."""
    input:
        rules.all.input,
    output:
        "<results>/run.tar.gz",
    pathvars:
        job="archive",
    localrule: True
    params:
        **made_by("archive"),
        fitted=False,
        # What they hold is in the archive.
        folders=lambda wildcards, output: FOLDERS,
        config=lambda wildcards, output: config,
        engine=lambda wildcards, output: SNAKEMAKE_VERSION,
        raw_files=lambda wildcards, output: {
            entry["file"]: CONTENT_HASHES(own_file(entry)) for entry in RECORDINGS.values() if own_file(entry)
        },


use rule archive as archive_with_embeddings with:
    """The same with recordings and embeddings, from which all else is made again without a training."""
    output:
        "<results>/run_with_embeddings.tar.gz",
    pathvars:
        job="archive_with_embeddings",
    localrule: True
    params:
        fitted=True,
