"""Raw TrialData: a MATLAB struct array with an element a trial, spike counts in bins of equal width."""

import math
import os
from collections.abc import Mapping, Sequence

import numpy as np

from ner.data import matlab
from ner.data.needs import CONDITIONS, DIRECTIONS
from ner.data.sessions import (
    SELECTIONS,
    VELOCITY_UNITS,
    RawSession,
    RawTrial,
    UnusableTrial,
    Window,
    chosen,
    condition_name,
    degrees_of,
    is_kept,
    refuse_empty_selection,
)
from ner.storage.errors import InputError

SOURCES = ("file", "simulate")
_NAME = {"type": "string", "minLength": 1}
SETTINGS = {
    "target_unit": {
        "enum": ["radians", "degrees"],
        "default": "radians",
        "description": "unit of the target directions",
    },
    "velocity_unit": {
        "enum": [*VELOCITY_UNITS, None],
        "default": None,
        "description": "unit of the velocity; null takes it for cm/s, if it can be",
    },
    "keep": {
        "type": ["object", "null"],
        "additionalProperties": {"type": "array", "minItems": 1},
        "default": None,
        "description": "which trials are kept: field to the values that are kept; null keeps result R, if there is one",
    },
    "selections": SELECTIONS,
    "condition": {
        "type": ["array", "null"],
        "items": _NAME,
        "minItems": 1,
        "default": None,
        "description": "fields that name the condition of a trial, or null: the directions are the conditions",
    },
    "first_index": {
        "enum": [0, 1],
        "default": 1,
        "description": "what the first bin of a trial is called: 1 in MATLAB, 0 in Python",
    },
    "fields": {
        "type": "object",
        "additionalProperties": False,
        "default": {},
        "description": "names of the file's variable and fields where they are other ones",
        "properties": {
            "trials": {**_NAME, "description": "the struct array, trial_data unless set"},
            "spikes": {**_NAME, "description": "counts (bins x neurons), M1_spikes and so on unless set"},
            "velocity": {**_NAME, "description": "hand velocity (bins x 2), vel unless set"},
            "start": {**_NAME, "description": "bin from which trials are cut, idx_goCueTime unless set"},
            "end": {**_NAME, "description": "last bin of a trial to keep; unset, that of its data"},
            "direction": {
                **_NAME,
                "type": ["string", "null"],
                "description": "direction of the target, tgtDir unless set; null: the task has no directions",
            },
            "bin_size": {**_NAME, "description": "width of the bins in s, bin_size unless set"},
        },
    },
}
DEFAULTS = {name: rules["default"] for name, rules in SETTINGS.items()}
#: Fields with the spike counts, by area.
SPIKES = {"M1": "M1_spikes", "PMd": "PMd_spikes", "S1": "LeftS1Area2_spikes"}
DEFAULT_FIELDS = {
    "trials": "trial_data",
    "velocity": "vel",
    "start": "idx_goCueTime",
    "direction": "tgtDir",
    "bin_size": "bin_size",
}
#: Share of go cues in bin 0 from which they must be counted from 0, whatever the settings say.
_FROM_ZERO = 0.02


def offers(settings: Mapping) -> set[str]:
    """What the trials have, of ner.data.needs."""
    if settings["fields"].get("direction", "") is not None:
        return {DIRECTIONS, CONDITIONS}
    return {CONDITIONS} if settings["condition"] is not None else set()


def read(path: str | os.PathLike, area: str, window: Window, settings: Mapping) -> RawSession:
    """Read the trials of one area.

    Trials that were not rewarded, that lack a field, whose fields do not fit together, or that have no go cue or
    several, are dropped; numbers are from 1. Bins of the file that are a whole fraction of the window's are joined,
    from the go cue on, into bins of that width.

    Args:
        path: MATLAB file with the struct array trial_data (or a cell array of structs, or a struct of cell arrays):
            M1_spikes, PMd_spikes or LeftS1Area2_spikes (bins x neurons), vel (bins x 2), idx_goCueTime, tgtDir and,
            where they are known, bin_size (s) and result.
        area: M1, PMd or S1.
        window: what will be cut out of every trial.
        settings: every one of SETTINGS.

    Raises:
        InputError: if the file is not such a file, or its bins have another width.

    References:
        TrialData files of doi:10.5061/dryad.xd2547dkt.
    """
    fields = {**DEFAULT_FIELDS, "spikes": SPIKES[area], **settings["fields"]}
    keep = settings["keep"] if settings["keep"] is not None else {"result": ["R"]}
    selecting = list(dict.fromkeys(name for given in settings["selections"].values() for name in given))
    named = settings["condition"] or []
    others = ["idx_trial_start", "pos", *keep, *selecting, *named]
    wanted = {*(name for key, name in fields.items() if key != "trials"), *others}
    variable = fields["trials"]
    trials = matlab.records(matlab.load(path, [variable], wanted)[variable])
    if trials is None:
        remedy = "check the file, and `fields` of the session"
        raise InputError(path, f"{variable}, which is no struct array", f"also {[*fields.values()][1:]}", remedy)
    _check_fields(path, variable, trials, fields, [*(settings["keep"] or ()), *selecting, *named])
    numbers = range(1, len(trials) + 1)
    selected = chosen(lambda number, name: trials[number - 1].get(name), numbers, settings["selections"])
    if trials and not selected:
        refuse_empty_selection(path, settings["selections"], f"{len(trials)} others")
    joined, warnings = _joined_bins(path, trials, fields["bin_size"], window)
    _check_first_index(path, trials, fields["start"], settings["first_index"])

    read, dropped, malformed = [], [], 0
    neurons = _usual_neurons(trials, fields["spikes"])
    for number, trial in enumerate(trials, start=1):
        if number not in selected:
            continue
        try:
            _check_kept(trial, keep)
            read.append(_trial(number, trial, fields, neurons, joined, settings))
        except UnusableTrial as error:
            dropped.append({"trial": number, "reason": error.reason})
            malformed += error.malformed
    metadata = {"bin_size_of_the_file": window.bin_seconds / joined}
    return RawSession(
        trials=read,
        dropped=dropped,
        malformed=malformed,
        stated_unit=settings["velocity_unit"] is not None,
        directed=fields["direction"] is not None,
        warnings=warnings,
        metadata=metadata,
    )


def _trial(
    number: int, trial: Mapping, fields: Mapping, neurons: int | None, joined: int, settings: Mapping
) -> RawTrial:
    spikes, vel = fields["spikes"], fields["velocity"]
    counts, velocity = _numbers(trial, spikes), _numbers(trial, vel)
    if counts.size == 0 or velocity.size == 0:
        raise UnusableTrial(f"{spikes if counts.size == 0 else vel} is empty", malformed=False)
    if counts.ndim == velocity.ndim == 2 and 2 in velocity.shape:
        bins = max(velocity.shape)
        if velocity.shape[0] == 2 != bins or (counts.shape[0] != bins == counts.shape[1]):
            turned = vel if velocity.shape[0] == 2 != bins else spikes
            raise UnusableTrial(f"{turned} is transposed, a bin a column")
    if counts.ndim == 2 and velocity.ndim == 2 and velocity.shape[1] == 2 and counts.shape[1] != neurons:
        raise UnusableTrial(f"{spikes} of {counts.shape[1]} neurons, not {neurons}")
    if counts.ndim != 2 or velocity.ndim != 2 or velocity.shape[1] != 2:
        shapes = [("bins", *values.shape[1:]) if values.ndim else () for values in (counts, velocity)]
        shown = [f"({', '.join(map(str, shape))})" for shape in shapes]
        raise UnusableTrial(f"{spikes} {shown[0]} and {vel} {shown[1]}, not (bins, {neurons}) and (bins, 2)")
    if len(counts) != len(velocity):
        raise UnusableTrial(f"{spikes} and {vel} have other numbers of bins")
    target = 0.0 if fields["direction"] is None else _scalar(trial, fields["direction"], "targets")
    start = _scalar(trial, fields["start"], "go cues") - settings["first_index"]
    if not math.isfinite(target):
        raise UnusableTrial("no target", malformed=False)
    if math.isnan(start):
        raise UnusableTrial("no go cue", malformed=False)
    if start < 0 or not start.is_integer():
        first = settings["first_index"]
        raise UnusableTrial(f"{fields['start']} is no bin number, from {first}")
    # From 0, the bin behind the last one to keep.
    end = _scalar(trial, fields["end"], "ends") - settings["first_index"] + 1 if "end" in fields else math.inf
    if math.isnan(end):
        raise UnusableTrial(f"no {fields['end']}", malformed=False)
    shift = int(start) % joined
    return RawTrial(
        number=number,
        counts=_join(counts[shift:], joined).sum(axis=1),
        velocity=_join(velocity[shift:], joined).mean(axis=1) * VELOCITY_UNITS[settings["velocity_unit"] or "cm/s"],
        start=int(start) // joined,
        bins=max(0, int(end - start) // joined) if math.isfinite(end) else None,
        direction=degrees_of(target, settings["target_unit"]),
        position=_position(trial, len(velocity), shift, joined),
        condition=_condition(trial, settings["condition"]),
    )


def _condition(trial: Mapping, fields: Sequence[str] | None) -> str | None:
    """Name of a trial's condition, from the fields' values; '' where one is empty."""
    return None if fields is None else condition_name(trial.get(field) for field in fields)


def _position(trial: Mapping, bins: int, shift: int, joined: int) -> np.ndarray | None:
    try:
        position = _numbers(trial, "pos")
    except UnusableTrial:
        return None
    return _join(position[shift:], joined).mean(axis=1) if position.shape == (bins, 2) else None


def _join(values: np.ndarray, joined: int) -> np.ndarray:
    """Fold bins into groups of neighbours, (groups, joined, ...); bins that fill no group are left out."""
    groups = len(values) // joined
    return values[: groups * joined].reshape(groups, joined, *values.shape[1:])


def _numbers(trial: Mapping, field: str) -> np.ndarray:
    values = trial.get(field)
    if values is None or (isinstance(values, list | str) and not values):
        return np.zeros((0, 0))
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "buif":
        kind = values.dtype if isinstance(values, np.ndarray) else type(values).__name__
        raise UnusableTrial(f"{field} of type {kind}, not numbers")
    return values.astype(np.float64)


def _scalar(trial: Mapping, field: str, what: str) -> float:
    """The one number of a field; NaN where the field is empty."""
    numbers = _numbers(trial, field)
    if numbers.size > 1:
        raise UnusableTrial(f"several {what} in {field}", malformed=False)
    return float(numbers.item()) if numbers.size else math.nan


def _check_kept(trial: Mapping, keep: Mapping) -> None:
    for field, allowed in keep.items():
        # An empty field says nothing; neither does a default about a file without such a field.
        if field in trial and not is_kept(trial[field], allowed):
            value = trial[field]
            shown = value if isinstance(value, str) else np.ravel(value).tolist() if np.size(value) > 1 else value
            if isinstance(shown, np.ndarray):
                shown = shown.item() if shown.size else "empty"
            raise UnusableTrial(f"{field} {shown}", malformed=False)


def _check_fields(path, variable: str, trials: Sequence[Mapping], fields: Mapping, others: Sequence[str]) -> None:
    """Refuse a file whose trials all lack a field, one of `fields` or of the others."""
    present = {name for trial in trials for name in trial}
    required = [*(fields.get(key) for key in ("spikes", "velocity", "start", "direction", "end")), *others]
    if missing := [name for name in required if name is not None and name not in present]:
        found = f"{variable} with the fields {sorted(present)}"
        remedy = "check the session's `areas`, `file`, `fields`, `keep`, `selections` and `condition`"
        raise InputError(path, found, f"also {missing}", remedy)


def _usual_neurons(trials: Sequence[Mapping], field: str) -> int | None:
    """Neurons of most trials."""
    widths = [
        trial[field].shape[1]
        for trial in trials
        if isinstance(trial.get(field), np.ndarray) and trial[field].ndim == 2 and trial[field].size
    ]
    return max(set(widths), key=widths.count) if widths else None


def _joined_bins(path, trials: Sequence[Mapping], field: str, window: Window) -> tuple[int, list[str]]:
    """How many bins of the file make one of the window's."""
    given = [trial[field] for trial in trials if np.size(trial.get(field, ())) > 0]
    numbers = [values for values in map(np.asarray, given) if values.dtype.kind in "iuf"]
    widths = {round(float(width), 9) for values in numbers for width in np.unique(values[~np.isnan(values)])}
    wanted, warnings = window.bin_seconds, []
    if not widths:
        found = f"a {field} that is no number" if given else f"no {field}"
        return 1, [f"the file has {found}: its bins are taken for {1000 * wanted:g} ms"]
    # No bin is a second wide.
    if min(widths) >= 1:
        warnings = [f"{field} of {', '.join(f'{width:g}' for width in sorted(widths))} is taken for milliseconds"]
        widths = {width / 1000 for width in widths}
    joined = round(wanted / min(widths)) if min(widths) > 0 else 0
    if len(widths) > 1 or joined < 1 or not math.isclose(joined * min(widths), wanted, rel_tol=1e-6):
        raise InputError(
            path,
            f"{field} of {', '.join(f'{width:g}' for width in sorted(widths))} s",
            f"{wanted:g} s, or a whole fraction of it",
            "set `bin_seconds` of the session to the file's bins, or to a multiple of them",
        )
    return joined, warnings


def _check_first_index(path, trials: Sequence[Mapping], field: str, first: int) -> None:
    """Refuse bins that are counted from 0 where the settings say from 1."""
    for name in ("idx_trial_start", field):
        values = [np.ravel(trial[name])[0] for trial in trials if np.size(trial.get(name, ())) == 1]
        values = [value for value in values if isinstance(value, np.number)]
        zeros = sum(value == 0 for value in values)
        if first == 1 and zeros > max(1, _FROM_ZERO * len(values)):
            raise InputError(
                path,
                f"{name} 0 in {zeros} of {len(values)} trials",
                "bins counted from 1",
                "set `first_index: 0` of the session, if they are counted from 0",
            )
