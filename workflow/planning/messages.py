"""One line a problem of the configuration, and those that a JSON schema finds."""

import difflib
import math
import reprlib
from collections.abc import Iterable, Iterator, Mapping

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "a list of at least {}",
    "maxItems": "a list of at most {}",
    "minProperties": "a mapping of at least {}",
    "uniqueItems": "a list without repetitions",
    "const": "{}",
}


_short = reprlib.Repr()
_short.maxstring = _short.maxother = 80


class ConfigError(ValueError):
    """The configuration cannot be used; one line a problem."""


def _is_integer(_, value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_, value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


# YAML's 1.0 would make a file called seed1.0, and its .nan is within any bounds.
_Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_integer, "number": _is_number}),
)


def show(value: object) -> str:
    """A value as YAML writes it, shortened."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _short.repr(value)


def problem(place: tuple, found: str, expected: str, remedy: str) -> str:
    """The line of a problem.

    Args:
        place: keys that lead to what is wrong.
        found: what stands there.
        expected: what would be right.
        remedy: what to do about it, as an instruction.
    """
    key = ".".join(str(part) if str(part).isprintable() else repr(part) for part in place) or "as a whole"
    return f"config {key}: found {found}; expected {expected}; {remedy}"


def unknown(place: tuple, name: object, allowed: Iterable[str], remedy: str, found: str = "") -> str:
    """Problem with a name that is not among the allowed ones; the remedy offers those that look like it."""
    allowed = list(allowed)
    close = difflib.get_close_matches(str(name).lower(), [other.lower() for other in allowed], n=3)
    meant = [other for other in allowed if other.lower() in close]
    remedy = f"did you mean {' or '.join(meant)}?" if meant else remedy
    return problem(place, found or show(name), f"one of {', '.join(allowed) or '(none is defined)'}", remedy)


def _expectation(error: ValidationError) -> str:
    rule, limit = error.validator, error.validator_value
    if "title" in error.schema:
        return error.schema["title"]
    if rule == "type":
        return " or ".join(_TYPES[name] for name in ([limit] if isinstance(limit, str) else limit))
    if rule == "enum":
        return f"one of {', '.join(map(str, limit))}"
    return _BOUNDS[rule].format(limit) if rule in _BOUNDS else error.message


def _is_numeric_text(value: object) -> bool:
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False


def _is_meant(error: ValidationError) -> bool:
    """Whether a text would be right if it were what it looks like, as 'null' or '[0, 1]'."""
    try:
        meant = yaml.safe_load(error.instance) if isinstance(error.instance, str) else error.instance
    except yaml.YAMLError:
        return False
    rule = {error.validator: error.validator_value}
    return meant != error.instance and error.validator in ("type", "anyOf") and _Validator(rule).is_valid(meant)


def _described(error: ValidationError, place: tuple) -> Iterator[str]:
    """The problems that one finding of the schema stands for."""
    place = (*place, *error.absolute_path)
    if error.validator == "additionalProperties":
        allowed = sorted(error.schema.get("properties", {}))
        for key in error.instance:
            if key not in allowed:
                yield unknown((*place, key), key, allowed, "remove it", found="an unknown key")
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                meaning = error.schema.get("properties", {}).get(key, {}).get("description")
                yield problem((*place, key), "nothing", meaning or "a value", "add the key")
    elif "propertyNames" in error.absolute_schema_path:
        yield problem((*place, error.instance), "this name", _expectation(error), "rename it")
    elif error.validator == "enum" and isinstance(error.instance, str):
        yield unknown(place, error.instance, map(str, error.validator_value), "choose one of them")
    elif (error.validator == "type" and _is_numeric_text(error.instance)) or _is_meant(error):
        # YAML takes 1e-4 for a text, and Snakemake's --config null and every number inside a list or mapping.
        remedy = "write it without quotes, with a decimal point where it has an exponent (1.0e-4), and in a config file"
        yield problem(place, show(error.instance), _expectation(error), remedy)
    else:
        meaning = error.schema.get("description")
        remedy = f"correct it ({meaning})" if meaning else "correct it"
        yield problem(place, show(error.instance), _expectation(error), remedy)


def violations(instance: object, rules: Mapping, place: tuple = ()) -> list[str]:
    """Problems that a JSON schema finds in an instance, each once, in the order of the schema."""
    found = []
    for error in _Validator(rules).iter_errors(instance):
        # `required` is raised once a missing key, `additionalProperties` once for all extra ones.
        found.extend(line for line in _described(error, place) if line not in found)
    return found
