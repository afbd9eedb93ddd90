from snakemake.logging import logger

from planning.folds import fold_lines, variant

# Recordings of this run in each group: a group is decoded across those, if there are two.
GROUPS = {group: members for group, members in PLAN.groups.items() if len(members) > 1}
USED_METHODS = used_methods(config)
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
    unshown_lines = [f"figure {figure} left out: {why}" for figure, why in UNSHOWN.items()]
    for line in [*fold_lines(config), *unsuited_lines(config, USED_METHODS), *unshown_lines]:
        logger.warning(line)


ACROSS_METHODS = list(dict.fromkeys(name for names in PLAN.across.values() for name in names))


# What groups are called in paths: to a group and the fold of all its recordings.
GROUP_VARIANTS = {made: (group, fold) for group in GROUPS for made, fold in PLAN.group_variants(group).items()}


def plain_group(wildcards):
    """A group, whichever fold of it a job is of."""
    return GROUP_VARIANTS[wildcards.group][0]


def group_fold(wildcards):
    """The fold that a job is of, None without folds."""
    return GROUP_VARIANTS[wildcards.group][1]


def group_embeddings(wildcards):
    """Embeddings of a group's recordings by one method and seed, of one fold."""
    return expand(
        "<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
        method=wildcards.method,
        recording=[variant(name, group_fold(wildcards)) for name in group_recordings(wildcards)],
        seed=wildcards.seed,
    )


def group_recordings(wildcards):
    """Recordings of a group."""
    return GROUPS[plain_group(wildcards)]


def across_decoders(wildcards):
    """Decoders that read a method across recordings, with their settings."""
    return {name: DECODERS["across"][name] for name, read in PLAN.across.items() if wildcards.method in read}


ACROSS_METRICS, ACROSS_TIMES, ACROSS_NULLS = PLAN.across_files(*GROUPS)


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
    group="|".join(map(re.escape, [*config["groups"], *GROUP_VARIANTS])),
    set="|".join(PUBLISHED.across),
