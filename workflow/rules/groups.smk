from snakemake.logging import logger

# Recordings of this run in each group: a group is decoded across those, if there are two.
PRESENT = groups(config)
GROUPS = {group: members for group, members in PRESENT.items() if len(members) > 1}
if workflow.is_main_process:
    for group, members in config["groups"].items():
        # Of a group of other recordings than this run's, nothing is to be said.
        if PRESENT[group] and (missing := [name for name in members if name not in RECORDINGS]):
            what = f"decoded without {', '.join(missing)}" if group in GROUPS else "not decoded"
            logger.warning(
                f"group {group}: {what}, as this run has {len(PRESENT[group])} of its {len(members)} recordings"
            )
    if UNDRAWN:
        logger.warning(f"figures left out, as this run has no two recordings of their groups: {', '.join(UNDRAWN)}")
ACROSS = config["decoding"]["across"]
ACROSS_METHODS = list(dict.fromkeys(name for names in ACROSS["decoders"].values() for name in names))


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


def group_members(figure):
    """Recordings that a figure decodes across each other."""
    group = config["figures"][figure]["group"]
    if figure in UNDRAWN:
        raise WorkflowError(
            f"figure {figure}: this run has {len(PRESENT[group])} recordings of group {group}; expected two or more; "
            f"add to `recordings`, or name another group in figures.{figure}.group"
        )
    return GROUPS[group]


def figure_results(figure, suffix):
    """Input function: results of a figure's group, every method and seed."""

    def results(wildcards):
        group_members(figure)
        return expand(
            f"<results>/decoding/across/{{method}}/{{group}}/seed{{seed}}{suffix}",
            method=ACROSS_METHODS,
            group=config["figures"][figure]["group"],
            seed=SEEDS,
        )

    return results


def figure_embeddings(figure):
    """Input function: embeddings that a figure shows rotated, of its area without the anchor."""

    def embeddings(wildcards):
        shown = config["figures"][figure]
        return expand(
            "<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
            method=shown["methods"],
            recording=[
                name
                for name in group_members(figure)
                if RECORDINGS[name]["area"] == shown["area"] and name != shown["anchor"]
            ],
            seed=shown["seed"],
        )

    return embeddings


def figure_anchors(figure):
    """Embeddings of a figure's anchor."""
    shown = config["figures"][figure]
    return expand(
        "<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
        method=shown["methods"],
        recording=shown["anchor"],
        seed=shown["seed"],
    )


def figure_tables(figure):
    """The authors' tables of a figure that hold recordings of its group."""
    present = PRESENT[config["figures"][figure]["group"]]
    return [table for table in ACROSS_TABLES.values() if table.figure == figure and any(map(table.covers, present))]


def figure_hemispheres(figure):
    """Hemispheres of a figure's recordings, '' where none is known."""
    return [RECORDINGS[name].get("hemisphere", "") for name in PRESENT[config["figures"][figure]["group"]]]


def across_decoders(wildcards):
    """Decoders that read a method across recordings, with their settings."""
    return {name: DECODERS["across"][name] for name, read in ACROSS["decoders"].items() if wildcards.method in read}


def across_files(suffix):
    """Results of every group, method and seed."""
    return expand(
        f"<results>/decoding/across/{{method}}/{{group}}/seed{{seed}}{suffix}",
        method=ACROSS_METHODS,
        group=GROUPS,
        seed=SEEDS,
    )


def parity_embeddings(wildcards):
    """Local copies of the published embeddings behind a table across recordings."""
    return [upstream(found.path) for found in ACROSS_EMBEDDINGS[wildcards.set]]


def parity_table(wildcards):
    """Local copy of a published table across recordings."""
    return upstream(ACROSS_TABLES[wildcards.set].path)


def parity_settings(wildcards):
    """What a published set is: its name, table, method, decoder and the recordings of its embeddings."""
    table = ACROSS_TABLES[wildcards.set]
    return {
        "name": across_set(table),
        "table": table.path,
        "method": table.method,
        "decoder": table.decoder,
        "settings": DECODERS["across"][table.decoder],
        "recordings": [found.recording for found in ACROSS_EMBEDDINGS[wildcards.set]],
    }


wildcard_constraints:
    group="|".join(config["groups"]),
    set="|".join(ACROSS_TABLES),
