"""Folds of a run: the files of each, what is said of those that cannot be, and what is held against the paper."""

import copy
import re

import pytest
import yaml
from places import ROOT
from snakemake.utils import update_config

from ner.data.upstream import read_manifest
from planning.configuration import ConfigError, validate
from planning.folds import fold_lines, held_out, split_text
from planning.measured import measured_jobs
from planning.plan import run_plan
from planning.published import published_plan

PAPER = yaml.safe_load((ROOT / "config.yaml").read_text())
HAN = ["han-20171201-s1", "han-20171204-s1", "han-20171207-s1"]
LINE = r"config [^\n]+?: found [^\n]+; expected [^\n]+; [^\n]+"


def config(folds, recordings=HAN, **change):
    made = copy.deepcopy(PAPER)
    update_config(made, {"folds": folds, "recordings": recordings, "example": recordings[0], **change})
    return made


def simulated(**keys):
    session = {"monkey": "Demo", "areas": ["M1"], "bins": 20, "format": "trial_data", **keys}
    return session | {"simulate": {"seed": 1, "trials": 40, "neurons": {"M1": 4}, **keys.get("simulate", {})}}


def complaint(changed):
    with pytest.raises(ConfigError) as raised:
        validate(changed)
    return str(raised.value)


def test_without_folds_nothing_has_another_path():
    plan = run_plan(config(None))
    assert plan.folds == plan.group_folds == {} and fold_lines(config(None)) == []
    assert plan.variants(HAN[0]) == {HAN[0]: None} and plan.group_variants("han-s1") == {"han-s1": None}
    assert plan.recording_file(HAN[0]) == f"<results>/recordings/{HAN[0]}.parquet"
    del (older := config(None))["folds"]
    validate(older)
    assert run_plan(older) == plan


def test_tables_are_over_all_folds_and_pictures_of_the_last():
    made = config(3, seeds=[0, 7])
    validate(made)
    plan = run_plan(made)
    metrics, times, nulls = plan.within_files("linear", ["ner"])
    folds = [f"{name}-fold{k}" for name in HAN for k in "123"]
    stems = [f"<results>/decoding/within/linear/ner/{fold}" for fold in folds]
    assert metrics == [f"{stem}.csv" for stem in stems]
    assert (times[0], nulls[0]) == (f"{stems[0]}.time.csv", f"{stems[0]}.null.csv")
    assert plan.recording_file(HAN[1]) == f"<results>/recordings/{HAN[1]}-fold3.parquet"
    assert plan.embedding_file("ner", HAN[1], 0) == f"<results>/embeddings/ner/{HAN[1]}-fold3/seed0.parquet"
    assert plan.movements_file("knn", "ner", HAN[1], 0, "paper").endswith(f"paper/knn/ner/{HAN[1]}-fold3/seed0.parquet")
    assert plan.scores_file("knn", "ner", HAN[1], 0).endswith(f"within/knn/ner/{HAN[1]}-fold3.csv")
    across = [path for path in plan.across_files("han-s1")[0] if "/ner/" in path]
    assert across == [f"<results>/decoding/across/ner/han-s1-fold{k}/seed{s}.csv" for k in "123" for s in "07"]
    assert len(plan.few_trials_files("han-s1", ["ner"])) == 3 * 2
    assert [held_out(made, fold) for fold in plan.folds[HAN[0]]] == [{"number": k, "of": 3} for k in (1, 2, 3)]
    assert split_text(made) == "3 folds of consecutive trials, each held out once"


def test_every_job_of_every_fold_is_measured():
    plan = run_plan(config(2))
    jobs = measured_jobs(
        {name: plan.variants(name) for name in HAN},
        [0],
        within={"linear": ["ner"]},
        across=["ner"],
        groups={"han-s1": HAN},
        group_paths={"han-s1": plan.group_variants("han-s1")},
        extra=[],
        published_sets=[],
    )
    # Reading, fitting and decoding within of three recordings in two folds, and across the group in two.
    assert len(jobs) == 3 * 3 * 2 + 2
    assert f"embed/ner/{HAN[2]}-fold1/seed0" in jobs and "decode_across/ner/han-s1-fold2/seed0" in jobs


def test_conditions_are_those_that_config_knows_and_a_groups_those_that_all_have():
    six = simulated(simulate={"directions": [0, 60, 120, 180, 240, 300]})
    sessions = {"task-six": six, "task-eight": simulated(labels={"direction_offset": 15})}
    names = [f"{name}-m1" for name in sessions]
    made = config("conditions", names, sessions=sessions, groups={"tasks": names})
    validate(made)
    plan = run_plan(made)
    assert plan.folds["task-six-m1"] == ["0", "60", "120", "180", "240", "300"]
    assert plan.folds["task-eight-m1"] == [str(15 + 45 * k) for k in range(8)]
    assert plan.group_folds["tasks"] == ["60", "240"]
    assert held_out(made, "60") == {"condition": "60"}
    assert any("no accuracy of held-out conditions" in line for line in fold_lines(made))
    assert list(run_plan(config([90, "up"])).variants(HAN[0])) == [f"{HAN[0]}-fold90", f"{HAN[0]}-foldup"]


@pytest.mark.parametrize("value", [1, 0, -5, 2.5, True, "five", [], [90, 90], {"of": 5}])
def test_folds_are_a_number_from_2_or_conditions(value):
    message = complaint(config(value))
    assert re.fullmatch(LINE, message) and message.startswith("config folds")


def test_what_folds_cannot_be_is_one_line():
    free = config("conditions", ["task-a-m1"], sessions={"task-a": simulated(fields={"direction": None})})
    own = config("conditions", ["task-a-m1"], sessions={"task-a": {**simulated(), "file": "own.mat"}})
    del own["sessions"]["task-a"]["simulate"]
    many = config(41, ["task-a-m1"], sessions={"task-a": simulated()})
    two = ([0, 90], [30, 60])
    other = {f"task-{k}": simulated(simulate={"directions": of}) for k, of in zip("ab", two, strict=True)}
    apart = config("conditions", ["task-a-m1", "task-b-m1"], sessions=other, groups={"ab": ["task-a-m1", "task-b-m1"]})
    for changed, said in (
        (free, "config folds: found 'conditions', and no conditions of task-a-m1; .*set a number of folds"),
        (own, "config folds: found conditions, which of task-a-m1 only its file tells; .*write them out"),
        (many, "config folds: found 41, and 40 trials of task-a-m1; "),
        (apart, "config groups.ab: found recordings without a condition in common"),
        (config(["up/down"]), "config folds: found condition 'up/down'; "),
        (config(5, groups={"mine": HAN, "mine-fold2": HAN}), "config groups.mine-fold2: .*fold 2 of mine has too"),
        (config(2), "config methods.pivae.fitted_fraction: found 0.6; expected less than 0.5, the share"),
    ):
        message = complaint(changed)
        assert re.fullmatch(LINE, message) and re.match(said, message), message
    # Methods that no fold is fitted by are not in the way.
    decoding = {"within": {"decoders": {"knn": []}}, "across": {"decoders": {"linear": ["ner"], "knn": []}}}
    validate(config(2, compare=["ner"], decoding=decoding, figures=dict.fromkeys(PAPER["figures"])))


def test_nothing_of_folds_is_held_against_the_paper():
    upstream = read_manifest(ROOT / "workflow" / "resources" / "upstream_manifest.csv")
    plain, folds = (published_plan(config(of), upstream, HAN, {"ner", "cebra"}) for of in (None, 5))
    assert plain.within_held and plain.across_held and plain.losses
    assert not (folds.within_held or folds.across_held or folds.losses or folds.averages)
    assert folds.within_embeddings == plain.within_embeddings and folds.across_embeddings == plain.across_embeddings
    tables = {"within": plain.within, "across": list(plain.across.values())}
    assert run_plan(config(None), tables).published_files("within", HAN)[0]
    assert run_plan(config(5), tables).published_files("within", HAN) == ([], [])
