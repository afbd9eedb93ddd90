"""How long Snakemake plans a run of many seeds of the paper, before its first job.

Run by hand: ``python benchmarks/plan.py [--seeds N ...]``. Prints jobs, seconds, seconds of processor, and milliseconds
a job. Nothing is downloaded or trained.
"""

import argparse
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def plan(seeds: int) -> tuple[int, float, float]:
    """Jobs of the paper with so many seeds, and the seconds and seconds of processor that their plan takes."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "config.yaml", folder)
        Path(folder, "seeds.yaml").write_text(f"seeds: {list(range(seeds))}\n")
        arguments = ["--snakefile", ROOT / "Snakefile", "--directory", folder, "--dry-run", "--quiet", "rules"]
        command = [sys.executable, "-m", "snakemake", *arguments, "--configfile", Path(folder, "seeds.yaml")]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    (jobs, *_) = re.findall(r"^total +(\d+)", said.stdout + said.stderr, re.MULTILINE)
    return int(jobs), took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a line for every number of seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[3, 70])
    for seeds in parser.parse_args().seeds:
        jobs, seconds, processor = plan(seeds)
        took = f"{seconds:.1f} s ({processor:.1f} s of processor), {1000 * seconds / jobs:.2f} ms a job"
        print(f"{seeds} seeds: {jobs:,} jobs, {took}")


if __name__ == "__main__":
    main()
