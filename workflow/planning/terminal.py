"""What a run says on the terminal: how far it is, failures in a line each, and little else. The log file has it all."""

import logging
import re
import shutil
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from planning.failures import noted_failures

#: Beginnings of Snakemake's messages that are of use to whoever waits for a run.
_KEPT = ("Nothing to be done", "Complete log", "Elapsed time")
#: Snakemake's remarks on failures that have a line already.
_REPEATED = ("RuleException:", "Exiting because a job execution failed", "At least one job did not complete")
_OF_JOBS = ("job_error", "group_error")
#: How a training reports its steps in its log.
_STEP = re.compile(r"step (\d+) of (\d+)")
#: Without a terminal: percent of the jobs, or seconds, after which a line says how far the run is.
_PERCENT, _SECONDS = 10, 300
#: Rules that the first line names.
_NAMED = 5


def job_name(rule: str, wildcards: Mapping[str, str]) -> str:
    """'embed ner chewie-20161014-m1 seed 0'."""
    return " ".join([rule, *(f"seed {value}" if name == "seed" else str(value) for name, value in wildcards.items())])


def plan_line(jobs: Mapping[str, int]) -> str:
    """'168 jobs: embed 42, decode_within 20 and 106 others', the most frequent first.

    Args:
        jobs: number of each rule's jobs.
    """
    most = sorted(jobs.items(), key=lambda item: -item[1])
    rest = sum(count for _, count in most[_NAMED:])
    total = sum(jobs.values())
    listed = ", ".join(f"{rule} {count}" for rule, count in most[:_NAMED])
    return f"{total} job{'s' * (total != 1)}: {listed}{f' and {rest} others' * (rest > 0)}"


def last_step(log: str) -> str:
    """'step 1,200 of 20,000', as a training's log says last; '' where it says none."""
    with suppress(OSError), open(log, "rb") as file:
        file.seek(max(0, Path(log).stat().st_size - 500))
        steps = _STEP.findall(file.read().decode(errors="replace"))
        if steps:
            done, total = map(int, steps[-1])
            return f"step {done:,} of {total:,}"
    return ""


class Terminal(logging.Handler):
    """Shows Snakemake's messages in short: a bar where there is a terminal, else a line from time to time.

    Args:
        stream: where to.
        logs: folder of the jobs' logs, in which they note why they failed.
    """

    def __init__(self, stream: TextIO, logs: str):
        super().__init__()
        self._stream, self._logs = stream, logs
        self._jobs: dict[int, tuple[str, list[str]]] = {}
        self._running: dict[int, None] = {}
        self._bar: tqdm | None = None
        self._started = self._reported = time.monotonic()
        self._percent = 0
        self._ended = threading.Event()
        self._events = {
            "run_info": self._plan,
            "job_info": self._know,
            "job_started": self._start,
            "job_finished": self._finish,
            "job_error": self._fail,
            "progress": self._progress,
        }

    def emit(self, record: logging.LogRecord) -> None:
        """Show a message, or note what it says."""
        try:
            event = getattr(record, "event", None)
            if event in self._events:
                self._events[event](record)
            elif record.levelno >= logging.WARNING or record.getMessage().startswith(_KEPT):
                self._message(record.getMessage())
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Leave no bar behind."""
        self._ended.set()
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        super().close()

    def _message(self, text: str) -> None:
        if not any(part in text for part in _REPEATED):
            self._say(text)

    def _say(self, text: str) -> None:
        if self._bar is None:
            print(text, file=self._stream, flush=True)
        else:
            self._bar.write(text, file=self._stream)

    def _plan(self, record: logging.LogRecord) -> None:
        jobs = {rule: count for rule, count in record.stats.items() if rule != "total"}
        self._say(plan_line(jobs))
        self._started = self._reported = time.monotonic()
        if self._stream.isatty():
            form = "{percentage:3.0f} % {bar:20} {n_fmt} of {total_fmt} jobs, {elapsed}{postfix}"
            # Some terminals say that they have no columns.
            columns = shutil.get_terminal_size().columns
            self._bar = tqdm(total=sum(jobs.values()), file=self._stream, bar_format=form, leave=False, ncols=columns)
            threading.Thread(target=self._keep_fresh, daemon=True).start()

    def _know(self, record: logging.LogRecord) -> None:
        self._jobs[record.jobid] = (job_name(record.rule_name, record.wildcards or {}), list(record.log))

    def _start(self, record: logging.LogRecord) -> None:
        self._running |= dict.fromkeys(record.jobs)

    def _finish(self, record: logging.LogRecord) -> None:
        self._running.pop(record.job_id, None)

    def _fail(self, record: logging.LogRecord) -> None:
        self._running.pop(record.jobid, None)
        name, logs = self._jobs.get(record.jobid, (record.rule_name, list(record.log)))
        # A job that could has said why; one that was killed could not.
        if not {entry["log"] for entry in noted_failures(self._logs)}.intersection(logs):
            self._say(f"error: {name}: found no result; expected one; see {', '.join(logs) or 'the log file'}")

    def _progress(self, record: logging.LogRecord) -> None:
        done, total = record.done, record.total
        if self._bar is not None:
            self._bar.total = total
            self._bar.update(done - self._bar.n)
            return
        now, percent = time.monotonic(), 100 * done // total
        if percent // _PERCENT > self._percent // _PERCENT or now - self._reported > _SECONDS:
            self._percent, self._reported = percent, now
            self._say(f"{done} of {total} jobs ({percent} %) after {(now - self._started) / 60:.1f} min")

    def _keep_fresh(self) -> None:
        while not self._ended.wait(1):
            if self._bar is not None:
                self._bar.set_postfix_str(self._now())

    def _now(self) -> str:
        """The job that runs, and its steps; the number of them where there are several."""
        running = list(self._running)
        if len(running) != 1:
            return f"({len(running)} at once)" if running else ""
        name, logs = self._jobs.get(running[0], ("", []))
        return " ".join(filter(None, [name, last_step(logs[0]) if logs else ""]))


def shorten(logger: logging.Logger, logs: str) -> None:
    """Replace Snakemake's own messages on the terminal by short ones; its log file stays complete.

    Args:
        logger: Snakemake's.
        logs: folder of the jobs' logs.
    """
    for handler in list(logger.handlers):
        if handler.name == "DefaultStreamHandler":
            logger.removeHandler(handler)
            logger.addHandler(Terminal(handler.stream, logs))


def keep_errors(logger: logging.Logger) -> None:
    """Let a run that is to be quiet say what ends it, such as a lock; what its jobs report, they say themselves.

    Args:
        logger: Snakemake's.
    """
    for handler in logger.handlers:
        if handler.name == "DefaultStreamHandler":
            handler.filters.clear()
            handler.addFilter(
                lambda record: record.levelno >= logging.ERROR and getattr(record, "event", None) not in _OF_JOBS
            )
