from snakemake.logging import logger

# Recordings of this run in each group: a group is decoded across those, if there are two.
GROUPS = {group: members for group, members in PLAN.groups.items() if len(members) > 1}
USED_METHODS = dict.fromkeys(
    [*COMPARE, *(m for read in (PLAN.within, PLAN.across) for ms in read.values() for m in ms)]
)
if workflow.is_main_process:
    for group, members in config["groups"].items():
        # Of a group of other recordings than this run's, nothing is to be said.
        if PLAN.groups[group] and (missing := [name for name in members if name not in RECORDINGS]):
            what = f"decoded without {', '.join(missing)}" if group in GROUPS else "not decoded"
            logger.warning(
                f"group {group}: {what}, as this run has {len(PLAN.groups[group])} of its {len(members)} recordings"
            )
    if UNDRAWN:
        logger.warning(f"figures left out, for lack of recordings: {', '.join(UNDRAWN)}")
    for line in [*unsuited_lines(config, USED_METHODS), *(f"figure {f} left out: {why}" for f, why in UNSHOWN.items())]:
        logger.warning(line)


ACROSS_METHODS = list(dict.fromkeys(name for names in PLAN.across.values() for name in names))


def group_embeddings(wildcards):
    """Embeddings of a group's recordings by one method and seed."""
    return expand(
        "<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
        method=wildcards.method,
        recording=GROUPS[wildcards.group],
        seed=wildcards.seed,
    )


def group_recordings(wildcards):
    """Recordings of a group."""
    return GROUPS[wildcards.group]


def across_decoders(wildcards):
    """Decoders that read a method across recordings, with their settings."""
    return {name: DECODERS["across"][name] for name, read in PLAN.across.items() if wildcards.method in read}


def across_files(suffix):
    """Results of every group, method and seed."""
    return [
        f"<results>/decoding/across/{method}/{group}/seed{seed}{suffix}"
        for method in ACROSS_METHODS
        for group, members in GROUPS.items()
        if PLAN.suits(method, *members)
        for seed in SEEDS
    ]


def parity_embeddings(wildcards):
    """Local copies of the published embeddings behind a table across recordings."""
    return [upstream(found.path) for found in PUBLISHED.across_embeddings[wildcards.set]]


def parity_settings(wildcards):
    """What a published set is: its name, figure, method, decoder and the recordings of its embeddings."""
    table = PUBLISHED.across[wildcards.set]
    return {
        "name": across_set(table),
        "figure": table.figure,
        "method": table.method,
        "decoder": table.decoder,
        "settings": DECODERS["across"][table.decoder],
        "recordings": [found.recording for found in PUBLISHED.across_embeddings[wildcards.set]],
    }


wildcard_constraints:
    group="|".join(config["groups"]),
    set="|".join(PUBLISHED.across),
