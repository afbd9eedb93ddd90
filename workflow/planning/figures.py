"""The figures of a run: what each entry of config shows, whether it can be drawn, and the files that it needs.

An entry names its kind; what a kind may be asked for, and what it reads and writes, its module says
(ner.figures.kinds).
"""

from collections.abc import Iterator, Mapping, Sequence

from ner.figures.kinds import registry
from planning.messages import problem, show, unknown, violations
from planning.plan import run_plan
from planning.run import (
    COMPARED,
    all_recordings,
    compared,
    groups,
    offered,
    run_names,
    unsuited,
)

#: In place of a recording: the one that config names `example`.
EXAMPLE = "example"
_DEFINE = {
    "method": "define it under `methods`",
    "recording": "define its session under `sessions`",
    "group": "define it under `groups`",
    "decoder": "define it under `decoders`",
}


def figures(config: Mapping) -> dict[str, dict]:
    """The figures of a run, with all their settings.

    Args:
        config: a configuration of the schema, whose entries fit their kinds.

    Returns:
        Name to entry, without those that config takes out by null. The words `example` and `compared` are replaced
        by what they stand for, and lists of methods are without those that need what the recordings shown lack, unless
        all do.
    """
    entries = {}
    left_out = unsuited(config)
    for name, given in config["figures"].items():
        if given is None:
            continue
        entry = registry.complete_settings(given["kind"], given)
        for key, schema in registry.kind(given["kind"]).SETTINGS.items():
            if schema.get("refers") == "recording" and entry[key] == EXAMPLE:
                entry[key] = config["example"]
            if schema.get("refers") == "method" and entry[key] == COMPARED:
                entry[key] = list(config["compare"])
        shown = _shown(config, entry)
        for key in _lists_of_methods(entry):
            suited = [name for name in entry[key] if not _left_out(left_out, name, shown, entry)]
            entry[key] = suited or entry[key]
        entries[name] = entry
    return entries


def _shown(config: Mapping, entry: Mapping) -> list[str]:
    """Recordings of a run whose embeddings a figure shows: those that it names, or all that are compared."""
    run, present = run_names(config), groups(config)
    kind = registry.kind(entry["kind"])
    if registry.shows_all(entry["kind"]):
        return [name for name in compared(all_recordings(config)) if name in run]
    named = {key: schema["refers"] for key, schema in kind.SETTINGS.items() if "refers" in schema}
    given = [entry[key] for key, refers in named.items() if refers == "recording"]
    found = [name for one in given for name in ([one] if isinstance(one, str) else one) if name in run]
    found += [name for key, refers in named.items() if refers == "group" for name in present[entry[key]]]
    return list(dict.fromkeys(found))


def _lists_of_methods(entry: Mapping) -> list[str]:
    """Keys of an entry that list methods."""
    schemas = registry.kind(entry["kind"]).SETTINGS
    return [key for key, schema in schemas.items() if schema.get("refers") == "method" and schema["type"] == "array"]


def _left_out(pairs: Mapping, method: str, shown: Sequence[str], entry: Mapping) -> bool:
    """Whether a figure cannot show a method: one of its recordings, or where it shows a run's all, every one, lacks."""
    lacks = [(method, name) in pairs for name in shown]
    return bool(lacks) and (all(lacks) if registry.shows_all(entry["kind"]) else any(lacks))


def unshown(config: Mapping) -> dict[str, str]:
    """The figures that a run leaves out as their recordings lack what they need, conditions say, and what that is.

    Args:
        config: a configuration of the schema, whose figures name what is defined.
    """
    pairs, found = unsuited(config), {}
    for name, entry in figures(config).items():
        shown, kind = _shown(config, entry), registry.kind(entry["kind"])
        for recording in shown:
            if missing := registry.needs(entry["kind"]) - offered(config, recording):
                found.setdefault(name, f"{recording} has no {' and no '.join(sorted(missing))}")
        named = [key for key, schema in kind.SETTINGS.items() if schema.get("refers") == "method"]
        for key in named:
            given = [entry[key]] if isinstance(entry[key], str) else entry[key]
            if given and all(_left_out(pairs, method, shown, entry) for method in given):
                method = given[0]
                recording = next(other for other in shown if (method, other) in pairs)
                missing = " and no ".join(sorted(pairs[method, recording]))
                found.setdefault(name, f"{recording} has no {missing}, which {method} needs")
    return found


def undrawn(config: Mapping) -> dict[str, str]:
    """The figures that a run leaves out, and why: it lacks recordings that they show.

    Args:
        config: a configuration of the schema, whose figures name what is defined.
    """
    run, present = run_names(config), groups(config)
    reasons: dict[str, str] = {}
    for name, entry in figures(config).items():
        for key, schema in registry.kind(entry["kind"]).SETTINGS.items():
            if schema.get("refers") == "recording":
                named = [entry[key]] if isinstance(entry[key], str) else entry[key]
                if missing := [recording for recording in named if recording not in run]:
                    word = key.removesuffix("s") if len(missing) == 1 else key
                    reasons.setdefault(name, f"this run does not have its {word} {', '.join(missing)}")
            if schema.get("refers") == "group" and (count := len(present[entry[key]])) < 2:
                reasons.setdefault(name, f"this run has {count} of its group's recordings ({entry[key]}); it needs two")
    return reasons


def outputs(figure: str, kind: str) -> dict[str, str]:
    """The files of a figure by their names for its notebook, in the folder of figures.

    Args:
        figure: name of the figure, or a wildcard in its place.
        kind: its kind.
    """
    return {key: f"{figure}{ending}" for key, ending in registry.outputs(kind).items()}


def figure_problems(config: Mapping) -> Iterator[str]:
    """What is wrong with the figures of a configuration, one line a problem.

    Args:
        config: a configuration of the schema, whose other names are all defined.
    """
    found = [line for name, entry in config["figures"].items() for line in _entry_problems(config, name, entry)]
    yield from found
    if found:
        return
    left_out = undrawn(config) | unshown(config)
    plan = run_plan(config)
    owners: dict[str, str] = {}
    for name, entry in figures(config).items():
        for file in outputs(name, entry["kind"]).values():
            # Some file systems take Fig1 and fig1 for one.
            if (owner := owners.setdefault(file.casefold(), name)) != name:
                yield problem(("figures", name), f"its file {file}", f"none that figure {owner} has too", "rename it")
                break
        if name in left_out:
            continue
        for wrong in registry.problems(entry, plan):
            place = ("figures", name, wrong.key)
            if isinstance(wrong.expected, str):
                yield problem(place, wrong.found, wrong.expected, wrong.remedy)
            else:
                yield unknown(place, wrong.found, wrong.expected, wrong.remedy)


def _entry_problems(config: Mapping, name: str, entry: Mapping | None) -> Iterator[str]:
    """What is wrong with an entry by itself: its kind, its keys, and names that nothing defines."""
    place = ("figures", name)
    if entry is None:
        return
    if entry["kind"] not in registry.module_names():
        remedy = "choose one of them, or add the kind to workflow/ner/figures/kinds"
        yield unknown((*place, "kind"), entry["kind"], registry.module_names(), remedy)
        return
    rules = registry.settings_schema(entry["kind"])
    settings = {key: schema for key, schema in rules["properties"].items() if "refers" in schema}
    # A word in place of a list of methods.
    words = [key for key, schema in settings.items() if schema["refers"] == "method" and entry.get(key) == COMPARED]
    lines = violations({key: value for key, value in entry.items() if key not in words}, _without(rules, words), place)
    yield from lines
    if lines:
        return
    known = {
        "method": config["methods"],
        "recording": [*all_recordings(config)],
        "group": config["groups"],
        "decoder": config["decoders"],
    }
    for key, schema in settings.items():
        given = entry.get(key, [])
        if key in words or (schema["refers"] == "recording" and given == EXAMPLE):
            continue
        for value in [given] if isinstance(given, str) else given:
            if value not in known[schema["refers"]]:
                yield unknown((*place, key), value, known[schema["refers"]], _DEFINE[schema["refers"]])


def _without(rules: Mapping, keys: Sequence[str]) -> dict:
    """A schema that does not ask for some keys."""
    return {**rules, "required": [key for key in rules["required"] if key not in keys]}


def taken_name(figure: str) -> str:
    """What is said of a figure whose name a rule has."""
    return problem(("figures", figure), show(figure), "a name that no rule of the workflow has", "rename it")
