"""Whether the paper replicates in a run: how many of the values that a replication promises agree with it."""

import pandas as pd

from ner.decoding.columns import METHOD
from ner.storage.tables import Column, Table, names
from ner.verification.compare import VERDICTS

#: Verdicts that count as agreement.
AGREEING = VERDICTS[:3]
TRAIN, OFF_DIAGONAL = "train R2", "off-diagonal means"
#: A method and what is promised of it a row.
REPLICATION = Table(
    "verification/replication.csv",
    (
        METHOD,
        Column("promised", "", f"{TRAIN} (velocity and position of single recordings) or {OFF_DIAGONAL}"),
        Column("agree", "", f"values whose verdict is {', '.join(AGREEING)}"),
        Column("run", "", "values that were run"),
    ),
    "how many of the values that a replication promises agree with the paper",
)
#: Shares of the promised values that agree, from which on the paper counts as replicated, mostly or partly.
LEVELS = {"fully": 1.0, "mostly": 0.75, "partly": 0.5}


def replication(within: pd.DataFrame, means: pd.DataFrame) -> pd.DataFrame:
    """Count what is promised and what agrees.

    Single test values and single pairs of recordings are not promised, nor is the accuracy of the direction on single
    recordings: they move by more from one training to the next than methods differ.

    Args:
        within: columns retrained_within.RETRAINED_WITHIN.
        means: columns retrained_across.RETRAINED_ACROSS_MEANS.

    Returns:
        Columns REPLICATION, for the methods that were run.
    """
    train = within[(within["split"] == "train") & (within["metric"] != "direction_accuracy")]
    both = pd.concat([train.assign(promised=TRAIN), means.assign(promised=OFF_DIAGONAL)])
    both = both[both["verdict"] != "not run"]
    found = both.assign(agree=both["verdict"].isin(AGREEING)).groupby(["method", "promised"], sort=False)["agree"]
    return found.agg(agree="sum", run="size").reset_index()[names(REPLICATION)]


def level(counts: pd.DataFrame) -> str:
    """How far the paper replicates by these counts: fully, mostly, partly, hardly, or untested.

    Args:
        counts: columns REPLICATION.
    """
    run = counts["run"].sum()
    if run == 0:
        return "untested"
    share = counts["agree"].sum() / run
    return next((name for name, least in LEVELS.items() if share >= least), "hardly")
