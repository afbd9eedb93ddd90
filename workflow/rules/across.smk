include: "groups.smk"


rule decode_across:
    """Fit decoders on every recording of a group and score them on every other, under both protocols."""
    input:
        embeddings=group_embeddings,
        library=library("decoding.across"),
    output:
        metrics="<results>/decoding/across/{method}/{group}/seed{seed}.csv",
        time="<results>/decoding/across/{method}/{group}/seed{seed}.time.csv",
    log:
        "<logs>/decode_across/{method}/{group}/seed{seed}.log",
    benchmark:
        "<benchmarks>/decode_across/{method}/{group}/seed{seed}.tsv"
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        recordings=group_recordings,
        decoders=across_decoders,
    script:
        "../scripts/decode_across.py"


use rule within_table as across_table with:
    input:
        tables=across_files(".csv"),
        library=library("decoding.columns"),
    output:
        told("tables/across.csv"),
    log:
        "<logs>/across_table.log",
    params:
        columns="ACROSS",


use rule within_table as across_time_table with:
    input:
        tables=across_files(".time.csv"),
        library=library("decoding.columns"),
    output:
        told("tables/across_time.csv"),
    log:
        "<logs>/across_time_table.log",
    params:
        columns="ACROSS_TIME",


# What a rule that is used again does not take over.
localrules:
    across_table,
    across_time_table,


rule across_tests:
    """Test the methods against each other, group by group."""
    input:
        across="<results>/tables/across.csv",
        library=library("decoding.method_tests"),
    output:
        told("tables/across_tests.csv"),
    log:
        "<logs>/across_tests.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    script:
        "../scripts/across_tests.py"


rule published_tests:
    """Test the authors' values against each other, with their pairs and with pairs of the same recordings."""
    input:
        tables=[upstream(table.path) for table in ACROSS_TABLES.values()],
        library=library("verification.published_tests"),
    output:
        told("verification/published_tests.csv"),
    log:
        "<logs>/published_tests.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        tables=[table.path for table in ACROSS_TABLES.values()],
    script:
        "../scripts/published_tests.py"


rule parity_across_set:
    """Decode a published set of embeddings across its recordings, with every candidate rotation."""
    input:
        embeddings=parity_embeddings,
        table=parity_table,
        library=library("verification.parity_across"),
    output:
        "<results>/verification/parity_across/{set}.csv",
    log:
        "<logs>/parity_across/{set}.log",
    benchmark:
        "<benchmarks>/parity_across/{set}.tsv"
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 20 * attempt,
    params:
        settings=parity_settings,
    script:
        "../scripts/parity_across_set.py"


rule parity_across:
    """All published sets, cell by cell and in summary."""
    input:
        tables=expand(
            "<results>/verification/parity_across/{set}.csv",
            set=[name for name, found in ACROSS_EMBEDDINGS.items() if found],
        ),
        library=library("verification.parity_across"),
    output:
        cells=told("verification/parity_across.csv"),
        summary=told("verification/parity_across_summary.csv"),
    log:
        "<logs>/parity_across.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    script:
        "../scripts/parity_across.py"


rule across:
    """Decoding across the recordings of every group, and the tests of the methods."""
    input:
        rules.across_table.output,
        rules.across_time_table.output,
        rules.across_tests.output,
    localrule: True
