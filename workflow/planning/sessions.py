"""The sessions of a configuration: whether they can be read, and what two of them may not have in common."""

import difflib
import math
import os
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from itertools import combinations
from pathlib import Path

from ner.data.formats import registry as formats
from ner.data.names import EVERY_UNIT
from ner.data.nwb import layouts
from ner.data.upstream import read_manifest
from ner.storage.errors import InputError
from planning.messages import ConfigError, problem, show, unknown, violations
from planning.run import all_recordings

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / "resources" / "upstream_manifest.csv"


@cache
def _raw_files() -> list[str]:
    try:
        return [file.path for file in read_manifest(MANIFEST).values() if file.kind == "raw"]
    except InputError as error:
        raise ConfigError(str(error)) from None


def session_problems(sessions: Mapping, common: Collection[str]) -> Iterator[str]:
    """What is wrong with the sessions of a configuration, one line a problem.

    Args:
        sessions: of a configuration of the schema, by name.
        common: keys that sessions of every format may have.
    """
    sound = {}
    for name, session in sessions.items():
        place, form = ("sessions", name), session["format"]
        if form not in formats.available():
            yield unknown((*place, "format"), form, formats.available(), "choose one of them")
            continue
        rules = formats.settings_schema(form)
        rules = {**rules, "properties": {**dict.fromkeys(common, {}), **rules["properties"]}}
        if wrong := violations(session, rules, place):
            yield from wrong
            continue
        sound[name] = session
        yield from _length_problems(place, session)
        yield from _rounding_problems(place, session)
        yield from _shared_units(place, session)
        sources = formats.sources(form)
        given = [source for source in sources if source in session]
        if len(given) != 1:
            expected = f"{'one of ' * (len(sources) > 1)}{', '.join(sources)} beside format: {form}"
            found = " and ".join(given) or "nothing"
            yield problem((*place, (given or sources)[0]), found, expected, "give one of them")
        if form == "smoothed" and (file := session.get("file")) is not None and file not in _raw_files():
            close = difflib.get_close_matches(file, _raw_files(), n=1)
            remedy = (
                f"did you mean {close[0]}?" if close else "correct it, or set format: trial_data for a file of yours"
            )
            yield problem((*place, "file"), show(file), f"a raw file of {MANIFEST.relative_to(ROOT.parent)}", remedy)
        if "simulate" in session:
            for area in session["areas"]:
                if area not in session["simulate"]["neurons"] and area != EVERY_UNIT:
                    found, expected = "nothing", "a number of neurons"
                    yield problem((*place, "simulate", "neurons", area), found, expected, "add the key")
        if EVERY_UNIT in session["areas"] and form != "nwb":
            found, remedy = f"{EVERY_UNIT} beside format: {form}", "name the areas of the file"
            yield problem((*place, "areas"), found, f"an area; {EVERY_UNIT} is for format: nwb", remedy)
    yield from _repeated_sources(sound)
    yield from _repeated_names(sound)


def _length_problems(place: tuple, session: Mapping) -> Iterator[str]:
    """Lengths of trials that a session's format does not have, or that no trial has."""
    bins = session["bins"]
    if isinstance(bins, int):
        return
    if bins["min"] > bins["max"]:
        yield problem((*place, "bins"), show(bins), "a min that is not above max", "change one of them")
    if session["format"] == "smoothed" or session.get("step") is not None:
        what = "smoothed trials are cut already" if session["format"] == "smoothed" else "windows are of one length"
        yield problem((*place, "bins"), show(bins), f"a whole number, as {what}", "give one")


def _rounding_problems(place: tuple, session: Mapping) -> Iterator[str]:
    """A multiple to round directions to that does not go round."""
    nearest = session.get("labels", {}).get("nearest", 1)
    if not math.isclose(round(360 / nearest) * nearest, 360):
        yield problem((*place, "labels", "nearest"), show(nearest), "a number of which 360 is a multiple", "change it")


def _shared_units(place: tuple, session: Mapping) -> Iterator[str]:
    """Areas of a session that would be the same units under two names."""
    form, areas = session["format"], [area for area in session["areas"] if area != EVERY_UNIT]
    if form == "trial_data" and len(areas) > 1 and "spikes" in session.get("fields", {}):
        found = f"one field for {' and '.join(areas)}"
        yield problem((*place, "fields", "spikes"), found, "one for one area", "write a session for each area")
    if form != "nwb":
        return
    rule = layouts.complete(session.get("nwb", {}))["area"]
    if rule["by"] == "all" and len(areas) > 1:
        found = f"by: all, and the areas {', '.join(areas)}"
        yield problem((*place, "nwb", "area"), found, "a column that tells them apart", "name it, or a single area")
        return
    for one, other in combinations(areas, 2):
        named = [{name.casefold() for name in rule.get("map", {}).get(area, [area])} for area in (one, other)]
        if both := sorted(named[0] & named[1]):
            found = f"{both[0]!r} for {one} and for {other}"
            yield problem((*place, "nwb", "area", "map"), found, "names of one area each", "correct it")


def smoothing_problems(config: Mapping) -> Iterator[str]:
    """Gaussians that are cut off, or longer than the trials, as of numbers that are no bins.

    Args:
        config: a configuration of the schema, whose sessions fit their formats.
    """
    raw = {name: entry for name, entry in config["sessions"].items() if entry["format"] != "smoothed"}
    own = {("sessions", name, "smoothing"): entry["smoothing"] for name, entry in raw.items() if "smoothing" in entry}
    for place, given in {("smoothing",): config["smoothing"], **own}.items():
        sd, reach = given["sd"], given["half_width"]
        sessions = [raw[place[1]]] if len(place) > 1 else [entry for entry in raw.values() if "smoothing" not in entry]
        lengths = [entry["bins"] if isinstance(entry["bins"], int) else entry["bins"]["max"] for entry in sessions]
        if 0 < reach < sd:
            found = f"a half_width of {reach} for an sd of {sd:g}"
            yield problem((*place, "half_width"), found, "two or three times as much, or 0 for none", "set it in bins")
        elif reach and sd > min(lengths, default=sd):
            found = f"{sd:g}, where trials have {min(lengths)} bins"
            yield problem((*place, "sd"), found, "fewer bins", "set it in bins")


def _repeated_names(sessions: Mapping) -> Iterator[str]:
    """Selections whose recordings have the name of another one."""
    first: dict[str, str] = {}
    for name, session in sessions.items():
        for recording in all_recordings({"sessions": {name: session}}):
            if first.setdefault(recording, name) != name:
                found = f"recording {recording}, which {first[recording]} has too"
                yield problem(("sessions", name), found, "another name for every recording", "rename the selection")


def _repeated_sources(sessions: Mapping) -> Iterator[str]:
    """Sessions that are one file, of which they keep the same trials."""
    first: dict[str, str] = {}
    for name, session in sessions.items():
        if not isinstance(session.get("file"), str):
            continue
        # Selections of a session's trials differ in what they keep.
        others = {key: value for key, value in session.items() if key not in ("monkey", "hemisphere", "areas", "file")}
        key = repr((os.path.realpath(Path(session["file"]).expanduser()), sorted(others.items(), key=str)))
        if (other := first.setdefault(key, name)) != name:
            found = f"{show(session['file'])}, the file of {other}"
            remedy = "correct it, or name all areas of a session in one entry"
            yield problem(("sessions", name, "file"), found, "another file in every session", remedy)


def may_share_trials(one: Mapping, other: Mapping) -> bool:
    """Whether recordings are selections of one session that no column keeps apart.

    Args:
        one: entry of a recording.
        other: entry of another one.
    """
    if one["session"] != other["session"] or not one.get("selections"):
        return False
    (first,), (second,) = one["selections"].values(), other["selections"].values()
    # An area of the same trials is another recording of them.
    if first == second:
        return False
    return all(any(value in second[name] for value in first[name]) for name in first.keys() & second.keys())
