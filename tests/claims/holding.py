"""docs/what-holds.md."""

from collections.abc import Iterator

from claims.ranking import consistency, scores
from claims.tables import R2, TABLES, TRAIN, Claim, by_metric, by_neighbors, directions, one, recordings_run, rows

PAGE = "docs/what-holds.md"


def claims() -> Iterator[Claim]:
    yield from explained()
    yield from compared()
    yield from alike()
    yield from across()
    yield from curved()


def explained() -> Iterator[Claim]:
    """Three dimensions explain most of a movement."""
    stated = by_metric(
        "headlines", R2, statement="within recordings of Chewie’s M1, training trials, median", method="ner"
    )
    yield Claim(PAGE, "The abstract says {velocity.stated} of velocity and {position.stated} of position", stated)
    yield Claim(
        PAGE,
        "the medians over the {velocity.recordings_here} recordings that we ran are {velocity.paper:.2f} and "
        "{position.paper:.2f}; the published ones of the same are {velocity.published_here:.2f} and "
        "{position.published_here:.2f}",
        stated,
    )
    split = by_metric("finding2_train_and_test", R2, decoder="linear", embeddings="this run", method="ner")
    yield Claim(
        PAGE,
        "over all {run} recordings, velocity falls from {velocity.train:.2f} to {velocity.test:.2f} and "
        "position from {position.train:.2f} to {position.test:.2f}",
        {"run": recordings_run(), **split},
    )
    controls = {"ner": scores("ner"), "ridge": scores("rates-history-10"), "sphere": scores("regression-sphere")}
    controls |= {"regression": scores("regression"), "all": TABLES["controls"]["recording"].nunique()}
    yield Claim(PAGE, "on {all} recordings, held out", controls)
    yield Claim(
        PAGE,
        "NER has {ner.velocity:.2f} for velocity and {ner.position:.2f} for position; a linear filter of the rates of "
        "ten bins has {ridge.velocity:.2f} and {ridge.position:.2f}",
        controls,
    )
    yield Claim(
        PAGE,
        "trained to predict and not to rank, has {sphere.velocity:.2f} for velocity and {sphere.position:.2f} for "
        "position. Without the sphere it has {regression.velocity:.2f} and {regression.position:.2f}, more velocity",
        controls,
    )


def best(found, value: str):
    """The row of the best method but NER."""
    return found[found["method"] != "ner"].sort_values(value).iloc[-1]


def compared() -> Iterator[Claim]:
    """More than CEBRA, pi-VAE and UMAP."""
    ner = by_metric("retrained_within_medians", R2, method="ner", **TRAIN)
    other = {
        f"next_{name}": best(rows("retrained_within_medians", metric=metric, **TRAIN), "ours_mean")
        for name, metric in R2.items()
    }
    assert {row["method"] for row in other.values()} == {"pivae"}
    yield Claim(
        PAGE,
        "NER's medians of {velocity.recordings} recordings are {velocity.ours_mean:.2f} for velocity and "
        "{position.ours_mean:.2f} for position; those of the next best, pi-VAE, are {next_velocity.ours_mean:.2f} and "
        "{next_position.ours_mean:.2f}",
        ner | other,
    )
    held = by_metric("finding2_train_and_test", R2, decoder="linear", embeddings="this run", method="ner")
    other = {
        f"next_{name}": best(
            rows("finding2_train_and_test", decoder="linear", embeddings="this run", metric=metric), "test"
        )
        for name, metric in R2.items()
    }
    assert {row["method"] for row in other.values()} == {"dpca"}
    yield Claim(
        PAGE,
        "over {run} recordings NER has {velocity.test:.2f} and {position.test:.2f}; the next best of the "
        "paper's methods, dPCA, has {next_velocity.test:.2f} and {next_position.test:.2f}",
        {"run": recordings_run()} | held | other,
    )
    yield Claim(
        PAGE,
        "By kNN, CEBRA in 16 dimensions has {cebra16_velocity.test:.2f} and {cebra16_position.test:.2f} where NER has "
        "{ner_velocity.test:.2f} and {ner_position.test:.2f}",
        by_neighbors(),
    )
    yield Claim(PAGE, "In direction NER has {ner.test:.1f} %, and UMAP with labels {umap.test:.1f} %", directions())
    yield Claim(
        PAGE,
        "it rises from {plain.ours_mean:.2f} to {velocity.ours_mean:.2f} on the recording where this was tried",
        {
            "plain": one("finding8_positives", method="cebra", metric="velocity_r2"),
            "velocity": one("finding8_positives", method="cebra-velocity", metric="velocity_r2"),
        },
    )


def alike() -> Iterator[Claim]:
    """Alike up to a rotation."""
    methods = ("ner", "cebra", "regression", "regression-sphere")
    days = {method.replace("-", "_"): consistency(method, "recordings") for method in methods}
    yield Claim(
        PAGE,
        "With any linear map, R2 is {ner.least_squares:.2f}; with a rotation alone, it is {ner.rotation:.2f}",
        {**days},
    )
    yield Claim(
        PAGE,
        "CEBRA has {cebra.least_squares:.2f} and {cebra.rotation:.2f}; regression's outputs have "
        "{regression.least_squares:.2f} and {regression.rotation:.2f}",
        {**days},
    )
    yield Claim(
        PAGE,
        "{regression_sphere.least_squares:.2f} with any linear map, and {regression_sphere.rotation:.2f} with a "
        "rotation",
        {**days},
    )


def across() -> Iterator[Claim]:
    """A decoder of one day reads another."""
    statement = "across recordings of M1 (Fig 5), off-diagonal mean"
    for method, title in (("ner", "NER"), ("cebra", "CEBRA")):
        for name, metric in R2.items():
            row = one("headlines", statement=statement, method=method, metric=metric)
            template = "| {title}, {name} | {row.published_here:.2f}, {row.paper:.2f} | {row.strict:.2f} |"
            yield Claim(PAGE, template, {"title": title, "name": name, "row": row})
    yield Claim(PAGE, "the {row.recordings_here} days that we had", {"row": row})
    scored = TABLES["alignments"].set_index(["method", "metric"])["mean"]
    of = {"own": "ner/target-trained", "turned": "ner/strict", "plain": "regression/unaligned"}
    yield Claim(
        PAGE,
        "the target's own decoder has {own_velocity:.2f} and {own_position:.2f} where the rotation has "
        "{turned_velocity:.2f} and {turned_position:.2f}. Regression's outputs have {plain_velocity:.2f} and "
        "{plain_position:.2f} with no alignment",
        {f"{key}_{name}": scored[method, metric] for key, method in of.items() for name, metric in R2.items()},
    )
    areas = by_metric("headlines", R2, statement="across M1 and PMd (Fig 6), off-diagonal mean", method="ner")
    yield Claim(
        PAGE,
        "NER has {velocity.paper:.2f} for velocity and {position.paper:.2f} for position as published, where the "
        "authors have {velocity.published_here:.2f} and {position.published_here:.2f}; held out, it has "
        "{velocity.strict:.2f} and {position.strict:.2f}",
        areas,
    )
    touch = by_metric("retrained_across_means", R2, figure="fig7", method="ner", decoder="linear")
    yield Claim(
        PAGE,
        "it has {velocity.ours_mean:.2f} and {position.ours_mean:.2f} where the authors have {velocity.published:.2f} "
        "and {position.published:.2f}",
        touch,
    )


def curved() -> Iterator[Claim]:
    """Curved reaches."""
    every = by_metric("finding9_curved", R2, method="ner-5000", selection="up-down-37-1-31-38-34-18")
    yield Claim(
        PAGE,
        "explains {velocity.train:.2f} of the velocity and {position.train:.2f} of the position of the training "
        "trials, as printed, and {velocity.test:.2f} and {position.test:.2f} of the held-out ones",
        every,
    )
    pairs = rows("finding9_curved", method="ner-5000", metric="velocity_r2")
    pairs = pairs[pairs["selection"].str.fullmatch(r"up-down-\d+-\d+")]["test"]
    yield Claim(PAGE, "velocity is {low:.2f} to {high:.2f}", {"low": pairs.min(), "high": pairs.max()})
