# Decoders within recordings, with their settings.
WITHIN = {name: DECODERS["within"][name] for name in config["decoding"]["within"]["decoders"]}


use rule step as decode_within with:
    """Fit decoders on a recording's training trials and score them on both splits, under both protocols."""
    input:
        embedding="<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
    output:
        metrics="<results>/decoding/within/{method}/{recording}/seed{seed}.csv",
        time="<results>/decoding/within/{method}/{recording}/seed{seed}.time.csv",
    pathvars:
        job="decode_within/{method}/{recording}/seed{seed}",
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        **made_by("decode_within", *(f"decoding.decoders.{entry['module']}" for entry in WITHIN.values())),
        decoders=WITHIN,


use rule step as within_table with:
    """Metrics within recordings: every compared method, recording and seed."""
    input:
        tables=expand(
            "<results>/decoding/within/{method}/{recording}/seed{seed}.csv",
            method=COMPARE,
            recording=RECORDINGS,
            seed=SEEDS,
        ),
    output:
        told("tables/within.csv"),
    pathvars:
        job="within_table",
    localrule: True
    params:
        **made_by("concatenate"),
        columns="WITHIN",


use rule step as within_time_table with:
    """Accuracy of the direction over time, within recordings."""
    input:
        tables=expand(
            "<results>/decoding/within/{method}/{recording}/seed{seed}.time.csv",
            method=COMPARE,
            recording=RECORDINGS,
            seed=SEEDS,
        ),
    output:
        told("tables/within_time.csv"),
    pathvars:
        job="within_time_table",
    localrule: True
    params:
        **made_by("concatenate"),
        columns="WITHIN_TIME",
