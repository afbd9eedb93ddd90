"""The rules of decoding across recordings: what they plan for groups that a run has in part, and for published sets."""

import re

from test_workflow import DEMO, overlay, project, snakemake

__all__ = ["project"]


def plan(result):
    assert result.returncode == 0, result.stdout + result.stderr
    return dict(re.findall(r"^(\w+) +(\d+)$", result.stdout, re.MULTILINE))


def test_a_group_is_decoded_with_what_the_run_has_and_says_what_it_lacks(project):
    some = overlay(project, "some.yaml", recordings=["demo-day1-m1", "demo-day2-m1", "demo-day2-pmd"])
    result = snakemake(project, "--dry-run", "--quiet", "rules", "--configfile", DEMO, some, "--", "across")
    jobs = plan(result)
    # Two methods of one group, one seed, and the embeddings of the three recordings.
    assert jobs["decode_across"] == "2" and jobs["embed"] == "6"
    said = [line for line in (result.stdout + result.stderr).splitlines() if line.startswith("group ")]
    assert sum("demo-m1-pmd: decoded without demo-day1-pmd" in line for line in said) == 1
    assert sum("chewie-m1: not decoded, as this run has 0 of its 10 recordings" in line for line in said) == 1


def test_plan_of_the_papers_groups_and_published_sets(project):
    targets = ("across", "parity_across", "published_tests")
    result = snakemake(project, "--dry-run", "--quiet", "rules", "--", *targets)
    jobs = plan(result)
    # 4 methods (NER and pi-VAE by both decoders in one job), 4 groups, 3 seeds; 15 published tables.
    assert jobs["decode_across"] == "48"
    assert jobs["parity_across_set"] == "15"
    assert not [line for line in (result.stdout + result.stderr).splitlines() if line.startswith("group ")]
