"""Recordings of whole reaches in which something is odd that looks right bin by bin: each is warned of, or refused."""

import re

import numpy as np
import pytest
from raw_sessions import write_struct

from ner.data.checks.spikes import check_counts
from ner.data.preprocessing import make_recording
from ner.data.simulation import simulate_session
from ner.storage.errors import InputError


@pytest.fixture(scope="module")
def reaches():
    """The usable trials of a simulated session, as elements of a TrialData struct array."""
    session = simulate_session(seed=4, trials=160, neurons={"M1": 20}, bins=40)
    return [
        {
            "M1_spikes": trial.counts["M1"].astype(float),
            "vel": trial.velocity,
            "idx_goCueTime": float(trial.go_cue + 1),
            "tgtDir": np.deg2rad(trial.direction),
            "bin_size": 0.03,
        }
        for trial in session
        if np.isfinite(trial.direction)
        and np.isfinite(trial.velocity).all()
        and len(trial.velocity) >= trial.go_cue + 40
    ]


def warnings_of(path, trials):
    write_struct(path, trials)
    recording = make_recording(path, "mine", format="trial_data", area="M1", bins=40, train_fraction=0.8)
    return recording.metadata["warnings"]


def changed(field, change, among=lambda k: True):
    """Changes a field of every trial, or of those whose number from 0 is among some."""
    return lambda trials: [
        {**trial, field: change(trial[field].copy())} if among(k) else trial for k, trial in enumerate(trials)
    ]


def filled(*place, value):
    def change(values):
        values[place] = value
        return values

    return change


def every_tenth(k):
    return k % 10 == 0


def second_half(k):
    return k >= 75


ODD = {
    "spikes 600 ms late": (
        changed("M1_spikes", lambda counts: np.roll(counts, 20, axis=0)),
        r"go best with the movement \d+ ms earlier .* begin at the same time",
    ),
    "velocities 600 ms late": (
        changed("vel", lambda velocity: np.roll(velocity, 20, axis=0)),
        r"go best with the movement \d+ ms later .* begin at the same time",
    ),
    "positions in place of velocities": (
        changed("vel", lambda velocity: np.cumsum(velocity, axis=0) * 0.3),
        "still moves in the last bin, at .*are these positions",
    ),
    "a velocity held for 5 bins": (
        changed("vel", lambda velocity: np.repeat(velocity[::5], 5, axis=0)[: len(velocity)]),
        "8[0-9]% of the bins within movements have the velocity of the bin before: is it sampled more coarsely",
    ),
    "counts cut at 1": (
        changed("M1_spikes", lambda counts: np.minimum(counts, 1)),
        "no bin holds two spikes of a neuron, where about .* should",
    ),
    "neurons lost half-way": (
        changed("M1_spikes", filled(slice(None), [0, 3], value=0), second_half),
        "neurons that fire in one half of the trials only: 0, 3",
    ),
    "neurons in another order half-way": (
        changed("M1_spikes", lambda counts: counts[:, ::-1], second_half),
        "mean rates of the first half of the trials are not those of the second .* in the same order",
    ),
    "a neuron that is a constant": (
        changed("M1_spikes", filled(slice(None), 2, value=1)),
        "neurons with the same count in every bin: 2",
    ),
    "numbers of targets among the neurons": (
        lambda trials: [
            {
                **t,
                "M1_spikes": np.column_stack([t["M1_spikes"], np.full(len(t["vel"]), round(4 * t["tgtDir"] / np.pi))]),
            }
            for t in trials
        ],
        "neurons whose count never changes within a trial: 20: are these numbers of trials or targets",
    ),
    "a channel of all spikes": (
        changed("M1_spikes", lambda counts: np.column_stack([counts, counts.sum(axis=1)])),
        "neurons with the spikes of all others together: 20",
    ),
    "no spikes in some trials": (
        changed("M1_spikes", lambda counts: 0 * counts, every_tenth),
        r"no neuron fires for up to 1.2 s of kept bins, where about \d+ spikes should be, in trials 1, 11, ",
    ),
    "spikes that end before the movement does": (
        changed("M1_spikes", filled(slice(-25, None), slice(None), value=0)),
        "no neuron fires for up to 0.[56]",
    ),
    "lost samples that are 0": (
        changed("vel", filled(slice(-25, -15), slice(None), value=0), every_tenth),
        "between a reach's speed and exactly 0 within a bin in trials 1, 11, ",
    ),
    "errors of the tracker": (
        changed("vel", filled(-20, slice(None), value=60), lambda k: k % 2 == 0),
        "the velocity jumps for a single bin in trials 1, 3, ",
    ),
    "a sensor that fails": (
        changed("vel", filled(slice(None), 1, value=0), every_tenth),
        "the velocity in x or y does not change throughout the trials 1, 11, ",
    ),
    "a hand on a slope": (
        changed("vel", lambda velocity: velocity + 0.97 * velocity[:, ::-1]),
        "the hand moves along one axis",
    ),
    "trials that overlap": (
        lambda trials: [*trials, *(t | {key: t[key][1:] for key in ("M1_spikes", "vel")} for t in trials[:60])],
        "most bins of the trials 152, 153, .* are those of an earlier one: do trials overlap",
    ),
    "an artefact in all neurons": (
        changed(
            "M1_spikes", lambda counts: counts + 30 * (np.arange(len(counts)) == len(counts) - 30)[:, None], every_tenth
        ),
        "nearly all neurons fire at once, far more than ever else, in 1[0-9] bins",
    ),
}


def test_whole_reaches_are_nothing_odd(reaches, tmp_path):
    assert warnings_of(tmp_path / "file.mat", reaches) == []


@pytest.mark.parametrize(("spoil", "warning"), ODD.values(), ids=ODD)
def test_what_is_odd_is_warned_of(reaches, tmp_path, spoil, warning):
    found = warnings_of(tmp_path / "file.mat", spoil(reaches))
    assert any(re.search(warning, line) for line in found), found


def test_a_bin_with_more_spikes_than_a_neuron_fires_drops_its_trial(reaches, tmp_path):
    path = write_struct(
        tmp_path / "file.mat", changed("M1_spikes", filled(-20, 0, value=1e6), lambda k: k == 6)(reaches)
    )
    recording = make_recording(path, "mine", format="trial_data", area="M1", bins=40, train_fraction=0.8)
    assert recording.metadata["dropped_trials"] == [
        {"trial": 7, "reason": "more spikes in a bin than a neuron can fire"}
    ]


def test_a_column_of_other_things_among_the_neurons_is_refused(reaches, tmp_path):
    numbered = changed("M1_spikes", lambda counts: np.column_stack([np.arange(len(counts)) * 10.0, counts]))(reaches)
    with pytest.raises(InputError, match="trials malformed: more spikes in a bin than a neuron can fire"):
        warnings_of(tmp_path / "file.mat", numbered)


def test_numbers_of_targets_are_no_angles(reaches, tmp_path):
    numbers = [{**trial, "tgtDir": round(trial["tgtDir"] / (np.pi / 4)) % 8 + 1.0} for trial in reaches]
    with pytest.raises(InputError, match="whole numbers of radians, 1, 2, .*expected angles, not numbers of targets"):
        warnings_of(tmp_path / "file.mat", numbers)


def test_a_width_of_bins_in_milliseconds_is_read_as_such(reaches, tmp_path):
    found = warnings_of(tmp_path / "file.mat", [{**trial, "bin_size": 30.0} for trial in reaches])
    assert found == ["bin_size of 30 is taken for milliseconds"]
    with pytest.raises(InputError, match="bin_size of 0.02 s; expected 0.03 s"):
        warnings_of(tmp_path / "file.mat", [{**trial, "bin_size": 20.0} for trial in reaches])


def test_copies_with_noise_are_refused(reaches, tmp_path):
    rng = np.random.default_rng(0)
    copies = changed("vel", lambda velocity: velocity + rng.normal(size=velocity.shape) / 100)(reaches[:60])
    with pytest.raises(InputError, match="60 trials twice, the first of them 1 and 152"):
        warnings_of(tmp_path / "file.mat", reaches + copies)


@pytest.mark.parametrize("y", [lambda x: x, lambda x: -0.5 * x], ids=["x", "a multiple"])
def test_y_that_is_taken_from_x_is_refused(reaches, tmp_path, y):
    both = changed("vel", lambda velocity: np.column_stack([velocity[:, 0], y(velocity[:, 0])]))(reaches)
    with pytest.raises(InputError, match="a velocity whose y is that of x, or a multiple of it"):
        warnings_of(tmp_path / "file.mat", both)


@pytest.mark.parametrize("bins", [1, 2, 30])
def test_spikes_of_trials_of_any_length_are_not_taken_for_numbers(bins):
    random = np.random.default_rng(0)
    assert check_counts("file", random.poisson(0.05, (120, bins, 20)).astype(float), 0.03) == []
