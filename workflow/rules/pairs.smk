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


if workflow.is_main_process:
    for group, members in GROUPS.items():
        if lacking := [name for name in members if name not in PLAN.averaged]:
            what = "no consistency between its recordings, for lack of conditions or of trials of one length"
            logger.warning(f"group {group}: {what} of {', '.join(lacking)}")


# Between seeds the methods compared, between recordings those that are decoded across them.
CONSISTENCY_FILES = [
    *PLAN.seeds_files(COMPARE),
    *(file for group in GROUPS for file in PLAN.recordings_files(group, ACROSS_METHODS)),
]
