import re

from ner.storage.errors import InputError
from ner.data.upstream import read_manifest

try:
    UPSTREAM = read_manifest(WORKFLOW / "resources" / "upstream_manifest.csv")
except InputError as error:
    raise WorkflowError(str(error)) from None
UPSTREAM_LOCAL = {file.local: file for file in UPSTREAM.values()}


def upstream(path):
    """Local copy of a file of the authors' repository, by its path there."""
    if path not in UPSTREAM:
        raise WorkflowError(f"{path}: not in {WORKFLOW / 'resources' / 'upstream_manifest.csv'}")
    return f"<results>/upstream/{UPSTREAM[path].local}"


def upstream_file(wildcards):
    """What decides the content of a downloaded file."""
    return vars(UPSTREAM_LOCAL[wildcards.file])


def simulated_session(wildcards):
    """What a session is simulated from."""
    entry = config["sessions"][wildcards.session]
    return {**entry["simulate"], "bins": entry["bins"]}


def target_unit(wildcards):
    """Unit of the target directions in a session's TrialData."""
    return config["sessions"][wildcards.session].get("target_unit", "radians")


def recording_source(wildcards):
    """Raw file that a recording is made from."""
    entry = RECORDINGS[wildcards.recording]
    if entry["format"] == "smoothed":
        return upstream(entry["file"])
    if entry["format"] == "simulated":
        return f"<results>/simulated/{entry['session']}.mat"
    return entry["file"]


def recording_form(wildcards):
    """Form of a recording's raw file; simulated ones are TrialData."""
    return "smoothed" if RECORDINGS[wildcards.recording]["format"] == "smoothed" else "trial_data"


def recording_settings(wildcards):
    """Settings of a recording's preprocessing, and what its file keeps as provenance."""
    entry = RECORDINGS[wildcards.recording]
    settings = {
        "area": entry["area"],
        "bins": entry["bins"],
        "train_fraction": config["train_fraction"],
        "metadata": {
            "monkey": entry["monkey"],
            "session": entry["session"],
            "area": entry["area"],
            "source": entry.get("file") or f"simulated with seed {entry['simulate']['seed']}",
        },
    }
    if entry["format"] != "smoothed":
        settings |= {"target_unit": entry.get("target_unit", "radians"), **config["smoothing"]}
    return settings
