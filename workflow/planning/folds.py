"""Folds: what is held out of every recording in turn, where config asks for more than one split of the trials."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ner.data.needs import CONDITIONS
from planning.messages import problem, show
from planning.run import all_recordings, groups, offered, recordings

#: In place of a number of blocks: every condition is held out once.
BY_CONDITION = "conditions"
#: Between the name of a recording or group and its fold, in paths.
FOLD = "-fold"
#: Directions of the paper's tasks, and of simulated ones unless config has others.
_EIGHT = range(0, 360, 45)
#: Conditions that can stand in a path.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]*")


def variant(name: str, fold: str | None) -> str:
    """What a fold of a recording or group is called in paths, as chewie-20161014-m1-fold2; without folds its name."""
    return name if fold is None else f"{name}{FOLD}{fold}"


def _folds_of(config: Mapping, recording: str) -> list[str]:
    asked = config["folds"]
    if isinstance(asked, int):
        return [str(number) for number in range(1, asked + 1)]
    return [str(condition) for condition in (_conditions(config, recording) if asked == BY_CONDITION else asked)]


def folds_of_recordings(config: Mapping) -> dict[str, list[str]]:
    """The folds of each recording of a run: numbers of blocks from 1, or the conditions held out; none without folds.

    Args:
        config: a configuration of the schema.
    """
    return {name: _folds_of(config, name) for name in recordings(config)} if config.get("folds") else {}


def folds_of_groups(config: Mapping) -> dict[str, list[str]]:
    """The folds of each group of a run that is decoded: those that all of its recordings have.

    Args:
        config: a configuration of the schema.
    """
    found, decoded = folds_of_recordings(config), {}
    for group, members in groups(config).items():
        if found and len(members) > 1:
            first, *others = (found[name] for name in members)
            decoded[group] = [fold for fold in first if all(fold in other for other in others)]
    return decoded


def held_out(config: Mapping, fold: str | None) -> dict | None:
    """What `ner.data.splits` is to hold out for a fold."""
    if fold is None:
        return None
    asked = config.get("folds")
    return {"number": int(fold), "of": asked} if isinstance(asked, int) else {"condition": fold}


def split_text(config: Mapping) -> str:
    """How the trials of a run's recordings are split, in words."""
    asked = config.get("folds")
    if asked is None:
        return f"the first {100 * config['train_fraction']:g} % of the trials train"
    if isinstance(asked, int):
        return f"{asked} folds of consecutive trials, each held out once"
    return (
        "each condition held out once" if asked == BY_CONDITION else f"held out in turn: {', '.join(map(str, asked))}"
    )


def fold_lines(config: Mapping) -> list[str]:
    """What a run says of its folds, a line each; nothing without."""
    asked = config.get("folds")
    if asked is None:
        return []
    lines = [f"folds: {split_text(config)}; no value is held against a published one, which is of another split"]
    if not isinstance(asked, int):
        lines.append("folds: no accuracy of held-out conditions, as no training trial has them")
    return lines


def _conditions(config: Mapping, recording: str) -> Sequence[str | int] | None:
    """The conditions of a recording, where they are known before its file is read: the directions of its targets."""
    entry = all_recordings(config)[recording]
    if entry["format"] == "smoothed":
        directions: Sequence[float] | None = _EIGHT
    elif "simulate" in entry and not (entry.get("condition") or entry.get("nwb", {}).get("condition")):
        directions = entry["simulate"].get("directions", _EIGHT)
    else:
        directions = None
    if directions is None:
        return None
    turned, nearest = (entry.get("labels", {}).get(key, of) for key, of in (("direction_offset", 0), ("nearest", 1)))
    return sorted({round(nearest * round((degrees + turned) / nearest)) % 360 for degrees in directions})


def fold_problems(config: Mapping) -> Iterator[str]:
    """What of the folds does not suit a run's recordings and groups, a line each.

    No recording is called as the fold of another one, as their names end in areas; a group may be.
    """
    asked, names = config.get("folds"), config["groups"]
    if asked is None:
        return
    for group in names:
        base, _, fold = group.rpartition(FOLD)
        if base in names:
            found, expected = f"the name that fold {fold} of {base} has too", f"one that does not end in {FOLD}{fold}"
            yield problem(("groups", group), found, expected, "rename it")
    yield from _number_problems(config) if isinstance(asked, int) else _condition_problems(config)


def _number_problems(config: Mapping) -> Iterator[str]:
    """More folds than a recording has trials, where config says how many; else its own job does (ner.data.splits)."""
    for name, entry in recordings(config).items():
        trials = entry.get("simulate", {}).get("trials", config["folds"])
        if trials < config["folds"]:
            found = f"{config['folds']}, and {trials} trials of {name}"
            yield problem(("folds",), found, "a trial in each fold", "set fewer")


def _condition_problems(config: Mapping) -> Iterator[str]:
    """Recordings without conditions, or with such that are not known, and groups that share none."""
    asked, place, run = config["folds"], ("folds",), recordings(config)
    if lacking := [name for name in run if CONDITIONS not in offered(config, name)]:
        found = f"{show(asked)}, and no conditions of {', '.join(lacking)}"
        yield problem(place, found, "recordings with conditions", "leave these out, or set a number of folds")
        return
    if asked == BY_CONDITION and (unknown := [name for name in run if _conditions(config, name) is None]):
        found = f"{asked}, which of {unknown[0]} only its file tells"
        yield problem(place, found, "a list of them", "write them out, as in folds: [0, 45, 90]")
        return
    written = [str(condition) for condition in asked] if isinstance(asked, list) else []
    for condition in sorted({name for name in written if written.count(name) > 1}):
        yield problem(place, f"condition {condition} twice", "every condition once", "leave one of them out")
    for condition in asked if isinstance(asked, list) else ():
        if isinstance(condition, int) and condition < 0:
            yield problem(place, f"direction {condition}", "one from 0 to 359", f"write {condition % 360}")
        elif not _PLAIN.fullmatch(str(condition)):
            expected = "letters, digits and . + _ -, as it stands in paths"
            yield problem(place, f"condition {show(condition)}", expected, "leave it out, or rename it in the file")
    for group, folds in folds_of_groups(config).items():
        if not folds:
            yield problem(("groups", group), "recordings without a condition in common", "one", "leave the group out")
