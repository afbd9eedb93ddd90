use rule step as decode_within with:
    """Fit a decoder on a recording's training trials and score it on both splits, under both protocols, seed by seed."""
    input:
        # Most of a job is the loading of packages, so one job decodes all seeds.
        embeddings=expand(
            "<results>/embeddings/{method}/{recording}/seed{seed}.parquet", seed=SEEDS, allow_missing=True
        ),
    output:
        metrics="<results>/decoding/within/{decoder}/{method}/{recording}.csv",
        time="<results>/decoding/within/{decoder}/{method}/{recording}.time.csv",
        null="<results>/decoding/within/{decoder}/{method}/{recording}.null.csv",
    pathvars:
        job="decode_within/{method}/{decoder}/{recording}",
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 10 * attempt,
    params:
        step="decode_within",
        code=lambda wildcards: decoder_made_by("decode_within", wildcards)["code"],
        packages=lambda wildcards: decoder_made_by("decode_within", wildcards)["packages"],
        decoders=decoder_settings,
        # Functions of `output`, as its path says them.
        recording=lambda wildcards, output: plain_recording(wildcards),
        fold=lambda wildcards, output: recording_fold(wildcards),
        seeds=SEEDS,


use rule decode_within as decode_one with:
    """The metrics of one seed, where a figure shows what the run does not decode everywhere."""
    input:
        embeddings=["<results>/embeddings/{method}/{recording}/seed{seed}.parquet"],
    output:
        metrics="<results>/decoding/within/{decoder}/{method}/{recording}/seed{seed}.csv",
    pathvars:
        job="decode_one/{method}/{decoder}/{recording}/seed{seed}",
    params:
        seeds=lambda wildcards: [int(wildcards.seed)],


use rule step as decode_movements with:
    """Decode the movements of every bin of a recording under both protocols, for the figures that show them."""
    input:
        embedding="<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
    output:
        paper="<results>/decoding/movements/paper/{decoder}/{method}/{recording}/seed{seed}.parquet",
        strict="<results>/decoding/movements/strict/{decoder}/{method}/{recording}/seed{seed}.parquet",
    pathvars:
        job="decode_movements/{method}/{decoder}/{recording}/seed{seed}",
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        step="decode_movements",
        code=lambda wildcards: decoder_made_by("decode_movements", wildcards)["code"],
        packages=lambda wildcards: decoder_made_by("decode_movements", wildcards)["packages"],
        decoders=decoder_settings,


use rule step as within_table with:
    """Metrics within recordings: every decoder, method, recording and seed."""
    input:
        tables=within_files(".csv"),
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
        tables=within_files(".time.csv"),
    output:
        told("tables/within_time.csv"),
    pathvars:
        job="within_time_table",
    localrule: True
    params:
        **made_by("concatenate"),
        columns="WITHIN_TIME",


use rule step as within_null_table with:
    """Metrics within recordings, beside those of permuted labels."""
    input:
        tables=within_files(".null.csv"),
    output:
        told("tables/within_null.csv"),
    pathvars:
        job="within_null_table",
    localrule: True
    params:
        **made_by("concatenate"),
        columns="WITHIN_NULL",
