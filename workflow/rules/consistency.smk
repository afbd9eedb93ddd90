def seeds_compared(wildcards):
    """Recordings and seeds whose embeddings by a method are compared between seeds."""
    shown = [name for name in PLAN.compared() if PLAN.suits(wildcards.method, name)]
    return [(recording, seed) for recording in shown for seed in SEEDS]


def recordings_compared(wildcards):
    """Recordings of a group and seeds whose embeddings by a method are compared between recordings."""
    return [(recording, seed) for recording in GROUPS[wildcards.group] for seed in SEEDS]


def embeddings_of(chosen):
    """Embeddings by a method of the recordings and seeds that a function gives."""

    def files(wildcards):
        return [PLAN.embedding_file(wildcards.method, recording, seed) for recording, seed in chosen(wildcards)]

    return files


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


# Between seeds the methods compared, between recordings those that are decoded across them.
CONSISTENCY_FILES = [
    *PLAN.seeds_files(COMPARE),
    *(file for group in GROUPS for file in PLAN.recordings_files(group, ACROSS_METHODS)),
]


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
        **made_by("consistency_table"),
