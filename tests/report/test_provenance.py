"""Where the numbers of a run come from."""

import subprocess

import numpy as np
from builders import (
    DAYS,
    frame,
)

from ner.report import provenance
from ner.report.benchmarks import BENCHMARKS


def test_the_commit_of_a_checkout(tmp_path):
    def git(*arguments):
        told = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(tmp_path / "checkout"), *told, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    inside = tmp_path / "checkout" / "workflow"
    inside.mkdir(parents=True)
    assert provenance.commit(inside) == "not in a git checkout"
    git("init", "-q")
    (inside / "rule.smk").write_text("rule a:")
    assert provenance.commit(inside) == "not in a git checkout"
    git("add", ".")
    git("commit", "-q", "-m", "first")
    assert provenance.commit(inside) == git("rev-parse", "HEAD")
    (tmp_path / "checkout" / "notes").write_text("not of the workflow")
    assert provenance.commit(inside) == git("rev-parse", "HEAD")
    (inside / "rule.smk").write_text("rule b:")
    assert provenance.commit(inside) == git("rev-parse", "HEAD") + ", with uncommitted changes"


def test_facts_of_a_run(tmp_path):
    jobs = frame(
        BENCHMARKS,
        [
            ("embed", "ner", DAYS[0], 0, 3600.0, 10.0, 90.0, 512.0, 0, 0),
            ("parity_within", "", "", None, 1800.0, 1.0, 9.0, 256.0, 0, 0),
        ],
    )
    of = {"seeds": [0, 7], "split": "the first 80 %", "device": "cpu", "recordings": 3}
    told = provenance.facts(tmp_path, jobs, **of).set_index("fact")["value"]
    assert told["seeds"] == "0, 7" and told["recordings"] == "3" and told["jobs measured"] == "2"
    assert told["their wall time, one after the other"] == "5400 s (1.50 h)"
    assert told["largest memory of a job"] == "512 MB"
    assert told["device"].startswith("cpu, which is cpu")


def test_versions_hold_what_the_numbers_come_from():
    versions = provenance.versions().set_index("package")["version"]
    assert versions["numpy"] == np.__version__ and "scikit-learn" in versions
