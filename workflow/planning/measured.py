"""The jobs of a run whose time and memory its tables tell of."""

from collections.abc import Collection, Mapping


def measured_jobs(
    recordings: Mapping[str, Collection[str]],
    seeds: Collection[int],
    *,
    within: Mapping[str, Collection[str]],
    across: Collection[str],
    groups: Mapping[str, Collection[str]],
    group_paths: Mapping[str, Collection[str]],
    extra: Collection[tuple[str, str, str]],
    published_sets: Collection[str],
    left_out: Collection[tuple[str, str]] = (),
) -> list[str]:
    """Names of the jobs that fit, decode and verify, as their logs and benchmarks are named.

    Args:
        recordings: of the run, to what each is called in paths: once a fold.
        seeds: of the fits.
        within: decoder to the methods that it reads within every recording.
        across: methods that are decoded across the recordings of every group.
        groups: recordings by group.
        group_paths: what each group is called in paths: once a fold.
        extra: other methods, each with a decoder that reads it within a recording, and the recording.
        left_out: methods and recordings that do not suit each other.
        published_sets: sets of published embeddings that are decoded across recordings; none where nothing is verified.

    Returns:
        Each name once, sorted.
    """
    decoded = {(method, decoder, name) for decoder, read in within.items() for method in read for name in recordings}
    decoded = {(method, decoder, name) for method, decoder, name in decoded if (method, name) not in left_out}
    across_groups = [
        (method, group)
        for method in across
        for group, members in groups.items()
        if not any((method, name) in left_out for name in members)
    ]
    decoded |= set(extra)
    fits = {(method, name) for method, _, name in decoded}
    fits |= {(method, recording) for method, group in across_groups for recording in groups[group]}
    of_seeds = {
        "embed": {(method, path) for method, name in fits for path in recordings[name]},
        "decode_across": {(method, path) for method, group in across_groups for path in group_paths[group]},
    }
    return sorted(
        [
            *(f"preprocess/{path}" for paths in recordings.values() for path in paths),
            *(
                f"decode_within/{method}/{decoder}/{path}"
                for method, decoder, name in decoded
                for path in recordings[name]
            ),
            *(
                f"{stage}/{of}/{what}/seed{seed}"
                for stage, jobs in of_seeds.items()
                for of, what in jobs
                for seed in seeds
            ),
            *(f"parity_across/{name}" for name in published_sets),
            *(["parity_within"] if published_sets else []),
        ]
    )
