import re

from planning.raw_files import ContentHashes, check_own_files, own_file, raw_pairs
from ner.storage.checksums import blob_sha1
from ner.storage.errors import InputError
from ner.data.archives import local_path
from ner.data.formats import registry as formats
from ner.data.nwb.layouts import PRESETS
from ner.data.upstream import read_manifest

CONTENT_HASHES = ContentHashes(Path(FOLDERS["results"], ".checksums", "raw_files.json"))
try:
    check_own_files(RECORDINGS, CONTENT_HASHES.archived)
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
    bins = entry["bins"]
    # Simulated trials are up to 11 bins longer than this.
    return {**entry["simulate"], "bins": bins if isinstance(bins, int) else bins["min"]}


def simulated_unit(wildcards):
    """Unit of the target directions in a simulated session's file."""
    return config["sessions"][wildcards.session].get("target_unit", "radians")


def simulated_layout(wildcards):
    """Layout of a simulated session's NWB file, which says what the task is: mc-maze has curved reaches."""
    return config["sessions"][wildcards.session].get("nwb", {}).get("layout")


# Files in the DANDI archive, by the path under which they are kept.
ASSETS = {local_path(**entry["dandi"]): entry["dandi"] for entry in RECORDINGS.values() if "dandi" in entry}
ARCHIVE = config["data"]["archive"]["folder"] or "<results>/archives"


# Recordings of raw spikes, and the authors' smoothed ones of the same monkey, day and area.
RAW_PAIRS = raw_pairs(RECORDINGS)


def asset(wildcards):
    """What decides the content of a file of the archive."""
    return ASSETS[wildcards.asset]


def recording_source(wildcards):
    """File that a recording is made from."""
    entry = RECORDINGS[plain_recording(wildcards)]
    if entry["format"] == "smoothed":
        return upstream(entry["file"])
    if "dandi" in entry:
        return f"{ARCHIVE}/{local_path(**entry['dandi'])}"
    if "simulate" in entry:
        extension = "nwb" if entry["format"] == "nwb" else "mat"
        return f"<results>/simulated/{entry['session']}.{extension}"
    # Its hash says whether it is another one, whatever its time; its place has nothing to do with that of the results.
    return ancient(local(own_file(entry)))


def recording_content(wildcards):
    """Hash of the raw file that a recording is made from, or what names it; a simulated one is what its settings say."""
    entry = RECORDINGS[plain_recording(wildcards)]
    if entry["format"] == "smoothed":
        return UPSTREAM[entry["file"]].sha1
    if "dandi" in entry:
        return local_path(**entry["dandi"])
    return "" if "simulate" in entry else CONTENT_HASHES(own_file(entry))


def origin(entry):
    """Where a recording's file is from, in words."""
    if "dandi" in entry:
        source = "DANDI {dandiset} {version}: {path}".format(**entry["dandi"])
    else:
        source = entry.get("file") or f"simulated with seed {entry['simulate']['seed']}"
    chosen = [
        f"{name} {', '.join(map(str, of))}"
        for given in entry.get("selections", {}).values()
        for name, of in given.items()
    ]
    return "; ".join([source, *chosen])


def recording_settings(wildcards):
    """How a recording is made, and what its file keeps as provenance."""
    entry = RECORDINGS[plain_recording(wildcards)]
    labels = entry.get("labels", {})
    fold = held_out(config, recording_fold(wildcards))
    split = {"train_fraction": config["train_fraction"]} if fold is None else {"fold": fold}
    cut = {"area": entry["area"], "bins": entry["bins"], **split}
    return {
        "format": entry["format"],
        **cut,
        "bin_seconds": entry.get("bin_seconds"),
        "settings": formats.given_settings(entry["format"], entry),
        **labels,
        # The authors smoothed theirs themselves.
        **({} if entry["format"] == "smoothed" else entry.get("smoothing", config["smoothing"])),
        "metadata": {
            "monkey": entry["monkey"],
            "session": entry["session"],
            **cut,
            "source": origin(entry),
        },
    }


def recording_presets(wildcards):
    """Hash of the presets of NWB files, for recordings that are read by them."""
    return blob_sha1(PRESETS) if "nwb" in RECORDINGS[plain_recording(wildcards)] else ""


def recording_made_by(wildcards):
    """Params of a recording: its script, and the code and packages that it depends on."""
    return made_by("preprocess", f"data.formats.{RECORDINGS[plain_recording(wildcards)]['format']}")
