rule decode_within:
    """Fit decoders on a recording's training trials and score them on both splits, under both protocols."""
    input:
        embedding="<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
        library=library("decoding.within"),
    output:
        metrics="<results>/decoding/within/{method}/{recording}/seed{seed}.csv",
        time="<results>/decoding/within/{method}/{recording}/seed{seed}.time.csv",
    log:
        "<logs>/decode_within/{method}/{recording}/seed{seed}.log",
    benchmark:
        "<benchmarks>/decode_within/{method}/{recording}/seed{seed}.tsv"
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        decoders={name: DECODERS["within"][name] for name in config["decoding"]["within"]["decoders"]},
    script:
        "../scripts/decode_within.py"


rule within_table:
    """Metrics within recordings: every compared method, recording and seed."""
    input:
        tables=expand(
            "<results>/decoding/within/{method}/{recording}/seed{seed}.csv",
            method=COMPARE,
            recording=RECORDINGS,
            seed=SEEDS,
        ),
        library=library("decoding.columns"),
    output:
        told("tables/within.csv"),
    log:
        "<logs>/within_table.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        columns="WITHIN",
    script:
        "../scripts/concatenate.py"


use rule within_table as within_time_table with:
    input:
        tables=expand(
            "<results>/decoding/within/{method}/{recording}/seed{seed}.time.csv",
            method=COMPARE,
            recording=RECORDINGS,
            seed=SEEDS,
        ),
        library=library("decoding.columns"),
    output:
        told("tables/within_time.csv"),
    log:
        "<logs>/within_time_table.log",
    params:
        columns="WITHIN_TIME",


# What a rule that is used again does not take over.
localrules:
    within_time_table,
