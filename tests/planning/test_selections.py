"""Sessions of which parts of the trials are recordings of their own."""

import copy

import pytest
import yaml
from places import ROOT

from planning.configuration import ConfigError, validate
from planning.raw_files import raw_pairs
from planning.run import all_recordings

SESSION = {
    "monkey": "Jenkins",
    "areas": ["M1", "all"],
    "bins": 100,
    "format": "nwb",
    "file": "maze.nwb",
    "nwb": {"layout": "mc-maze"},
    "selections": {"left": {"trial_type": [1], "trial_version": [1, 2]}, "right": {"trial_type": [2, 3]}},
}


@pytest.fixture
def config():
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    config["sessions"]["jenkins-20090925"] = copy.deepcopy(SESSION)
    return config


def complaint(config):
    with pytest.raises(ConfigError) as raised:
        validate(config)
    return str(raised.value)


def test_each_selection_and_area_is_a_recording(config):
    validate(config)
    found = {name: entry for name, entry in all_recordings(config).items() if name.startswith("jenkins")}
    assert list(found) == [
        f"jenkins-20090925-{selection}-{area}" for selection in ("left", "right") for area in ("m1", "all")
    ]
    entry = found["jenkins-20090925-right-all"]
    assert entry["selections"] == {"right": {"trial_type": [2, 3]}}
    assert (entry["session"], entry["area"], entry["bins"]) == ("jenkins-20090925", "all", 100)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"selections": {"left": {}}}, "sessions.jenkins-20090925.selections.left"),
        ({"selections": {"Left turn": {"a": [1]}}}, "lower-case letters"),
        ({"selections": {"left": {"trial_type": 1}}}, "selections.left.trial_type"),
        ({"format": "trial_data", "nwb": ...}, "all beside format: trial_data"),
        ({"format": "simulated", "nwb": ..., "areas": ["M1"]}, "selections"),
    ],
)
def test_what_is_wrong_with_a_selection_is_said(config, change, said):
    for key, value in change.items():
        if value is ...:
            del config["sessions"]["jenkins-20090925"][key]
        else:
            config["sessions"]["jenkins-20090925"][key] = value
    assert said in complaint(config)


def test_two_recordings_of_one_name_are_refused(config):
    other = {key: value for key, value in SESSION.items() if key != "selections"} | {"file": "other.nwb"}
    config["sessions"]["jenkins-20090925-left"] = other
    assert "recording jenkins-20090925-left-m1, which jenkins-20090925 has too" in complaint(config)


def test_selections_of_a_group_share_no_trial(config):
    config["groups"]["maze"] = ["jenkins-20090925-left-m1", "jenkins-20090925-right-m1"]
    validate(config)
    config["sessions"]["jenkins-20090925"]["selections"]["right"]["trial_type"] = [1, 2]
    assert "groups.maze: found jenkins-20090925-left-m1 and jenkins-20090925-right-m1" in complaint(config)


def test_a_selection_is_no_other_form_of_the_whole_day(config):
    config["sessions"]["chewie-20161014"] = {**SESSION, "monkey": "Chewie", "areas": ["M1"]}
    config["sessions"]["chewie-raw-20161021"] = {**SESSION, "monkey": "Chewie", "areas": ["M1"], "selections": {}}
    pairs = raw_pairs(all_recordings(config))
    assert pairs == {"chewie-raw-20161021-m1": "chewie-20161021-m1"}
