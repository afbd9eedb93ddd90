"""What docs/what-ranking-adds.md says, from the controls."""

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
from scipy.stats import t

from claims.tables import METRICS, TABLES, Claim, one
from ner.decoding.differences import Z

PAGE = "docs/what-ranking-adds.md"
#: Methods as the page names them, in the order of its table.
TITLES = {
    "average-oracle": "average of the true direction",
    "average-lda": "average of the decoded direction",
    "regression": "regression",
    "rates-history-10": "ridge, 10 bins",
    "rates-history": "ridge, 5 bins",
    "ner": "NER",
    "ner-velocity": "NER, velocity labels only",
    "regression-sphere": "regression on the sphere",
    "rates": "rates",
    "factor-analysis": "factor analysis",
    "pca10": "PCA, 10 dimensions",
    "pls3": "PLS",
    "ner-shuffled": "NER, labels shuffled",
    "ner-direction": "NER, direction labels only",
    "cebra": "CEBRA",
    "untrained": "untrained encoder",
    "ner-neurons-shuffled": "NER, neurons shuffled",
}
#: Methods of the table of consistency.
REPEATED = ["ner", "cebra", "ner-velocity", "ner-direction", "regression", "regression-sphere"]
REPEATED += ["factor-analysis", "pca10", "pls3", "ner-shuffled", "untrained"]
#: Differences across days: two methods with their protocols, the metric, and what the page calls them.
_AVERAGE = "NER − average of the decoded direction, both rotated"
ACROSS_DAYS = [
    ("ner/strict", "ner/target-trained", "velocity", "NER rotated − the target's own decoder of NER"),
    ("ner/strict", "ner/cca", "velocity", "NER rotated − NER by CCA"),
    ("pca10/strict", "pca10/target-trained", "velocity", "PCA rotated − the target's own decoder of PCA"),
    ("ner/strict", "cebra/strict", "velocity", "NER − CEBRA, both rotated"),
    ("ner/strict", "pca10/strict", "velocity", "NER − PCA, both rotated"),
    ("ner/strict", "regression/strict", "velocity", "NER − regression, both rotated"),
    ("ner/strict", "average-lda/strict", "velocity", _AVERAGE),
    ("ner/strict", "average-lda/strict", "position", _AVERAGE),
]


def scores(method: str) -> SimpleNamespace:
    """Means over recordings of a method, by the metrics' names in templates."""
    rows = TABLES["controls"].query("method == @method")
    return SimpleNamespace(
        **{name: rows.loc[rows["metric"] == metric, "mean"].mean() for name, metric in METRICS.items()}
    )


def difference(method: str, other: str, metric: str) -> SimpleNamespace:
    """One method minus another, recording by recording: mean, 95 % interval, SD by seeds, how often it is positive."""
    table = TABLES["controls"]
    rows = table[(table["metric"] == METRICS[metric]) & table["method"].isin([method, other])]
    wide = rows.pivot(index="recording", columns="method", values="mean")
    found = wide[method] - wide[other]
    half = t.ppf(0.975, len(found) - 1) * found.std(ddof=1) / np.sqrt(len(found))
    return SimpleNamespace(
        mean=found.mean(),
        low=found.mean() - half,
        high=found.mean() + half,
        # Of a mean over recordings, by seeds that are independent (ner.decoding.differences.run_spread).
        seeds=np.sqrt((rows["sd"] ** 2 / rows["seeds"]).sum()) / len(found),
        more=int((found > 0).sum()),
        all=len(found),
    )


def across_days(way: str, other: str, metric: str) -> SimpleNamespace:
    """One method and protocol minus another across days: mean over pairs, 95 % interval over days, SD by seeds."""
    ways = dict(zip(("method", "protocol"), way.split("/"), strict=True))
    ways |= dict(zip(("other_method", "other_protocol"), other.split("/"), strict=True))
    row = one("alignments_comparisons", metric=METRICS[metric], **ways)
    return SimpleNamespace(mean=row.difference, low=row.low, high=row.high, seeds=row.seed_sd)


def consistency(method: str, between: str) -> SimpleNamespace:
    """Mean R2 over recordings, or over pairs of them, by any linear map and by a rotation, and of how many."""
    rows = TABLES["consistency"].query("method == @method and between == @between")
    return SimpleNamespace(
        **{fit: part["r2"].mean() for fit, part in rows.groupby("fit")}, all=len(rows) // rows["fit"].nunique()
    )


def claims_of_consistency() -> Iterator[Claim]:
    for method in REPEATED:
        yield Claim(
            PAGE,
            "| " + TITLES[method] + " | {seeds.least_squares:.2f}, {seeds.rotation:.2f} | {days.least_squares:.2f}, "
            "{days.rotation:.2f} |",
            {"seeds": consistency(method, "seeds"), "days": consistency(method, "recordings")},
        )
    yield Claim(
        PAGE,
        "Between seeds: means over {seeds.all} recordings. Between days: over {days.all} pairs of Chewie's M1.",
        {"seeds": consistency("ner", "seeds"), "days": consistency("ner", "recordings")},
    )


def claims() -> Iterator[Claim]:
    yield from claims_of_consistency()
    yield from claims_across()
    yield from claims_of_new_directions()
    table = TABLES["controls"]
    yield Claim(
        PAGE,
        "{n} recordings, {seeds} seeds",
        {"n": table["recording"].nunique(), "seeds": int(table["seeds"].max())},
    )
    for method, title in TITLES.items():
        yield Claim(
            PAGE,
            "| " + title + " | {of.velocity:.2f} | {of.position:.2f} | {of.direction:.1f} % |",
            {"of": scores(method)},
        )
    compared = (
        "{of.mean:+.3f} (interval {of.low:+.3f} to {of.high:+.3f}; SD by seeds {of.seeds:.3f}; higher in {of.more} "
    )
    compared += "of {of.all} recordings)"
    differences = []
    for other, metrics in {
        "cebra": ["velocity", "position"],
        "factor-analysis": ["velocity", "position", "direction"],
        "regression-sphere": ["velocity", "position"],
        "regression": ["velocity", "position"],
        "rates-history-10": ["velocity", "position"],
        "average-lda": ["velocity", "position"],
    }.items():
        for metric in metrics:
            if metric == "direction":
                template = compared.replace(".3f", ".1f")
            else:
                template = compared
            differences.append(difference("ner", other, metric))
            yield Claim(PAGE, f"NER − {TITLES[other]}, {metric}: " + template, {"of": differences[-1]})
    for way, other, metric, title in ACROSS_DAYS:
        differences.append(across_days(way, other, metric))
        template = "{of.mean:+.3f} (interval {of.low:+.3f} to {of.high:+.3f}; SD by seeds {of.seeds:.3f})"
        yield Claim(PAGE, f"{title}, {metric}: " + template, {"of": differences[-1]})
    clear = [of for of in differences if of.low > 0 or of.high < 0]
    explained = [of for of in clear if abs(of.mean) <= Z * of.seeds]
    yield Claim(
        PAGE,
        "{clear} of {all} differences on this page have an interval that leaves out 0; seeds explain {explained} of "
        "these",
        {"clear": len(clear), "all": len(differences), "explained": len(explained)},
    )


def claims_across() -> Iterator[Claim]:
    """What alignments give across days."""
    scored = TABLES["alignments"].set_index(["method", "metric"])["mean"]
    columns = ("unaligned", "strict", "cca", "target-trained")
    for method in ("regression", "ner", "average-lda", "regression-sphere", "pca10", "cebra"):
        cells = [f"{{{name}_velocity:.2f}}, {{{name}_position:.2f}}" for name in "abcd"]
        values = {
            f"{name}_{value}": scored[f"{method}/{protocol}", METRICS[value]]
            for name, protocol in zip("abcd", columns, strict=True)
            for value in ("velocity", "position")
        }
        yield Claim(PAGE, "| " + TITLES[method] + " | " + " | ".join(cells) + " |", values)
    few = TABLES["few_trials"].query("method == 'ner' and metric == 'velocity_r2'")
    means = few.groupby(["protocol", "known"])["mean"].mean()
    recordings = few["recording"].nunique()
    yield Claim(
        PAGE,
        "means over the {pairs} pairs of {days} days",
        {"days": recordings, "pairs": recordings * (recordings - 1)},
    )
    yield Claim(
        PAGE,
        "With 2 training trials of each direction of the target, NER has {few:.2f} in velocity; with all of them, it "
        "has {all:.2f}. With the same 2, the target's own decoder has {own:.2f}",
        {"few": means["strict", "2"], "all": means["strict", "all"], "own": means["target-trained", "2"]},
    )


def claims_of_new_directions() -> Iterator[Claim]:
    """Directions that no training trial has, beside the same recordings with all directions known."""
    new, known = TABLES["directions"], TABLES["controls"]
    recordings = new["recording"].unique()
    known = known[known["recording"].isin(recordings)]
    yield Claim(PAGE, "R2 of velocity and position, for {n} recordings and one seed", {"n": len(recordings)})
    means = {name: table.groupby(["method", "metric"])["mean"].mean() for name, table in (("new", new), ("old", known))}
    order = ("rates-history-10", "rates-history", "regression", "ner", "rates", "pca10", "regression-sphere", "cebra")
    for method in order:
        values = {
            f"{name}_{value}": of[method, METRICS[value]]
            for name, of in means.items()
            for value in ("velocity", "position")
        }
        template = " | {new_velocity:.2f}, {new_position:.2f} | {old_velocity:.2f}, {old_position:.2f} |"
        yield Claim(PAGE, "| " + TITLES[method] + template, values)
