import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.io import strip_wildcard_constraints

WORKFLOW = Path(workflow.basedir) / "workflow"
# Scripts, notebooks and cluster nodes find the library without installing it, in any environment.
os.environ.update(
    PYTHONPATH=os.pathsep.join(
        dict.fromkeys([str(WORKFLOW), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])
    )
)
# A waiting OpenMP thread that spins takes the core from the other jobs.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
sys.path.insert(0, str(WORKFLOW))
from planning.configuration import (
    ConfigError,
    check_writable,
    decoders_of,
    groups,
    recordings,
    undrawn_figures,
    validate,
)  # noqa: E402
from planning.dependencies import library_files  # noqa: E402
from planning.failures import tell_failures  # noqa: E402
from ner.methods.registry import complete_settings  # noqa: E402

try:
    validate(config)
    # Recordings of this run: name -> its session's entry and `area`, `session`.
    RECORDINGS = recordings(config)
except ConfigError as error:
    raise WorkflowError(str(error)) from None

COMPARE = config["compare"]
SEEDS = config["seeds"]
# Figures whose group has fewer than two recordings in this run, and that group; the others are drawn.
UNDRAWN = undrawn_figures(config)
FIGURES = [figure for figure in config["figures"] if figure not in UNDRAWN]


def library(*modules):
    """Library files that a result depends on, as inputs: an edit of one reruns it, and only what depends on it."""
    return [str(path) for path in library_files(*modules)]


def method_library(wildcards):
    """Library files that an embedding by this method depends on."""
    return library("data.embeddings", "methods." + config["methods"][wildcards.method]["module"])


def settings_of(method):
    """Every setting of a method, and its module."""
    entry = config["methods"][method]
    return complete_settings(entry["module"], entry)


# Decoders with the settings of each analysis, with the defaults, so that to write one out changes nothing.
DECODERS = {analysis: decoders_of(config, analysis) for analysis in ("within", "across")}


def shown(figure, form):
    """An output of a figure that the report holds."""
    return report(
        f"<figures>/{figure}.{form}",
        caption=f"../report/{figure}.rst",
        category="Figures",
        labels={"figure": figure.removeprefix("fig"), "form": form},
    )


def told(path):
    """A table or page of the results that the report holds, in the category and with the caption of its path."""
    folder = Path(path).parent.name or "tables"
    stem, _, form = Path(path).name.partition(".")
    return report(
        f"<results>/{path}",
        caption=f"../report/{folder}/{stem.removesuffix('_time').removesuffix('_summary')}.rst",
        category=folder.capitalize(),
        labels={"what": stem.replace("_", " "), "form": form},
    )


def outputs_of_rules(wildcards):
    """Folder of results or figures, and path in it, of every output of every rule."""
    # The inner one first, where one lies in the other.
    folders = sorted((config["pathvars"][name] for name in ("results", "figures")), key=len, reverse=True)

    def placed(pattern):
        folder = next(folder for folder in folders if pattern.startswith(f"{folder}/"))
        return folder, pattern.removeprefix(f"{folder}/")

    return {
        made_by.name: [placed(pattern) for pattern in map(strip_wildcard_constraints, made_by.output)]
        for made_by in workflow.rules
    }


wildcard_constraints:
    recording="|".join(RECORDINGS),
    method="|".join(config["methods"]),
    seed=r"\d+",
