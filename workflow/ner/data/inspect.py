"""What is in a recording's file, before anything runs: `python -m ner.data.inspect FILE [--area AREA ...]`.

It prints areas and units, trials, the behavior, what may mislead, and the config entry of a session to paste.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml

from ner.data import matlab
from ner.data.bins import BIN_SECONDS
from ner.data.file_kinds import kind_of, refuse_other
from ner.data.formats import registry as formats
from ner.data.formats import smoothed, trial_data
from ner.data.preprocessing import make_recording
from ner.data.recordings_table import reasons
from ner.data.sessions import Window, counted
from ner.storage.errors import InputError

#: Length of the cut that is suggested, s, and share of the trials that should reach it.
_CUT, _REACHING = 1.2, 0.9


def inspect(path: str | os.PathLike, areas: Sequence[str] = ()) -> list[str]:
    """Describe a file: what it holds, what may mislead, and the session to paste.

    Args:
        path: a .nwb or .mat file.
        areas: those to look at; empty takes all that are found.

    Returns:
        Lines to print.

    Raises:
        InputError: if it is no such file.
    """
    kind = kind_of(path)
    if kind == "an HDF5 file" and Path(path).suffix.lower() != ".mat":
        # pynwb takes a second to load.
        from ner.data.nwb.describe import describe

        lines, layout, found = describe(path)
        entry = {"format": "nwb", "nwb": layout} if layout else None
    elif not kind and Path(path).suffix.lower() != ".mat":
        refuse_other(path, kind, "an NWB file or a MATLAB .mat file", "give one of these")
    else:
        lines, entry, found = _describe_matlab(path)
    lines.insert(0, f"{path}: {kind or 'of no known kind'}, {Path(path).stat().st_size / 1e6:.1f} MB")
    if entry is None:
        remedy = "nothing here reads it as it is: see docs/add-a-recording.md for the keys of `nwb` and `fields`"
        return [*lines, remedy]
    chosen = list(areas) or found
    entry = {"monkey": "Mymonkey", "areas": chosen, "bins": _bins(path, entry, chosen), **entry}
    for area in chosen:
        lines += ["", *_tried(path, area, entry)]
    return [*lines, "", "The session, to paste under `sessions` of an overlay:", *_pasted(path, entry)]


def _tried(path, area: str, entry: Mapping) -> list[str]:
    """What preprocessing makes of an area."""
    given = formats.given_settings(entry["format"], entry)
    try:
        recording = make_recording(
            path,
            "inspected",
            format=entry["format"],
            area=area,
            bins=entry["bins"],
            train_fraction=0.8,
            settings=given,
            bin_seconds=entry.get("bin_seconds"),
        )
    except InputError as error:
        return [f"{area}: refused. Found {error.found}; expected {error.expected}; {error.remedy}"]
    neurons, silent = recording.rates.shape[1], len(recording.metadata["silent_neurons"])
    angle = recording.metadata["movement_angle"]
    counts = (
        zip(*np.unique(recording.trial_condition, return_counts=True), strict=True) if recording.has_conditions else ()
    )
    rate = np.median(recording.rates.mean(axis=0)) / recording.bin_seconds
    lines = [
        f"{area}: {neurons} neurons ({silent} silent), {rate:.3g} spikes/s in the median, "
        f"{len(recording.trial_direction)} trials of {recording.bins_per_trial} bins of "
        f"{1000 * recording.bin_seconds:g} ms",
        "  conditions: " + (", ".join(f"{c}: {n}" for c, n in counts) or "none"),
    ]
    if angle["median"] is not None:
        elsewhere = angle["elsewhere"][:8] or "none"
        lines.append(
            f"  the hand goes {angle['median']} degrees from the label in the median; elsewhere in the trials "
            f"{elsewhere}"
        )
    if dropped := reasons(recording.metadata["dropped_trials"]):
        lines.append(f"  dropped: {dropped}")
    return lines + [f"  warning: {line}" for line in recording.metadata["warnings"]]


def _bins(path, entry: Mapping, areas: Sequence[str]) -> int:
    """As many bins as 1.2 s hold, or as most trials have."""
    width = entry.get("bin_seconds") or formats.bin_seconds(
        entry["format"], formats.given_settings(entry["format"], entry)
    )
    most = max(2, round(_CUT / width))
    if entry["format"] == "nwb":
        from ner.data.nwb.describe import reached as seconds_reached

        return max(2, int(min(_CUT, seconds_reached(path, entry["nwb"], _REACHING)) / width + 1e-6))
    if entry["format"] != "trial_data" or not areas:
        return entry.get("bins", most)
    session = formats.read("trial_data", path, areas[0], Window(2, width, 0, 2), {})
    lengths = sorted(len(trial.counts) - trial.start for trial in session.trials)
    reached = lengths[int((1 - _REACHING) * len(lengths))] if lengths else most
    return int(max(2, min(most, reached)))


def _describe_matlab(path) -> tuple[list[str], dict | None, list[str]]:
    present = matlab.variables(path)
    lines = [f"variables: {', '.join(present)}"]
    if found := [area for area, name in smoothed.VARIABLES.items() if name in present]:
        return [*lines, "a file of the authors: smoothed, cut"], {"format": "smoothed", "bins": 40}, found
    structs = [name for name in present if matlab.records(matlab.load(path, [name])[name])]
    if not structs:
        return lines, None, []
    name = trial_data.DEFAULT_FIELDS["trials"] if "trial_data" in structs else structs[0]
    trials = matlab.records(matlab.load(path, [name])[name])
    fields = sorted({field for trial in trials for field in trial})
    lines.append(f"{name}: {len(trials)} trials with the fields {', '.join(fields)}")
    if "result" in fields:
        lines.append(f"  result: {counted(str(trial.get('result', '')) for trial in trials)}")
    widths = sorted({float(np.ravel(trial["bin_size"])[0]) for trial in trials if np.size(trial.get("bin_size", ()))})
    lines.append(f"  bin_size: {', '.join(f'{width:g} s' for width in widths) or 'not stated'}")
    matrices = {
        field: [np.shape(trial[field]) for trial in trials if np.size(trial.get(field, ())) > 1] for field in fields
    }
    lines += [
        f"  {field}: {counted(f'bins x {shape[1]}' for shape in shapes if len(shape) == 2)}"
        for field, shapes in matrices.items()
        if shapes
    ]
    found = [area for area, field in trial_data.SPIKES.items() if field in fields]
    if not found:
        return lines, None, []
    entry = {"format": "trial_data"}
    if widths and not np.isclose(round(BIN_SECONDS / widths[0]) * widths[0], BIN_SECONDS):
        entry["bin_seconds"] = widths[0]
    if "tgtDir" in fields:
        angles = [np.ravel(t["tgtDir"])[0] for t in trials if np.size(t.get("tgtDir", ())) == 1]
        if angles and np.nanmax(np.abs(angles)) > 4 * np.pi:
            entry["target_unit"] = "degrees"
    return lines, entry, found


def _pasted(path, entry: Mapping) -> list[str]:
    name = "".join(letter if letter.isalnum() else "-" for letter in Path(path).stem.lower())[:40].strip("-")
    session = {key: value for key, value in entry.items() if key != "nwb"} | {"file": str(path)}
    if "nwb" in entry:
        session["nwb"] = entry["nwb"]
    text = yaml.safe_dump({name or "mysession": session}, sort_keys=False, allow_unicode=True)
    return [f"  {line}" for line in text.splitlines()]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is in a file.

    Args:
        arguments: of the command line.

    Returns:
        The exit status, 1 if the file cannot be read.
    """
    parser = argparse.ArgumentParser(prog="python -m ner.data.inspect", description="What is in a recording's file.")
    parser.add_argument("file", help="a .nwb or .mat file")
    parser.add_argument("--area", nargs="+", default=[], choices=list(trial_data.SPIKES), help="areas to look at")
    given = parser.parse_args(arguments)
    try:
        print("\n".join(inspect(given.file, given.area)))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
