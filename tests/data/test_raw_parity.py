from dataclasses import replace

import numpy as np
import pytest
from samples import simulated_recording
from scipy.io import savemat
from scipy.ndimage import convolve1d

from ner.data.preprocessing import make_recording
from ner.data.raw_parity import RAW_PARITY, raw_parity
from ner.data.simulation import simulate_session
from ner.data.simulation_nwb import write_nwb
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


def test_a_day_as_raw_file_and_as_the_authors_would_have_smoothed_it(tmp_path):
    """Spikes and movements in an NWB file; and the same, counted in trials, smoothed, cut and stacked in a .mat."""
    session = simulate_session(seed=5, trials=104, neurons={"M1": 12}, bins=40)
    write_nwb(tmp_path / "raw.nwb", session)
    form = {"area": "M1", "bins": 40, "train_fraction": 0.8}
    raw = make_recording(
        tmp_path / "raw.nwb", "a-raw-20200101-m1", format="nwb", settings={"nwb": {"layout": "perich-miller"}}, **form
    )
    kernel = np.exp(-(np.arange(-4, 5) ** 2) / (2 * 1.5**2))
    rates, velocity, direction = [], [], []
    for trial in session:
        cut = slice(trial.go_cue, trial.go_cue + 40)
        if len(trial.velocity[cut]) == 40 and np.isfinite(trial.velocity[cut]).all() and np.isfinite(trial.direction):
            counts = trial.counts["M1"].astype(float)
            rates.append(convolve1d(counts, kernel / kernel.sum(), axis=0, mode="constant")[cut])
            velocity.append(trial.velocity[cut])
            direction.append(np.full((40, 1), trial.direction))
    content = {"neural_M1": rates, "continuous_index": velocity, "discrete_index": direction}
    savemat(tmp_path / "smoothed.mat", {name: np.concatenate(values) for name, values in content.items()})
    smoothed = make_recording(tmp_path / "smoothed.mat", "a-20200101-m1", format="smoothed", **form)
    found = row(raw, smoothed)
    assert found["agree"]
    assert found["matched"] == found["trials_raw"] == found["trials_smoothed"] == 98
    assert found["rates"] == pytest.approx(0, abs=1e-12)
