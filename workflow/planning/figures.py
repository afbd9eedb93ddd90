"""The figures of a run: what each entry of config shows, whether it can be drawn, and the files that it needs.

An entry names its kind; what a kind may be asked for, and what it reads and writes, its module says
(ner.figures.kinds).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ner.data.needs import CONDITIONS, EQUAL_TRIALS
from ner.figures.kinds import registry
from ner.published.catalogue import PrintedFigure, PublishedTable
from planning.folds import folds_of_groups, folds_of_recordings, variant
from planning.messages import problem, show, unknown, violations
from planning.run import (
    COMPARED,
    all_recordings,
    compared,
    decoded_methods,
    groups,
    offered,
    recordings,
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
_EMBEDDING = "<results>/embeddings/{}/{}/seed{}"
_WITHIN = "<results>/decoding/within/{}/{}/{}/seed{}"
_MOVEMENTS = "<results>/decoding/movements/{}/{}/{}/{}/seed{}.parquet"
_FEW_TRIALS = "<results>/decoding/few_trials/{}/{}/seed{}.csv"
_ACROSS = "<results>/decoding/across/{}/{}/seed{}"
_CONSISTENCY = "<results>/decoding/consistency/{}.csv"


@dataclass(frozen=True)
class RunPlan:
    """What a run has, and where its files will be: the plan that kinds of figure ask (kinds.registry.Plan).

    Attributes:
        recordings: name to its session's entry with `area`.
        groups: recordings of the run in each group.
        within: methods that each decoder reads within recordings.
        across: methods that each decoder reads across recordings.
        seeds: of the run.
        left_out: methods and recordings that do not suit each other, see planning.run.unsuited.
        protocols: by which methods are decoded across recordings.
        folds: of each recording, where config asks for any: numbers of blocks, or conditions. Tables are over all of
            them, pictures show the last one.
        group_folds: of each group, those that all its recordings have.
        published: the authors' tables that can be had, by scope: within, across and curved (Figure 8).
        averaged: recordings whose trials can be averaged bin by bin, as they have conditions and one length.
    """

    recordings: Mapping[str, Mapping]
    groups: Mapping[str, Sequence[str]]
    within: Mapping[str, Sequence[str]]
    across: Mapping[str, Sequence[str]]
    seeds: Sequence[int]
    left_out: Collection[tuple[str, str]] = ()
    protocols: Sequence[str] = ()
    folds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    group_folds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    published: Mapping[str, Sequence[PublishedTable | PrintedFigure]] = field(default_factory=dict)
    averaged: Collection[str] = ()

    def suits(self, method: str, *names: str) -> bool:
        """Whether recordings have all that a method needs."""
        return not any((method, name) in self.left_out for name in names)

    def variants(self, recording: str) -> dict[str, str | None]:
        """What a recording is called in paths, a name a fold, and the fold; without folds its own name, and None."""
        return {variant(recording, fold): fold for fold in self.folds.get(recording, [None])}

    def group_variants(self, group: str) -> dict[str, str | None]:
        """The same of a group."""
        return {variant(group, fold): fold for fold in self.group_folds.get(group, [None])}

    def fold_shown(self, recording: str) -> str | None:
        """The fold of a recording that pictures show, the last one; None without folds."""
        return self.folds.get(recording, [None])[-1]

    def _shown(self, recording: str) -> str:
        return variant(recording, self.fold_shown(recording))

    def recording_file(self, recording: str) -> str:
        """A recording."""
        return f"<results>/recordings/{self._shown(recording)}.parquet"

    def embedding_file(self, method: str, recording: str, seed: int) -> str:
        """The embedding of a recording by a method."""
        return _EMBEDDING.format(method, self._shown(recording), seed) + ".parquet"

    def history_file(self, method: str, recording: str, seed: int) -> str:
        """The losses of its training."""
        return _EMBEDDING.format(method, self._shown(recording), seed) + ".history.csv"

    def scores_file(self, decoder: str, method: str, recording: str, seed: int) -> str:
        """The metrics of its decoding within the recording."""
        return _WITHIN.format(decoder, method, self._shown(recording), seed) + ".csv"

    def movements_file(self, decoder: str, method: str, recording: str, seed: int, protocol: str) -> str:
        """The movements decoded from it."""
        return _MOVEMENTS.format(protocol, decoder, method, self._shown(recording), seed)

    def compared(self) -> list[str]:
        """The recordings on which methods are compared."""
        return compared(self.recordings)

    def within_files(self, decoder: str, methods: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
        """Metrics within the compared recordings, accuracy over time, and chance.

        A file a method, recording, fold and seed.
        """
        stems = [
            _WITHIN.format(decoder, method, fold, seed)
            for method in methods
            for recording in self.compared()
            if self.suits(method, recording)
            for fold in self.variants(recording)
            for seed in self.seeds
        ]
        return _tables(stems)

    def across_files(self, group: str) -> tuple[list[str], list[str], list[str]]:
        """Metrics across the recordings of a group, accuracy over time, and chance: a file a method, fold and seed."""
        methods = dict.fromkeys(method for read in self.across.values() for method in read)
        suited = [method for method in methods if self.suits(method, *self.groups[group])]
        folds = self.group_variants(group)
        return _tables(
            [_ACROSS.format(method, fold, seed) for method in suited for fold in folds for seed in self.seeds]
        )

    def few_trials_files(self, group: str, methods: Iterable[str]) -> list[str]:
        """Metrics across a group's recordings by the training trials that are used: a file a method, fold and seed."""
        suited = [method for method in methods if self.suits(method, *self.groups[group])]
        folds = self.group_variants(group)
        return [_FEW_TRIALS.format(method, fold, seed) for method in suited for fold in folds for seed in self.seeds]

    def seeds_files(self, methods: Iterable[str]) -> list[str]:
        """Consistency between the seeds of the compared recordings, a file a method; none of a run of one seed."""
        suited = [method for method in methods if any(self.suits(method, name) for name in self.compared())]
        return [_CONSISTENCY.format(method) for method in suited] if len(self.seeds) > 1 else []

    def recordings_files(self, group: str, methods: Iterable[str]) -> list[str]:
        """Consistency between the recordings of a group, a file a method; none where one cannot be averaged."""
        members = self.groups[group]
        if not set(members) <= set(self.averaged):
            return []
        return [_CONSISTENCY.format(f"{method}/{group}") for method in methods if self.suits(method, *members)]

    def published_files(self, scope: str, shown: Iterable[str]) -> tuple[list[str], list[str]]:
        """The authors' tables of a scope, where one of them covers one of the recordings: metrics, and over time.

        None beside folds, which are another split than theirs.
        """
        shown = list(shown)
        if self.folds or not any(
            table.covers(recording) for table in self.published.get(scope, ()) for recording in shown
        ):
            return [], []
        return [f"<results>/published/{scope}.csv"], [f"<results>/published/{scope}_time.csv"]


def _tables(stems: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """The tables of metrics, of accuracy over time and of chance."""
    metrics, times, nulls = ([f"{stem}{suffix}.csv" for stem in stems] for suffix in ("", ".time", ".null"))
    return metrics, times, nulls


def run_plan(
    config: Mapping, published: Mapping[str, Sequence[PublishedTable | PrintedFigure]] | None = None
) -> RunPlan:
    """The plan of a run.

    Args:
        config: a configuration that `validate` accepts.
        published: the authors' tables that can be had, by scope: within, across and curved (Figure 8).
    """
    return RunPlan(
        recordings=recordings(config),
        groups=groups(config),
        within=decoded_methods(config, "within"),
        across=decoded_methods(config, "across"),
        seeds=config["seeds"],
        left_out=frozenset(unsuited(config)),
        protocols=config["decoding"]["across"]["protocols"],
        folds=folds_of_recordings(config),
        group_folds=folds_of_groups(config),
        published=published or {},
        averaged=[name for name in run_names(config) if {CONDITIONS, EQUAL_TRIALS} <= offered(config, name)],
    )


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
