"""docs/verification.md."""

from collections.abc import Iterator

import pandas as pd

from claims.tables import CONFIG, R2, TABLES, VALUES, Claim, by_metric, met, one, parity_difference, ran, rows
from ner.verification.losses import BOUND

PAGE = "docs/verification.md"
DIRECTION = "direction_accuracy"


def claims() -> Iterator[Claim]:
    yield Claim(
        PAGE, "no further away than {n:.0f} standard deviations of what", {"n": CONFIG["verification"]["seed_spread"]}
    )
    split = one("finding2_train_and_test", decoder="linear", embeddings="this run", method="ner", metric="velocity_r2")
    yield Claim(PAGE, "All numbers below are of the {run} recordings", {"run": split.values})
    yield Claim(PAGE, "of {steps:,} training steps", {"steps": CONFIG["methods"]["ner"]["steps"]})
    yield from decoded_here()
    yield from losses()
    yield from within()
    yield from misses()
    yield from across()


def decoded_here() -> Iterator[Claim]:
    """The authors' embeddings, decoded here."""
    parity = TABLES["parity_within"]
    accuracies = parity[parity["metric"] == DIRECTION]
    different = accuracies.loc[accuracies["difference"].abs() > 1e-6, "difference"].abs()
    assert different.max() < 1
    recordings = parity.groupby("method")["recording"].nunique()
    yield Claim(PAGE, "own embeddings of CEBRA for {cebra} recordings and of NER for {ner}", dict(recordings))
    yield Claim(PAGE, "to the published R2 is {largest:.0e}", {"largest": parity_difference()})
    yield Claim(PAGE, "Of {n} direction accuracies, {k} differ", {"n": len(accuracies), "k": len(different)})
    cells = TABLES["parity_across_summary"]
    assert (cells["explained"] == cells["cells"]).all()
    sums = cells.groupby(cells["metric"] == DIRECTION)["cells"].sum()
    yield Claim(
        PAGE, "all {r2} R2 and all {accuracies} direction accuracies are", {"r2": sums[False], "accuracies": sums[True]}
    )
    averages = TABLES["parity_averages"]
    yield Claim(
        PAGE,
        "For the {n} recordings whose raw files we had, ours agree to [{largest:.1e}](baselines.md)",
        {"n": averages["recording"].nunique(), "largest": averages["difference"].max()},
    )
    curved = TABLES["parity_curved"]
    assert (curved["difference"].abs() < curved["tolerance"]).all() and set(curved["method"]) == {"ner-5000"}
    yield Claim(
        PAGE,
        "The {n} embeddings of NER that we had give all {values} printed values; the largest difference is "
        "{largest:.3f}",
        {"n": curved["selection"].nunique(), "values": len(curved), "largest": curved["difference"].abs().max()},
    )


def losses() -> Iterator[Claim]:
    """How trainings begin."""
    yield Claim(PAGE, "are within {bound}, which is what the check asks for", {"bound": BOUND})
    differences = TABLES["losses"].pivot(index=["method", "recording"], columns="step", values="difference")
    for method in ("ner", "cebra"):
        of = differences.loc[method]
        means, largest = of.mean(), of.abs().max()
        template = "| {method} | {n} | mean | {at[200]:+.3f} | {at[1000]:+.3f} | {at[2000]:+.3f} |"
        yield Claim(PAGE, template, {"method": method, "n": len(of), "at": means})
        yield Claim(PAGE, "| | | largest | {at[200]:.3f} | {at[1000]:.3f} | {at[2000]:.3f} |", {"at": largest})


def within() -> Iterator[Claim]:
    """Trained here, training trials."""
    values = {
        "velocity_r2": ("velocity R2", 3),
        "position_r2": ("position R2", 3),
        DIRECTION: ("direction, percentage points", 1),
    }
    for method in ("ner", "cebra"):
        for metric, (value, digits) in values.items():
            found = ran("retrained_within", method=method, metric=metric)
            (tolerance,) = found["tolerance"].unique()
            yield Claim(
                PAGE,
                "| {method} | {value} | {met} of {n} | {tolerance} | {largest:.{digits}f} |",
                {
                    "method": method,
                    "value": value,
                    "met": met(found),
                    "n": len(found),
                    "tolerance": tolerance,
                    "largest": found["difference"].abs().max(),
                    "digits": digits,
                },
            )
    medians = rows("retrained_within_medians", split="train")
    largest = medians.loc[medians["metric"].isin(R2.values()), "difference"].abs().max()
    yield Claim(PAGE, "In R2, they differ by {largest:.3f} at most", {"largest": largest})
    for method in medians["method"].unique():
        yield Claim(
            PAGE,
            "| {method} | {velocity.published:.3f}, {velocity.ours_mean:.3f} | {position.published:.3f}, "
            "{position.ours_mean:.3f} | {direction.published:.1f}, {direction.ours_mean:.1f} |",
            {"method": method, **by_metric("retrained_within_medians", method=method, split="train")},
        )


def misses() -> Iterator[Claim]:
    """What lies outside its tolerance, and what more seeds say of it."""
    keys = ["method", "recording", "metric"]
    once = pd.concat([ran("retrained_within", method=method) for method in ("ner", "cebra")])
    again = ran("seeds_of_misses")[[*keys, "ours_mean", "ours_sd", "seeds", "verdict"]]
    missed = once[once["verdict"] != "met"].merge(again, on=keys, how="left", suffixes=("", "_again"))
    of_r2 = missed[missed["metric"].isin(R2.values())]
    (seeds,) = of_r2["seeds_again"].unique()
    differ = (of_r2["verdict_again"] == "differs").sum()
    yield Claim(PAGE, "With one seed, {n} R2 of NER and CEBRA lie outside their tolerance", {"n": len(of_r2)})
    yield Claim(
        PAGE,
        "We trained both methods with {seeds:.0f} seeds on the {recordings} recordings concerned",
        {"seeds": seeds, "recordings": of_r2["recording"].nunique()},
    )
    yield Claim(PAGE, "Of the {n}, {differ} still differ", {"n": len(of_r2), "differ": differ})
    for row in of_r2.itertuples():
        yield Claim(
            PAGE,
            "| {row.method} | {row.recording} | {value} | {row.published:.3f} | {row.ours_mean:.3f} | "
            "{row.ours_mean_again:.3f} ± {row.ours_sd_again:.3f} | {row.verdict_again} |",
            {"row": row, "value": VALUES[row.metric].removesuffix(" R2")},
        )
    for (method, metric), of in once[once["metric"].isin(R2.values())].groupby(["method", "metric"]):
        verdicts = of_r2.loc[(of_r2["method"] == method) & (of_r2["metric"] == metric), "verdict_again"]
        yield Claim(
            PAGE,
            "| {method} | {value} | {once} | {again} | {spread} |",
            {
                "method": method,
                "value": VALUES[metric],
                "once": met(of),
                "again": met(of) + (verdicts == "met").sum(),
                "spread": (verdicts == "within seed spread").sum(),
            },
        )
    odd = one("seeds_of_misses", method="cebra", recording="mihili-20140303-m1", split="train", metric=DIRECTION)
    yield Claim(PAGE, "({odd.published:.1f} %; ours is {odd.ours_mean:.1f} ± {odd.ours_sd:.1f} %)", {"odd": odd})
    third = one("seeds_of_misses", method="ner", recording="mihili-20140217-m1", split="train", metric="velocity_r2")
    yield Claim(PAGE, "misses its tolerance by {by:.3f}", {"by": abs(third.difference) - third.tolerance})
    for row in missed[missed["metric"] == DIRECTION].itertuples():
        yield Claim(PAGE, "| {row.method} | {row.recording} | {row.difference:+.1f} |", {"row": row})


def across() -> Iterator[Claim]:
    """Trained here, means over pairs of different recordings."""
    means = TABLES["retrained_across_means"]
    for (figure, decoder), of in means[means["method"] == "ner"].groupby(["figure", "decoder"]):
        row = of.iloc[0]
        (total,) = (n for n in range(2, 100) if n * (n - 1) == row.cells_all)
        yield Claim(
            PAGE,
            "| {figure}, {run} of {total} | {decoder} | {velocity.published:.3f}, {velocity.ours_mean:.3f} | "
            "{position.published:.3f}, {position.ours_mean:.3f} | {direction.published:.1f}, "
            "{direction.ours_mean:.1f} |",
            {
                "figure": figure.removeprefix("fig"),
                "run": row.recordings,
                "total": total,
                "decoder": decoder,
                **by_metric("retrained_across_means", figure=figure, decoder=decoder, method="ner"),
            },
        )
    strict = "across recordings of M1 (Fig 5), off-diagonal mean"
    for method in ("ner", "cebra", "pivae"):
        yield Claim(
            PAGE,
            "| {method} | {velocity.paper:.2f}, {velocity.strict:.2f} | {position.paper:.2f}, {position.strict:.2f} | "
            "{direction.paper:.1f}, {direction.strict:.1f} |",
            {"method": method, **by_metric("headlines", statement=strict, method=method)},
        )
    for method in ("ner", "cebra", "cebra16", "pivae"):
        found = rows("retrained_across_means", method=method)
        yield Claim(PAGE, "| {method} | {met} of {n} |", {"method": method, "met": met(found), "n": len(found)})
    for row in means[means["verdict"] != "met"].itertuples():
        yield Claim(PAGE, *miss_across(row))
    found = means["verdict"].value_counts()
    yield Claim(
        PAGE,
        "{n} do not; {rotation} of these lie within what the choice of the rotation gives",
        {"n": int((means["verdict"] != "met").sum()), "rotation": found["within arbitrary choice"]},
    )
    yield Claim(PAGE, "these are means over {cells} pairs or fewer", {"cells": means["cells"].max()})


def miss_across(row) -> tuple[str, dict]:
    """A row of the table of means outside their tolerance."""
    digits = 1 if row.metric == DIRECTION else 2
    return (
        "| {figure} | {row.method} | {row.decoder} | {value} | {row.published:.{digits}f} | {row.ours_mean:.{digits}f} "
        "| {row.tolerance:g} | {row.verdict} |",
        {
            "figure": row.figure.removeprefix("fig"),
            "row": row,
            "value": VALUES[row.metric] + ", %" * (row.metric == DIRECTION),
            "digits": digits,
        },
    )
