include: "findings.smk"


from planning.trainings import training_lengths

# How long the methods are trained, here and in the paper.
TRAININGS = training_lengths(config, dict.fromkeys([*COMPARE, *ACROSS_METHODS]))
# Jobs whose time and memory tables hold.
MEASURED = measured_jobs(
    {name: PLAN.variants(name) for name in RECORDINGS},
    SEEDS,
    within=PLAN.within,
    across=ACROSS_METHODS,
    groups=GROUPS,
    group_paths={group: PLAN.group_variants(group) for group in GROUPS},
    left_out=PLAN.left_out,
    extra=[
        (POSITIVES["method"], "linear", name)
        for name in POSITIVES["recordings"]
        if name in RECORDINGS and PUBLISHED.within_held
    ],
    published_sets=PUBLISHED.sets if PUBLISHED.within_held else [],
)
SIMULATED = [name for name, recording in RECORDINGS.items() if "simulate" in recording]


use rule step as rotation_choice with:
    """Decode a group with every rotation that the published rule may take."""
    input:
        embeddings=group_embeddings,
    output:
        "<results>/verification/rotation_choice/{method}/{group}/seed{seed}.csv",
    pathvars:
        job="rotation_choice/{method}/{group}/seed{seed}",
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        **made_by("rotation_choice"),
        recordings=group_recordings,
        decoders=across_decoders,


use rule step as retrained_across with:
    """Hold the metrics of this run's embeddings across recordings against the authors' tables."""
    input:
        across="<results>/tables/across.csv",
        choices=[
            f"<results>/verification/rotation_choice/{method}/{group}/seed{seed}.csv"
            for method, group in PUBLISHED.groups_held(GROUPS, ACROSS_METHODS)
            for seed in SEEDS
        ],
        published=rules.published_tables.output.across,
    output:
        cells="<results>/verification/retrained_across.csv",
        means="<results>/verification/retrained_across_means.csv",
    pathvars:
        job="retrained_across",
    localrule: True
    params:
        **made_by("retrained_across"),
        tolerance=lookup(dpath="verification/tolerance", within=config),
        seed_spread=lookup(dpath="verification/seed_spread", within=config),


use rule step as headlines with:
    """The paper's headline numbers, beside those of this run."""
    input:
        within="<results>/tables/within.csv",
        across="<results>/tables/across.csv",
        published_within=rules.published_tables.output.within,
        published_across=rules.published_tables.output.across,
    output:
        "<results>/verification/headlines.csv",
    pathvars:
        job="headlines",
    localrule: True
    params:
        **made_by("headlines"),


use rule step as findings with:
    """What is odd in the published analysis, each in numbers of this run."""
    input:
        within="<results>/tables/within.csv",
        across="<results>/tables/across.csv",
        retrained="<results>/verification/retrained_within.csv",
        parity_within="<results>/verification/parity_within.csv",
        parity_across="<results>/verification/parity_across.csv",
        parity_across_summary="<results>/verification/parity_across_summary.csv",
        parity_curved="<results>/verification/parity_curved.csv",
        published_tests="<results>/verification/published_tests.csv",
        positives=expand(
            "<results>/decoding/within/linear/{method}/{recording}.csv",
            method=["cebra", POSITIVES["method"]],
            recording=[name for name in POSITIVES["recordings"] if name in RECORDINGS and not PLAN.folds],
        ),
        turned_back=expand(
            "<results>/decoding/turned_back/{method}/{group}/seed{seed}.csv",
            method=ACROSS_METHODS,
            group=[group for group, members in GROUPS.items() if set(TURNED) & set(members)],
            seed=SEEDS,
        ),
    output:
        swapped="<results>/verification/finding1_swapped_velocity.csv",
        train_and_test="<results>/verification/finding2_train_and_test.csv",
        pivae="<results>/verification/finding3_pivae.csv",
        umap="<results>/verification/finding4_umap.csv",
        rotation="<results>/verification/finding5_rotation.csv",
        candidates="<results>/verification/finding6_candidates.csv",
        pairs="<results>/verification/finding7_pairs.csv",
        positives="<results>/verification/finding8_positives.csv",
        curved="<results>/verification/finding9_curved.csv",
        turned="<results>/verification/finding10_turned_labels.csv",
    pathvars:
        job="findings",
    localrule: True
    params:
        **made_by("findings"),
        turned=list(TURNED),


use rule step as losses with:
    """The first losses of the authors' trainings beside those of this run."""
    input:
        published=[upstream(found.path) for found in PUBLISHED.losses],
        histories=[
            f"<results>/embeddings/{found.method}/{found.recording}/seed{seed}.history.csv"
            for found in PUBLISHED.losses
            for seed in SEEDS
        ],
    output:
        "<results>/verification/losses.csv",
    pathvars:
        job="losses",
    localrule: True
    params:
        **made_by("losses"),
        published=[(found.method, found.recording) for found in PUBLISHED.losses],
        histories=[(found.method, found.recording, seed) for found in PUBLISHED.losses for seed in SEEDS],


use rule step as benchmarks_table with:
    """Time and memory of every job that left a benchmark, when all that is decoded and verified is there."""
    input:
        "<results>/tables/recordings.csv",
        "<results>/tables/within.csv",
        "<results>/tables/across.csv",
        rules.findings.output if PUBLISHED.within_held else [],
    output:
        told("benchmarks.csv"),
    pathvars:
        job="benchmarks_table",
    localrule: True
    params:
        **made_by("benchmarks_table"),
        jobs=MEASURED,
        benchmarks=lambda wildcards, output: FOLDERS["benchmarks"],


use rule step as provenance with:
    """Where the numbers come from: code, packages, machine, and what the jobs took."""
    input:
        benchmarks="<results>/benchmarks.csv",
    output:
        facts="<results>/verification/facts.csv",
        versions="<results>/verification/versions.csv",
        stages="<results>/verification/stages.csv",
        trainings="<results>/verification/trainings.csv",
    pathvars:
        job="provenance",
    localrule: True
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        **made_by("provenance"),
        # The table of versions has all that are installed.
        environment=lambda wildcards: environment(),
        seeds=lookup(dpath="seeds", within=config),
        device=lookup(dpath="device", within=config),
        recordings=len(RECORDINGS),
        split=split_text(config),
        trainings=TRAININGS,


use rule step as report with:
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
        parity_curved=rules.parity_curved.output,
        findings=rules.findings.output,
        losses=rules.losses.output,
        facts=rules.provenance.output.facts,
        versions=rules.provenance.output.versions,
        stages=rules.provenance.output.stages,
        trainings=rules.provenance.output.trainings,
        recordings=rules.recordings_table.output,
        benchmarks=rules.benchmarks_table.output,
    output:
        page=told("verification/report.html"),
        verdicts="<results>/verification/verdicts.csv",
        replication="<results>/verification/replication.csv",
        parity_within_summary="<results>/verification/parity_within_summary.csv",
    pathvars:
        job="report",
    localrule: True
    params:
        **made_by("report"),
        simulated=SIMULATED,
        folds=split_text(config) if PLAN.folds else "",


rule verify:
    """Everything that holds this run against the paper; it fails where something failed to run, not where numbers differ."""
    input:
        rules.report.output,
        rules.parity_across.output,
        rules.published_tests.output,
    localrule: True
