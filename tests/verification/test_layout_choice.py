"""What the start of UMAP's layout of the test trials is worth, against decoders by definition and umap-learn itself."""

from types import SimpleNamespace

import numpy as np
import pytest
from samples import LINEAR, simulated_recording
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from ner.data.embeddings import Embedding
from ner.methods.registry import complete_settings
from ner.methods.umap import lay_out
from ner.storage.tables import names
from ner.verification import layout_choice as module
from ner.verification.layout_choice import LAYOUT_CHOICE, RANDOM_STARTS, layout_choice

SETTINGS = complete_settings("umap", {"neighbors": 20})


def embedded(recording, coordinates):
    behavior = {name: getattr(recording, name) for name in ("velocity", "direction", "trial", "bin", "train")}
    return Embedding(**behavior, bin_seconds=recording.bin_seconds, coordinates=coordinates)


def choices(recording, coordinates, settings=SETTINGS):
    made = {"method": "umap", "settings": settings, "decoders": {"linear": LINEAR}}
    return layout_choice(recording, embedded(recording, coordinates), **made)


def test_values_are_those_of_the_decoder_of_the_training_trials(monkeypatch):
    recording = simulated_recording()
    rng = np.random.default_rng(0)
    coordinates = rng.normal(size=(len(recording.rates), 2))
    starts = []

    def lay_out(recording, part, settings, *, seed, start=None, epochs=None):
        """The start itself, or what tells the random starts apart."""
        if epochs == 0:
            return SimpleNamespace(embedding_=coordinates[part])
        given = (seed + 1.0) * coordinates[part] if start is None else start
        starts.append((settings["init"], seed, given))
        return SimpleNamespace(embedding_=given)

    monkeypatch.setattr(module, "lay_out", lay_out)
    table = choices(recording, coordinates)
    assert list(table.columns) == names(LAYOUT_CHOICE) and set(table["split"]) == {"test"}
    assert len(starts) == 4 + RANDOM_STARTS and len(table) == 3 * len(starts)
    # Four mirror images of one layout about its middle, then layouts of other seeds.
    test = ~recording.train
    middle = (coordinates[test].min(axis=0) + coordinates[test].max(axis=0)) / 2
    for (_, _, start), signs in zip(starts, [(1, 1), (1, -1), (-1, 1), (-1, -1)], strict=False):
        np.testing.assert_allclose(start - middle, (coordinates[test] - middle) * signs)
    assert [(init, seed) for init, seed, _ in starts[4:]] == [("random", seed) for seed in range(RANDOM_STARTS)]

    model = LinearRegression().fit(coordinates[recording.train], recording.velocity[recording.train])
    found = table[table["metric"] == "velocity_r2"]["value"]
    for value, (_, _, layout) in zip(found, starts, strict=True):
        # Its arguments are swapped, as published.
        assert value == pytest.approx(r2_score(model.predict(layout), recording.velocity[test]))
    names_of_starts = list(dict.fromkeys(table["start"]))
    assert names_of_starts == ["spectral", *(f"spectral, mirrored {axes}" for axes in ("2", "1", "1 2")), "random"]


@pytest.mark.slow
def test_umap_learn_starts_where_it_is_told():
    recording = simulated_recording(trials=56)
    test = ~recording.train
    spectral = lay_out(recording, test, SETTINGS, seed=0, epochs=0).embedding_
    np.testing.assert_allclose([spectral.min(axis=0), spectral.max(axis=0)], [[0, 0], [10, 10]], atol=1e-4)
    mirrored = lay_out(recording, test, SETTINGS, seed=0, start=10 - spectral, epochs=0).embedding_
    np.testing.assert_allclose(mirrored, 10 - spectral, atol=1e-3)

    coordinates = np.zeros((len(test), 2))
    coordinates[recording.train] = lay_out(recording, recording.train, SETTINGS, seed=0).embedding_
    table = choices(recording, coordinates)
    assert table.query("metric == 'position_r2'")["value"].nunique() == 4 + RANDOM_STARTS
