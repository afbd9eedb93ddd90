"""Copies of the project in which tests run the workflow from the command line."""

import os
import shutil
import subprocess
import sys

import yaml
from places import ROOT

DEMO = "workflow/overlays/demo.yaml"


def _copy(source, target):
    try:
        return shutil.copy2(source, target)
    except FileNotFoundError:
        if "__pycache__" not in source:
            raise


def copy_of_project(place):
    """What a user has after cloning, with the caches of what is compiled; they hold while files keep their times."""
    shutil.copytree(
        # A file of a cache may be gone: others compile at the same time.
        ROOT / "workflow",
        place / "workflow",
        copy_function=_copy,
        ignore=shutil.ignore_patterns("*.egg-info"),
    )
    shutil.copytree(ROOT / "envs", place / "envs")
    for name in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / name, place / name)
    (place / "profiles").symlink_to("workflow/profiles")
    return place


def overlay(place, name, **config):
    (place / name).write_text(yaml.safe_dump(config))
    return name


def snakemake(place, *arguments):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [sys.executable, "-m", "snakemake", *arguments]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=1800)
