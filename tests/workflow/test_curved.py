"""Figure 8: what its overlay plans without network, and that a run without its session says so."""

import re

import pytest
import yaml
from places import ROOT
from project import DEMO, overlay, snakemake

FIGURE_8 = "workflow/overlays/fig8.yaml"


def jobs(result):
    assert result.returncode == 0, result.stdout + result.stderr
    return {rule: int(number) for rule, number in re.findall(r"^(\w+) +(\d+)$", result.stdout, re.MULTILINE)}


def test_figure_8_is_planned_without_network(project):
    planned = jobs(snakemake(project, "--dry-run", "--quiet", "rules", "--configfile", FIGURE_8))
    # One download; nine selections; two methods, one seed.
    assert (planned["fetch_asset"], planned["preprocess"], planned["draw_curved"]) == (1, 9, 1)
    assert planned["embed"] == planned["decode_movements"] == 2 * 9
    assert planned["published_curved"] == 1 and "download" not in planned


def test_the_demo_fits_nothing_to_the_maze_but_what_figure_8_shows(project):
    planned = jobs(snakemake(project, "--dry-run", "--quiet", "rules", "--configfile", DEMO, "--", "fig8"))
    assert (planned["simulate"], planned["preprocess"], planned["embed"], planned["decode_movements"]) == (1, 1, 2, 2)
    result = snakemake(project, "--dry-run", "--configfile", DEMO)
    fits = re.findall(r"^ +output: \S+/embeddings/(\S+?)/demo-maze\S+?/seed0\.parquet", result.stdout, re.MULTILINE)
    assert sorted(fits) == ["cebra", "ner"]


@pytest.mark.parametrize("target", [[], ["fig8"]])
def test_a_run_without_the_session_says_that_the_figure_is_left_out(project, target):
    demo = yaml.safe_load((ROOT / DEMO).read_text())
    some = overlay(project, "some.yaml", recordings=[name for name in demo["recordings"] if "maze" not in name])
    result = snakemake(project, "--dry-run", "--quiet", "rules", "--configfile", DEMO, some, "--", *target)
    said = result.stdout + result.stderr
    if target:
        assert result.returncode != 0
        assert "figure fig8: this run does not have its recording demo-maze-20260101-straight-curve-1-3-5-all" in said
    else:
        assert re.search(r"figures left out, for lack of recordings: .*fig8", said)
        assert "draw_curved" not in jobs(result)
