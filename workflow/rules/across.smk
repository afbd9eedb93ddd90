include: "groups.smk"


use rule step as decode_across with:
    """Fit decoders on every recording of a group and score them on every other, under every protocol that config names."""
    input:
        embeddings=group_embeddings,
    output:
        metrics="<results>/decoding/across/{method}/{group}/seed{seed}.csv",
        time="<results>/decoding/across/{method}/{group}/seed{seed}.time.csv",
        null="<results>/decoding/across/{method}/{group}/seed{seed}.null.csv",
    pathvars:
        job="decode_across/{method}/{group}/seed{seed}",
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        **made_by("decode_across"),
        protocols=config["decoding"]["across"]["protocols"],
        # Functions of `output`, as its path says them.
        group=lambda wildcards, output: plain_group(wildcards),
        fold=lambda wildcards, output: group_fold(wildcards),
        recordings=group_recordings,
        decoders=across_decoders,


use rule step as decode_few_trials with:
    """Decode every recording of a group when only some of its training trials are used; for figures of kind few_trials."""
    input:
        embeddings=group_embeddings,
    output:
        "<results>/decoding/few_trials/{method}/{group}/seed{seed}.csv",
    pathvars:
        job="decode_few_trials/{method}/{group}/seed{seed}",
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        **made_by("decode_few_trials"),
        # The habit is to use all trials, and paper rotates by all.
        protocols=[
            name for name in config["decoding"]["across"]["protocols"] if name not in ("paper", "cca-all-trials")
        ],
        few_trials=config["decoding"]["across"]["few_trials"],
        # Functions of `output`, as its path says them.
        group=lambda wildcards, output: plain_group(wildcards),
        fold=lambda wildcards, output: group_fold(wildcards),
        recordings=group_recordings,
        decoders=across_decoders,


use rule step as across_table with:
    """Metrics across recordings: every group, method and seed."""
    input:
        tables=ACROSS_METRICS,
    output:
        told("tables/across.csv"),
    pathvars:
        job="across_table",
    localrule: True
    params:
        **made_by("concatenate"),
        columns="ACROSS",


use rule step as across_time_table with:
    """Accuracy of the direction over time, across recordings."""
    input:
        tables=ACROSS_TIMES,
    output:
        told("tables/across_time.csv"),
    pathvars:
        job="across_time_table",
    localrule: True
    params:
        **made_by("concatenate"),
        columns="ACROSS_TIME",


use rule step as across_null_table with:
    """Metrics across recordings, beside those of permuted labels."""
    input:
        tables=ACROSS_NULLS,
    output:
        told("tables/across_null.csv"),
    pathvars:
        job="across_null_table",
    localrule: True
    params:
        **made_by("concatenate"),
        columns="ACROSS_NULL",


use rule step as across_tests with:
    """Test the methods against each other, group by group."""
    input:
        across="<results>/tables/across.csv",
    output:
        told("tables/across_tests.csv"),
    pathvars:
        job="across_tests",
    localrule: True
    params:
        **made_by("across_tests"),


use rule step as published_tests with:
    """Test the authors' values against each other, with their pairs and with pairs of the same recordings."""
    input:
        published=rules.published_tables.output.across,
    output:
        told("verification/published_tests.csv"),
    pathvars:
        job="published_tests",
    localrule: True
    params:
        **made_by("published_tests"),


use rule step as parity_across_set with:
    """Decode a published set of embeddings across its recordings, with every candidate rotation."""
    input:
        embeddings=parity_embeddings,
        published=rules.published_tables.output.across,
    output:
        "<results>/verification/parity_across/{set}.csv",
    pathvars:
        job="parity_across/{set}",
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 20 * attempt,
    params:
        **made_by("parity_across_set"),
        settings=parity_settings,


use rule step as parity_across with:
    """All published sets, cell by cell and in summary."""
    input:
        tables=expand(
            "<results>/verification/parity_across/{set}.csv",
            set=PUBLISHED.sets,
        ),
    output:
        cells=told("verification/parity_across.csv"),
        summary=told("verification/parity_across_summary.csv"),
    pathvars:
        job="parity_across",
    localrule: True
    params:
        **made_by("parity_across"),


rule across:
    """Decoding across the recordings of every group, and the tests of the methods."""
    input:
        rules.across_table.output,
        rules.across_time_table.output,
        rules.across_null_table.output,
        rules.across_tests.output,
    localrule: True
