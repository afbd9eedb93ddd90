"""The verification as one page of HTML, to read and to print: what its template is filled with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ner.data.recordings_table import SUMMARY
from ner.decoding.within import SPLITS
from ner.methods.names import method_name
from ner.published.tables import METRICS_PUBLISHED
from ner.report.benchmarks import BENCHMARKS
from ner.report.pictures import Card, cards, finding_pictures
from ner.report.provenance import FACTS, STAGES, TRAININGS, VERSIONS
from ner.report.render import render
from ner.storage.tables import Table
from ner.verification import findings
from ner.verification.compare import PARITY_R2, VERDICTS, outside
from ner.verification.headlines import HEADLINES
from ner.verification.losses import BOUND, LOSSES, losses_agree, mean_differences
from ner.verification.parity_across import PARITY_ACROSS_SUMMARY
from ner.verification.parity_averages import PARITY_AVERAGES, PARITY_CORRELATION, PARITY_DIFFERENCE, averages_met
from ner.verification.parity_curved import PARITY_CURVED, PARITY_PRINTED
from ner.verification.parity_within import PARITY_WITHIN, PARITY_WITHIN_SUMMARY
from ner.verification.replication import REPLICATION, level
from ner.verification.retrained_across import RETRAINED_ACROSS, RETRAINED_ACROSS_MEANS
from ner.verification.retrained_within import RETRAINED_WITHIN, RETRAINED_WITHIN_MEDIANS
from ner.verification.verdicts import VERDICT_COUNTS

#: The tables that the page shows, by the names of their files.
TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        HEADLINES,
        VERDICT_COUNTS,
        REPLICATION,
        RETRAINED_WITHIN,
        RETRAINED_WITHIN_MEDIANS,
        RETRAINED_ACROSS,
        RETRAINED_ACROSS_MEANS,
        PARITY_WITHIN,
        PARITY_WITHIN_SUMMARY,
        PARITY_ACROSS_SUMMARY,
        PARITY_AVERAGES,
        PARITY_CURVED,
        LOSSES,
        findings.SWAPPED,
        findings.TRAIN_TEST,
        findings.PIVAE,
        findings.UMAP,
        findings.ROTATION,
        findings.CANDIDATES,
        findings.PAIRS,
        findings.POSITIVES,
        findings.CURVED,
        findings.TURNED,
        FACTS,
        VERSIONS,
        STAGES,
        TRAININGS,
        SUMMARY,
        BENCHMARKS,
    )
}


@dataclass(frozen=True)
class Lead:
    """How much a method explains on held-out trials, and the best of the other methods: medians of a metric."""

    metric: str
    value: float
    other: str
    best: float


@dataclass(frozen=True)
class Matrix:
    """The cells of a published table across recordings.

    Attributes:
        name: figure, method and decoder.
        counts: of its values, by verdict.
        recordings: its sources, and its targets.
        run: those of them that this run has decoded.
        metrics: by metric, the row of every source and target.
    """

    name: tuple[str, str, str]
    counts: dict[str, int]
    recordings: list[str]
    run: set[str]
    metrics: dict[str, dict[tuple[str, str], object]]


def verdicts_of(counts: pd.DataFrame) -> dict[str, int]:
    """Number of values of each verdict in rows of VERDICT_COUNTS."""
    return {verdict: int(counts[verdict.replace(" ", "_")].sum()) for verdict in VERDICTS}


def leads(train_test: pd.DataFrame, method: str) -> list[Lead]:
    """Medians of a method on held-out trials, beside the best of the other methods of this run.

    Args:
        train_test: columns findings.TRAIN_TEST.
        method: the method.
    """
    found = []
    ours = train_test[(train_test["embeddings"] == "this run") & (train_test["decoder"] == "linear")]
    for metric, rows in ours.groupby("metric", sort=False):
        medians = rows.set_index("method")["test"]
        others = medians.drop(method, errors="ignore")
        if method in medians and len(others):
            found.append(Lead(metric, medians[method], method_name(others.idxmax()), others.max()))
    return found


def _matrices(cells: pd.DataFrame) -> list[Matrix]:
    keys = ["figure", "method", "decoder"]
    return [
        Matrix(
            name=name,
            counts={verdict: int((found["verdict"] == verdict).sum()) for verdict in VERDICTS},
            recordings=sorted(found["source"].unique()),
            run={*found.loc[found["seeds"] > 0, "source"], *found.loc[found["seeds"] > 0, "target"]},
            metrics={
                metric: {(row.source, row.target): row for row in rows.itertuples()}
                for metric, rows in found.groupby("metric", sort=False)
            },
        )
        for name, found in cells.groupby(keys, sort=False)
    ]


def _within(values: pd.DataFrame, counts: pd.DataFrame) -> list[dict]:
    return [
        {
            "method": method,
            "counts": verdicts_of(counts[(counts["figure"] == "fig4") & (counts["method"] == method)]),
            "recordings": {
                recording: {(row.split, row.metric): row for row in rows.itertuples()}
                for recording, rows in found.groupby("recording", sort=False)
            },
        }
        for method, found in values.groupby("method", sort=False)
    ]


def verification_page(tables: Mapping[str, pd.DataFrame], *, simulated: Sequence[str] = (), folds: str = "") -> str:
    """The verification report.

    Args:
        tables: by name, columns as TABLES says; empty ones stand for what a run lacks.
        simulated: names of the recordings that are simulated.
        folds: how the trials are split, in words, where they are not as the authors' were.

    Returns:
        An HTML page that needs nothing from elsewhere.
    """
    counts, promised = tables["verdicts"], tables["replication"]
    across = tables["parity_across_summary"]
    accuracy = across["metric"] == "direction_accuracy"
    trainings = tables["trainings"]
    pictures: list[Card] = cards(tables["retrained_within"], tables["retrained_across_means"])
    jobs = tables["benchmarks"]
    return render(
        "verification.html.j2",
        tables=tables,
        verdicts=VERDICTS,
        metrics=METRICS_PUBLISHED,
        splits=SPLITS,
        simulated=simulated,
        folds=folds,
        recordings=len(tables["recordings"]),
        short=trainings[trainings["run"] < trainings["paper"]],
        level=level(promised[promised["method"] == "ner"]),
        promised=promised,
        leads=leads(tables["finding2_train_and_test"], "ner"),
        cards=pictures,
        within_counts=verdicts_of(counts[counts["figure"] == "fig4"]),
        across_counts=verdicts_of(counts[counts["figure"] != "fig4"]),
        within=_within(tables["retrained_within"], counts),
        matrices=_matrices(tables["retrained_across"]),
        parity={
            "bound": PARITY_R2,
            "missed": int(outside(tables["parity_within"]).sum()),
            "explained": [
                (int(rows["explained"].sum()), int(rows["cells"].sum()))
                for rows in (across[~accuracy], across[accuracy])
            ],
            "averages_missed": int((~averages_met(tables["parity_averages"])).sum()),
            "difference": PARITY_DIFFERENCE,
            "correlation": PARITY_CORRELATION,
            "printed": PARITY_PRINTED,
            "curved_missed": int(outside(tables["parity_curved"]).sum()),
        },
        losses={
            "means": mean_differences(tables["losses"]),
            "agree": losses_agree(tables["losses"]),
            "bound": BOUND,
        },
        pictures=finding_pictures(tables),
        fits=jobs[jobs["stage"] == "embed"],
    )
