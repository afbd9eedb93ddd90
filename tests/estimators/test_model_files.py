"""Saved models: they come back bit for bit, run nothing, and a damaged or foreign file is one line."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file
from samples import simulated_recording
from sklearn.exceptions import NotFittedError

import ner
from ner.estimators.model_files import read_model, write_model
from ner.storage.errors import InputError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK = {"steps": 5, "batch_size": 16, "random_state": 0}
RECORDING = simulated_recording(trials=8)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "model.safetensors"
    model = ner.NER(**QUICK, hidden_units=[8, 4], angles=(2,), weights=np.array([1, 1, 2]))
    model.fit(RECORDING.rates, RECORDING.labels).save(path)
    return path, model


@pytest.mark.parametrize("changes", [{"dimensions": 5}, {"hidden_units": (8,)}])
def test_a_model_whose_parameters_changed_since_is_not_saved(tmp_path, changes):
    model = ner.NER(**QUICK).fit(RECORDING.rates, RECORDING.labels).set_params(**changes)
    with pytest.raises(InputError, match="save: found parameters that were changed since the fit"):
        model.save(tmp_path / "model.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_a_model_comes_back_bit_for_bit(saved):
    path, model = saved
    loaded = ner.load(path)
    assert type(loaded) is ner.NER
    assert {**loaded.get_params(), "weights": None} == {**model.get_params(), "hidden_units": (8, 4), "weights": None}
    assert loaded.weights == (1, 1, 2)
    np.testing.assert_array_equal(loaded.transform(RECORDING.rates), model.transform(RECORDING.rates))
    np.testing.assert_array_equal(loaded.loss_history_, model.loss_history_)
    assert loaded.n_features_in_ == 9


def test_equal_models_make_equal_files(saved, tmp_path):
    path, model = saved
    again = tmp_path / "again.safetensors"
    ner.load(path).save(again)
    model.save(tmp_path / "twice.safetensors")
    assert path.read_bytes() == again.read_bytes() == (tmp_path / "twice.safetensors").read_bytes()


def test_names_of_neurons_and_lists_of_recordings_come_back(tmp_path):
    frame = pd.DataFrame(RECORDING.rates).add_prefix("unit")
    X, y = [frame, RECORDING.rates[:, :5]], [RECORDING.labels] * 2
    model = ner.CEBRA(**QUICK).fit(X, y)
    model.save(tmp_path / "list.safetensors")
    loaded = ner.load(tmp_path / "list.safetensors")
    for ours, theirs in zip(loaded.transform(X), model.transform(X), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert list(loaded.recordings_[0].feature_names_in_) == list(frame.columns)
    with pytest.raises(ValueError, match="feature names"):
        loaded.transform([frame.rename(columns={"unit0": "other"}), None])


def test_an_unfitted_model_has_nothing_to_save(tmp_path):
    with pytest.raises(NotFittedError):
        ner.NER().save(tmp_path / "model.safetensors")
    assert not list(tmp_path.iterdir())


def test_the_file_is_no_pickle(saved):
    content = saved[0].read_bytes()
    assert not torch.serialization._is_zipfile(saved[0].open("rb"))
    with pytest.raises(pickle.UnpicklingError):
        pickle.loads(content)
    length = int.from_bytes(content[:8], "little")
    assert "ner" in json.loads(content[8 : 8 + length])["__metadata__"]


@given(st.data())
def test_no_damage_goes_unnoticed(saved, data):
    path, _ = saved
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    damaged = path.with_name("damaged.safetensors")
    damaged.write_bytes(content)
    with pytest.raises(InputError) as raised:
        ner.load(damaged)
    assert "\n" not in str(raised.value)


FOREIGN = {
    "nothing": lambda path: None,
    "a folder": lambda path: path.mkdir(),
    "an empty file": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("a model"),
    "a pickle": lambda path: path.write_bytes(pickle.dumps({"encoder": 1})),
    "weights of torch": lambda path: torch.save({"encoder": torch.zeros(3)}, path),
    "safetensors without a header": lambda path: save_file({"a": np.zeros(3)}, path),
    "safetensors of others": lambda path: save_file({"a": np.zeros(3)}, path, {"ner": "{}"}),
    "a header that is no JSON": lambda path: save_file({"a": np.zeros(3)}, path, {"ner": "{" * 9999}),
    "a nested header": lambda path: save_file({"a": np.zeros(3)}, path, {"ner": "[" * 99999}),
    "a header that is a list": lambda path: save_file({"a": np.zeros(3)}, path, {"ner": "[]"}),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_file_is_one_line(kind, tmp_path):
    path = tmp_path / "model.safetensors"
    FOREIGN[kind](path)
    with pytest.raises(InputError, match="expected a saved model; give a file that a model's `save` wrote") as raised:
        ner.load(path)
    assert "\n" not in str(raised.value)


def changed(place, value):
    def change(description, arrays):
        *parents, last = place
        for key in parents:
            description = description[key]
        description[last] = value

    return change


FORGED = {
    "a class of others": changed(["class"], "os.system"),
    "a class that is no text": changed(["class"], ["NER"]),
    "a huge encoder": changed(["parameters", "hidden_units"], [10**12]),
    "huge dimensions": changed(["parameters", "dimensions"], 10**12),
    "an unknown parameter": changed(["parameters", "shell"], "ls"),
    "negative steps": changed(["parameters", "steps"], -1),
    "other neurons": changed(["recordings", 0, "neurons"], 10**12),
    "no recordings": changed(["recordings"], []),
    "a list without rotations": changed(["list"], True),
    "another format": changed(["format"], 2),
    "NaN": lambda description, arrays: arrays["0.encoder.0.weight"].fill(np.nan),
    "an array too many": lambda description, arrays: arrays.update(more=np.zeros(3)),
    "an array too few": lambda description, arrays: arrays.pop("0.encoder.0.bias"),
    "a loss of another kind": lambda description, arrays: arrays.pop("0.loss_history"),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_file_whose_hash_is_right_is_not_trusted_either(kind, saved, tmp_path):
    description, arrays = read_model(saved[0])
    FORGED[kind](description, arrays)
    path = tmp_path / "forged.safetensors"
    write_model(path, description, arrays)
    with pytest.raises(InputError) as raised:
        ner.load(path)
    assert "\n" not in str(raised.value)
