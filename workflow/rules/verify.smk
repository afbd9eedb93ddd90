include: "published.smk"


rule parity_within:
    """Decode the authors' own embeddings and hold the metrics against their tables."""
    input:
        embeddings=[upstream(embedding.path) for embedding in PARITY_EMBEDDINGS],
        tables=[upstream(table.path) for table in PARITY_TABLES],
        library=library("verification.parity_within"),
    output:
        told("verification/parity_within.csv"),
    log:
        "<logs>/parity_within.log",
    benchmark:
        "<benchmarks>/parity_within.tsv"
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 10 * attempt,
    params:
        embeddings=[(embedding.method, embedding.recording) for embedding in PARITY_EMBEDDINGS],
        tables=[table.path for table in PARITY_TABLES],
        decoders={table.decoder: DECODERS["within"][table.decoder] for table in PARITY_TABLES},
    script:
        "../scripts/parity_within.py"


rule retrained_within:
    """Hold the metrics of this run's embeddings against the authors' tables."""
    input:
        within="<results>/tables/within.csv",
        tables=[upstream(table.path) for table in RETRAINED_TABLES],
        library=library("verification.retrained_within"),
    output:
        cells=told("verification/retrained_within.csv"),
        medians="<results>/verification/retrained_within_medians.csv",
    log:
        "<logs>/retrained_within.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        tables=[table.path for table in RETRAINED_TABLES],
        tolerance=lookup(dpath="verification/tolerance", within=config),
        seed_spread=lookup(dpath="verification/seed_spread", within=config),
    script:
        "../scripts/retrained_within.py"


rule parity_averages:
    """Hold PCA and dPCA against the authors' trial averages."""
    input:
        embeddings=[
            f"<results>/embeddings/{found.method}/{found.recording}/seed{SEEDS[0]}.parquet"
            for found in PARITY_AVERAGES
        ],
        published=[upstream(found.path) for found in PARITY_AVERAGES],
        library=library("verification.parity_averages"),
    output:
        "<results>/verification/parity_averages.csv",
    log:
        "<logs>/parity_averages.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=lambda wildcards, attempt: 5 * attempt,
    script:
        "../scripts/parity_averages.py"
