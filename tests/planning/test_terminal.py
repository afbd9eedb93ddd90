"""What a run says on the terminal, from Snakemake's own messages."""

import io
import json
import logging
import re

import pytest

from planning.failures import FAILURES
from planning.terminal import Terminal, job_name, keep_errors, last_step, plan_line, shorten


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self):
        return True


def logger_of(stream, logs):
    """A logger like Snakemake's, with its messages shortened."""
    logger = logging.Logger("a run")
    handler = logging.StreamHandler(stream)
    handler.name = "DefaultStreamHandler"
    kept = logging.StreamHandler(io.StringIO())
    logger.addHandler(handler)
    logger.addHandler(kept)
    shorten(logger, str(logs))
    return logger, kept.stream


def run(logger, logs, jobs=20, fails=()):
    """The messages of a run whose jobs come one after the other."""
    logger.info("Building DAG of jobs...")
    logger.info("Job stats: ...", extra={"event": "run_info", "stats": {"embed": jobs, "total": jobs}})
    for k in range(jobs):
        of = {"jobid": k, "rule_name": "embed", "log": [f"{logs}/{k}.log"], "wildcards": {"method": "ner", "seed": k}}
        logger.info("Rule: embed", extra={"event": "job_info", **of})
        logger.info("Execute 1 jobs...", extra={"event": "job_started", "jobs": [k]})
        if k in fails:
            logger.error("Error in rule embed", extra={"event": "job_error", **of})
        else:
            logger.info("Finished", extra={"event": "job_finished", "job_id": k})
        logger.info(None, extra={"event": "progress", "done": k + 1, "total": jobs})
    logger.info("Complete log(s): a.log")


def test_without_a_terminal_a_run_is_a_dozen_lines(tmp_path):
    stream = io.StringIO()
    logger, log = logger_of(stream, tmp_path)
    run(logger, tmp_path, jobs=500)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "500 jobs: embed 500" and lines[-1] == "Complete log(s): a.log"
    done = [re.fullmatch(r"(\d+) of 500 jobs \((\d+) %\) after \d+\.\d min", line).groups() for line in lines[1:-1]]
    assert done == [(str(50 * k), str(10 * k)) for k in range(1, 11)]
    # The log file holds everything.
    assert log.getvalue().count("\n") > 2000


def test_a_failure_is_one_line(tmp_path):
    stream = io.StringIO()
    logger, _ = logger_of(stream, tmp_path)
    # Job 3 has said why; job 5 was killed.
    entry = {"rule": "embed", "line": "a: found b; expected c; d", "log": f"{tmp_path}/3.log"}
    (tmp_path / FAILURES).write_text(json.dumps(entry) + "\n")
    run(logger, tmp_path, fails=(3, 5))
    logger.error("RuleException:\nCalledProcessError in file x", extra={"event": "error", "exception": "RuleException"})
    logger.error("Exiting because a job execution failed. Look below for error messages")
    errors = [line for line in stream.getvalue().splitlines() if "%" not in line][1:-1]
    assert errors == [f"error: embed ner seed 5: found no result; expected one; see {tmp_path}/5.log"]


def test_warnings_and_errors_of_snakemake_itself_are_shown(tmp_path):
    stream = io.StringIO()
    logger, _ = logger_of(stream, tmp_path)
    logger.warning("figures left out: fig7")
    logger.error("WorkflowError:\nno such rule", extra={"event": "error", "exception": "WorkflowError"})
    logger.info("Nothing to be done (all requested files are present and up to date).")
    logger.info("Select jobs to execute...")
    assert stream.getvalue().splitlines() == [
        "figures left out: fig7",
        "WorkflowError:",
        "no such rule",
        "Nothing to be done (all requested files are present and up to date).",
    ]


def test_a_quiet_run_says_what_ends_it_and_no_more(tmp_path):
    logger, stream = logging.Logger("a run"), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.name = "DefaultStreamHandler"
    # As Snakemake's, where everything is to be quiet.
    handler.addFilter(lambda record: False)
    logger.addHandler(handler)
    keep_errors(logger)
    run(logger, tmp_path, fails=(3,))
    logger.warning("figures left out: fig7")
    assert stream.getvalue() == ""
    logger.error("LockException:\nError: Directory cannot be locked", extra={"event": "error"})
    assert stream.getvalue() == "LockException:\nError: Directory cannot be locked\n"


def test_a_terminal_shows_a_bar_and_the_steps_of_the_job_that_runs(tmp_path):
    screen = Screen()
    logger, _ = logger_of(screen, tmp_path)
    (tmp_path / "0.log").write_text(
        "step 200 of 20000, 240.0 steps a second\nstep 1200 of 20000, 240.0 steps a second\n"
    )
    logger.info("", extra={"event": "run_info", "stats": {"embed": 2, "total": 2}})
    of = {"jobid": 0, "rule_name": "embed", "log": [f"{tmp_path}/0.log"], "wildcards": {"method": "ner", "seed": 0}}
    logger.info("", extra={"event": "job_info", **of})
    logger.info("", extra={"event": "job_started", "jobs": [0]})
    (shown,) = (handler for handler in logger.handlers if isinstance(handler, Terminal))
    assert shown._now() == "embed ner seed 0 step 1,200 of 20,000"
    logger.info("", extra={"event": "job_started", "jobs": [1]})
    assert shown._now() == "(2 at once)"
    logger.info("", extra={"event": "job_finished", "job_id": 0})
    logger.info("", extra={"event": "progress", "done": 1, "total": 2})
    logger.warning("a word")
    assert "1 of 2 jobs" in screen.getvalue() and "a word\n" in screen.getvalue()
    shown.close()
    # The bar is gone from the line.
    assert screen.getvalue().endswith("\r")


@pytest.mark.parametrize(
    ("text", "said"),
    [("", ""), ("something else", ""), ("step 5 of 10, 1 a second\n" * 200 + "step 7 of 10", "step 7 of 10")],
)
def test_the_last_step_of_a_log(tmp_path, text, said):
    (tmp_path / "log").write_text(text)
    assert last_step(str(tmp_path / "log")) == said
    assert last_step(str(tmp_path / "none")) == ""


def test_names_of_jobs_and_of_the_plan():
    assert job_name("embed", {"method": "ner", "recording": "a-m1", "seed": "0"}) == "embed ner a-m1 seed 0"
    assert plan_line({"all": 1}) == "1 job: all 1"
    jobs = {"a": 1, "b": 30, "c": 2, "d": 3, "e": 4, "f": 5, "g": 1}
    assert plan_line(jobs) == "46 jobs: b 30, f 5, e 4, d 3, c 2 and 2 others"
