"""Whether the paper replicates in a run."""

import pandas as pd
import pytest
from builders import frame

from ner.verification.replication import REPLICATION, level, replication


def value(method, metric, verdict, split="train"):
    return {"method": method, "split": split, "metric": metric, "verdict": verdict}


def test_train_r2_and_off_diagonal_means_are_promised_of_what_was_run():
    within = pd.DataFrame(
        [
            value("ner", "velocity_r2", "met"),
            value("ner", "position_r2", "within seed spread"),
            value("ner", "position_r2", "differs"),
            value("ner", "position_r2", "not run"),
            value("ner", "direction_accuracy", "differs"),
            value("ner", "velocity_r2", "differs", split="test"),
            value("umap", "velocity_r2", "not run"),
        ]
    )
    means = pd.DataFrame([{"method": "ner", "metric": "direction_accuracy", "verdict": "met"}])
    table = replication(within, means)
    assert table.to_numpy().tolist() == [["ner", "train R2", 2, 3], ["ner", "off-diagonal means", 1, 1]]


@pytest.mark.parametrize(
    ("agree", "run", "found"),
    [(4, 4, "fully"), (3, 4, "mostly"), (2, 4, "partly"), (1, 4, "hardly"), (0, 4, "hardly"), (0, 0, "untested")],
)
def test_levels(agree, run, found):
    assert level(frame(REPLICATION, [("ner", "train R2", agree, run)] if run else [])) == found
