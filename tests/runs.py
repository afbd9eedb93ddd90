"""A folder in which tests run the workflow from the command line."""

import os
import shutil
import subprocess
import sys

import yaml
from places import ROOT

#: The session of every run, unless a test says otherwise: recordings demo-day-m1 and demo-day-pmd.
SIMULATED = {
    "monkey": "Demo",
    "areas": ["M1", "PMd"],
    "bins": 40,
    "format": "simulated",
    "simulate": {"seed": 1, "trials": 88, "neurons": {"M1": 4, "PMd": 5}},
}


class Run:
    """A folder in which the workflow runs."""

    def __init__(self, folder):
        self.folder, self.results = folder, folder / "results"
        # Of the environment, for this run alone.
        self.variables = {}
        shutil.copy(ROOT / "config.yaml", folder)

    def configure(self, sessions=None, recordings=("demo-day-m1",), **changes):
        overlay = {
            "sessions": {"demo-day": SIMULATED, **(sessions or {})},
            "recordings": list(recordings),
            "example": recordings[0],
        }
        (self.folder / "overlay.yaml").write_text(yaml.safe_dump(overlay | changes))

    def command(self, *arguments, snakefile=ROOT / "Snakefile"):
        return [
            *(sys.executable, "-m", "snakemake", "--snakefile", snakefile, "--directory", self.folder),
            *("--configfile", self.folder / "overlay.yaml", "--cores", "1", *arguments),
        ]

    def environment(self):
        # Trainings on the CPU give the same bits everywhere; device: auto finds no GPU.
        return os.environ | {"no_proxy": "127.0.0.1", "CUDA_VISIBLE_DEVICES": ""} | self.variables

    def snakemake(self, *arguments, prefix=(), **options):
        return subprocess.run(
            [*prefix, *self.command(*arguments, **options)],
            capture_output=True,
            text=True,
            timeout=1800,
            env=self.environment(),
        )

    def planned(self, *targets):
        """Jobs that would run, by rule."""
        run = self.snakemake("--dry-run", *targets)
        assert run.returncode == 0, run.stderr
        lines = (run.stdout + run.stderr).splitlines()
        if any(line.startswith("Nothing to be done") for line in lines):
            return {}
        start = next(k for k, line in enumerate(lines) if line.startswith("job ")) + 2
        rows = [line.split() for line in lines[start : lines.index("", start)]]
        return {row[0]: int(row[1]) for row in rows if row[0] != "total"}

    def made(self):
        """Files that the jobs made; the first page is also written when a run fails."""
        return sorted(
            str(path.relative_to(self.results))
            for path in self.results.rglob("*")
            if path.is_file() and not {"logs", "benchmarks", ".checksums", "index.html"} & set(path.parts)
        )


def errors(result):
    """What the jobs of a run said in one line."""
    return [line for line in result.stderr.splitlines() if line.startswith("error: ")]
