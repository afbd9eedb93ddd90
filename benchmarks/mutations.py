"""Small wrong changes, one at a time, and whether the tests notice them.

Run by hand: ``python benchmarks/mutations.py [--sample N] [--seed S] [--only TEXT]``. Works in a copy of the tracked
files, runs of every change the tests that could notice it, and prints the survivors and the score. With ``--check`` it
only says which entries of `mutations.csv` no longer fit the code. Real recordings: set NER_MIRROR.
"""

import argparse
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = Path(__file__).with_suffix(".csv")
# Exit statuses of pytest: all passed, some failed, stopped by an error while collecting.
_PASSED, _FAILED, _BROKEN = 0, 1, 2


@dataclass(frozen=True)
class Mutation:
    """A wrong change.

    Attributes:
        file: from the folder of the project.
        text: what stands there, once.
        replacement: what stands there after the change.
        tests: arguments of pytest that choose the tests which could notice it.
    """

    file: str
    text: str
    replacement: str
    tests: str

    def applied(self, content: str) -> str:
        """The file's content after the change.

        Raises:
            ValueError: if the text does not stand there exactly once, or is not changed.
        """
        if content.count(self.text) != 1 or self.text == self.replacement:
            raise ValueError(f"{self.file}: found {content.count(self.text)} times; expected once: {self.text!r}")
        return content.replace(self.text, self.replacement)

    def __str__(self) -> str:
        return f"{self.file}: {self.text!r} -> {self.replacement!r}"


def read_table() -> list[Mutation]:
    """The changes of mutations.csv.

    Raises:
        SystemExit: naming those that no longer fit the code, or whose tests are not there.
    """
    with TABLE.open(encoding="utf-8", newline="") as file:
        mutations = [Mutation(**row) for row in csv.DictReader(file)]
    wrong = []
    for mutation in mutations:
        try:
            mutation.applied((ROOT / mutation.file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            wrong.append(str(error))
        missing = [name for name in mutation.tests.split() if name.endswith(".py") and not (ROOT / name).is_file()]
        wrong += [f"{mutation}: no tests {name}" for name in missing]
    if wrong:
        sys.exit("\n".join([f"{TABLE.name}: {len(wrong)} entries do not fit the code; correct them", *wrong]))
    return mutations


def copy_of_project(place: Path) -> None:
    """The tracked files, as they are now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, place / name
        if source.is_file() or source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)


def run_tests(place: Path, tests: str) -> int:
    """Exit status of the tests in a copy of the project."""
    environment = os.environ | {"PYTHONPATH": str(place / "workflow"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests.split()]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, timeout=3600).returncode


def main() -> None:
    """Print what happened to each change, the survivors, and the score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="as many changes, drawn by the seed (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="changes of files whose path holds this")
    parser.add_argument("--check", action="store_true", help="say which entries do not fit the code, and end")
    asked = parser.parse_args()
    mutations = [mutation for mutation in read_table() if asked.only in mutation.file]
    if asked.check:
        print(f"{len(mutations)} changes fit the code")
        return
    random.Random(asked.seed).shuffle(mutations)
    passing: dict[str, bool] = {}
    survivors, killed = [], 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "project")
        copy_of_project(place)
        for mutation in mutations[: asked.sample]:
            # What fails anyway notices nothing.
            if mutation.tests not in passing:
                passing[mutation.tests] = run_tests(place, mutation.tests) == _PASSED
            if not passing[mutation.tests]:
                print(f"not measured, as its tests fail or are none: {mutation.tests}", flush=True)
                continue
            path = place / mutation.file
            before = path.read_text(encoding="utf-8")
            path.write_text(mutation.applied(before), encoding="utf-8")
            noticed = run_tests(place, mutation.tests) in (_FAILED, _BROKEN)
            path.write_text(before, encoding="utf-8")
            killed += noticed
            survivors += [] if noticed else [mutation]
            print("noticed " if noticed else "SURVIVED", mutation, flush=True)
    measured = killed + len(survivors)
    print(f"\n{killed} of {measured} noticed")
    print(*survivors, sep="\n")


if __name__ == "__main__":
    main()
