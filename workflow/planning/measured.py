"""The jobs of a run whose time and memory its tables tell of."""

from collections.abc import Collection, Mapping


def measured_jobs(
    recordings: Collection[str],
    seeds: Collection[int],
    *,
    within: Mapping[str, Collection[str]],
    across: Collection[str],
    groups: Mapping[str, Collection[str]],
    extra: Collection[tuple[str, str, str]],
    published_sets: Collection[str],
    left_out: Collection[tuple[str, str]] = (),
) -> list[str]:
    """Names of the jobs that fit, decode and verify, as their logs and benchmarks are named.

    Args:
        recordings: of the run.
        seeds: of the fits.
        within: decoder to the methods that it reads within every recording.
        across: methods that are decoded across the recordings of every group.
        groups: recordings by group.
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
    extra = set(extra) - decoded
    fits = {(method, name) for method, _, name in decoded | extra}
    fits |= {(method, recording) for method, group in across_groups for recording in groups[group]}
    of_seeds = {
        "embed": fits,
        "decode_one": {(f"{method}/{decoder}", name) for method, decoder, name in extra},
        "decode_across": set(across_groups),
    }
    return sorted(
        [
            *(f"preprocess/{recording}" for recording in recordings),
            *(f"decode_within/{method}/{decoder}/{name}" for method, decoder, name in decoded),
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
