"""docs/findings.md."""

from collections.abc import Iterator

from claims.tables import (
    CONFIG,
    METRICS,
    R2,
    TABLES,
    VALUES,
    Claim,
    by_metric,
    by_neighbors,
    directions,
    one,
    parity_difference,
    recordings_run,
    rows,
)


def claims() -> Iterator[Claim]:
    page = "docs/findings.md"
    across = {
        method: one("finding5_rotation", recordings="chewie-m1", method=method, decoder="knn", metric="position_r2")
        for method in ("ner", "cebra16")
    }
    yield Claim(
        page,
        "NER has an R2 of {ner.paper:.2f} and CEBRA in 16 dimensions {cebra16.paper:.2f} by the published protocol; by "
        "the strict one, they have {ner.strict:.2f} and {cebra16.strict:.2f}",
        across,
    )
    yield Claim(
        page,
        "medians of {cebra16_velocity.test:.2f} for velocity and {cebra16_position.test:.2f} for position, where NER "
        "has {ner_velocity.test:.2f} and {ner_position.test:.2f}",
        by_neighbors(),
    )
    yield Claim(page, "| training | {ner.train:.1f} % | {cebra.train:.1f} % | {umap.train:.1f} % |", directions())
    yield Claim(page, "| test, strict | {ner.test:.1f} % | {cebra.test:.1f} % | {umap.test:.1f} % |", directions())
    shares = {"all": 100 * CONFIG["train_fraction"], "fitted": 100 * CONFIG["methods"]["pivae"]["fitted_fraction"]}
    yield Claim(
        page, "all training trials ({all:.0f} %), where the authors' used the {fitted:.0f} % that pi-VAE itself", shares
    )

    for method, name, scored in (("cebra", "CEBRA", "Cebra_Chewie"), ("ner", "NER", "NER_Chewie")):
        where = {"set": scored, "decoder": "linear", "metric": "velocity_r2"}
        yield Claim(
            page,
            "| {name} | {published:.2f} | {here.swapped_mean:.2f} | {here.mean:.2f} |",
            {
                "name": name,
                "published": one("finding6_candidates", **where).published_mean,
                "here": one("finding1_swapped_velocity", method=method, decoder="linear", scored=f"across {scored}"),
            },
        )
    yield Claim(page, "with a largest difference of {largest:.0e}", {"largest": parity_difference()})

    train = by_metric(
        "headlines", R2, statement="within recordings of Chewie’s M1, training trials, median", method="ner"
    )
    yield Claim(page, "The {velocity.stated} of velocity and {position.stated} of position", train)
    where = {"method": "ner", "decoder": "linear"}
    yield Claim(
        page,
        "NER's median over the {run} recordings trained here falls from {velocity.train:.2f} to "
        "{velocity.test:.2f} for velocity and from {position.train:.2f} to {position.test:.2f} for position",
        {"run": recordings_run(), **by_metric("finding2_train_and_test", R2, embeddings="this run", **where)},
    )
    yield Claim(
        page,
        "the median velocity R2 of NER falls from {velocity.train:.2f} to {velocity.test:.2f}",
        by_metric("finding2_train_and_test", R2, embeddings="published", **where),
    )

    scored = {name: metric for name, metric in METRICS.items() if name != "velocity"}
    yield Claim(
        page,
        "the median position R2 on test trials falls from {position.paper:.2f} to {position.strict:.2f}, and the "
        "median direction accuracy from {direction.paper:.1f} to {direction.strict:.1f} %",
        by_metric("finding3_pivae", scored, decoder="linear"),
    )
    for method, name in (("umap", "UMAP"), ("umap-supervised", "UMAP with labels")):
        yield Claim(
            page,
            "| {name} | {position.paper:.1f}, {position.strict:.2f} | {direction.paper:.1f} %, "
            "{direction.strict:.1f} % |",
            {"name": name, **by_metric("finding4_umap", scored, method=method)},
        )
    where = {"method": "umap-supervised", "metric": "direction_accuracy"}
    yield Claim(
        page,
        "right in {train.published:.1f} % of the training trials and in {test.published:.1f} % of the test trials "
        "(medians), where guessing one of eight directions gives {guessing} %",
        {
            "train": one("retrained_within_medians", split="train", **where),
            "test": one("retrained_within_medians", split="test", **where),
            "guessing": 100 / 8,
        },
    )

    of_starts = rows("retrained_within", split="test", metric="position_r2").dropna(subset="choice_sd")
    spread = of_starts.groupby("method")["choice_sd"].median()
    yield Claim(
        page,
        "R2 of a recording has a standard deviation of {umap:.1f} for UMAP and {labels:.1f} with labels (medians over "
        "{n} recordings)",
        {
            "umap": spread["umap"],
            "labels": spread["umap-supervised"],
            "n": of_starts["recording"].nunique(),
        },
    )

    for name, where in {
        "NER, authors' embeddings, linear": {"recordings": "NER_Chewie", "method": "ner", "decoder": "linear"},
        "CEBRA, authors' embeddings, linear": {"recordings": "Cebra_Chewie", "method": "cebra"},
        "CEBRA 16D, trained here, kNN (Figure 5)": {"recordings": "chewie-m1", "method": "cebra16"},
    }.items():
        row = one("finding5_rotation", metric="position_r2", **where)
        yield Claim(page, "| {name} | {row.paper:.3f} | {row.strict:.3f} |", {"name": name, "row": row})

    cells = one("finding6_candidates", set="NER_Chewie", decoder="linear", metric="position_r2")
    yield Claim(
        page, "by {row.median_spread:.2f} in the median and by {row.largest_spread:.2f} at most", {"row": cells}
    )
    yield Claim(page, "it makes the authors' choice in {row.same_choice} of {row.cells} pairs", {"row": cells})

    where = {"figure": "fig5", "decoder": "knn", "metric": "position_r2", "pairs": "off-diagonal"}
    yield Claim(
        page,
        "t is {row.t_published:.2f} as published and {row.t_matched:.2f} with the same recordings paired",
        {"row": one("finding7_pairs", methods="ner - cebra16", **where)},
    )
    tests = TABLES["finding7_pairs"]
    changed = tests[(tests["p_published"] < 0.05) != (tests["p_matched"] < 0.05)]
    assert set(changed["pairs"]) == {"diagonal"}
    yield Claim(page, "{n} tests change sides of p", {"n": len(changed)})
    for row in changed.itertuples():
        yield Claim(
            page,
            "| {figure}, {row.decoder} | {value} | {row.methods} | {row.n_pairs} | {row.p_published:.3f} | "
            "{row.p_matched:.3f} |",
            {"figure": row.figure.removeprefix("fig"), "value": VALUES[row.metric], "row": row},
        )

    rows_of = {
        f"{name}_{method}": one("finding8_positives", method=full, metric=metric)
        for name, metric in METRICS.items()
        for method, full in (("both", "cebra"), ("alone", "cebra-velocity"))
    }
    yield Claim(
        page,
        "rises from {velocity_both.ours_mean:.2f} to {velocity_alone.ours_mean:.2f} for velocity and from "
        "{position_both.ours_mean:.2f} to {position_alone.ours_mean:.2f} for position, and its direction accuracy "
        "falls from {direction_both.ours_mean:.1f} to {direction_alone.ours_mean:.1f} %",
        rows_of,
    )

    for selection, found in rows("finding9_curved", method="ner-5000").groupby("selection"):
        values = {name: found[found["metric"] == metric].iloc[0] for name, metric in R2.items()}
        yield Claim(
            page,
            "| {selection} | {velocity.train_trials}, {velocity.test_trials} | {velocity.train:.2f}, "
            "{velocity.test:.2f} | {position.train:.2f}, {position.test:.2f} |",
            {"selection": selection, **values},
        )

    for method, title in (("ner", "NER"), ("cebra", "CEBRA")):
        for value, metric in R2.items():
            where = {"method": method, "metric": metric, "protocol": "strict"}
            yield Claim(
                page,
                "| " + title + ", " + value + " | {row.as_published:.2f} | {row.turned_back:.2f} | {row.others:.2f} |",
                {"row": one("finding10_turned_labels", **where)},
            )
