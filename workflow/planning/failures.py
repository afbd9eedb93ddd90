"""What failed in a run, in a line each."""

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path


def tell_failures(logs: Iterable[str | os.PathLike]) -> None:
    """Say at the end of a failed run, below what Snakemake says of each job, what their logs say of it in one line.

    Args:
        logs: Snakemake's own logs of the run.
    """
    said = "".join(Path(log).read_text(errors="replace") for log in logs)
    # Those of a group of jobs are indented.
    failed = re.findall(r"^ *Error in rule (\w+):\n(?: +.+\n)*? +log: ([^\s,]+)", said, flags=re.MULTILINE)
    lines = [
        f"  {rule}: {line.removeprefix('error: ')} (log: {path})"
        for rule, path in dict.fromkeys(failed)
        if Path(path).is_file()
        for line in Path(path).read_text(errors="replace").splitlines()
        if line.startswith("error: ")
    ]
    if lines:
        print("What failed, and what to do:", *lines, sep="\n", file=sys.stderr, flush=True)
