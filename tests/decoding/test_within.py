"""Decoding within recordings, against scikit-learn's estimators and definitions used directly."""

from dataclasses import replace

import numpy as np
import pytest
from samples import KNN, LINEAR
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from ner.data.embeddings import Embedding, read_embedding, write_embedding
from ner.data.recordings import Recording
from ner.decoding import decode as decoding
from ner.decoding.columns import WITHIN, WITHIN_TIME
from ner.decoding.decode import decode
from ner.decoding.decoders.registry import make_decoder
from ner.decoding.knn import KNeighborsClassifierCV, KNeighborsRegressorCV
from ner.decoding.metrics import METRICS, score
from ner.decoding.within import decode_within
from ner.storage.tables import names, read_csv, write_csv

DECODERS = {"linear": LINEAR, "knn": KNN}
# The recordings here have fewer bins than the paper's largest neighbourhoods.
pytestmark = pytest.mark.filterwarnings("ignore:no finite cross-validation score")

TRIALS, BINS, TRAINED = 40, 10, 32
OF = {"method": "ner", "recording": "monkey-20200101-m1", "seed": 3}


def reaches(seed=0, noise=0.5, dimensions=3):
    """An embedding in which noise blurs the movements."""
    rng = np.random.default_rng(seed)
    direction = np.repeat(rng.permutation(np.arange(TRIALS) % 8) * 45, BINS)
    speed = np.tile(np.sin(np.linspace(0, np.pi, BINS)), TRIALS) * 20
    angle = np.deg2rad(direction)
    velocity = speed[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(size=(len(angle), 2))
    mixed = np.column_stack([velocity / 10, np.cos(angle)]) @ rng.normal(size=(3, dimensions))
    trial = np.repeat(np.arange(TRIALS), BINS)
    return Embedding(
        coordinates=mixed + noise * rng.normal(size=mixed.shape),
        velocity=velocity,
        direction=direction,
        trial=trial,
        bin=np.tile(np.arange(BINS), TRIALS),
        train=trial < TRAINED,
    )


def summed(movement):
    return np.concatenate(
        [np.cumsum(movement[start : start + BINS], axis=0) for start in range(0, len(movement), BINS)]
    )


def by_definition(embedding, velocity_decoder, direction_decoder, protocol):
    """Metrics by split from fitted estimators, written out."""
    found = {}
    for split, bins in (("train", embedding.train), ("test", ~embedding.train)):
        truth, decoded = embedding.velocity[bins], velocity_decoder.predict(embedding.coordinates[bins])
        right = direction_decoder.predict(embedding.coordinates[bins]) == embedding.direction[bins]
        swap = protocol == "paper" and split == "test"
        found[split, "velocity_r2"] = r2_score(decoded, truth) if swap else r2_score(truth, decoded)
        found[split, "position_r2"] = r2_score(summed(truth), summed(decoded))
        found[split, "direction_accuracy"] = max(100 * np.mean(right[k::BINS]) for k in range(BINS))
        direction = embedding.direction[bins]
        found[split, "balanced_accuracy"] = max(
            100 * np.mean([np.mean(right[k::BINS][direction[k::BINS] == of]) for of in np.unique(direction)])
            for k in range(BINS)
        )
    return found


def fitted(embedding, velocity, direction):
    bins = embedding.train
    return (
        velocity.fit(embedding.coordinates[bins], embedding.velocity[bins]),
        direction.fit(embedding.coordinates[bins], embedding.direction[bins]),
    )


def values(table, **of):
    for column, value in of.items():
        table = table[table[column] == value]
    return table.set_index(["split", "metric"])["value"].to_dict()


@pytest.mark.parametrize("protocol", ["paper", "strict"])
def test_linear_decoding_is_least_squares_and_logistic_regression(protocol):
    embedding = reaches()
    table, *_ = decode_within({protocol: embedding}, **OF, decoders={"linear": LINEAR})
    estimators = fitted(embedding, LinearRegression(), LogisticRegression(max_iter=5000))
    assert values(table) == pytest.approx(by_definition(embedding, *estimators, protocol), abs=1e-9)


def test_knn_decoding_is_a_grid_search_over_neighbours():
    embedding = reaches(1)
    table, *_ = decode_within({"paper": embedding}, **OF, decoders={"knn": KNN})
    grid = {"n_neighbors": [2, 4, 8, 16, 32, 64, 128, 256]}  # larger ones exceed the folds
    estimators = fitted(
        embedding, GridSearchCV(KNeighborsRegressor(), grid), GridSearchCV(KNeighborsClassifier(), grid)
    )
    assert values(table) == pytest.approx(by_definition(embedding, *estimators, "paper"), abs=1e-9)


def test_protocols_differ_only_in_the_velocity_of_the_test_part_where_they_share_the_embedding():
    embedding = reaches(2)
    table, *_ = decode_within({"paper": embedding, "strict": embedding}, **OF, decoders={"linear": LINEAR})
    paper, strict = values(table, protocol="paper"), values(table, protocol="strict")
    assert {key for key in paper if paper[key] != strict[key]} == {("test", "velocity_r2")}


def test_each_protocol_is_scored_on_its_own_embedding():
    paper, strict = reaches(3), reaches(3, noise=3)
    table, *_ = decode_within({"paper": paper, "strict": strict}, **OF, decoders={"linear": LINEAR})
    estimators = fitted(strict, LinearRegression(), LogisticRegression(max_iter=5000))
    expected = by_definition(strict, *estimators, "strict")
    assert values(table, protocol="strict") == pytest.approx(expected, abs=1e-9)
    assert values(table, protocol="paper")["train", "position_r2"] > expected["train", "position_r2"]


@pytest.mark.parametrize(("same", "fits"), [(True, 1), (False, 2)])
def test_decoders_are_fitted_once_per_distinct_embedding(monkeypatch, same, fits):
    made = []
    monkeypatch.setattr(decoding, "make_decoder", lambda entry: made.append(entry) or make_decoder(entry))
    embeddings = {"paper": reaches(4), "strict": reaches(4, noise=0.5 if same else 1)}
    decode_within(embeddings, **OF, decoders={"linear": LINEAR})
    assert len(made) == fits


def test_tables_are_complete_and_survive_a_file(tmp_path):
    embedding = reaches(5)
    both = {"paper": embedding, "strict": embedding}
    metrics, time, _ = decode_within(both, **OF, decoders=DECODERS)
    assert list(metrics.columns) == names(WITHIN) and list(time.columns) == names(WITHIN_TIME)
    assert len(metrics) == len(DECODERS) * 2 * 2 * len(METRICS)
    assert len(time) == len(DECODERS) * 2 * 2 * BINS
    assert not metrics.duplicated(names(WITHIN)[:-1]).any() and not time.duplicated(names(WITHIN_TIME)[:-1]).any()
    assert (metrics.seed == 3).all() and (metrics.recording == OF["recording"]).all()
    peaks = time.groupby(["decoder", "protocol", "split"])["value"].max()
    accuracy = metrics[metrics.metric == "direction_accuracy"].set_index(["decoder", "protocol", "split"])["value"]
    assert peaks.to_dict() == accuracy.to_dict()
    write_csv(tmp_path / "within.csv", metrics)
    np.testing.assert_allclose(read_csv(tmp_path / "within.csv", WITHIN)["value"], metrics["value"], rtol=1e-9)


def test_test_labels_do_not_reach_the_decoders():
    embedding = reaches(6)
    test = ~embedding.train
    other = replace(
        embedding,
        velocity=np.where(test[:, None], 99.0, embedding.velocity),
        direction=np.where(test, 0, embedding.direction),
    )
    for decoder in DECODERS.values():
        one, two = decode(embedding, decoder), decode(other, decoder)
        np.testing.assert_array_equal(one.velocity, two.velocity)
        np.testing.assert_array_equal(one.direction, two.direction)


def test_an_embedding_that_holds_the_movements_is_decoded_without_error():
    embedding = reaches(7)
    angle = np.deg2rad(embedding.direction)
    exact = replace(embedding, coordinates=np.column_stack([embedding.velocity, 9 * np.cos(angle), 9 * np.sin(angle)]))
    decoded = decode(exact, LINEAR)
    np.testing.assert_allclose(decoded.velocity, embedding.velocity, atol=1e-9)
    for split in ("train", "test"):
        bins = exact.split(split)
        for swapped in (True, False):
            found = score(exact.select(bins), decoded.select(bins), swapped=swapped)
            assert found["velocity_r2"] == pytest.approx(1) and found["position_r2"] == pytest.approx(1)
            assert found["direction_accuracy"] == 100


def test_a_written_embedding_is_decoded_under_each_protocol(tmp_path):
    made = reaches(8)
    behavior = {name: getattr(made, name) for name in ("velocity", "direction", "trial", "bin", "train")}
    recording = Recording(name=OF["recording"], rates=np.zeros((TRIALS * BINS, 1)), **behavior)
    path = tmp_path / "seed3.parquet"
    write_embedding(path, recording, made.coordinates, 2 * made.coordinates + 1, {"method": "ner"})
    embeddings = {protocol: read_embedding(path, protocol) for protocol in ("paper", "strict")}
    table, *_ = decode_within(embeddings, **OF, decoders={"linear": LINEAR})
    paper, strict = values(table, protocol="paper"), values(table, protocol="strict")
    for metric in ("velocity_r2", "position_r2"):
        # Least squares does not depend on the scale or the origin of the embedding.
        assert paper["train", metric] == pytest.approx(strict["train", metric], abs=1e-9)


def test_decoders_have_the_estimators_they_name():
    linear, knn = make_decoder(LINEAR | {"max_iter": 7}), make_decoder(KNN)
    assert isinstance(linear.velocity, LinearRegression) and linear.direction.max_iter == 7
    assert isinstance(knn.velocity, KNeighborsRegressorCV) and isinstance(knn.direction, KNeighborsClassifierCV)


def test_an_unknown_decoder_is_refused():
    with pytest.raises(KeyError, match=r"'svm'.*linear"):
        decode(reaches(), {"module": "svm"})
