import numpy as np
import pytest
import scipy.io
import yaml
from nwb_files import LAYOUTS, Series, perich_miller
from nwb_files import write as write_nwb_file
from places import ROOT
from raw_sessions import raw_trials, smoothed_content, write_struct, write_v73

from ner.data.formats import registry as formats
from ner.data.inspect import inspect, main
from ner.data.preprocessing import make_recording
from ner.data.simulation_maze import simulate_maze
from ner.data.simulation_nwb import write_maze
from ner.storage.errors import InputError
from planning.configuration import ConfigError, validate

VELOCITY = "processing/behavior/Velocity/cursor_vel"


def pasted(lines):
    """The session of the entry at the end, by its name."""
    start = lines.index("The session, to paste under `sessions` of an overlay:")
    return yaml.safe_load("\n".join(lines[start + 1 :]))


def accepted(sessions):
    """Whether config takes the sessions."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    try:
        validate({**config, "sessions": config["sessions"] | sessions})
    except ConfigError as error:
        return str(error)
    return True


@pytest.mark.parametrize(
    ("layout", "areas"), [("perich-miller", "M1 PMd"), ("area2-bump", "S1"), ("mc-maze", "M1 PMd")]
)
def test_the_entry_of_an_nwb_file_can_be_pasted(tmp_path, layout, areas):
    path = write_nwb_file(tmp_path / "Sub-C 2016.nwb", LAYOUTS[layout]())
    lines = inspect(path)
    assert f"preset {layout} fits" in lines
    sessions = pasted(lines)
    assert accepted(sessions) is True
    ((name, entry),) = sessions.items()
    assert name == "sub-c-2016"
    assert entry["areas"] == areas.split()
    assert entry["bins"] == (240 if layout == "mc-maze" else 40)
    recording = make_recording(
        entry["file"],
        "x",
        format=entry["format"],
        area=entry["areas"][0],
        bins=40,
        train_fraction=0.8,
        settings=formats.given_settings("nwb", entry),
    )
    assert len(recording.trial_direction) > 40


def test_the_bins_of_the_entry_are_recorded_in_most_trials(tmp_path):
    """Of trials that end less than 1.2 s after the movement begins, as those of MC_Maze do."""
    write_maze(tmp_path / "maze.nwb", simulate_maze(seed=1, trials=72, neurons={"M1": 6}, bins=100))
    ((_, entry),) = pasted(inspect(tmp_path / "maze.nwb")).items()
    # From 50 ms before the onset on, 100 bins and 250 ms more.
    assert 100 <= entry["bins"] <= 170
    recording = make_recording(
        entry["file"],
        "x",
        format="nwb",
        area="M1",
        bins=entry["bins"],
        train_fraction=0.8,
        settings=formats.given_settings("nwb", entry),
    )
    assert len(recording.trial_direction) > 60


def test_what_an_nwb_file_holds(tmp_path):
    content = perich_miller()
    content.trials["result"][3] = "F"
    content.spikes[1] = content.spikes[0]
    content.units["obs_intervals"] = [np.array([[0.0, 100.0]])] * 9
    series = content.series[VELOCITY]
    series.data[5] = np.nan
    keep = (series.times < 20) | (series.times > 30)
    content.series[VELOCITY] = Series(series.data[keep][::-1], series.times[keep][::-1])
    text = "\n".join(inspect(write_nwb_file(tmp_path / "file.nwb", content)))
    for part in (
        "session: reaches",
        "electrode_group_M1: 5, electrode_group_PMd: 4",
        "Primary Motor Cortex: 5",
        "2 units without spikes",
        "warning: 1 units have the spikes of another",
        "lie outside their obs_intervals",
        "result: R: 63, F: 1",
        "100 Hz, 0 to 194.49 s, 1 gaps, 2 NaN",
        "cursor_vel are out of order",
        "outside the units' obs_intervals: ",
        "result F: 1 (4)",
    ):
        assert part in text, part


def test_a_layout_is_guessed_where_no_preset_fits(tmp_path):
    content = perich_miller()
    content.series = {"processing/behavior/hand_velocity": content.series[VELOCITY]}
    lines = inspect(write_nwb_file(tmp_path / "file.nwb", content))
    assert f"preset perich-miller does not fit: no {VELOCITY}" in lines
    sessions = pasted(lines)
    assert accepted(sessions) is True
    assert sessions["file"]["nwb"]["velocity"] == "processing/behavior/hand_velocity"
    assert any("M1: 5 neurons (1 silent)" in line and "64 trials" in line for line in lines)


def test_only_the_areas_asked_for(tmp_path):
    lines = inspect(write_nwb_file(tmp_path / "file.nwb", perich_miller()), ["PMd"])
    assert pasted(lines)["file"]["areas"] == ["PMd"]


@pytest.mark.parametrize("write", [write_struct, write_v73])
def test_trial_data(tmp_path, write):
    trials = [{**t, "result": "FR"[k % 10 > 0], "tgtDir": t["tgtDir"] + np.pi / 4} for k, t in enumerate(raw_trials())]
    lines = inspect(write(tmp_path / "day.mat", trials))
    text = "\n".join(lines)
    for part in ("result: R (72), F (8)", "M1_spikes: bins x 3 (80)", "bin_size: 0.03 s", "the labels are turned"):
        assert part in text, part
    sessions = pasted(lines)
    assert accepted(sessions) is True
    assert sessions["day"]["areas"] == ["M1", "PMd"]
    assert sessions["day"]["bins"] >= 6


def test_what_is_refused_is_told_with_its_remedy(tmp_path):
    trials = [{**trial, "vel": trial["vel"] / 100} for trial in raw_trials()]
    assert any(
        line.startswith("M1: refused.") and "perhaps to m/s" in line
        for line in inspect(write_struct(tmp_path / "day.mat", trials))
    )


def test_degrees_and_other_bins_are_seen(tmp_path):
    trials = [{**t, "tgtDir": np.rad2deg(t["tgtDir"]), "bin_size": 0.05} for t in raw_trials()]
    entry = pasted(inspect(write_struct(tmp_path / "day.mat", trials)))["day"]
    assert entry["target_unit"] == "degrees"
    assert entry["bin_seconds"] == 0.05


def test_a_file_of_the_authors(tmp_path):
    scipy.io.savemat(tmp_path / "day.mat", smoothed_content(bins=40))
    lines = inspect(tmp_path / "day.mat")
    assert "a file of the authors: smoothed, cut" in lines
    assert any("M1: 3 neurons" in line and "80 trials of 40 bins" in line for line in lines)


@pytest.mark.parametrize("content", [b"", b"<html>", b"version https://git-lfs.github.com/spec/v1"])
def test_the_command_line(tmp_path, capsys, content):
    path = write_struct(tmp_path / "day.mat", raw_trials())
    assert main([str(path), "--area", "M1"]) == 0
    assert "M1: 3 neurons" in capsys.readouterr().out
    (tmp_path / "bad.mat").write_bytes(content)
    assert main([str(tmp_path / "bad.mat")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"error: {tmp_path / 'bad.mat'}: found ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("name", ["day.nwb", "day.csv"])
def test_files_of_no_known_kind_are_refused(tmp_path, name):
    (tmp_path / name).write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="something else, which .* expected an NWB file or a MATLAB .mat file"):
        inspect(tmp_path / name)
    with pytest.raises(InputError, match="found a folder; expected the recording's file"):
        inspect(tmp_path)
