"""What every script of the workflow does around its one call of the library."""

import errno
import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

WORKFLOW = Path(__file__).parents[1]
MANIFEST = WORKFLOW / "resources" / "upstream_manifest.csv"
#: File of the folder of logs that keeps what failed in a run, an entry a line.
FAILURES = "failures.jsonl"
#: Params of every rule that say where things are.
PLACES = ("results", "logs")
#: What torch raises when a GPU is lost or full.
_OF_A_GPU = {"AcceleratorError", "OutOfMemoryError"}
_ANOTHER_DEVICE = "run snakemake again, which goes on from the last checkpoint, or set device to cpu"
_AGAIN = "and run snakemake again, which goes on where it was"
#: What to do about failures that lie neither in the code nor in what it reads: expectation and remedy.
_SURROUNDINGS = {
    errno.ENOSPC: ("room on the disk", f"free some {_AGAIN}"),
    errno.EDQUOT: ("room in your quota", f"free some {_AGAIN}"),
    errno.EFBIG: ("files of this size allowed", f"raise the limit (ulimit -f) {_AGAIN}"),
    errno.EROFS: ("folders that can be written", "choose others in pathvars"),
    errno.EACCES: ("files and folders that you may read and write", f"change their permissions {_AGAIN}"),
    errno.EPERM: ("files and folders that you may read and write", f"change their permissions {_AGAIN}"),
}


def _explained(error: BaseException, place: str) -> str | None:
    """The one line that an error which the user can end is worth, else None."""
    from ner.storage.errors import InputError

    if isinstance(error, OSError) and error.errno in _SURROUNDINGS:
        expected, remedy = _SURROUNDINGS[error.errno]
        error = InputError(error.filename or place, os.strerror(error.errno), expected, remedy)
    # By their names, as torch takes long to import.
    if type(error).__name__ in _OF_A_GPU:
        found = str(error).partition("\n")[0].rstrip(".")
        error = InputError("device", f"a GPU that fails ({found})", "one that works and has room", _ANOTHER_DEVICE)
    return str(error) if isinstance(error, InputError) else None


def _note_failure(path: Path, **entry: str) -> None:
    """Add an entry to the file of failures, from which the run tells them at its end."""
    # Its disk may be the one that is full.
    with suppress(OSError), path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


def _line(error: BaseException, place: str) -> str:
    """What is wrong, and what to do, in one line."""
    first = str(error).strip().partition("\n")[0]
    return _explained(error, place) or f"{type(error).__name__}: {first}; the log has the traceback"


def _begin(terminal: TextIO) -> str:
    """What clears the run's bar of progress from the line of a terminal."""
    return "\r\033[2K" if terminal.isatty() else ""


@dataclass(frozen=True)
class Work:
    """What a script may say and leave while it works.

    Attributes:
        terminal: the stream that the user sees; everything else that is printed goes to the log.
        found: what the script found out about what decides its results, by the name of the param.
    """

    terminal: TextIO
    found: dict = field(default_factory=dict)

    def say(self, line: str) -> None:
        """Print a line on the terminal and in the log."""
        print(line)
        print(f"{_begin(self.terminal)}{line}", file=self.terminal, flush=True)


@contextmanager
def job(snakemake) -> Iterator[Work]:
    """Run a rule's work: threads limited to the rule's, output to its log, bad input as one line.

    Inputs that are no longer what was fetched or made are refused; the hashes of the outputs, and what decided them,
    are kept (ner.storage.integrity).
    Use it before importing torch, numba or numpy, which read their thread limits when they load.

    Args:
        snakemake: the object that Snakemake gives to a script.

    Yields:
        What the script may say and leave.

    Raises:
        SystemExit: with status 1, after one line on standard error, if the work raised an error.
    """
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[variable] = str(snakemake.threads)
    # A cluster's time limit arrives as SIGTERM: leave as after an error, so that nothing half-written stays.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    terminal = sys.stderr
    place = ", ".join(snakemake.output)
    given = dict(snakemake.params.items())

    try:
        with open(snakemake.log[0], "w", buffering=1) as log, redirect_stdout(log), redirect_stderr(log):
            from ner.data.upstream import local_hashes, read_manifest
            from ner.storage.integrity import Ledger

            try:
                ledger = Ledger(given["results"], local_hashes(read_manifest(MANIFEST).values()))
                inputs = ledger.check(snakemake.input)
                work = Work(terminal)
                yield work
                deciding = {name: value for name, value in given.items() if name not in PLACES}
                ledger.record(snakemake.output, deciding | work.found, inputs)
            except BaseException as error:
                # The log may lie on the disk that is full.
                with suppress(OSError):
                    traceback.print_exc()
                    print(f"error: {_line(error, place)}")
                raise
    except Exception as error:
        line = _line(error, place)
        print(f"{_begin(terminal)}error: {line}", file=terminal)
        _note_failure(Path(given["logs"], FAILURES), rule=snakemake.rule, line=line, log=snakemake.log[0])
        sys.exit(1)
