"""What a plan leaves out of recordings that lack conditions, directions or trials of one length."""

import copy
from pathlib import Path

import pytest
import yaml
from places import ROOT
from snakemake.utils import update_config

from planning.configuration import ConfigError, validate
from planning.figures import figures, unshown
from planning.plan import run_plan
from planning.run import offered, unsuited, unsuited_lines

PAPER = yaml.safe_load((ROOT / "config.yaml").read_text())
SIMULATED = {
    "monkey": "Demo",
    "areas": ["M1"],
    "bins": 20,
    "format": "trial_data",
    "simulate": {"seed": 1, "trials": 40, "neurons": {"M1": 4}},
}
TASKS = {
    "task-eight": {},
    "task-free": {"fields": {"direction": None}},
    "task-named": {"fields": {"direction": None}, "condition": ["epoch"]},
    "task-long": {"bins": {"min": 10, "max": 20}},
}


def config(**change):
    made = copy.deepcopy(PAPER)
    sessions = {name: {**SIMULATED, **keys} for name, keys in TASKS.items()}
    names = [f"{name}-m1" for name in sessions]
    update_config(made, {"sessions": sessions, "recordings": names, "example": names[0], **change})
    return made


def test_what_sessions_offer():
    found = {name: offered(config(), f"{name}-m1") for name in TASKS}
    one = "trials of one length"
    assert found == {
        "task-eight": {"conditions", "directions", one},
        "task-free": {one},
        "task-named": {"conditions", one},
        "task-long": {"conditions", "directions"},
    }


def test_methods_are_left_out_where_they_need_what_is_not_there():
    made = config()
    validate(made)
    pairs = unsuited(made)
    without = {method for method, name in pairs if name == "task-free-m1"}
    assert {"pca", "dpca", "umap-supervised", "ner-direction", "average"} & set(made["methods"]) <= without
    assert not without & {"ner", "cebra", "cebra16", "pivae", "umap", "rates", "pls3"}
    assert ("ner-direction", "task-named-m1") in pairs
    assert ("dpca", "task-named-m1") not in pairs
    assert {method for method, name in pairs if name == "task-long-m1"} >= {"ner-shuffled"}
    assert not any(name == "task-eight-m1" for _, name in pairs)
    assert unsuited_lines(made, ["ner", "pca", "dpca"]) == [
        "left out, for lack of conditions: pca, dpca of task-free-m1"
    ]
    files = run_plan(made).within_files("linear", ["pca"])[0]
    assert {Path(path).stem for path in files} == {"task-eight-m1", "task-named-m1", "task-long-m1"}


def test_figures_are_left_out_or_shown_without_a_method():
    made = config(
        figures={
            "free": {"kind": "method", "methods": ["ner", "pca"], "recording": "task-free-m1"},
            "nothing": {"kind": "method", "methods": ["pca"], "recording": "task-free-m1"},
            "neurons": {"kind": "pipeline", "method": "ner", "recording": "task-free-m1"},
            "all": {"kind": "variance", "methods": ["ner", "pca"], "recording": "task-free-m1"},
        }
    )
    validate(made)
    assert figures(made)["free"]["methods"] == ["ner"]
    assert figures(made)["all"]["methods"] == ["ner", "pca"]
    found = unshown(made)
    assert found["nothing"] == "task-free-m1 has no conditions, which pca needs"
    assert found["neurons"] == "task-free-m1 has no conditions"
    assert not {"free", "all"} & set(found)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"bins": {"min": 30, "max": 20}}, "a min that is not above max"),
        ({"bins": {"min": 10}}, "max"),
        ({"bins": {"min": 1, "max": 20}}, "bins"),
        ({"bins": {"min": 10, "max": 20}, "format": "nwb", "step": 5, "nwb": {"layout": "mc-maze"}}, "of one length"),
        ({"step": 5}, "step"),
    ],
)
def test_lengths_that_no_trial_has_are_refused(keys, said):
    session = {**SIMULATED, **keys}
    with pytest.raises(ConfigError, match=said) as raised:
        validate(config(sessions={"task-eight": session}))
    assert "sessions.task-eight" in str(raised.value)
