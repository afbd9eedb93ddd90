"""What a run has: its recordings, its groups of them, the methods that each decoder reads, and what does not suit."""

from collections.abc import Iterable, Mapping

from ner.data.formats import registry as formats
from ner.data.needs import CONDITIONS, EQUAL_TRIALS
from ner.methods import registry as methods

#: In place of a list of methods: those of `compare`.
COMPARED = "compared"


def all_recordings(config: Mapping) -> dict[str, dict]:
    """Every recording that the sessions hold: each area of a session, or of each of its selections of trials.

    Args:
        config: a configuration of the schema.

    Returns:
        As `recordings`, in the order of the sessions.
    """
    return {
        "-".join(filter(None, (name, selection, area.lower()))): {
            **{key: value for key, value in session.items() if key != "areas"},
            **({"selections": {selection: session["selections"][selection]}} if selection else {}),
            "session": name,
            "area": area,
        }
        for name, session in config["sessions"].items()
        for selection in session.get("selections") or [""]
        for area in session["areas"]
    }


def recordings(config: Mapping) -> dict[str, dict]:
    """The recordings of a run.

    Args:
        config: a configuration that `validate` accepts.

    Returns:
        Name, e.g. chewie-20161014-m1 (of a selection: session-selection-area), to its session's entry with `session`
        and `area` in place of `areas`, and of the `selections` its own; in the order of `recordings`, or of the
        sessions where that says `all`.
    """
    defined = all_recordings(config)
    wanted = defined if config["recordings"] == "all" else config["recordings"]
    return {name: defined[name] for name in wanted}


def compared(entries: Mapping[str, Mapping]) -> list[str]:
    """The recordings on which methods are compared: all but those of which only figures show something.

    Args:
        entries: of recordings, by name.
    """
    return [name for name, entry in entries.items() if entry.get("compared", True)]


def run_names(config: Mapping) -> set[str]:
    """Names of the recordings that a run asks for.

    Args:
        config: a configuration of the schema.
    """
    return set(all_recordings(config)) if config["recordings"] == "all" else set(config["recordings"])


def groups(config: Mapping) -> dict[str, list[str]]:
    """The recordings of a run in each group, in the group's order; a group needs two to be decoded.

    Args:
        config: a configuration of the schema.
    """
    run = run_names(config)
    return {group: [name for name in members if name in run] for group, members in config["groups"].items()}


def decoded_methods(config: Mapping, analysis: str) -> dict[str, list[str]]:
    """The methods that each decoder reads in an analysis.

    Args:
        config: a configuration of the schema.
        analysis: within or across.
    """
    return {
        decoder: list(config["compare"] if chosen == COMPARED else chosen)
        for decoder, chosen in config["decoding"][analysis]["decoders"].items()
    }


def used_methods(config: Mapping) -> list[str]:
    """Methods that a run fits to its recordings: those of `compare`, and those that a decoder reads.

    Args:
        config: a configuration of the schema.
    """
    read = [decoded_methods(config, analysis) for analysis in ("within", "across")]
    return list(dict.fromkeys([*config["compare"], *(name for by in read for names in by.values() for name in names)]))


def needed(config: Mapping, method: str) -> set[str]:
    """What a method needs of a recording, of what `ner.data.needs` names.

    Args:
        config: a configuration of the schema, whose methods fit their modules.
        method: its name in config.
    """
    entry = config["methods"][method]
    return methods.needs(entry["module"], {key: value for key, value in entry.items() if key != "module"})


def offered(config: Mapping, recording: str) -> set[str]:
    """What a recording has, of what `ner.data.needs` names.

    Args:
        config: a configuration of the schema, whose sessions fit their formats.
        recording: one of `all_recordings`.
    """
    entry = all_recordings(config)[recording]
    length = {EQUAL_TRIALS} if isinstance(entry["bins"], int) else set()
    return length | formats.offers(entry["format"], formats.given_settings(entry["format"], entry))


def unsuited(config: Mapping) -> dict[tuple[str, str], set[str]]:
    """Method and recording of a run to what the method needs and the recording lacks, where it lacks something."""
    needs = {method: needed(config, method) for method in config["methods"]}
    offers = {name: offered(config, name) for name in recordings(config)}
    return {(method, name): need - has for method, need in needs.items() for name, has in offers.items() if need - has}


def unsuited_lines(config: Mapping, used: Iterable[str]) -> list[str]:
    """What a run says of methods that it leaves out for some recordings, and of groups without conditions, a line each.

    Args:
        config: a configuration that `validate` accepts.
        used: the methods of the run.
    """
    pairs, used = unsuited(config), list(used)
    by_methods: dict[tuple, list[str]] = {}
    for name in compared(recordings(config)):
        left_out = tuple(method for method in used if (method, name) in pairs)
        missing = sorted({what for method in left_out for what in pairs[method, name]})
        if left_out:
            by_methods.setdefault((left_out, " and ".join(missing)), []).append(name)
    lines = [
        f"left out, for lack of {missing}: {', '.join(left_out)} of {', '.join(names)}"
        for (left_out, missing), names in by_methods.items()
    ]
    for group, members in groups(config).items():
        free = [name for name in members if CONDITIONS not in offered(config, name)]
        if free and len(members) > 1:
            lines.append(f"group {group}: rotated by matched movements, for lack of conditions of {', '.join(free)}")
    return lines
