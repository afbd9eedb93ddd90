"""Old results against what a run would make: what is the same, what is another, and how it is said."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.storage.integrity import Ledger, Made
from planning.reuse import differences, summarize, why_another, why_stale

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def test_a_change_is_said_by_its_own_name():
    before = {"settings": {"steps": 1000, "units": [32, 16]}, "code": "ab", "packages": {"torch": "2.1"}}
    now = {"settings": {"steps": 1200, "units": [32, 16]}, "code": "cd", "packages": {"torch": "2.2", "numba": "1"}}
    assert list(differences(before, now)) == [
        "steps 1000 -> 1200",
        "the code that makes it was changed",
        "torch 2.1 -> 2.2",
        "numba nothing -> 1",
    ]


@given(VALUES, VALUES)
def test_there_is_a_difference_where_values_differ_and_nowhere_else(before, now):
    found = list(differences({"x": before}, {"x": now}))
    assert bool(found) == (before != now)
    assert all("\n" not in line and len(line) < 300 for line in found)


@pytest.fixture
def ledger(tmp_path):
    """A ledger of two results, the second made from the first."""
    ledger = Ledger(tmp_path, {})
    (tmp_path / "a.csv").write_text("1")
    (tmp_path / "b.csv").write_text("2")
    ledger.record([tmp_path / "a.csv"], {"settings": {"steps": 1, "rate": 1.0}, "device": "cpu"})
    ledger.record([tmp_path / "b.csv"], {"decoders": ["linear"]}, ledger.check([tmp_path / "a.csv"]))
    return ledger


def stale(ledger, tmp_path, name, params, inputs=()):
    return why_stale(ledger, [str(tmp_path / name)], [str(tmp_path / place) for place in inputs], params, ledger.made)


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"settings": {"steps": 1, "rate": 1}}, None),
        ({"settings": {"rate": 1.0, "steps": 1}, "device": "cpu"}, None),
        ({"settings": {"steps": 2, "rate": 1.0}}, "steps 1 -> 2"),
        ({"settings": {"steps": 1, "rate": 1.0}, "device": "cuda"}, "device cpu -> cuda"),
        ({"settings": {"steps": 1, "rate": 1.0}, "code": "x"}, "code nothing -> x"),
        (dict.fromkeys("abcde", 1), "a nothing -> 1, b nothing -> 1, c nothing -> 1 and more"),
    ],
)
def test_settings_decide(ledger, tmp_path, params, reason):
    assert stale(ledger, tmp_path, "a.csv", params) == reason


def test_what_a_result_was_made_from_decides(ledger, tmp_path):
    params = {"decoders": ("linear",)}
    assert stale(ledger, tmp_path, "b.csv", params, ["a.csv"]) is None
    # Files outside the results have their hashes in the params.
    assert stale(ledger, tmp_path, "b.csv", params, ["a.csv", "../raw.mat"]) is None
    assert "no longer reads" in stale(ledger, tmp_path, "b.csv", params)
    assert stale(ledger, tmp_path, "b.csv", params, ["a.csv", "b.csv"]) == "made without b.csv"
    (tmp_path / "a.csv").write_text("3")
    ledger.record([tmp_path / "a.csv"], {"settings": {"steps": 1, "rate": 1.0}})
    assert stale(ledger, tmp_path, "b.csv", params, ["a.csv"]) == "made from another a.csv"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"sha": 1}', "\0"])
def test_a_damaged_entry_says_nothing(ledger, tmp_path, content):
    (tmp_path / ".checksums" / "a.csv.json").write_text(content)
    assert ledger.made(tmp_path / "a.csv") is None
    assert stale(ledger, tmp_path, "a.csv", {"settings": {"steps": 9}}) is None


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4))
def test_a_ledger_keeps_what_it_is_given(tmp_path_factory, params):
    folder = tmp_path_factory.mktemp("results")
    (folder / "a").write_text("")
    ledger = Ledger(folder, {})
    ledger.record([folder / "a"], params)
    assert ledger.made(folder / "a") == Made("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", json.loads(json.dumps(params)))
    assert why_stale(ledger, [str(folder / "a")], [], params, ledger.made) is None


def test_one_reason_is_one_line():
    reasons = {"a": "steps 1 -> 2", "b": "steps 1 -> 2", "c": "made from another x"}
    assert summarize(reasons) == ["a and 1 more: steps 1 -> 2", "c: made from another x"]


@pytest.mark.parametrize(
    ("held", "settings", "reason"),
    [
        ({}, {"steps": 1}, None),
        ({"method": "ner", "recording": "a-m1", "seed": 0}, {}, None),
        ({"recording": "b-m1", "seed": 0}, {}, "recording b-m1 -> a-m1-fold2"),
        ({"method": "pca", "recording": "a-m1", "seed": 1}, {}, "method pca -> ner, seed 1 -> 0"),
        ({"seed": 0, "module": "ner", "settings": {"steps": 2}}, {"module": "ner", "steps": 1}, "steps 2 -> 1"),
        ({"seed": 0, "bins": 40, "area": "M1"}, {"bins": 40, "area": None, "other": 1}, None),
    ],
)
def test_a_table_says_of_itself_which_it_is(held, settings, reason):
    assert why_another(held, {"method": "ner", "recording": "a-m1-fold2", "seed": "0"}, settings) == reason
