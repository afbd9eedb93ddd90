"""Figures as entries of config: what each may ask for, what is said of the rest, and the files that it needs."""

import copy
import re

import pytest
import yaml
from places import ROOT
from snakemake.utils import update_config

from ner.data.upstream import read_manifest
from ner.figures.kinds import registry
from ner.published.catalogue import PRINTED_CURVED, published_tables
from planning.configuration import ConfigError, validate
from planning.figures import figures, outputs, undrawn
from planning.plan import run_plan

PAPER = yaml.safe_load((ROOT / "config.yaml").read_text())
LINE = r"config [^\n]+?: found [^\n]+; expected [^\n]+; [^\n]+"
HAN = ["han-20171201-s1", "han-20171204-s1"]


def config(figures=None, **change):
    made = copy.deepcopy(PAPER)
    update_config(made, {**change, "figures": figures or {}})
    return made


def complaint(changed):
    with pytest.raises(ConfigError) as raised:
        validate(changed)
    return str(raised.value)


@pytest.mark.parametrize(
    ("name", "entry", "place", "parts"),
    [
        ("mine", {"kind": "acros", "group": "han-s1"}, "mine.kind", ["one of across, ", "did you mean across"]),
        ("mine", {"group": "han-s1"}, "mine.kind", ["found nothing", "add the key"]),
        ("mine", {"kind": 5}, "mine.kind", ["found 5", "a text"]),
        ("mine", "across", "mine", ["found 'across'", "a mapping or null"]),
        ("mine", {"kind": "across"}, "mine.group", ["found nothing", "the group of recordings"]),
        ("mine", {"kind": "across", "group": "han"}, "mine.group", ["did you mean han-s1"]),
        ("mine", {"kind": "across", "group": ["han-s1"]}, "mine.group", ["a text"]),
        ("mine", {"kind": "across", "group": "han-s1", "seed": 0}, "mine.seed", ["an unknown key"]),
        ("mine", {"kind": "across", "group": "han-s1", "protocol": "loose"}, "mine.protocol", ["paper, strict"]),
        ("mine", {"kind": "variance", "methods": ["ner-5000"]}, "mine.methods", ["`compare`", "found 'ner-5000'"]),
        ("mine", {"kind": "variance", "methods": ["cebra"], "decoder": "knn"}, "mine.methods", ["cebra16"]),
        ("mine", {"kind": "variance", "methods": []}, "mine.methods", ["a non-empty list"]),
        ("mine", {"kind": "variance", "methods": "ner"}, "mine.methods", ["a non-empty list"]),
        ("mine", {"kind": "variance", "methods": ["ner"], "decoder": "svm"}, "mine.decoder", ["one of linear, knn"]),
        ("mine", {"kind": "pipeline", "method": "nerr"}, "mine.method", ["did you mean ner"]),
        ("mine", {"kind": "pipeline", "method": "ner", "recording": "chewie"}, "mine.recording", ["found 'chewie'"]),
        ("mine", {"kind": "pipeline", "method": "ner", "seed": -1}, "mine.seed", ["from 0 to"]),
        (
            "mine",
            {"kind": "latents", "group": "han-s1", "methods": ["ner"], "anchor": "chewie-20161014-m1"},
            "mine.anchor",
            ["of 40 bins", "expected 35, as the group has", "`anchor_bins`"],
        ),
        (
            "mine",
            {"kind": "latents", "group": "han-s1", "methods": ["ner"], "anchor_bins": [2, 40]},
            "mine.anchor_bins",
            ["bins 2 to 40", "35 bins"],
        ),
        (
            "mine",
            {"kind": "latents", "group": "han-s1", "methods": ["ner"], "anchor_bins": [36, 2]},
            "mine.anchor_bins",
            ["bins 36 to 2"],
        ),
        (
            "mine",
            {"kind": "latents", "group": "chewie-m1", "methods": ["ner"], "averages_only": ["pac"]},
            "mine.averages_only",
            ["did you mean pca"],
        ),
        (
            "mine",
            {
                "kind": "across_latents",
                "group": "han-s1",
                "methods": ["ner"],
                "area": "S1",
                "anchor": "chewie-20161014-m1",
            },
            "mine.anchor",
            ["one of han-20171201-s1", "did you mean han-20171201-s1"],
        ),
        ("mine", {"kind": "film", "method": "ner", "trials": 0}, "mine.trials", ["at least 1"]),
        ("my days", {"kind": "across", "group": "han-s1"}, "my days", ["this name", "rename it"]),
        ("../mine", {"kind": "across", "group": "han-s1"}, "../mine", ["this name", "rename it"]),
        ("null", {"kind": "across", "group": "han-s1"}, "null", ["this name", "rename it"]),
        ("FIG5", {"kind": "across", "group": "han-s1"}, "FIG5", ["none that figure fig5 has too", "rename it"]),
        ("fig3_notebook", {"kind": "across", "group": "han-s1"}, "fig3_notebook", ["figure fig3 has too"]),
    ],
)
def test_an_entry_that_cannot_be_drawn_is_one_line(name, entry, place, parts):
    changed = config()
    changed["figures"][name] = entry
    message = complaint(changed)
    assert re.fullmatch(LINE, message)
    assert message.startswith(f"config figures.{place}: found ")
    for part in parts:
        assert part in message


def test_a_group_of_one_recording_is_refused_and_one_of_which_a_run_has_one_is_left_out():
    entry = {"mine": {"kind": "across", "group": "mine"}}
    message = complaint(config(entry, groups={"mine": HAN[:1]}))
    assert message.startswith("config groups.mine: found ['han-20171201-s1']; expected a list of at least two")
    some = config(entry, groups={"mine": HAN}, recordings=[HAN[0], "chewie-20161014-m1"])
    validate(some)
    assert undrawn(some)["mine"] == "this run has 1 of its group's recordings (mine); it needs two"


def test_figures_of_recordings_that_a_run_lacks_are_left_out():
    some = config(recordings=["han-20171201-s1", "chewie-20160929-m1", "chewie-20161007-m1"], example="han-20171201-s1")
    validate(some)
    assert set(undrawn(some)) == {"fig3", "fig6", "fig6_mihili", "fig7", "fig7_latents"}
    assert undrawn(some)["fig7"] == "this run has 1 of its group's recordings (han-s1); it needs two"
    both = config(recordings=HAN, example=HAN[0])
    validate(both)
    assert undrawn(both)["fig7_latents"] == "this run does not have its anchor chewie-20161014-m1"
    assert "fig7" not in undrawn(both)


def test_null_takes_a_figure_out_and_a_method_of_the_run_by_the_word_compared():
    some = config(
        {"fig5": None, "fig4_strict": {"methods": "compared"}}, compare=["ner", "pca"], recordings=HAN, example=HAN[0]
    )
    some["figures"] |= {"fig4": None}
    validate(some)
    made = figures(some)
    assert not {"fig5", "fig4"} & set(made)
    assert made["fig4_strict"]["methods"] == ["ner", "pca"]
    assert made["film"]["recording"] == HAN[0]


def test_a_users_own_figure_is_strict_unless_asked_and_needs_one_entry():
    mine = config({"my_days": {"kind": "across", "group": "mine"}}, groups={"mine": HAN})
    validate(mine)
    assert figures(mine)["my_days"]["protocol"] == "strict"
    assert all(entry.get("protocol") == "paper" for name, entry in figures(config()).items() if name != "fig4_strict")
    # Every kind has that default, where it has a protocol.
    for kind in registry.module_names():
        protocol = registry.kind(kind).SETTINGS.get("protocol")
        assert protocol is None or protocol["default"] == "strict"


def test_published_values_stand_beside_those_of_the_same_recordings_whatever_the_figure_is_called():
    tables = published_tables(read_manifest(ROOT / "workflow" / "resources" / "upstream_manifest.csv"))
    by_scope = {
        "within": [table for table in tables if table.figure == "fig4"],
        "across": [table for table in tables if table.figure != "fig4"],
    }
    plan = run_plan(config(groups={"mine": HAN}), by_scope)
    expected = ["<results>/published/across.csv"], ["<results>/published/across_time.csv"]
    assert plan.published_files("across", HAN) == expected
    assert plan.published_files("across", ["mihili-20140217-m1"]) == ([], [])
    assert plan.published_files("within", ["mihili-20140217-m1"])[0] == ["<results>/published/within.csv"]
    assert plan.published_files("within", ["demo-day1-m1"]) == ([], [])


@pytest.mark.parametrize("name", figures(config()))
def test_a_kind_gives_every_parameter_of_its_notebook_and_needs_files_of_the_run(name):
    entry = figures(config())[name]
    plan = run_plan(config())
    kind = registry.kind(entry["kind"])
    files = [
        file for given in kind.inputs(entry, plan).values() for file in ([given] if isinstance(given, str) else given)
    ]
    assert files
    assert all(file.startswith("<results>/") and "{" not in file for file in files)
    assert not set(kind.inputs(entry, plan)) & set(kind.parameters(entry, plan))
    assert all(file.startswith(name) for file in outputs(name, entry["kind"]).values())


def test_a_path_of_a_table_means_the_same_table_in_every_kind():
    seen = {}
    for kind in registry.module_names():
        for table in registry.kind(kind).TABLES:
            assert seen.setdefault(table.path, table.columns) == table.columns, (kind, table.path)


def test_a_figure_within_recordings_asks_for_its_own_methods_and_decoder():
    some = config(recordings=HAN, example=HAN[0], seeds=[4])
    entry = figures(some)["fig4_knn"]
    tables = registry.kind("variance").inputs(entry, run_plan(some))["tables"]
    assert tables == [
        f"<results>/decoding/within/knn/{method}/{recording}.csv"
        for method in ("ner", "cebra16", "pivae")
        for recording in HAN
    ]


def test_a_figure_of_selections_is_drawn_where_the_run_has_them_all_and_compares_nothing_on_them():
    maze = {
        "monkey": "Jenkins",
        "areas": ["all"],
        "bins": 100,
        "format": "nwb",
        "file": "maze.nwb",
        "nwb": {"layout": "mc-maze"},
        "selections": {"up-down-31-38": {"trial_type": [31, 38]}, "left": {"trial_type": [1]}},
        "compared": False,
    }
    shown = [f"jenkins-20090925-{name}-all" for name in ("up-down-31-38", "left")]
    entry = {"kind": "curved", "recordings": shown, "methods": ["ner-5000"]}
    some = config({"fig8": entry}, sessions={"jenkins-20090925": maze}, recordings=[*HAN, *shown], example=HAN[0])
    validate(some)
    plan = run_plan(some, {"curved": [PRINTED_CURVED]})
    files = registry.kind("curved").inputs(figures(some)["fig8"], plan)
    assert files["embeddings"] == [f"<results>/embeddings/ner-5000/{name}/seed0.parquet" for name in shown]
    assert files["published"] == ["<results>/published/curved.csv"]
    assert plan.published_files("curved", shown[1:]) == ([], [])
    assert not any("jenkins" in file for files in plan.within_files("linear", ["ner"]) for file in files)
    assert not any(
        "jenkins" in str(files) for files in registry.kind("variance").inputs(figures(some)["fig4"], plan).values()
    )
    some["recordings"] = [*HAN, shown[0]]
    assert undrawn(some)["fig8"] == f"this run does not have its recording {shown[1]}"


def test_consistency_asks_for_what_can_be_compared_and_no_more():
    entry = {"kind": "consistency", "group": "han-s1", "methods": ["ner", "pivae"]}
    some = config({"mine": entry}, recordings=HAN, example=HAN[0], seeds=[0, 1])
    validate(some)
    files = registry.kind("consistency").inputs(figures(some)["mine"], run_plan(some))
    stem = "<results>/decoding/consistency"
    assert files == {
        "seeds": [f"{stem}/ner.csv", f"{stem}/pivae.csv"],
        "recordings": [f"{stem}/ner/han-s1.csv", f"{stem}/pivae/han-s1.csv"],
    }
    some["seeds"] = [0]
    assert run_plan(some).seeds_files(["ner"]) == []
    # Trials of their own lengths have no averages bin by bin.
    some["sessions"]["han-20171204"]["bins"] = {"min": 20, "max": 80}
    assert run_plan(some).recordings_files("han-s1", ["ner"]) == []
    assert run_plan(config()).recordings_files("han-s1", ["ner"]) == [f"{stem}/ner/han-s1.csv"]
