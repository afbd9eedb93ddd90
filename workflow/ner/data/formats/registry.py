"""The file formats: one module each, found by its name, which is what a session's `format` says.

A module in this folder offers

- ``SOURCES``: the config keys that say where a session's file comes from, of which a session gives one;
- ``SETTINGS``: its other config keys as JSON-schema properties (type, default, bounds, description);
- where a setting decides the width of the bins, ``bin_seconds(settings)``;
- where a setting decides what trials have of what `ner.data.needs` names, ``offers(settings)``; else they have all;
- ``read(path, area, window, settings) -> RawSession``: the raw trials of one area.

Heavy packages are imported inside ``read`` and what it calls, so that the workflow reads ``SETTINGS`` without loading
them. Smoothing, cutting, checking and splitting are the same for all, in ``ner.data.preprocessing``.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ner.data import formats
from ner.data.bins import BIN_SECONDS
from ner.data.names import AREAS
from ner.data.needs import CONDITIONS, DIRECTIONS
from ner.storage.modules import Modules

if TYPE_CHECKING:
    from ner.data.sessions import RawSession, Window

#: What the keys of SOURCES may hold.
SOURCES = {
    "file": {
        "description": "path of the session's file",
        "title": "a path without wildcards, control characters and quotes",
        "type": "string",
        "pattern": r"""^[^{}<>"'`$;|*?\\\x00-\x1f]+\Z""",
    },
    "dandi": {
        "description": "the file's place in the DANDI archive",
        "type": "object",
        "additionalProperties": False,
        "required": ["dandiset", "version", "path"],
        "properties": {
            "dandiset": {
                "description": "number of the dandiset",
                "title": "six digits, in quotes",
                "type": "string",
                "pattern": r"^[0-9]{6}\Z",
            },
            "version": {
                "description": "its version",
                "title": "a version, as 0.250122.1735",
                "type": "string",
                "pattern": r"^[0-9A-Za-z][0-9A-Za-z.-]*\Z",
            },
            "path": {
                "description": "path of the file in it",
                "title": "a relative path without .., wildcards, control characters and quotes",
                "type": "string",
                "pattern": r"""^(?!/)(?!.*(^|/)\.\.(/|\Z))[^{}<>"'`$;|*?\\\x00-\x1f]+\Z""",
            },
        },
    },
    "simulate": {
        "description": "what to simulate the session from",
        "type": "object",
        "additionalProperties": False,
        "required": ["seed", "trials", "neurons"],
        "properties": {
            "seed": {
                "description": "seeds the simulated session",
                "title": "a whole number from 0 to 2^32 - 1",
                "type": "integer",
                "minimum": 0,
                "maximum": 2**32 - 1,
            },
            "trials": {"description": "trials of the session", "type": "integer", "minimum": 1},
            "directions": {
                "description": "of the targets in degrees, 8 unless set; null: every trial has one of its own",
                "title": "a list of two or more different numbers, or null",
                "type": ["array", "null"],
                "items": {"type": "number"},
                "minItems": 2,
                "uniqueItems": True,
            },
            "neurons": {
                "description": "neurons of each area",
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    area: {"description": f"neurons of {area}", "type": "integer", "minimum": 1} for area in AREAS
                },
            },
        },
    },
}


_MODULES = Modules(formats, "format")
available, complete_settings = _MODULES.names, _MODULES.complete


def sources(name: str) -> tuple[str, ...]:
    """The config keys of which a session of this format gives one.

    Raises:
        KeyError: if there is no such format.
    """
    return _MODULES(name).SOURCES


def settings_schema(name: str) -> dict:
    """JSON schema of the config keys that a format adds to a session.

    Raises:
        KeyError: if there is no such format.
    """
    module = _MODULES(name)
    origin = {key: SOURCES[key] for key in module.SOURCES}
    return {"type": "object", "properties": {**origin, **module.SETTINGS}, "additionalProperties": False}


def given_settings(name: str, entry: Mapping) -> dict:
    """The settings of a format that a session's config gives, of all its keys.

    Raises:
        KeyError: if there is no such format.
    """
    return {key: value for key, value in entry.items() if key in _MODULES(name).SETTINGS}


def bin_seconds(name: str, settings: Mapping) -> float:
    """Width of the bins that a session's settings ask for, in s: the paper's, unless the format has its own say.

    Raises:
        KeyError: if there is no such format.
    """
    module = _MODULES(name)
    own = getattr(module, "bin_seconds", None)
    return own(complete_settings(name, settings)) if own else BIN_SECONDS


def offers(name: str, settings: Mapping) -> set[str]:
    """What of the things that `ner.data.needs` names the trials of a session have, as its settings say.

    Raises:
        KeyError: if there is no such format.
    """
    own = getattr(_MODULES(name), "offers", None)
    return own(complete_settings(name, settings)) if own else {CONDITIONS, DIRECTIONS}


def read(name: str, path: str | os.PathLike, area: str, window: "Window", settings: Mapping) -> "RawSession":
    """Read one area of a session's file.

    Args:
        name: the format.
        path: the file.
        area: M1, PMd or S1.
        window: what will be cut out of every trial.
        settings: of the format; missing ones take their defaults.

    Returns:
        Its raw trials.

    Raises:
        InputError: if the file is not such a file, or cannot be right.
        KeyError: if there is no such format.
    """
    return _MODULES(name).read(path, area, window, complete_settings(name, settings))
