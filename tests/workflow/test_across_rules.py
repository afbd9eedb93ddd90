"""The rules of decoding across recordings: what they plan for groups that a run has in part, and for published sets."""

import re

from project import DEMO, overlay, snakemake


def plan(result):
    assert result.returncode == 0, result.stdout + result.stderr
    return dict(re.findall(r"^(\w+) +(\d+)$", result.stdout, re.MULTILINE))


def test_a_group_is_decoded_with_what_the_run_has_and_says_what_it_lacks(project):
    four = [f"demo-day{day}-{area}" for day in (1, 2) for area in ("m1", "pmd")]
    there = [name for name in four if name != "demo-day1-pmd"]
    some = overlay(project, "some.yaml", recordings=there, groups={"demo-m1-pmd": four})
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
    drawn = {name: count for name, count in plan(result).items() if name.startswith("draw_")}
    of_one = ("method", "pipeline", "latents", "across", "across_latents", "curved", "film", "consistency")
    assert drawn == {f"draw_{kind}": "1" for kind in of_one} | {"draw_variance": "2"}
    said = [line for line in (result.stdout + result.stderr).splitlines() if line.startswith("figures ")]
    assert said == ["figures left out, for lack of recordings: fig6_mihili, fig7, fig7_latents"]
    result = snakemake(project, "--dry-run", "--configfile", DEMO, "--", "fig7")
    assert result.returncode != 0
    expected = "figure fig7: this run has 0 of its group's recordings (han-s1); it needs two; add to `recordings`, or "
    assert expected in result.stdout + result.stderr


def test_a_figure_asks_for_its_own_group_alone(project):
    jobs = plan(snakemake(project, "--dry-run", "--quiet", "rules", "--", "fig7"))
    # 4 methods, 3 seeds, 3 recordings.
    assert (jobs["decode_across"], jobs["embed"], jobs["preprocess"]) == ("12", "36", "3")
    assert (jobs["published_tables"], jobs["draw_across"]) == ("1", "1")


def test_a_users_figure_is_one_entry_of_an_overlay(project):
    mine = overlay(
        project,
        "mine.yaml",
        groups={"mine": ["demo-day1-pmd", "demo-day2-m1"]},
        figures={"my_days": {"kind": "across", "group": "mine"}, "fig4": None},
    )
    result = snakemake(project, "--dry-run", "--configfile", DEMO, mine, "--", "my_days")
    assert result.returncode == 0, result.stdout + result.stderr
    jobs = re.findall(r"^(?:local)?rule (\w+):$", result.stdout, re.MULTILINE)
    # Two methods, one seed, two recordings; nothing was published of them.
    assert (jobs.count("decode_across"), jobs.count("embed"), jobs.count("draw_across")) == (2, 4, 1)
    assert "figures/demo/my_days.pdf" in result.stdout and "published_tables" not in jobs
    gone = snakemake(project, "--dry-run", "--configfile", DEMO, mine, "--", "fig4")
    assert gone.returncode != 0 and "fig4" in gone.stdout + gone.stderr


def test_a_figure_may_not_have_the_name_of_a_rule(project):
    for name in ("embed", "all", "verify", "draw_across"):
        taken = overlay(project, "taken.yaml", figures={name: {"kind": "film", "method": "ner"}})
        result = snakemake(project, "--dry-run", "--configfile", DEMO, taken)
        assert result.returncode != 0
        line = f"config figures.{name}: found '{name}'; expected a name that no rule of the workflow has; rename it"
        assert line in result.stdout + result.stderr


def test_plan_of_the_papers_groups_and_published_sets(project):
    targets = ("across", "parity_across", "published_tests")
    result = snakemake(project, "--dry-run", "--quiet", "rules", "--", *targets)
    jobs = plan(result)
    # 4 methods (NER and pi-VAE by both decoders in one job), 4 groups, 3 seeds; 15 published tables.
    assert jobs["decode_across"] == "48"
    assert jobs["parity_across_set"] == "15"
    assert not [line for line in (result.stdout + result.stderr).splitlines() if line.startswith("group ")]


def test_consistency_is_planned_where_there_is_something_to_compare(project):
    table = "results/demo/tables/consistency.csv"
    two = overlay(project, "two.yaml", seeds=[0, 1])
    jobs = plan(snakemake(project, "--dry-run", "--quiet", "rules", "--configfile", DEMO, two, "--", table))
    # Four methods are compared between seeds, two in two groups between recordings.
    assert (jobs["consistency_of_seeds"], jobs["consistency_of_recordings"]) == ("4", "4")
    one = overlay(project, "one.yaml", recordings=["demo-touch-s1"], example="demo-touch-s1", figures={"fig8": None})
    jobs = plan(snakemake(project, "--dry-run", "--quiet", "rules", "--configfile", DEMO, one))
    assert not [name for name in jobs if "consistency" in name]
