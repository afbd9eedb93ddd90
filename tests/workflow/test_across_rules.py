"""The rules of decoding across recordings: what they plan for groups that a run has in part, and for published sets."""

import re

from project import DEMO, overlay, snakemake


def plan(result):
    assert result.returncode == 0, result.stdout + result.stderr
    return dict(re.findall(r"^(\w+) +(\d+)$", result.stdout, re.MULTILINE))


def test_a_group_is_decoded_with_what_the_run_has_and_says_what_it_lacks(project):
    some = overlay(project, "some.yaml", recordings=["demo-day1-m1", "demo-day2-m1", "demo-day2-pmd"])
    result = snakemake(project, "--dry-run", "--quiet", "rules", "--configfile", DEMO, some, "--", "across")
    jobs = plan(result)
    # Two methods of two groups, one seed, and the embeddings of the three recordings.
    assert jobs["decode_across"] == "4" and jobs["embed"] == "6"
    said = [line for line in (result.stdout + result.stderr).splitlines() if line.startswith("group ")]
    assert sum("demo-m1-pmd: decoded without demo-day1-pmd" in line for line in said) == 1
    # Groups of which the run has nothing are none of its business.
    assert len(said) == 1


def test_figures_of_groups_that_the_run_lacks_are_left_out_and_refused(project):
    result = snakemake(project, "--dry-run", "--quiet", "rules", "--configfile", DEMO)
    drawn = {name for name in plan(result) if name.startswith("fig")}
    assert drawn == {"fig1", "fig2", "fig3", "fig4", "fig4_strict", "fig5", "fig6"}
    said = [line for line in (result.stdout + result.stderr).splitlines() if line.startswith("figures ")]
    assert said == ["figures left out, as this run has no two recordings of their groups: fig6_mihili, fig7"]
    result = snakemake(project, "--dry-run", "--configfile", DEMO, "--", "fig7")
    assert result.returncode != 0
    expected = "figure fig7: this run has 0 recordings of group han-s1; expected two or more; add to `recordings`"
    assert expected in result.stdout + result.stderr


def test_a_figure_asks_for_its_own_group_alone(project):
    jobs = plan(snakemake(project, "--dry-run", "--quiet", "rules", "--", "fig7"))
    # 4 methods, 3 seeds, 3 recordings; the tables of 3 methods were published.
    assert (jobs["decode_across"], jobs["embed"], jobs["preprocess"]) == ("12", "36", "3")
    assert jobs["download"] == "6"


def test_plan_of_the_papers_groups_and_published_sets(project):
    targets = ("across", "parity_across", "published_tests")
    result = snakemake(project, "--dry-run", "--quiet", "rules", "--", *targets)
    jobs = plan(result)
    # 4 methods (NER and pi-VAE by both decoders in one job), 4 groups, 3 seeds; 15 published tables.
    assert jobs["decode_across"] == "48"
    assert jobs["parity_across_set"] == "15"
    assert not [line for line in (result.stdout + result.stderr).splitlines() if line.startswith("group ")]
