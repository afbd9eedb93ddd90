include: "published.smk"


use rule step as published_tables with:
    """The authors' tables of metrics and of accuracy over time, joined."""
    input:
        tables=[upstream(table.path) for table in PUBLISHED.tables],
    output:
        within="<results>/published/within.csv",
        within_time="<results>/published/within_time.csv",
        across="<results>/published/across.csv",
        across_time="<results>/published/across_time.csv",
    pathvars:
        job="published_tables",
    localrule: True
    params:
        **made_by("published_tables"),
        tables=[table.path for table in PUBLISHED.tables],


use rule step as parity_within with:
    """Decode the authors' own embeddings and hold the metrics against their tables."""
    input:
        embeddings=[upstream(embedding.path) for embedding in PUBLISHED.within_embeddings],
        published=rules.published_tables.output.within,
    output:
        told("verification/parity_within.csv"),
    pathvars:
        job="parity_within",
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 10 * attempt,
    params:
        **made_by("parity_within"),
        embeddings=[(embedding.method, embedding.recording) for embedding in PUBLISHED.within_embeddings],
        decoders={table.decoder: DECODERS["within"][table.decoder] for table in PUBLISHED.within},


use rule step as published_curved with:
    """What the paper prints in Figure 8."""
    output:
        "<results>/published/curved.csv",
    pathvars:
        job="published_curved",
    localrule: True
    params:
        **made_by("published_curved"),
        printed=blob_sha1(PRINTED),


use rule step as parity_curved with:
    """Decode the authors' own embeddings of Figure 8, training and held-out trials."""
    input:
        embeddings=[upstream(found.path) for found in PUBLISHED.selections],
        published=rules.published_curved.output[0],
    output:
        told("verification/parity_curved.csv"),
    pathvars:
        job="parity_curved",
    localrule: True
    params:
        **made_by("parity_curved"),
        embeddings=[(found.method, found.selection) for found in PUBLISHED.selections],
        decoder=DECODERS["within"]["linear"],


use rule step as layout_choice with:
    """Decode test trials that UMAP lays out from several starts."""
    input:
        recording="<results>/recordings/{recording}.parquet",
        embedding=f"<results>/embeddings/{{method}}/{{recording}}/seed{SEEDS[0]}.parquet",
    output:
        "<results>/verification/layout_choice/{method}/{recording}.csv",
    pathvars:
        job="layout_choice/{method}/{recording}",
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
        runtime=lambda wildcards, attempt: 20 * attempt,
    params:
        **made_by("layout_choice"),
        settings=lambda wildcards: METHOD_SETTINGS[wildcards.method],
        decoder=DECODERS["within"]["linear"],


use rule step as retrained_within with:
    """Hold the metrics of this run's embeddings against the authors' tables."""
    input:
        within="<results>/tables/within.csv",
        choices=[
            f"<results>/verification/layout_choice/{method}/{recording}.csv"
            for method, recording in PUBLISHED.layouts_held(RECORDINGS, METHOD_SETTINGS, COMPARE)
        ],
        published=rules.published_tables.output.within,
    output:
        cells=told("verification/retrained_within.csv"),
        medians="<results>/verification/retrained_within_medians.csv",
    pathvars:
        job="retrained_within",
    localrule: True
    params:
        **made_by("retrained_within"),
        tolerance=lookup(dpath="verification/tolerance", within=config),
        seed_spread=lookup(dpath="verification/seed_spread", within=config),


use rule step as parity_averages with:
    """Hold PCA and dPCA against the authors' trial averages."""
    input:
        embeddings=[
            f"<results>/embeddings/{found.method}/{found.recording}/seed{SEEDS[0]}.parquet"
            for found in PUBLISHED.averages
        ],
        published=[upstream(found.path) for found in PUBLISHED.averages],
    output:
        "<results>/verification/parity_averages.csv",
    pathvars:
        job="parity_averages",
    localrule: True
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        **made_by("parity_averages"),
