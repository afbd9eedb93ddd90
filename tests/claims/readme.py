"""README.md."""

import re
import tomllib
from collections.abc import Iterator

from places import ROOT

from claims.tables import (
    CONFIG,
    R2,
    TABLES,
    TRAIN,
    Claim,
    by_metric,
    directions,
    met,
    one,
    parity_difference,
    ran,
    recordings_of_the_paper,
    recordings_run,
)


def claims() -> Iterator[Claim]:
    page = "README.md"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (last,) = re.findall(r"^HIGHEST := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    pythons = {"least": project["requires-python"].removeprefix(">="), "last": last}
    yield Claim(page, "Python {least} to {last}", pythons)
    paper = {"recordings": recordings_of_the_paper(), "seeds": len(CONFIG["seeds"])}
    yield Claim(page, "all {recordings} recordings with {seeds} random seeds", paper)
    yield Claim(page, "the first {share:.0f} % of a recording's trials", {"share": 100 * CONFIG["train_fraction"]})
    split = one("finding2_train_and_test", decoder="linear", embeddings="this run", method="ner", metric="velocity_r2")
    within = by_metric("retrained_within_medians", method="ner", **TRAIN)
    yield Claim(
        page,
        "come from {run} of the {recordings} recordings, those whose raw files we had; {published} of them have",
        {"run": recordings_run(), "published": within["velocity"].recordings, **paper},
    )
    decoded = TABLES["parity_within"].groupby(["method", "recording"]).ngroups
    yield Claim(
        page,
        "{decoded} of the authors' own embeddings give their published R2, with a largest difference of {largest:.0e}",
        {"decoded": decoded, "largest": parity_difference()},
    )
    for method, template in {
        "ner": "within {tolerance} of the published R2 on training trials in {velocity} of {n} recordings for velocity "
        "and in {position} of {n} for position",
        "cebra": "within {tolerance} in {velocity} of {n} recordings for velocity and in "
        "{position} of {n} for position",
    }.items():
        counts = {name: met(ran("retrained_within", method=method, metric=metric)) for name, metric in R2.items()}
        tolerance = CONFIG["verification"]["tolerance"][method]["train"]["r2"]
        yield Claim(page, template, {"tolerance": tolerance, "n": within["velocity"].recordings, **counts})
    across = by_metric("retrained_across_means", figure="fig5", method="ner", decoder="linear")
    yield Claim(
        page,
        "off-diagonal mean is {velocity.ours_mean:.2f} for velocity R2 and {position.ours_mean:.2f} for position R2; "
        "the published means of the same recordings are {velocity.published:.2f} and {position.published:.2f}",
        across,
    )
    where = {"statement": "across recordings of M1 (Fig 5), off-diagonal mean", "metric": "velocity_r2"}
    yield Claim(
        page,
        "NER's velocity R2 is {ner.strict:.2f} and CEBRA's is {cebra.strict:.2f}",
        {method: one("headlines", method=method, **where) for method in ("ner", "cebra")},
    )
    yield Claim(
        page,
        "NER's median velocity R2 is {split.train:.2f} on training trials and {split.test:.2f} on test trials",
        {"split": split},
    )
    yield Claim(
        page,
        "the authors' CEBRA across days is {cebra.swapped_mean:.2f} in that order and {cebra.mean:.2f} in "
        "the right order",
        {"cebra": one("finding1_swapped_velocity", method="cebra", scored="across Cebra_Chewie")},
    )
    yield Claim(
        page,
        "{ner.test:.1f} % for NER, {cebra.test:.1f} % for CEBRA and {umap.test:.1f} % for UMAP with labels",
        directions(),
    )
