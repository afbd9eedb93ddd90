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


def noted_failures(logs: str | os.PathLike) -> list[dict[str, str]]:
    """What the jobs of a run noted of their failures: rule, line (what is wrong and what to do) and log.

    Args:
        logs: folder of the logs.
    """
    with suppress(OSError, ValueError):
        return [json.loads(line) for line in Path(logs, FAILURES).read_text(encoding="utf-8").splitlines()]
    return []


def tell_failures(logs: str | os.PathLike) -> None:
    """Say at the end of a failed run what its jobs said of their failures, in a line each.

    Args:
        logs: folder of the logs.
    """
    lines = dict.fromkeys(f"  {entry['rule']}: {entry['line']} (log: {entry['log']})" for entry in noted_failures(logs))
    if lines:
        print("What failed, and what to do:", *lines, sep="\n", file=sys.stderr, flush=True)
