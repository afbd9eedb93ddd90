"""Decoding across recordings, against fits of each pair by definition and against rotations that are known."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import KNN, LINEAR
from samples import simulated_embedding as simulated
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from ner.decoding.across import decode_across, decode_target
from ner.decoding.alignment import paper_rotation, strict_rotation
from ner.decoding.columns import ACROSS, ACROSS_NULL, ACROSS_TIME
from ner.decoding.decode import fit_decoder
from ner.decoding.maps import rotated
from ner.decoding.metrics import METRICS, score
from ner.decoding.within import decode_within
from ner.storage.errors import InputError
from ner.storage.tables import names

BINS = 8
DECODERS = {"linear": LINEAR | {"max_iter": 500}, "knn": KNN}


def across(embeddings, decoders=("linear",), protocols=("paper", "strict")):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="no finite cross-validation")
        return decode_across(
            dict.fromkeys(protocols, embeddings),
            method="ner",
            group="days",
            seed=3,
            decoders={name: DECODERS[name] for name in decoders},
        )


def by_definition(source, target, decoder, protocol, same):
    """Metrics of a cell as published: rotate the source, fit on it, decode the target's test part."""
    z = source.coordinates
    if not same:
        z = z @ (paper_rotation if protocol == "paper" else strict_rotation)(source, target)
    z, moved, direction = z[source.train], 10 * source.velocity[source.train], source.direction[source.train]
    if decoder == "linear":
        models = LinearRegression(), LogisticRegression(max_iter=500)
    else:
        grid = {"n_neighbors": [2**k for k in range(1, 11)]}
        models = GridSearchCV(KNeighborsRegressor(), grid), GridSearchCV(KNeighborsClassifier(), grid)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        velocity, angle = models[0].fit(z, moved), models[1].fit(z, direction)
    test = ~target.train
    truth, decoded = 10 * target.velocity[test], velocity.predict(target.coordinates[test])
    right = (angle.predict(target.coordinates[test]) == target.direction[test]).reshape(-1, BINS).mean(0)
    pair = (decoded, truth) if protocol == "paper" else (truth, decoded)
    places = [movement.reshape(-1, BINS, 2).cumsum(1).reshape(-1, 2) for movement in (truth, decoded)]
    of = target.direction[test].reshape(-1, BINS)[:, 0]
    each = (angle.predict(target.coordinates[test]) == target.direction[test]).reshape(-1, BINS)
    balanced = 100 * np.mean([each[of == one].mean(0) for one in np.unique(of)], axis=0).max()
    return (r2_score(*pair), r2_score(*places), 100 * right.max(), balanced), 100 * right


@pytest.mark.parametrize("decoder", ["linear", "knn"])
def test_every_cell_by_its_definition(decoder):
    embeddings = {"a": simulated(1), "b": simulated(2, trials=48)}
    values, times, nulls = across(embeddings, [decoder])
    assert list(values.columns) == names(ACROSS) and list(times.columns) == names(ACROSS_TIME)
    assert list(nulls.columns) == names(ACROSS_NULL) and nulls[values.columns].equals(values)
    assert (nulls["null_low"] < nulls["null_mean"]).all() and (nulls["null_mean"] < nulls["null_high"]).all()
    good = nulls[(nulls["metric"] == "direction_accuracy") & (nulls["source"] == nulls["target"])]
    assert (good["p"] < 0.05).all() and (good["null_high"] < good["value"]).all()
    assert len(values) == 2 * 4 * len(METRICS) and len(times) == 2 * 4 * BINS
    values = values.set_index(["protocol", "source", "target", "metric"])["value"]
    times = times.set_index(["protocol", "source", "target", "bin"])["value"]
    for protocol in ("paper", "strict"):
        for source in embeddings:
            for target in embeddings:
                metrics, right = by_definition(
                    embeddings[source], embeddings[target], decoder, protocol, source == target
                )
                found = [values[protocol, source, target, metric] for metric in METRICS]
                np.testing.assert_allclose(found, metrics, rtol=1e-10)
                np.testing.assert_allclose(times[protocol, source, target], right)


def test_tables_say_what_they_hold():
    values, times, _ = across({"a": simulated(1), "b": simulated(2)})
    for table in (values, times):
        assert set(table.method) == {"ner"} and set(table.group) == {"days"} and set(table.seed) == {3}
        assert set(table.decoder) == {"linear"} and set(table.protocol) == {"paper", "strict"}
    cells = values.drop_duplicates(["source", "target"])
    assert list(cells.source[:2]) == ["a", "a"] and list(cells.target[:2]) == ["a", "b"]


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6))
@pytest.mark.parametrize("protocol", ["paper", "strict"])
def test_a_turned_copy_is_decoded_like_the_recording_itself(seed, protocol):
    embedding = simulated(seed)
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    copy = replace(embedding, coordinates=embedding.coordinates @ turn)
    values, *_ = across({"here": embedding, "there": copy}, protocols=[protocol])
    for _, cell in values.groupby("metric"):
        np.testing.assert_allclose(cell.value, cell.value.iloc[0], rtol=1e-8)


def test_the_diagonal_is_the_test_part_within():
    embeddings = {"a": simulated(1), "b": simulated(2)}
    values, *_ = across(embeddings)
    for name, embedding in embeddings.items():
        within, *_ = decode_within(
            dict.fromkeys(("paper", "strict"), embedding),
            method="ner",
            recording=name,
            seed=3,
            decoders={"linear": DECODERS["linear"]},
        )
        within = within[within.split == "test"].set_index(["protocol", "metric"])["value"]
        cell = values[(values.source == name) & (values.target == name)].set_index(["protocol", "metric"])["value"]
        np.testing.assert_allclose(cell.loc[within.index], within, rtol=1e-12)


def test_strict_uses_no_label_of_a_test_trial():
    a, b = simulated(1), simulated(2)
    shuffled = np.where(b.train, b.direction, np.roll(b.direction, 3 * BINS))
    rotation = strict_rotation(a, b)
    np.testing.assert_array_equal(rotation, strict_rotation(a, replace(b, direction=shuffled)))
    moved = replace(b, coordinates=np.where(b.train[:, None], b.coordinates, 7.0))
    np.testing.assert_array_equal(rotation, strict_rotation(a, moved))
    shuffled_source = np.where(a.train, a.direction, np.roll(a.direction, 3 * BINS))
    np.testing.assert_array_equal(rotation, strict_rotation(replace(a, direction=shuffled_source), b))


def test_protocols_with_their_own_coordinates_are_decoded_apart():
    paper, strict = ({name: simulated(k + shift) for k, name in enumerate("ab")} for shift in (1, 11))
    options = {"method": "pivae", "group": "g", "seed": 0, "decoders": {"linear": DECODERS["linear"]}}
    values, *_ = decode_across({"paper": paper, "strict": strict}, **options)
    apart = [decode_across({name: given}, **options)[0] for name, given in (("paper", paper), ("strict", strict))]
    for (_, together), alone in zip(values.groupby("protocol"), apart, strict=True):
        np.testing.assert_array_equal(together.value, alone.value)


def test_sixteen_dimensions_by_nearest_neighbours():
    embeddings = {"a": simulated(1, dimensions=16, noise=0.05), "b": simulated(2, dimensions=16, noise=0.05)}
    values, *_ = across(embeddings, ["knn"], ["strict"])
    assert values[values.metric == "position_r2"].value.min() > 0.8


def test_recordings_of_other_tasks_are_refused():
    a, b = simulated(1), simulated(2)
    other = b.crop(0, b.bins_per_trial - 2)
    with pytest.raises(InputError, match="simulated-1"):
        across({"a": a, "b": other})


def test_a_rotated_target_equals_a_rotated_source():
    a, b = simulated(1), simulated(2)
    rotation = strict_rotation(a, b)
    here = score(*decode_target(fit_decoder(a, DECODERS["linear"]), b, rotated(rotation)))
    turned = replace(a, coordinates=a.coordinates @ rotation)
    there = score(*decode_target(fit_decoder(turned, DECODERS["linear"]), b, None))
    assert here["velocity_r2"] == pytest.approx(there["velocity_r2"], abs=1e-12)
    assert here["position_r2"] == pytest.approx(there["position_r2"], abs=1e-12)
