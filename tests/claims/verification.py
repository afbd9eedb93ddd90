"""docs/verification.md."""

from collections.abc import Iterator

from claims.tables import (
    CONFIG,
    METRICS,
    R2,
    TABLES,
    VALUES,
    Claim,
    by_metric,
    met,
    parity_difference,
    ran,
    recordings_run,
    rows,
)
from ner.verification.losses import BOUND

PAGE = "docs/verification.md"
DIRECTION = "direction_accuracy"
TRIALS = {"train": "training", "test": "test"}


def claims() -> Iterator[Claim]:
    yield Claim(
        PAGE, "no further away than {n:.0f} standard deviations of what", {"n": CONFIG["verification"]["seed_spread"]}
    )
    yield Claim(PAGE, "All numbers below are of the {run} recordings", {"run": recordings_run()})
    yield Claim(PAGE, "of {steps:,} training steps", {"steps": CONFIG["methods"]["ner"]["steps"]})
    yield from decoded_here()
    yield from losses()
    yield from within()
    yield from misses()
    yield from causes()
    yield from across()


def decoded_here() -> Iterator[Claim]:
    """The authors' embeddings, decoded here."""
    parity = TABLES["parity_within"]
    accuracies = parity[parity["metric"] == DIRECTION]
    different = accuracies.loc[accuracies["difference"].abs() > 1e-6, "difference"].abs()
    assert different.max() < 1
    assert (different <= accuracies["rounding"].reindex(different.index) + 1e-6).all()
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
    differences = TABLES["losses"].pivot(index=["method", "recording", "seed"], columns="step", values="difference")
    for method in ("ner", "cebra"):
        of = differences.loc[method]
        means, largest = of.mean(), of.abs().max()
        template = "| {method} | {n} | mean | {at[200]:+.3f} | {at[1000]:+.3f} | {at[2000]:+.3f} |"
        yield Claim(PAGE, template, {"method": method, "n": len(of), "at": means})
        yield Claim(PAGE, "| | | largest | {at[200]:.3f} | {at[1000]:.3f} | {at[2000]:.3f} |", {"at": largest})


def within() -> Iterator[Claim]:
    """Trained here: how many values of each method agree, and the medians."""
    values = rows("retrained_within")
    values = values[values["seeds"] > 0]
    (seeds,) = values.loc[values["method"] == "ner", "seeds"].unique()
    yield Claim(PAGE, "they are means over {seeds} seeds", {"seeds": seeds})
    yield Claim(PAGE, "Published values exist for {n} of the recordings", {"n": values["recording"].nunique()})
    for (method, split), found in values.groupby(["method", "split"], sort=False):
        counts = {
            name: " / ".join(
                str(int((of["verdict"] == verdict).sum()))
                for verdict in ("met", "within seed spread", "within arbitrary choice", "differs")
            )
            for name, metric in METRICS.items()
            for of in [found[found["metric"] == metric]]
        }
        template = "| {method} | {trials} | {velocity} | {position} | {direction} |"
        yield Claim(PAGE, template, {"method": method, "trials": TRIALS[split], **counts})
    of_all = values["verdict"].value_counts()
    yield Claim(PAGE, "Of these {n} values, {differ} differ", {"n": len(values), "differ": of_all["differs"]})
    for method in ("ner", "cebra"):
        largest = {
            name: ran("retrained_within", method=method, metric=metric)["difference"].abs().max()
            for name, metric in METRICS.items()
        }
        template = "| {method} | {velocity:.3f} | {position:.3f} | {direction:.1f} |"
        yield Claim(PAGE, template, {"method": method, **largest})
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
    """Every value within recordings that differs."""
    for row in rows("retrained_within", verdict="differs").itertuples():
        yield Claim(PAGE, *miss_within(row))


def miss_within(row) -> tuple[str, dict]:
    """A row of the table of values within recordings that differ."""
    digits = 1 if row.metric == DIRECTION else 3
    return (
        "| {row.method} | {row.recording} | {trials} | {value} | {row.published:.{digits}f} | "
        "{row.ours_mean:.{digits}f} ± {row.ours_sd:.{digits}f} |",
        {
            "row": row,
            "trials": TRIALS[row.split],
            "value": VALUES[row.metric] + ", %" * (row.metric == DIRECTION),
            "digits": digits,
        },
    )


def causes() -> Iterator[Claim]:
    """What further trainings say of the values that differ."""
    differ = rows("retrained_within", verdict="differs")
    once_more = (1 + 1 / differ["seeds"]) ** 0.5
    own = differ[differ["difference"].abs() <= CONFIG["verification"]["seed_spread"] * once_more * differ["ours_sd"]]
    known = {("cebra", "han-20171207-s1"), ("pivae", "chewie-20150630-m1"), ("pivae", "han-20171204-s1")}
    assert known <= {*zip(own["method"], own["recording"], strict=True)}

    where = {"protocol": "paper", "recording": "mihili-20140303-m1", "method": "cebra-5000"}
    short = rows("steps_of_cebra", **where).groupby(["split", "metric"])["value"].agg(["mean", "std"])
    published = differ[(differ["method"] == "cebra") & (differ["recording"] == where["recording"])]
    for row in published.itertuples():
        assert (
            abs(row.published - short.loc[(row.split, row.metric), "mean"]) < short.loc[(row.split, row.metric), "std"]
        )
    yield Claim(
        PAGE,
        "position R2 of {train_r2[mean]:.2f} ± {train_r2[std]:.2f} and {test_r2[mean]:.2f} ± {test_r2[std]:.2f} "
        "(training, test), and a direction accuracy of {train[mean]:.0f} ± {train[std]:.0f} and {test[mean]:.0f} ± "
        "{test[std]:.0f} %",
        {
            "train_r2": short.loc["train", "position_r2"],
            "test_r2": short.loc["test", "position_r2"],
            "train": short.loc["train", DIRECTION],
            "test": short.loc["test", DIRECTION],
        },
    )
    where = {"protocol": "paper", "method": "umap-random", "split": "train"}
    starts = rows("starts_of_umap", **where).groupby(["recording", "metric"])["value"].agg(["min", "max"])
    reached = [
        row
        for row in differ[(differ["method"] == "umap") & (differ["split"] == "train")].itertuples()
        if starts.loc[(row.recording, row.metric), "min"]
        <= row.published
        <= starts.loc[(row.recording, row.metric), "max"]
    ]
    yield Claim(PAGE, "random starts reach {n} more", {"n": len(reached)})

    found = rows("seeds_of_pivae", protocol="paper").groupby(["recording", "split", "metric"])["value"]
    ranges = found.agg(["min", "max", "mean", "std", "count"])
    (seeds,) = ranges["count"].unique()
    held = differ[differ["recording"].str.startswith("chewie-20161007") & (differ["method"] == "pivae")]
    within = [
        abs(row.published - of["mean"]) <= CONFIG["verification"]["seed_spread"] * (1 + 1 / seeds) ** 0.5 * of["std"]
        for row in held.itertuples()
        for of in [ranges.loc[(row.recording, row.split, row.metric)]]
    ]
    yield Claim(
        PAGE,
        "With {seeds} seeds, the direction accuracy of training trials is {m1[min]:.0f} to {m1[max]:.0f} % on M1 and "
        "{pmd[min]:.0f} to {pmd[max]:.0f} % on PMd",
        {
            "seeds": seeds,
            "m1": ranges.loc["chewie-20161007-m1", "train", DIRECTION],
            "pmd": ranges.loc["chewie-20161007-pmd", "train", DIRECTION],
        },
    )
    for row, near in zip(held.itertuples(), within, strict=True):
        of = ranges.loc[(row.recording, row.split, row.metric)]
        assert near or not of["min"] <= row.published <= of["max"]
    yield Claim(PAGE, "{n} of the {all} published values lie within two", {"n": sum(within), "all": len(within)})
    best = ranges.loc["chewie-20161007-m1", "train", "position_r2"]
    (at,) = held.query(
        "recording == 'chewie-20161007-m1' and split == 'train' and metric == 'position_r2'"
    ).itertuples()
    yield Claim(
        PAGE,
        "the best position R2 of training trials is {best[max]:.2f}, where {at.published:.2f} is published",
        {"best": best, "at": at},
    )
    explained = len(known) + len(published) + len(reached) + sum(within)
    yield Claim(PAGE, "Of the other {n}, we know no cause", {"n": len(differ) - explained})


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
        "{n} do not; {seeds} of these lie within the spread over seeds, and {rotation} within what the choice of the "
        "rotation gives",
        {
            "n": int((means["verdict"] != "met").sum()),
            "seeds": found.get("within seed spread", 0),
            "rotation": found.get("within arbitrary choice", 0),
        },
    )
    yield Claim(PAGE, "these are means over {cells} pairs or fewer", {"cells": means["cells"].max()})
    cells = TABLES["retrained_across_differs"]
    of_pivae = cells[cells["method"] == "pivae"]
    of_day = of_pivae["source"].str.contains("20161007") | of_pivae["target"].str.contains("20161007")
    yield Claim(
        PAGE,
        "Of the {n} that differ, {pivae} are pi-VAE's, and {day} of these read or test an embedding of chewie-20161007",
        {"n": len(cells), "pivae": len(of_pivae), "day": int(of_day.sum())},
    )
    for row in cells.itertuples():
        digits = 1 if row.metric == DIRECTION else 2
        yield Claim(
            PAGE,
            "| {figure} | {row.method} | {row.decoder} | {row.source} | {row.target} | {value} | "
            "{row.published:.{digits}f} | {row.ours_mean:.{digits}f} ± {row.ours_sd:.{digits}f} |",
            {
                "figure": row.figure.removeprefix("fig"),
                "row": row,
                "value": VALUES[row.metric] + ", %" * (row.metric == DIRECTION),
                "digits": digits,
            },
        )
    counts = TABLES["verdicts"]
    verdicts = ["met", "within_seed_spread", "within_arbitrary_choice", "differs"]
    for method, of in counts[counts["figure"] != "fig4"].groupby("method")[verdicts].sum().iterrows():
        yield Claim(PAGE, "| {method} | {counts} |", {"method": method, "counts": " / ".join(map(str, of))})


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
