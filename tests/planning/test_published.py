"""What of the authors' files a run is held against."""

import copy

import pytest
import yaml
from places import ROOT

from ner.data.upstream import read_manifest
from planning.messages import ConfigError
from planning.published import published_plan

PAPER = yaml.safe_load((ROOT / "config.yaml").read_text())
UPSTREAM = read_manifest(ROOT / "workflow" / "resources" / "upstream_manifest.csv")
RUN = ["chewie-20161007-m1", "chewie-20161014-m1"]
METHODS = {"ner", "cebra", "pivae"}


def config(**change):
    return {**copy.deepcopy(PAPER), **change}


def test_a_run_of_published_recordings_is_held_against_the_tables():
    plan = published_plan(config(), UPSTREAM, RUN, METHODS)
    assert {table.method for table in plan.within_held} == {"ner", "cebra", "pivae", "umap", "umap-supervised"}
    assert plan.across_held == list(plan.across.values()) and {"fig5-ner-linear", "fig6-cebra16-knn"} <= set(
        plan.across
    )
    assert plan.tables == [*plan.within, *plan.across_held]
    assert {(e.method, e.recording) for e in plan.losses} == {(m, name) for m in ("ner", "cebra") for name in RUN}
    groups = {"m1": RUN, "own": ["sim-1-m1", "sim-2-m1"], "one": [RUN[0], "sim-1-m1"]}
    assert plan.groups_held(groups, ["ner", "rates"]) == [("ner", "m1")]


def test_a_run_of_other_recordings_is_held_against_nothing():
    plan = published_plan(config(), UPSTREAM, ["sim-1-m1"], METHODS)
    assert plan.within_held == plan.across_held == plan.losses == plan.averages == []
    assert plan.groups_held({"own": ["sim-1-m1", "sim-2-m1"]}, METHODS) == []


def test_a_mirror_has_only_what_lies_in_it(tmp_path):
    path = next(path for path in UPSTREAM if path.startswith("data_NER/Fig4/") and path.endswith("NER_Mihili2014.npz"))
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).touch()
    plan = published_plan(config(data={**PAPER["data"], "mirror": str(tmp_path)}), UPSTREAM, RUN, METHODS)
    assert [table.path for table in plan.tables] == [path]
    assert plan.within_embeddings == plan.sets == plan.selections == []


def test_a_published_method_needs_its_tolerances():
    tolerance = {"ner": {"train": {"r2": 0.1, "direction": 1.0}}}
    changed = config(compare=["ner", "pca"], verification={**PAPER["verification"], "tolerance": tolerance})
    with pytest.raises(ConfigError, match=r"found none for ner \(test\), ner \(across, off_diagonal\); expected one"):
        published_plan(changed, UPSTREAM, RUN, {"ner"})
    published_plan(changed, UPSTREAM, ["sim-1-m1"], {"ner"})
