"""What a run has: its recordings, its groups of them, and the methods that each decoder reads."""

from collections.abc import Mapping

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
