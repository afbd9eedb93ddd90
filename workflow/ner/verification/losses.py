"""The losses at the beginning of training, published and ours: whether both train the same encoder."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ner.decoding.columns import METHOD, RECORDING, SEED
from ner.storage.tables import Column, Table, names

#: Steps at which losses are compared, each by the mean of the `WINDOW` steps that end there.
STEPS = (200, 1000, 2000)
WINDOW = 200
#: How far the mean over recordings and seeds may lie from the published one. Single curves of CEBRA differ by up to
#: 0.13 between seeds.
BOUND = 0.1
#: A recording, method, seed and step a row.
LOSSES = Table(
    "verification/losses.csv",
    (
        METHOD,
        RECORDING,
        SEED,
        Column("step", "", f"the losses are means of the {WINDOW} training steps that end here"),
        Column("published", "1", "loss that the authors saved with their embedding"),
        Column("ours", "1", "loss of this run's training"),
        Column("difference", "1", "ours minus published"),
    ),
    "the first losses of the authors' trainings, beside this run's",
)


def first_losses(
    published: Mapping[tuple[str, str], np.ndarray], ours: Mapping[tuple[str, str, int], np.ndarray]
) -> pd.DataFrame:
    """Compare the published loss curves with ours of the same method and recording.

    Args:
        published: by method and recording, the authors' curve (steps,).
        ours: by method, recording and seed, our curve (steps,).

    Returns:
        Columns LOSSES; no row for a step that one of two curves does not reach, or for a curve without a published one.
    """
    rows = []
    for (method, recording, seed), curve in ours.items():
        goal = published.get((method, recording), np.empty(0))
        for step in STEPS:
            if step <= min(len(curve), len(goal)):
                means = (float(loss[step - WINDOW : step].mean()) for loss in (goal, curve))
                rows.append((method, recording, seed, step, *means))
    table = pd.DataFrame(rows, columns=names(LOSSES)[:-1])
    return table.assign(difference=table["ours"] - table["published"])


def mean_differences(losses: pd.DataFrame) -> pd.DataFrame:
    """Mean difference of each method at each step.

    Args:
        losses: columns LOSSES.

    Returns:
        Columns method, step, curves (recordings and seeds) and difference (ours minus published, mean over curves).
    """
    found = losses.groupby(["method", "step"], sort=False)["difference"]
    return found.agg(curves="size", difference="mean").reset_index()


def losses_agree(losses: pd.DataFrame) -> bool:
    """Whether every mean difference lies within `BOUND`.

    Args:
        losses: columns LOSSES, of at least one curve.
    """
    return bool((mean_differences(losses)["difference"].abs() <= BOUND).all())
