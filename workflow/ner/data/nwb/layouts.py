"""What the keys of a session's `nwb` mean, and the presets that fill them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from ner.data.names import AREAS
from ner.data.sessions import VELOCITY_UNITS

PRESETS = Path(__file__).with_name("presets.yaml")
_NAME = {"type": "string", "minLength": 1}
_PROPERTIES = {
    "area": {
        "description": "how the area of a unit is known",
        "type": "object",
        "additionalProperties": False,
        "required": ["by"],
        "properties": {
            "by": {
                **_NAME,
                "description": "group_name or location of its electrode, a column of the units, unit_id_digit, or all",
            },
            "map": {
                "description": "area to the names it has there",
                "type": "object",
                "propertyNames": {"enum": list(AREAS), "title": "M1, PMd or S1"},
                "additionalProperties": {"type": "array", "items": _NAME, "minItems": 1},
            },
        },
    },
    "velocity": {
        "description": "path of the hand's velocity, paths of its components, or {derive: path of a position}",
        "title": "a path, a list of two different paths, or {derive: a path}",
        "oneOf": [
            _NAME,
            {"type": "array", "items": _NAME, "minItems": 2, "maxItems": 2, "uniqueItems": True},
            {"type": "object", "additionalProperties": False, "required": ["derive"], "properties": {"derive": _NAME}},
        ],
    },
    "position": {**_NAME, "description": "path of the hand's position, to check the velocity against"},
    "axes": {
        "description": "components of the velocity that are x and y, counted from 0",
        "type": "array",
        "items": {"type": "integer", "minimum": 0},
        "minItems": 2,
        "maxItems": 2,
        "uniqueItems": True,
    },
    "velocity_unit": {"enum": list(VELOCITY_UNITS), "description": "unit of the velocity as stored"},
    "align": {
        "description": "column of the trials with the time that the cut is counted from, or {from: column, to: column}",
        "title": "a column, or {from: a column, to: a column}",
        "oneOf": [
            _NAME,
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["from", "to"],
                "properties": {"from": _NAME, "to": _NAME},
            },
            {"type": "null"},
        ],
    },
    # Beyond, it is in ms.
    "start": {"type": "number", "minimum": -10, "maximum": 10, "description": "s from there to the first bin"},
    "bin_seconds": {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "description": "width of a bin, s"},
    "keep": {
        "description": "which trials are kept: column of the trials to the values that are kept",
        "type": "object",
        "additionalProperties": {"type": "array", "minItems": 1},
    },
    "direction": {
        "description": "column with the direction of the target, {position: column, index: column}, "
        "{from: displacement}, or null: the task has no directions",
        "title": "a column, {position: a column, index: a column}, {from: displacement}, or null",
        "oneOf": [
            {"type": "null"},
            _NAME,
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["position"],
                "properties": {"position": _NAME, "index": _NAME},
            },
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["from"],
                "properties": {"from": {"const": "displacement"}},
            },
        ],
    },
    "direction_unit": {"enum": ["radians", "degrees"], "description": "unit of the direction's column"},
    "condition": {
        "description": "columns that name the condition of a trial, or null: the directions are the conditions",
        "type": ["array", "null"],
        "items": _NAME,
        "minItems": 1,
    },
}
#: Keys that a session needs without a preset.
REQUIRED = ("area", "velocity", "velocity_unit", "direction")
_DEFAULTS = {
    "align": None,
    "start": 0.0,
    "bin_seconds": 0.03,
    "keep": {},
    "direction_unit": "radians",
    "condition": None,
    "axes": None,
    "position": None,
}


@cache
def presets() -> dict[str, dict]:
    """Layout to the values of its keys."""
    return yaml.safe_load(PRESETS.read_text())


def settings_schema() -> dict:
    """JSON schema of a session's `nwb`."""
    layouts = list(presets())
    return {
        "description": "how the NWB file is read",
        "type": "object",
        "default": {},
        "additionalProperties": False,
        "properties": {"layout": {"enum": layouts, "description": f"a preset: {', '.join(layouts)}"}, **_PROPERTIES},
        "if": {"required": ["layout"]},
        "else": {"properties": _PROPERTIES, "required": list(REQUIRED)},
    }


def complete(given: Mapping) -> dict:
    """Every key of a session's `nwb`: those given, else the preset's, else the defaults.

    Args:
        given: what config says.

    Returns:
        All keys but `layout`; `expected` names those that a file must have, as config names them itself.
    """
    preset = presets()[given["layout"]] if "layout" in given else {}
    keys = {key: value for key, value in given.items() if key != "layout"}
    return {**_DEFAULTS, **preset, **keys, "expected": sorted(keys)}
