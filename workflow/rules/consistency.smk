include: "pairs.smk"


use rule step as consistency_of_seeds with:
    """How far the embeddings of a recording say the same, whatever the seed."""
    input:
        embeddings=embeddings_of(seeds_compared),
    output:
        "<results>/decoding/consistency/{method}.csv",
    pathvars:
        job="consistency_of_seeds/{method}",
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 10 * attempt,
    params:
        **made_by("consistency_of_seeds"),
        embeddings=seeds_compared,


use rule step as consistency_of_recordings with:
    """How far the embeddings of a group's recordings say the same, by their direction averages."""
    input:
        embeddings=embeddings_of(recordings_compared),
    output:
        "<results>/decoding/consistency/{method}/{group}.csv",
    pathvars:
        job="consistency_of_recordings/{method}/{group}",
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 10 * attempt,
    params:
        **made_by("consistency_of_recordings"),
        embeddings=recordings_compared,


use rule step as consistency_table with:
    """Consistency of the embeddings, between seeds and between recordings."""
    input:
        tables=CONSISTENCY_FILES,
    output:
        told("tables/consistency.csv"),
    pathvars:
        job="consistency_table",
    localrule: True
    params:
        **made_by("concatenate"),
        columns="CONSISTENCY",
