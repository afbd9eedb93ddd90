from dataclasses import replace

import numpy as np
import pytest
from samples import simulated_recording

from ner.data.raw_parity import RAW_PARITY, raw_parity
from planning.raw_files import raw_pairs


@pytest.fixture
def smoothed():
    return simulated_recording(trials=100)


def row(raw, smoothed):
    table = raw_parity([(raw, smoothed)])
    assert list(table.columns) == [column.name for column in RAW_PARITY]
    return table.iloc[0]


def test_the_same_recording_agrees(smoothed):
    found = row(smoothed, smoothed)
    assert found["agree"]
    assert (found["matched"], found["directions"], found["velocity"], found["rates"]) == (100, 0, 0, 0)


def test_one_trial_more_or_less_agrees(smoothed):
    for raw, expected in ((smoothed.select(smoothed.trial != 7), 99), (smoothed, 99)):
        other = smoothed if raw is not smoothed else smoothed.select(smoothed.trial != 7)
        found = row(raw, other)
        assert found["agree"]
        assert found["matched"] == expected


@pytest.mark.parametrize(
    ("change", "column", "value"),
    [
        (lambda r: replace(r, velocity=r.velocity + [2, 0]), "matched", 0),
        (lambda r: replace(r, velocity=r.velocity + [0.3, 0.3]), "velocity", 0.3),
        (lambda r: replace(r, rates=r.rates + 0.2), "rates", 0.2),
        (lambda r: replace(r, direction=(r.direction + 45) % 360), "directions", 100),
        (lambda r: replace(r, rates=r.rates[:, :-1]), "neurons_raw", 8),
        (lambda r: r.select(r.trial < 90), "trials_raw", 90),
    ],
)
def test_differences_are_found(smoothed, change, column, value):
    found = row(change(smoothed), smoothed)
    assert found[column] == pytest.approx(value)
    assert found["agree"] == (column == "velocity")


def test_trials_in_another_order_are_matched(smoothed):
    order = np.random.default_rng(0).permutation(100)
    rows = np.concatenate([np.flatnonzero(smoothed.trial == trial) for trial in order])
    arrays = {name: getattr(smoothed, name)[rows] for name in ("velocity", "direction", "rates")}
    assert row(replace(smoothed, **arrays), smoothed)["agree"]


def test_pairs_are_of_the_same_monkey_day_and_area():
    def entry(form, monkey="Chewie"):
        return {"format": form, "monkey": monkey}

    recordings = {
        "chewie-20161021-m1": entry("smoothed"),
        "chewie-20161021-pmd": entry("smoothed"),
        "chewie-20161007-m1": entry("smoothed"),
        "chewie-raw-20161021-m1": entry("nwb"),
        "chewie-raw-20161021-pmd": entry("trial_data"),
        "chewie-raw-20161013-m1": entry("nwb"),
        "other-20161007-m1": entry("nwb", "Other"),
        "mine-m1": entry("nwb"),
    }
    assert raw_pairs(recordings) == {
        "chewie-raw-20161021-m1": "chewie-20161021-m1",
        "chewie-raw-20161021-pmd": "chewie-20161021-pmd",
    }
