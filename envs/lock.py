"""Write the pins of envs/ from pyproject.toml and what is installed where this runs: `make lock`."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ENVS = Path(__file__).parent
# Extras that the rules need, beside what the library itself needs; to run them takes `run` as well.
RULES = ("workflow", "nwb", "baselines")
# What torch needs on machines with a GPU; torch pins it exactly itself.
_TORCH_ACCELERATOR = re.compile(r"(nvidia|cuda|triton)")


_distribution = cache(distribution)


def project() -> dict:
    """What pyproject.toml says of the project."""
    return tomllib.loads((ENVS.parent / "pyproject.toml").read_text())["project"]


def lowest_python() -> str:
    """Lowest version of Python that the project runs on, e.g. 3.11."""
    return re.fullmatch(r">=(3\.\d+)", project()["requires-python"])[1]


def direct(*extras: str) -> list[str]:
    """Requirements in pyproject.toml: those of the library, and of the named extras."""
    own = project()
    return own["dependencies"] + [line for extra in extras for line in own["optional-dependencies"][extra]]


def pins(requirements: Iterable[str]) -> dict[str, str]:
    """Installed versions of the requirements and of all that they need, by canonical name, sorted.

    Raises:
        PackageNotFoundError: if one of them is not installed.
        ValueError: if an installed version does not meet a requirement, or not the lowest Python.
    """
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    todo = [(Requirement(line), "") for line in requirements]
    while todo:
        requirement, extra = todo.pop()
        name = canonicalize_name(requirement.name)
        if _TORCH_ACCELERATOR.match(name) or (requirement.marker and not requirement.marker.evaluate({"extra": extra})):
            continue
        installed = _distribution(name)
        # A local version (+cpu, +cu128) is one build of the pinned one.
        found[name] = installed.version.partition("+")[0]
        if not requirement.specifier.contains(found[name], prereleases=True):
            raise ValueError(f"{requirement}: {found[name]} is installed")
        python = installed.metadata["Requires-Python"] or ""
        if not SpecifierSet(python).contains(f"{lowest_python()}.0"):
            raise ValueError(f"{name} {found[name]} wants Python {python}; ask for an older version in pyproject.toml")
        for wanted in ["", *requirement.extras]:
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                todo.extend((Requirement(line), wanted) for line in installed.requires or [])
    return dict(sorted(found.items()))


def lock() -> str:
    """Text of requirements.lock: pins of everything."""
    lines = [f"{name}=={version}" for name, version in pins(direct(*RULES, "run", "dev")).items()]
    return "\n".join(["# Written by `make lock`; reasons are in pyproject.toml.", *lines, ""])


def conda() -> str:
    """Text of ner.yaml: the environment of the rules, with the same pins."""
    lines = [f"      - {name}=={version}" for name, version in pins(direct(*RULES)).items()]
    head = f"""\
# Written by `make lock`: what the rules need, for `snakemake --software-deployment-method conda`.
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python={lowest_python()}
  - pip
  - pip:"""
    return "\n".join([head, *lines, ""])


if __name__ == "__main__":
    (ENVS / "requirements.lock").write_text(lock())
    (ENVS / "ner.yaml").write_text(conda())
