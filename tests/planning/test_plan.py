"""Where the results of decoding within recordings are: one file of all seeds, where all are decoded."""

import copy

import pytest
import yaml
from places import ROOT
from snakemake.utils import update_config

from ner.figures.kinds import registry
from planning.figures import figures
from planning.measured import measured_jobs
from planning.plan import run_plan

PAPER = yaml.safe_load((ROOT / "config.yaml").read_text())
HAN = ["han-20171201-s1", "han-20171204-s1"]
WITHIN = "<results>/decoding/within"


def config(seeds, **change):
    made = copy.deepcopy(PAPER)
    update_config(made, {"recordings": HAN, "example": HAN[0], "seeds": seeds, **change})
    return made


def test_more_seeds_give_no_more_tables_within_recordings():
    few, many = config([0]), config([*range(70)])
    for name in ("fig4", "fig4_knn"):
        inputs = [registry.kind("variance").inputs(figures(some)[name], run_plan(some)) for some in (few, many)]
        assert inputs[0] == inputs[1]
        methods = figures(few)[name]["methods"]
        assert [len(inputs[0][tables]) for tables in ("tables", "times", "nulls")] == [len(methods) * len(HAN)] * 3


def test_scores_of_a_figure_are_those_of_all_seeds_where_the_run_decodes_them_all():
    plan = run_plan(config([3, 0]))
    assert plan.scores_file("knn", "cebra16", HAN[1], 0) == f"{WITHIN}/knn/cebra16/{HAN[1]}.csv"
    # What the run decodes anyway.
    assert plan.scores_file("knn", "cebra16", HAN[1], 3) in plan.within_files("knn", plan.within["knn"])[0]


@pytest.mark.parametrize(
    ("decoder", "method", "seed"),
    [("linear", "ner", 1), ("knn", "cebra", 0), ("linear", "cebra16", 3)],
    ids=["another seed", "a method of another decoder", "a decoder of another method"],
)
def test_a_figure_of_what_the_run_does_not_decode_asks_for_its_seed_alone(decoder, method, seed):
    plan = run_plan(config([3, 0]))
    assert plan.scores_file(decoder, method, HAN[0], seed) == f"{WITHIN}/{decoder}/{method}/{HAN[0]}/seed{seed}.csv"


def test_a_figure_of_a_recording_that_is_not_compared_asks_for_its_seed_alone():
    maze = {"monkey": "Jenkins", "areas": ["all"], "bins": 100, "format": "nwb", "file": "maze.nwb", "compared": False}
    chosen = {"up": {"trial_type": [1]}}
    sessions = {"jenkins-20090925": {**maze, "nwb": {"layout": "mc-maze"}, "selections": chosen}}
    shown = "jenkins-20090925-up-all"
    plan = run_plan(config([0, 1], sessions=sessions, recordings=[*HAN, shown]))
    assert shown in plan.recordings and shown not in plan.compared()
    assert plan.scores_file("linear", "ner", shown, 1) == f"{WITHIN}/linear/ner/{shown}/seed1.csv"


def test_a_method_of_a_finding_is_decoded_in_one_job_and_fitted_by_every_seed():
    jobs = measured_jobs(
        {name: [name] for name in HAN},
        [0, 1],
        within={"linear": ["cebra"]},
        across=[],
        groups={},
        group_paths={},
        extra=[("cebra-velocity", "linear", HAN[0]), ("cebra", "linear", HAN[0])],
        published_sets=[],
    )
    assert [job for job in jobs if "cebra-velocity" in job] == [
        f"decode_within/cebra-velocity/linear/{HAN[0]}",
        *(f"embed/cebra-velocity/{HAN[0]}/seed{seed}" for seed in (0, 1)),
    ]
    assert len(jobs) == len(set(jobs)) == 2 + 2 * (2 + 1) + 3
