include: "findings.smk"


from planning.trainings import training_lengths


rule retrained_across:
    """Hold the metrics of this run's embeddings across recordings against the authors' tables."""
    input:
        across="<results>/tables/across.csv",
        tables=[upstream(table.path) for table in RETRAINED_ACROSS_TABLES],
        library=library("verification.retrained_across"),
    output:
        cells="<results>/verification/retrained_across.csv",
        means="<results>/verification/retrained_across_means.csv",
    log:
        "<logs>/retrained_across.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        tables=[table.path for table in RETRAINED_ACROSS_TABLES],
        tolerance=lookup(dpath="verification/tolerance", within=config),
        seed_spread=lookup(dpath="verification/seed_spread", within=config),
    script:
        "../scripts/retrained_across.py"


rule headlines:
    """The paper's headline numbers, beside those of this run."""
    input:
        within="<results>/tables/within.csv",
        across="<results>/tables/across.csv",
        tables=[upstream(table.path) for table in RETRAINED_TABLES + RETRAINED_ACROSS_TABLES],
        library=library("verification.headlines"),
    output:
        "<results>/verification/headlines.csv",
    log:
        "<logs>/headlines.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        tables=[table.path for table in RETRAINED_TABLES + RETRAINED_ACROSS_TABLES],
    script:
        "../scripts/headlines.py"


rule findings:
    """What is odd in the published analysis, each in numbers of this run."""
    input:
        within="<results>/tables/within.csv",
        across="<results>/tables/across.csv",
        retrained="<results>/verification/retrained_within.csv",
        parity_within="<results>/verification/parity_within.csv",
        parity_across="<results>/verification/parity_across.csv",
        parity_across_summary="<results>/verification/parity_across_summary.csv",
        published_tests="<results>/verification/published_tests.csv",
        positives=expand(
            "<results>/decoding/within/{method}/{recording}/seed{seed}.csv",
            method=["cebra", POSITIVES["method"]],
            recording=[name for name in POSITIVES["recordings"] if name in RECORDINGS],
            seed=SEEDS,
        ),
        library=library("verification.findings"),
    output:
        swapped="<results>/verification/finding1_swapped_velocity.csv",
        train_and_test="<results>/verification/finding2_train_and_test.csv",
        pivae="<results>/verification/finding3_pivae.csv",
        umap="<results>/verification/finding4_umap.csv",
        rotation="<results>/verification/finding5_rotation.csv",
        candidates="<results>/verification/finding6_candidates.csv",
        pairs="<results>/verification/finding7_pairs.csv",
        positives="<results>/verification/finding8_positives.csv",
    log:
        "<logs>/findings.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    script:
        "../scripts/findings.py"


rule losses:
    """The first losses of the authors' trainings beside those of this run."""
    input:
        published=[upstream(found.path) for found in PUBLISHED_LOSSES],
        histories=[
            f"<results>/embeddings/{found.method}/{found.recording}/seed{seed}.history.csv"
            for found in PUBLISHED_LOSSES
            for seed in SEEDS
        ],
        library=library("verification.losses"),
    output:
        "<results>/verification/losses.csv",
    log:
        "<logs>/losses.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        published=[(found.method, found.recording) for found in PUBLISHED_LOSSES],
        histories=[(found.method, found.recording, seed) for found in PUBLISHED_LOSSES for seed in SEEDS],
    script:
        "../scripts/losses.py"


rule benchmarks_table:
    """Time and memory of every job that left a benchmark, when all that is decoded and verified is there."""
    input:
        "<results>/tables/recordings.csv",
        "<results>/tables/within.csv",
        "<results>/tables/across.csv",
        rules.findings.output if RETRAINED_TABLES else [],
        library=library("report.benchmarks"),
    output:
        told("benchmarks.csv"),
    log:
        "<logs>/benchmarks_table.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    script:
        "../scripts/benchmarks_table.py"


rule provenance:
    """Where the numbers come from: code, packages, machine, and what the jobs took."""
    input:
        benchmarks="<results>/benchmarks.csv",
        library=library("report.provenance"),
    output:
        facts="<results>/verification/facts.csv",
        versions="<results>/verification/versions.csv",
        stages="<results>/verification/stages.csv",
        trainings="<results>/verification/trainings.csv",
    log:
        "<logs>/provenance.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        seeds=lookup(dpath="seeds", within=config),
        device=lookup(dpath="device", within=config),
        recordings=len(RECORDINGS),
        trainings=training_lengths(config, dict.fromkeys([*COMPARE, *ACROSS_METHODS])),
    script:
        "../scripts/provenance.py"


rule report:
    """The verification as a page to read."""
    input:
        headlines=rules.headlines.output,
        retrained_within=rules.retrained_within.output.cells,
        retrained_within_medians=rules.retrained_within.output.medians,
        retrained_across=rules.retrained_across.output.cells,
        retrained_across_means=rules.retrained_across.output.means,
        parity_within=rules.parity_within.output,
        parity_across_summary=rules.parity_across.output.summary,
        parity_averages=rules.parity_averages.output,
        findings=rules.findings.output,
        losses=rules.losses.output,
        facts=rules.provenance.output.facts,
        versions=rules.provenance.output.versions,
        stages=rules.provenance.output.stages,
        trainings=rules.provenance.output.trainings,
        recordings=rules.recordings_table.output,
        benchmarks=rules.benchmarks_table.output,
        library=library("report.verification"),
    output:
        page=told("verification/report.html"),
        verdicts="<results>/verification/verdicts.csv",
        replication="<results>/verification/replication.csv",
        parity_within_summary="<results>/verification/parity_within_summary.csv",
    log:
        "<logs>/report.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        simulated=[name for name, recording in RECORDINGS.items() if recording["format"] == "simulated"],
    script:
        "../scripts/report.py"


rule verify:
    """Everything that holds this run against the paper; it fails where something failed to run, not where numbers differ."""
    input:
        rules.report.output,
        rules.parity_across.output,
        rules.published_tests.output,
    localrule: True
