"""Figure 8: embeddings of curved reaches decoded here, simulated ones and the authors'."""

import numpy as np
import pandas as pd
import pytest
from places import MANIFEST
from samples import LINEAR
from sklearn.metrics import r2_score

from ner.data.upstream import read_manifest
from ner.published.catalogue import published_selections
from ner.published.tables import PUBLISHED_CURVED, published_curved
from ner.storage.errors import InputError
from ner.storage.tables import names
from ner.verification import findings
from ner.verification.compare import outside
from ner.verification.parity_curved import PARITY_CURVED, parity_curved

BINS = 100


def simulated(path, trials=(8, 2), bins=BINS):
    """A file laid out like the authors', and its velocity and position R2 on both splits, by least squares."""
    rng = np.random.default_rng(0)
    found, arrays, parts = {}, {}, {}
    for split, count in zip(("train", "test"), trials, strict=True):
        coordinates = rng.normal(size=(count * bins, 3))
        velocity = 200 * coordinates[:, :2] + rng.normal(0, 100 if split == "train" else 250, (count * bins, 2))
        arrays[f"cebra_veldir_{split}"] = coordinates
        arrays[f"continuous_index_{split}"] = np.column_stack([velocity, np.zeros(count * bins)])
        parts[split] = np.column_stack([coordinates, np.ones(count * bins)]), velocity
    np.savez(path, **arrays)
    weights = np.linalg.lstsq(*parts["train"], rcond=None)[0]
    for split, (design, velocity) in parts.items():
        paths = [values.reshape(-1, bins, 2).cumsum(axis=1).reshape(-1, 2) for values in (velocity, design @ weights)]
        found["velocity_r2", split] = r2_score(velocity, design @ weights)
        found["position_r2", split] = r2_score(*paths)
    return found


def printed(**values):
    rows = [("ner-5000", "up-down-1-2", metric, value) for metric, value in values.items()]
    return pd.DataFrame(rows, columns=names(PUBLISHED_CURVED))


def test_training_trials_are_held_against_the_printed_values_and_held_out_ones_stand_beside(tmp_path):
    expected = simulated(tmp_path / "a.npz")
    values = {metric: round(expected[metric, "train"], 2) for metric in ("velocity_r2", "position_r2")}
    found = parity_curved([("ner-5000", "up-down-1-2", tmp_path / "a.npz")], printed(**values), LINEAR)
    assert list(found.columns) == names(PARITY_CURVED) and list(found.metric) == list(values)
    for row in found.itertuples():
        assert (row.train, row.test) == pytest.approx((expected[row.metric, "train"], expected[row.metric, "test"]))
        assert (row.published, row.train_trials, row.test_trials) == (values[row.metric], 8, 2)
        assert row.difference == pytest.approx(row.train - row.published)
    assert not outside(found).any()
    assert outside(
        parity_curved(
            [("ner-5000", "up-down-1-2", tmp_path / "a.npz")],
            printed(**{metric: value + 0.011 for metric, value in values.items()}),
            LINEAR,
        )
    ).all()


def test_finding_9_is_what_held_out_trials_lose(tmp_path):
    expected = simulated(tmp_path / "a.npz")
    parity = parity_curved(
        [("ner-5000", "up-down-1-2", tmp_path / "a.npz")], printed(velocity_r2=0.8, position_r2=0.8), LINEAR
    )
    table = findings.curved(parity)
    assert list(table.columns) == names(findings.CURVED)
    lost = [expected[metric, "test"] - expected[metric, "train"] for metric in ("velocity_r2", "position_r2")]
    assert list(table.difference) == pytest.approx(lost) and max(lost) < -0.05
    assert findings.curved(parity[:0]).empty


def test_a_file_of_other_trials_is_refused(tmp_path):
    simulated(tmp_path / "a.npz", bins=30)
    with pytest.raises(InputError, match="whole trials of 100 bins"):
        parity_curved([("ner-5000", "up-down-1-2", tmp_path / "a.npz")], printed(velocity_r2=0.8), LINEAR)


#: R2 of velocity and position on held-out trials, decoded from the authors' embeddings of NER.
HELD_OUT = {
    "straight-curve-38": (0.43, 0.14),
    "straight-curve-18": (0.37, 0.45),
    "straight-curve-13": (0.35, 0.16),
    "straight-curve-13-38-18": (0.63, 0.75),
    "up-down-31-38": (0.56, 0.43),
    "up-down-34-18": (0.39, 0.31),
    "up-down-37-1": (0.22, 0.46),
    "up-down-37-1-31-38-34-18": (0.65, 0.76),
}


def test_the_authors_embeddings_give_every_printed_value(mirror):
    files = [file for file in published_selections(read_manifest(MANIFEST)) if (mirror / file.path).is_file()]
    found = parity_curved(
        [(file.method, file.selection, mirror / file.path) for file in files], published_curved(), LINEAR
    )
    assert len(found) == 2 * len(files) and not outside(found).any(), found[outside(found)].to_string()
    ner = found[found.method == "ner-5000"].pivot(index="selection", columns="metric", values="test")
    for selection, expected in HELD_OUT.items():
        assert tuple(ner.loc[selection, ["velocity_r2", "position_r2"]]) == pytest.approx(expected, abs=0.01)
