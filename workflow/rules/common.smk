import os
import re
import shlex
import shutil
import sys
from functools import partial
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.io import strip_wildcard_constraints
from snakemake.logging import logger
from snakemake.settings.enums import Quietness

# Not `basedir`, which is the folder of whoever uses this workflow as a module.
WORKFLOW = Path(str(workflow.current_basedir)).parent
# Scripts, notebooks and cluster nodes find the library and job.py without installing them, in any environment and
# before others of these names.
OWN_MODULES = [str(WORKFLOW), str(WORKFLOW / "scripts")]
OTHER_MODULES = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
os.environ.update(PYTHONPATH=os.pathsep.join(dict.fromkeys([*OWN_MODULES, *OTHER_MODULES])))
# Files are UTF-8, whatever the locale says.
os.environ.setdefault("PYTHONUTF8", "1")
# A waiting OpenMP thread that spins takes the core from the other jobs.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# Snakemake puts it into commands as it is, which a folder with a space in its name breaks.
if Path(sys.executable).exists():
    sys.executable = shlex.quote(sys.executable)
sys.path.insert(0, str(WORKFLOW))
from planning.config_files import check_keys
from planning.configuration import (
    ConfigError,
    check_cluster,
    check_writable,
    completed,
    decoders_of,
    method_settings,
    validate,
    with_floats,
)  # noqa: E402
from ner.storage.errors import InputError  # noqa: E402
from planning.failures import forget_failures, noted_failures, tell_failures  # noqa: E402
from planning.figures import figures, undrawn, unshown  # noqa: E402
from planning.folds import held_out, split_text  # noqa: E402
from planning.plan import run_plan  # noqa: E402
from planning.run import unsuited_lines, used_methods  # noqa: E402
from planning.measured import measured_jobs  # noqa: E402
from planning.library import environment, made_by  # noqa: E402
from planning.terminal import keep_errors  # noqa: E402

SAYING = workflow.output_settings
# Even a quiet run says why it ends.
if workflow.modifier.is_main_snakefile() and Quietness.ALL in (SAYING.quiet or ()) and not SAYING.dryrun:
    keep_errors(logger)

if not workflow.modifier.is_main_snakefile():
    # What a workflow that uses this one leaves out is as in our own config.yaml; the keys that are not ours are its own.
    config = completed(config, OWN_CONFIG)


# Where the config does not say it: a module's may come without a config file.
pathvars:
    **config["pathvars"],


try:
    check_keys([OWN_CONFIG, *workflow.configfiles])
    validate(config)
    config = with_floats(config)
except (ConfigError, InputError) as error:
    raise WorkflowError(str(error)) from None
# Recordings and groups of this run, and what its decoders read.
PLAN = run_plan(config)
# Recordings of this run: name -> its session's entry and `area`, `session`.
RECORDINGS = PLAN.recordings
# What recordings are called in paths: to a recording and its fold, which is None for the recording as a whole.
VARIANTS = {name: (name, None) for name in RECORDINGS} | {
    made: (name, fold) for name in RECORDINGS for made, fold in PLAN.variants(name).items()
}

COMPARE = config["compare"]
SEEDS = config["seeds"]
# Figures that this run lacks recordings of, or whose recordings lack what they show, and which; the others are drawn.
UNDRAWN = undrawn(config)
UNSHOWN = {figure: reason for figure, reason in unshown(config).items() if figure not in UNDRAWN}
FIGURES = {figure: entry for figure, entry in figures(config).items() if figure not in {*UNDRAWN, *UNSHOWN}}
# The folders of pathvars as the rules' paths begin with them, whoever uses this workflow.
FOLDERS = {name: workflow.modifier.modify_path(workflow.pathvars.apply(f"<{name}>")) for name in config["pathvars"]}


# In environments of their own, jobs have the packages that are pinned for them.
if "CONDA" in {method.name for method in workflow.deployment_settings.deployment_method}:
    made_by = partial(made_by, pinned=WORKFLOW.parent / "envs" / "ner.yaml")


def method_made_by(wildcards):
    """Params of a fit of this method: its script, and the code and packages that the embedding depends on."""
    # pandas only carries an embedding to its file.
    return made_by("embed", f"methods.{config['methods'][wildcards.method]['module']}", without=("pandas",))


# Methods with all their settings, so that to write a default out changes nothing.
METHOD_SETTINGS = {name: method_settings(config, name) for name in config["methods"]}
# Decoders with the settings of each analysis, with the defaults, so that to write one out changes nothing.
DECODERS = {analysis: decoders_of(config, analysis) for analysis in ("within", "across")}


def decoder_made_by(script, wildcards):
    """Params of a job that decodes by one decoder: the code and packages that its results depend on."""
    return made_by(script, f"decoding.decoders.{DECODERS['within'][wildcards.decoder]['module']}")


def decoder_settings(wildcards):
    """A decoder within recordings, with its settings."""
    return {wildcards.decoder: DECODERS["within"][wildcards.decoder]}


def within_files(suffix):
    """Tables of one kind within every recording, by their suffix: of every decoder the methods that it reads."""
    metrics = [file for decoder, methods in PLAN.within.items() for file in PLAN.within_files(decoder, methods)[0]]
    return [file.removesuffix(".csv") + suffix for file in metrics]


def plain_recording(wildcards):
    """A recording, whichever fold of it a job is of."""
    return VARIANTS[wildcards.recording][0]


def recording_fold(wildcards):
    """The fold that a job is of, None without folds."""
    return VARIANTS[wildcards.recording][1]


def told(path):
    """A table or page of the results that the report holds, in the category and with the caption of its path."""
    folder = Path(path).parent.name or "tables"
    stem, _, form = Path(path).name.partition(".")
    return report(
        f"<results>/{path}",
        caption=f"../report/{folder}/{stem.removesuffix('_time').removesuffix('_null').removesuffix('_summary')}.rst",
        category=folder.capitalize(),
        labels={"what": stem.replace("_", " "), "form": form},
    )


def outputs_of_rules(wildcards):
    """Folder of results or figures, and path in it, of every output of every rule."""
    # The inner one first, where one lies in the other.
    folders = sorted((FOLDERS[name] for name in ("results", "figures")), key=len, reverse=True)

    def placed(pattern):
        folder = next(folder for folder in folders if pattern.startswith(f"{folder}/"))
        return folder, pattern.removeprefix(f"{folder}/")

    found = {
        made_by.name: [placed(pattern) for pattern in map(strip_wildcard_constraints, made_by.output)]
        for made_by in workflow.rules
        # A workflow that uses this one has rules of its own.
        if Path(made_by.snakefile).is_relative_to(WORKFLOW.parent)
        and all(pattern.startswith(tuple(f"{folder}/" for folder in folders)) for pattern in made_by.output)
    }
    # Not an output of the rule, as other methods leave no model.
    models = FOLDERS["results"], "embeddings/{method}/{recording}/seed{seed}.safetensors"
    found = {rule: [*files, models] if rule.endswith("embed") else files for rule, files in found.items()}
    # Of rules that make the same files, the first.
    first = {file: rule for rule in reversed(found) for file in found[rule]}
    return {rule: [file for file in dict.fromkeys(files) if first[file] == rule] for rule, files in found.items()}


def refuse_archive(path):
    """In place of Snakemake's --archive, which packs the packages of conda environments."""
    raise WorkflowError(
        "--archive: found no conda, with which Snakemake packs; expected one, or this workflow's own archive; run "
        "`make archive`, or snakemake with the target archive or archive_with_embeddings"
    )


if shutil.which("conda") is None and workflow.modifier.is_main_snakefile():
    workflow.archive = refuse_archive


wildcard_constraints:
    recording="|".join(map(re.escape, VARIANTS)),
    method="|".join(config["methods"]),
    decoder="|".join(config["decoders"]),
    protocol="paper|strict",
    seed=r"\d+",
