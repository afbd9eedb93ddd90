import re

from ner.errors import InputError
from ner.upstream import read_manifest

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
            "source": entry.get("file", "simulated"),
        },
    }
    if entry["format"] != "smoothed":
        settings |= {"target_unit": entry.get("target_unit", "radians"), **config["smoothing"]}
    return settings


rule download:
    """Fetch one file of the authors' repository, checked against the manifest."""
    output:
        "<results>/upstream/{file}",
    log:
        "<logs>/download/{file}.log",
    wildcard_constraints:
        file="|".join(map(re.escape, UPSTREAM_LOCAL)),
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=lambda wildcards, attempt: 15 * attempt,
    params:
        file=upstream_file,
    script:
        "../scripts/download.py"


rule preprocess:
    """Smooth where needed, cut, check and split one recording."""
    input:
        source=recording_source,
        library=library("preprocessing"),
    output:
        "<results>/recordings/{recording}.parquet",
    log:
        "<logs>/preprocess/{recording}.log",
    benchmark:
        "<benchmarks>/preprocess/{recording}.tsv"
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        form=recording_form,
        settings=recording_settings,
    script:
        "../scripts/preprocess.py"


rule recordings_table:
    """What every recording of the run holds, and what was dropped on the way."""
    input:
        recordings=expand("<results>/recordings/{recording}.parquet", recording=RECORDINGS),
        library=library("preprocessing"),
    output:
        "<results>/tables/recordings.csv",
    log:
        "<logs>/recordings_table.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=lambda wildcards, attempt: 5 * attempt,
    script:
        "../scripts/recordings_table.py"
