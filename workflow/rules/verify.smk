include: "published.smk"


use rule step as parity_within with:
    """Decode the authors' own embeddings and hold the metrics against their tables."""
    input:
        embeddings=[upstream(embedding.path) for embedding in PARITY_EMBEDDINGS],
        tables=[upstream(table.path) for table in PARITY_TABLES],
    output:
        told("verification/parity_within.csv"),
    pathvars:
        job="parity_within",
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 10 * attempt,
    params:
        **made_by("parity_within"),
        embeddings=[(embedding.method, embedding.recording) for embedding in PARITY_EMBEDDINGS],
        tables=[table.path for table in PARITY_TABLES],
        decoders={table.decoder: DECODERS["within"][table.decoder] for table in PARITY_TABLES},


use rule step as retrained_within with:
    """Hold the metrics of this run's embeddings against the authors' tables."""
    input:
        within="<results>/tables/within.csv",
        tables=[upstream(table.path) for table in RETRAINED_TABLES],
    output:
        cells=told("verification/retrained_within.csv"),
        medians="<results>/verification/retrained_within_medians.csv",
    pathvars:
        job="retrained_within",
    localrule: True
    params:
        **made_by("retrained_within"),
        tables=[table.path for table in RETRAINED_TABLES],
        tolerance=lookup(dpath="verification/tolerance", within=config),
        seed_spread=lookup(dpath="verification/seed_spread", within=config),


use rule step as parity_averages with:
    """Hold PCA and dPCA against the authors' trial averages."""
    input:
        embeddings=[
            f"<results>/embeddings/{found.method}/{found.recording}/seed{SEEDS[0]}.parquet"
            for found in PARITY_AVERAGES
        ],
        published=[upstream(found.path) for found in PARITY_AVERAGES],
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
