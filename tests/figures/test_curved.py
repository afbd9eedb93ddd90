"""What the figure of curved reaches says, against the same computed from the bins."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score

from ner.data.embeddings import Embedding
from ner.decoding.movements import Movements
from ner.figures import curved
from ner.published.catalogue import PRINTED_CURVED
from ner.published.tables import PUBLISHED_CURVED, published_curved
from ner.storage.tables import names

BINS, TRIALS, WIDTH = 20, 10, 0.005
RECORDING = "jenkins-20090925-up-down-31-38-all"


def selected(method="ner-5000", recording=RECORDING, noise=3.0):
    """Reaches to the right that curve to the left and to the right in turn, decoded with noise."""
    rng = np.random.default_rng(0)
    phase = np.linspace(0, np.pi, BINS)
    side = np.resize([1, -1], TRIALS)
    velocity = np.stack([np.tile(np.sin(phase), (TRIALS, 1)), np.outer(side, np.cos(phase))], axis=2).reshape(-1, 2)
    of = {
        "trial": np.repeat(np.arange(TRIALS), BINS),
        "bin": np.tile(np.arange(BINS), TRIALS),
        "train": np.repeat(np.arange(TRIALS) < 8, BINS),
        "velocity": 20 * velocity,
        "direction": np.zeros(TRIALS * BINS, dtype=int),
        "bin_seconds": WIDTH,
        "metadata": {"method": method, "recording": recording},
    }
    decoded = of["velocity"] + rng.normal(0, noise, velocity.shape)
    return curved.Selected(
        Embedding(coordinates=rng.normal(size=(TRIALS * BINS, 3)), **of),
        Movements(decoded_velocity=decoded, decoded_direction=of["direction"], **of),
    )


def test_reaches_that_curve_to_either_side_have_other_colors():
    angles = curved.halfway(selected().movements)
    assert (angles[::2] > 20).all() and (angles[1::2] < -20).all()


def test_training_and_held_out_trials_stand_beside_each_other_and_what_is_printed():
    one = selected()
    table = curved.selections_table([one, selected("cebra-5000", noise=9.0)], published_curved())
    moved = one.movements
    for split, rows in table[table.method == "ner-5000"].groupby("split"):
        inside = moved.train if split == "train" else ~moved.train
        velocity, decoded = moved.velocity[inside], moved.decoded_velocity[inside]
        paths = [values.reshape(-1, BINS, 2).cumsum(axis=1).reshape(-1, 2) for values in (velocity, decoded)]
        values = rows.set_index("metric")
        assert values.loc["velocity_r2", "value"] == pytest.approx(r2_score(velocity, decoded))
        assert values.loc["position_r2", "value"] == pytest.approx(r2_score(*paths))
        assert set(values["trials"]) == {8 if split == "train" else 2}
    printed = table.set_index(["method", "split", "metric"])["published"]
    assert printed["ner-5000", "train", "velocity_r2"] == 0.87 and printed["cebra-5000", "train", "position_r2"] == 0.93
    assert printed[:, "test"].isna().all()
    texts = curved.value_texts(table, "ner-5000", RECORDING, "train")
    assert texts["position_r2"].endswith(" (0.95)")
    assert "(" not in curved.value_texts(table, "ner-5000", RECORDING, "test")["position_r2"]


def test_nothing_published_leaves_no_brackets():
    none = pd.DataFrame({name: [] for name in names(PUBLISHED_CURVED)})
    table = curved.selections_table([selected(recording="demo-maze-up-down-all")], none)
    assert table["published"].isna().all()
    assert [handle.get_label() for handle in curved.scores_legend(table)] == [
        "NER (5,000 steps)",
        "training trials",
        "held-out trials",
    ]


@pytest.mark.parametrize(
    ("recording", "name"),
    [
        (RECORDING, "up-down 31, 38"),
        ("jenkins-20090925-straight-curve-13-all", "straight-curve 13"),
        ("demo-20260101-up-down-m1", "up-down"),
        ("demo-day1-m1", "demo-day1-m1"),
    ],
)
def test_names_of_selections(recording, name):
    assert curved.selection_name(recording) == name


def test_the_printed_values_are_of_the_papers_session_alone():
    selections = published_curved()["selection"].unique()
    assert all(PRINTED_CURVED.covers(f"jenkins-20090925-{selection}-all") for selection in selections)
    for other in ("demo-maze-up-down-31-38-all", "jenkins-20090925-up-down-31-38-m1", "jenkins-20090925-all"):
        assert not PRINTED_CURVED.covers(other)


def test_bins_of_a_selection_hold_what_is_drawn():
    one = selected()
    table = curved.selected_bins(one)
    assert list(table.columns)[:5] == ["method", "recording", "split", "trial", "bin"] and len(table) == TRIALS * BINS
    last = table[(table.trial == 3) & (table.bin == BINS - 1)].iloc[0]
    assert last["x"] == pytest.approx(one.movements.velocity[3 * BINS : 4 * BINS, 0].sum() * WIDTH)
    assert last["decoded_y"] == pytest.approx(one.movements.decoded_velocity[3 * BINS : 4 * BINS, 1].sum() * WIDTH)
