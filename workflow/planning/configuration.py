"""The configuration of a run: whether it can be used, and which recordings it asks for."""

import difflib
import math
import os
import reprlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from ner.data.formats import registry as formats
from ner.data.upstream import read_manifest
from ner.decoding.decoders import registry as decoders
from ner.methods import registry as methods
from ner.storage.errors import InputError

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "schemas" / "config.schema.yaml"
MANIFEST = ROOT / "resources" / "upstream_manifest.csv"
_REPORTED = 5
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


@cache
def schema() -> dict:
    """JSON schema of the configuration."""
    return yaml.safe_load(SCHEMA.read_text())


@cache
def _raw_files() -> list[str]:
    try:
        return [file.path for file in read_manifest(MANIFEST).values() if file.kind == "raw"]
    except InputError as error:
        raise ConfigError(str(error)) from None


def _show(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _short.repr(value)


def _problem(place: tuple, found: str, expected: str, remedy: str) -> str:
    key = ".".join(str(part) if str(part).isprintable() else repr(part) for part in place) or "as a whole"
    return f"config {key}: found {found}; expected {expected}; {remedy}"


def _unknown(place: tuple, name: object, allowed: Iterable[str], remedy: str, found: str = "") -> str:
    """Problem with a name that is not among the allowed ones; the remedy offers those that look like it."""
    allowed = list(allowed)
    close = difflib.get_close_matches(str(name).lower(), [other.lower() for other in allowed], n=3)
    meant = [other for other in allowed if other.lower() in close]
    remedy = f"did you mean {' or '.join(meant)}?" if meant else remedy
    return _problem(place, found or _show(name), f"one of {', '.join(allowed) or '(none is defined)'}", remedy)


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


def _described(error: ValidationError, place: tuple) -> Iterator[str]:
    """The problems that one finding of the schema stands for."""
    place = (*place, *error.absolute_path)
    if error.validator == "additionalProperties":
        allowed = sorted(error.schema.get("properties", {}))
        for key in error.instance:
            if key not in allowed:
                yield _unknown((*place, key), key, allowed, "remove it", found="an unknown key")
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                meaning = error.schema.get("properties", {}).get(key, {}).get("description")
                yield _problem((*place, key), "nothing", meaning or "a value", "add the key")
    elif "propertyNames" in error.absolute_schema_path:
        yield _problem((*place, error.instance), "this name", _expectation(error), "rename it")
    elif error.validator == "enum" and isinstance(error.instance, str):
        yield _unknown(place, error.instance, map(str, error.validator_value), "choose one of them")
    elif error.validator == "type" and _is_numeric_text(error.instance):
        # YAML takes 1e-4 for a text, and Snakemake's --config every number inside a list or mapping.
        remedy = "write it without quotes, with a decimal point where it has an exponent (1.0e-4), and in a config file"
        yield _problem(place, _show(error.instance), _expectation(error), remedy)
    else:
        meaning = error.schema.get("description")
        remedy = f"correct it ({meaning})" if meaning else "correct it"
        yield _problem(place, _show(error.instance), _expectation(error), remedy)


def _violations(instance: object, rules: Mapping, place: tuple = ()) -> list[str]:
    """Problems that a JSON schema finds in an instance, each once, in the order of the schema."""
    found = []
    for error in _Validator(rules).iter_errors(instance):
        # `required` is raised once a missing key, `additionalProperties` once for all extra ones.
        found.extend(line for line in _described(error, place) if line not in found)
    return found


def _other_keys(instance: object, place: tuple = ()) -> Iterator[str]:
    """Keys that are not texts, which no schema can describe: 20161014, null, true."""
    if isinstance(instance, Mapping):
        for key, value in instance.items():
            if not isinstance(key, str):
                yield _problem((*place, key), f"the key {_show(key)}", "a text as key", "put it in quotes or rename it")
            yield from _other_keys(value, (*place, key))
    elif isinstance(instance, list):
        for k, value in enumerate(instance):
            yield from _other_keys(value, (*place, k))


def _mirror_problems(mirror: str | None) -> Iterator[str]:
    try:
        there = mirror is None or Path(mirror).expanduser().is_dir()
    # No such user, no permission to look.
    except (OSError, RuntimeError):
        there = False
    if not there:
        yield _problem(("data", "mirror"), _show(mirror), "a folder that exists", "correct it, or null to download")


def _existing(folder: str) -> Path:
    """A folder, or the innermost place around it that exists."""
    return next(path for path in (Path(folder), *Path(folder).parents) if path.exists())


def _folder_problems(pathvars: Mapping) -> Iterator[str]:
    for name, folder in pathvars.items():
        try:
            there = _existing(folder)
        except OSError as error:
            found, expected = f"{_show(folder)}, {error.strerror}", "a folder that can be written"
            yield _problem(("pathvars", name), found, expected, "choose another")
            continue
        if not there.is_dir():
            found, remedy = f"{_show(str(there))}, which is a file", "choose another, or move the file"
            yield _problem(("pathvars", name), found, "a folder", remedy)


def _session_problems(sessions: Mapping) -> Iterator[str]:
    common = schema()["properties"]["sessions"]["additionalProperties"]["properties"]
    for name, session in sessions.items():
        place, form = ("sessions", name), session["format"]
        if form not in formats.available():
            yield _unknown((*place, "format"), form, formats.available(), "choose one of them")
            continue
        rules = formats.settings_schema(form)
        rules = {**rules, "properties": {**dict.fromkeys(common, {}), **rules["properties"]}}
        if wrong := _violations(session, rules, place):
            yield from wrong
            continue
        sources = formats.sources(form)
        given = [source for source in sources if source in session]
        if len(given) != 1:
            expected = f"{'one of ' * (len(sources) > 1)}{', '.join(sources)} beside format: {form}"
            found = " and ".join(given) or "nothing"
            yield _problem((*place, (given or sources)[0]), found, expected, "give one of them")
        if form == "smoothed" and (file := session.get("file")) is not None and file not in _raw_files():
            close = difflib.get_close_matches(file, _raw_files(), n=1)
            remedy = (
                f"did you mean {close[0]}?" if close else "correct it, or set format: trial_data for a file of yours"
            )
            yield _problem((*place, "file"), _show(file), f"a raw file of {MANIFEST.relative_to(ROOT.parent)}", remedy)
        if "simulate" in session:
            for area in session["areas"]:
                if area not in session["simulate"]["neurons"]:
                    found, expected = "nothing", "a number of neurons"
                    yield _problem((*place, "simulate", "neurons", area), found, expected, "add the key")
    yield from _repeated_sources(sessions)


def _repeated_sources(sessions: Mapping) -> Iterator[str]:
    """Sessions that are one file, of which they keep the same trials."""
    first: dict[str, str] = {}
    for name, session in sessions.items():
        if "file" not in session:
            continue
        # Selections of a session's trials differ in what they keep.
        others = {key: value for key, value in session.items() if key not in ("monkey", "hemisphere", "areas", "file")}
        key = repr((os.path.realpath(Path(session["file"]).expanduser()), sorted(others.items(), key=str)))
        if (other := first.setdefault(key, name)) != name:
            found = f"{_show(session['file'])}, the file of {other}"
            remedy = "correct it, or name all areas of a session in one entry"
            yield _problem(("sessions", name, "file"), found, "another file in every session", remedy)


def _module_problems(kind: str, entries: Mapping, registry) -> Iterator[str]:
    """Entries whose module does not exist, or whose settings it does not take."""
    for name, entry in entries.items():
        place = (kind, name)
        if entry["module"] not in registry.module_names():
            remedy = f"choose one of them, or add the module to workflow/{registry.__package__.replace('.', '/')}"
            yield _unknown((*place, "module"), entry["module"], registry.module_names(), remedy)
            continue
        rules = registry.settings_schema(entry["module"])
        rules = {**rules, "properties": {"module": {}, **rules["properties"]}}
        yield from _violations(entry, rules, place)


def _decoder_problems(config: Mapping) -> Iterator[str]:
    """Decoders that an analysis names and config lacks, and settings that they do not take."""
    known = config["decoders"]
    for analysis, entry in config["decoding"].items():
        place = ("decoding", analysis)
        for key in ("decoders", "settings"):
            for name in entry[key]:
                if name not in known:
                    yield _unknown((*place, key, name), name, known, "define it under `decoders`")
        for name, settings in entry["settings"].items():
            if name in known and known[name]["module"] in decoders.module_names():
                rules = decoders.settings_schema(known[name]["module"])
                yield from _violations(settings, rules, (*place, "settings", name))


def _named(config: Mapping) -> Iterator[tuple[tuple, str, str]]:
    """Places of config, outside the definitions, that name a method or a recording: place, kind, name."""

    def walk(instance, place):
        for key, value in instance.items():
            if isinstance(value, Mapping):
                yield from walk(value, (*place, key))
            elif key in ("method", "methods", "averages_only"):
                for name in value if isinstance(value, list) else [value]:
                    yield (*place, key), "method", name

    yield from ((("compare",), "method", name) for name in config["compare"])
    yield from ((("verification", "tolerance", name), "method", name) for name in config["verification"]["tolerance"])
    for decoder, chosen in config["decoding"]["across"]["decoders"].items():
        yield from ((("decoding", "across", "decoders", decoder), "method", name) for name in chosen)
    yield ("example",), "recording", config["example"]
    yield from walk(config["figures"], ("figures",))
    findings, place = config["verification"]["findings"], ("verification", "findings")
    yield (*place, "velocity_positives", "method"), "method", findings["velocity_positives"]["method"]


def _reference_problems(config: Mapping) -> Iterator[str]:
    defined = _defined(config)
    listed = {("groups", group): members for group, members in config["groups"].items()}
    for finding, entry in config["verification"]["findings"].items():
        listed["verification", "findings", finding, "recordings"] = entry["recordings"]
    if config["recordings"] != "all":
        listed = {("recordings",): config["recordings"], **listed}
    for place, members in listed.items():
        for k, name in enumerate(members):
            if name not in defined:
                yield _unknown((*place, k), name, defined, "define its session under `sessions`")
    run = _run(config)
    known = {"method": config["methods"], "recording": [name for name in defined if name in run]}
    remedies = {
        "method": "define it under `methods`",
        "recording": "name one of the run's recordings, or add it to `recordings`",
    }
    for place, kind, name in _named(config):
        if name not in known[kind]:
            yield _unknown(place, name, known[kind], remedies[kind])
    yield from _fig4_problems(config)
    yield from _group_problems(config)


def _fraction_problems(config: Mapping) -> Iterator[str]:
    """Methods that are fitted to as many trials as train, or more, and so have none to validate on."""
    for name, entry in config["methods"].items():
        given = methods.complete_settings(entry["module"], entry).get("fitted_fraction")
        if given is not None and given >= config["train_fraction"]:
            place = ("methods", name, "fitted_fraction")
            expected = f"less than train_fraction, which is {config['train_fraction']}"
            yield _problem(place, str(given), expected, "change one of them")


def _fig4_problems(config: Mapping) -> Iterator[str]:
    """What Fig 4 would show, under either protocol, but the table that it reads does not hold."""
    decoders = config["decoding"]["within"]["decoders"]
    for figure in ("fig4", "fig4_strict"):
        place, shown = ("figures", figure), config["figures"][figure]
        for name in shown["methods"]:
            if name in config["methods"] and name not in config["compare"]:
                yield _unknown((*place, "methods"), name, config["compare"], "add it to `compare`")
        if shown["decoder"] not in decoders:
            yield _unknown((*place, "decoder"), shown["decoder"], decoders, "add it to `decoding.within.decoders`")


def _group_problems(config: Mapping) -> Iterator[str]:
    """Groups that figures show and config lacks, and anchors outside the run's part of their figure's group."""
    present, undrawn = groups(config), undrawn_figures(config)
    for figure, entry in config["figures"].items():
        if (group := entry.get("group")) is None:
            continue
        place = ("figures", figure)
        if group not in present:
            yield _unknown((*place, "group"), group, config["groups"], "define it under `groups`")
            continue
        # A figure that is not drawn may name what the run does not have.
        members = config["groups"][group] if figure in undrawn else present[group]
        if "anchor" in entry and entry["anchor"] not in members:
            yield _unknown((*place, "anchor"), entry["anchor"], members, f"name a recording of groups.{group}")


def _bins_problems(config: Mapping) -> Iterator[str]:
    """Groups of recordings that no bin by bin comparison can hold together."""
    defined = _defined(config)
    for group, members in groups(config).items():
        bins = {name: defined[name]["bins"] for name in members}
        if len(set(bins.values())) > 1:
            found = ", ".join(f"{name}: {count}" for name, count in bins.items())
            yield _problem(
                ("groups", group), f"bins of {found}", "equally many", "leave out the others, or change `bins`"
            )


def _defined(config: Mapping) -> dict[str, dict]:
    """Every recording that the sessions hold, by name."""
    return {
        f"{name}-{area.lower()}": {
            **{key: value for key, value in session.items() if key != "areas"},
            "session": name,
            "area": area,
        }
        for name, session in config["sessions"].items()
        for area in session["areas"]
    }


def validate(config: Mapping) -> None:
    """Check that a run can use a configuration.

    Args:
        config: what config.yaml, the overlays and the command line make together.

    Raises:
        ConfigError: if it cannot. One line a problem, at most five: key, finding, expectation and remedy.
    """
    found = list(_other_keys(config)) or _violations(config, schema())
    if not found:
        found = [
            *_folder_problems(config["pathvars"]),
            *_mirror_problems(config["data"]["mirror"]),
            *_session_problems(config["sessions"]),
            *_module_problems("methods", config["methods"], methods),
            *_module_problems("decoders", config["decoders"], decoders),
            *_decoder_problems(config),
            *_reference_problems(config),
        ]
    # What can be asked only where all names and settings are right.
    found = found or [*_fraction_problems(config), *_bins_problems(config)]
    if found:
        more = [f"({len(found) - _REPORTED} more problems)"] if len(found) > _REPORTED else []
        raise ConfigError("\n".join([*found[:_REPORTED], *more]))


def check_writable(config: Mapping) -> None:
    """Refuse folders to write in that cannot be written, before a job finds out half-way.

    Args:
        config: the complete configuration, validated.

    Raises:
        ConfigError: naming each such folder of pathvars, or the one in which it would be made.
    """
    found = {}
    for name, folder in config["pathvars"].items():
        there = _existing(folder)
        told = any(there.is_relative_to(other) for other in found)
        if not told and not os.access(there, os.W_OK | os.X_OK):
            found[there] = _problem(
                ("pathvars", name),
                f"{_show(str(there))}, which cannot be written",
                "a folder that can",
                "choose another, or change its permissions",
            )
    if found:
        raise ConfigError("\n".join(found.values()))


def decoders_of(config: Mapping, analysis: str) -> dict[str, dict]:
    """Every decoder with the settings that it has in an analysis, and its module.

    Args:
        config: a configuration that `validate` accepts.
        analysis: within or across.
    """
    own = config["decoding"][analysis]["settings"]
    return {
        name: decoders.complete_settings(entry["module"], {**entry, **own.get(name, {})})
        for name, entry in config["decoders"].items()
    }


def with_floats(value: object, rules: Mapping | None = None) -> object:
    """A configuration in which every number that need not be whole is a float, so that 1 and 1.0 are the same.

    Args:
        value: the configuration, or a part of it.
        rules: the JSON schema of that part; the whole configuration's where there is none.
    """
    rules = schema() if rules is None else rules
    while "$ref" in rules:
        rules = schema()["$defs"][rules["$ref"].rpartition("/")[2]]
    if rules.get("type") == "number" and isinstance(value, int):
        return float(value)
    if isinstance(value, Mapping):
        known, other = rules.get("properties", {}), rules.get("additionalProperties")
        other = other if isinstance(other, Mapping) else {}
        return {key: with_floats(entry, known.get(key, other)) for key, entry in value.items()}
    if isinstance(value, list):
        return [with_floats(entry, rules.get("items", {})) for entry in value]
    return value


def method_settings(config: Mapping, name: str) -> dict:
    """Every setting of a method of config, with its module: those given, else their defaults."""
    entry = config["methods"][name]
    settings = methods.complete_settings(entry["module"], {key: entry[key] for key in entry if key != "module"})
    return {"module": entry["module"], **with_floats(settings, methods.settings_schema(entry["module"]))}


def recordings(config: Mapping) -> dict[str, dict]:
    """The recordings of a run.

    Args:
        config: a configuration that `validate` accepts.

    Returns:
        Name, e.g. chewie-20161014-m1, to its session's entry with `session` and `area` in place of `areas`; in the
        order of `recordings`, or of the sessions where that says `all`.
    """
    defined = _defined(config)
    wanted = defined if config["recordings"] == "all" else config["recordings"]
    return {name: defined[name] for name in wanted}


def _run(config: Mapping) -> set[str]:
    """Names of the recordings that a run asks for."""
    return set(_defined(config)) if config["recordings"] == "all" else set(config["recordings"])


def groups(config: Mapping) -> dict[str, list[str]]:
    """The recordings of a run in each group, in the group's order; a group needs two to be decoded.

    Args:
        config: a configuration of the schema.
    """
    run = _run(config)
    return {group: [name for name in members if name in run] for group, members in config["groups"].items()}


def undrawn_figures(config: Mapping) -> dict[str, str]:
    """The figures whose group has fewer than two recordings in a run, and that group.

    Args:
        config: a configuration of the schema.
    """
    present = groups(config)
    shown = {figure: entry["group"] for figure, entry in config["figures"].items() if "group" in entry}
    return {figure: group for figure, group in shown.items() if len(present.get(group, [])) < 2}
