"""The simulated maze: its reaches, and the file that it is written to."""

import numpy as np
import pytest
from pynwb import NWBHDF5IO
from scipy.stats import pearsonr

from ner.data.preprocessing import make_recording
from ner.data.simulation_maze import BULGES, MAZE_BIN_SECONDS, TYPES, simulate_maze
from ner.data.simulation_nwb import write_maze

BINS = 100
NEURONS = {"M1": 6, "PMd": 4}


@pytest.fixture(scope="module")
def session():
    return simulate_maze(seed=3, trials=90, neurons=NEURONS, bins=BINS)


@pytest.fixture(scope="module")
def path(session, tmp_path_factory):
    path = tmp_path_factory.mktemp("maze") / "maze.nwb"
    write_maze(path, session)
    return path


def recording_of(path, area, keep=None):
    given = {"nwb": {"layout": "mc-maze", **({} if keep is None else {"keep": keep})}}
    return make_recording(
        path, "x", format="nwb", area=area, bins=BINS, train_fraction=0.8, sd=1e-3, half_width=1, settings=given
    )


@pytest.mark.parametrize("area", NEURONS)
def test_what_was_simulated_is_what_preprocessing_finds(session, path, area):
    recording = recording_of(path, area)
    kept = [trial for trial in session if trial.success]
    assert len(kept) == 89 and recording.bin_seconds == MAZE_BIN_SECONDS
    first = [trial.onset - 10 for trial in kept]
    for values, simulated in (
        (recording.rates, [trial.counts[area] for trial in kept]),
        (recording.velocity, [trial.velocity for trial in kept]),
    ):
        cut = np.stack([found[k : k + BINS] for found, k in zip(simulated, first, strict=True)])
        np.testing.assert_allclose(recording.per_trial(values), cut, atol=1e-9)


def test_reaches_curve_to_their_side_and_end_at_their_target(session):
    for trial in session:
        target, side = TYPES[trial.kind]
        angle = np.deg2rad(target)
        path = np.cumsum(trial.velocity, axis=0) * MAZE_BIN_SECONDS
        along, across = path @ [np.cos(angle), np.sin(angle)], path @ [-np.sin(angle), np.cos(angle)]
        assert along[-1] == pytest.approx(10, abs=3) and abs(across[-1]) < 3
        largest = across[np.argmax(np.abs(across))]
        if trial.version:
            assert largest * side == pytest.approx(BULGES[trial.version], abs=2.5)
        else:
            assert abs(largest) < 2.5
    assert {(trial.kind, trial.version) for trial in session} == {(k, v) for k in TYPES for v in BULGES}


def test_neurons_lead_the_movement(session):
    """By 90 ms in M1, so that rates of then go with the speed of now."""
    counts = np.concatenate([trial.counts["M1"][:-40].sum(axis=1) for trial in session])
    correlations = [
        pearsonr(
            counts, np.concatenate([np.linalg.norm(trial.velocity[k : k - 40 or None], axis=1) for trial in session])
        ).statistic
        for k in range(40)
    ]
    assert np.argmax(correlations) == pytest.approx(18, abs=8)


def test_the_file_has_the_layout_of_mc_maze(path):
    with NWBHDF5IO(path, "r") as io:
        file = io.read()
        ids = file.units.id[:]
        assert sorted(int(str(number)[0]) for number in ids) == [1] * NEURONS["PMd"] + [2] * NEURONS["M1"]
        groups = {file.units["electrodes"][k]["group_name"].iloc[0] for k in range(len(ids))}
        assert groups == {"PMd"}
        columns = {"move_onset_time", "trial_type", "trial_version", "active_target", "target_pos", "success", "split"}
        assert columns <= set(file.trials.colnames)
        assert set(file.processing["behavior"].data_interfaces) == {"hand_vel", "hand_pos"}


def test_a_seed_makes_the_same_file(session, path, tmp_path):
    write_maze(tmp_path / "again.nwb", simulate_maze(seed=3, trials=90, neurons=NEURONS, bins=BINS))
    assert (tmp_path / "again.nwb").read_bytes() == path.read_bytes()
    write_maze(tmp_path / "other.nwb", simulate_maze(seed=4, trials=90, neurons=NEURONS, bins=BINS))
    assert (tmp_path / "other.nwb").read_bytes() != path.read_bytes()
