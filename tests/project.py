"""Copies of the project in which tests run the workflow from the command line."""

import os
import shutil
import subprocess
import sys

import yaml
from places import ROOT

DEMO = "workflow/overlays/demo.yaml"


def copy_of_project(place):
    shutil.copytree(ROOT / "workflow", place / "workflow", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
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
