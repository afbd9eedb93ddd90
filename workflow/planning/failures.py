"""What failed in a run, in a line each."""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path

#: In the folder of logs; its lines are what workflow/scripts/job.py notes of jobs that fail.
FAILURES = "failures.jsonl"


def forget_failures(logs: str | os.PathLike) -> None:
    """Begin a run without the failures of earlier ones.

    Args:
        logs: folder of the logs.
    """
    with suppress(OSError):
        Path(logs, FAILURES).unlink(missing_ok=True)


def tell_failures(logs: str | os.PathLike) -> None:
    """Say at the end of a failed run, below what Snakemake says of each job, what its jobs said of it in one line.

    Args:
        logs: folder of the logs.
    """
    try:
        entries = [json.loads(line) for line in Path(logs, FAILURES).read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError):
        return
    lines = dict.fromkeys(f"  {entry['rule']}: {entry['line']} (log: {entry['log']})" for entry in entries)
    if lines:
        print("What failed, and what to do:", *lines, sep="\n", file=sys.stderr, flush=True)
