"""What an archive of a run holds: the workflow, the run's config, and what the run made."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from planning.raw_files import ARCHIVED

#: Of the workflow's folder: what a run needs, and what a reader looks for first.
_WORKFLOW = (
    "workflow",
    "profiles",
    "envs",
    "Snakefile",
    "Makefile",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "CITATION.cff",
)
#: Folders of results that are fetched or can be made from config again, and those that hold what was fitted.
_REMADE, FITTED = ("upstream", "archives", "simulated"), ("recordings", "embeddings")
#: Files that are of use to nobody else.
_ENDINGS_OF_WORK = (".pyc", ".checkpoint", ".tar.gz")


def _walk(folder: Path, without: frozenset[Path]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path in without or path.name == "__pycache__" or path.name.endswith(_ENDINGS_OF_WORK):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, without)
        elif path.is_file():
            yield path


def archived_files(workflow: Path, folders: Mapping[str, str], *, fitted: bool) -> dict[str, Path]:
    """Files that an archive of a run holds, by their path in it: that from where the run stands.

    Args:
        workflow: folder of the workflow's checkout.
        folders: those of pathvars, by name.
        fitted: whether recordings and embeddings are among them, from which everything else can be made again.
    """
    left_out = [Path(folders["results"], name) for name in (*_REMADE, *(() if fitted else FITTED))]
    left_out += [Path(folders["results"], "reference"), Path(folders["figures"], "reference")]
    found = {}
    for name in ("results", "figures", "logs", "benchmarks"):
        if Path(folders[name]).is_dir() and not Path(folders[name]).is_absolute():
            found |= {path.as_posix(): path for path in _walk(Path(folders[name]), frozenset(left_out))}
    for name in _WORKFLOW:
        place = workflow / name
        if place.is_dir():
            found |= {path.relative_to(workflow).as_posix(): path for path in _walk(place, frozenset())}
        elif place.is_file():
            found[name] = place
    return found


def archived_texts(config: Mapping, results: str, raw_files: Mapping[str, str], commit: str) -> dict[str, str]:
    """What an archive of a run says of it, by the path of each text in it.

    Args:
        config: the whole configuration of the run.
        results: its folder of results.
        raw_files: SHA-1 of each raw file of the user's, by its path in config; the archive leaves the files out.
        commit: of the workflow.
    """
    # As plain mappings, whatever a reader of YAML made of them.
    plain = json.loads(json.dumps(config))
    # A folder of this machine.
    plain["data"]["mirror"] = None
    own = "# The configuration of this run, with what its overlays changed.\n"
    return {
        "config.yaml": own + yaml.safe_dump(plain, sort_keys=False, width=120),
        "COMMIT": f"{commit}\n",
        f"{results}/.checksums/{ARCHIVED}": json.dumps(raw_files),
    }
