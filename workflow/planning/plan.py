"""What a run has, and where its files will be, for the rules and for the kinds of figure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ner.data.needs import CONDITIONS, EQUAL_TRIALS
from ner.published.catalogue import PrintedFigure, PublishedTable
from planning.folds import folds_of_groups, folds_of_recordings, variant
from planning.run import compared, decoded_methods, groups, offered, recordings, run_names, unsuited

_EMBEDDING = "<results>/embeddings/{}/{}/seed{}"
_WITHIN = "<results>/decoding/within/{}/{}/{}"
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
        """The metrics of its decoding within the recording; of all seeds, where the run decodes all of them there."""
        stem = _WITHIN.format(decoder, method, self._shown(recording))
        decoded = method in self.within.get(decoder, ()) and recording in self.compared() and seed in self.seeds
        return f"{stem}.csv" if decoded else f"{stem}/seed{seed}.csv"

    def movements_file(self, decoder: str, method: str, recording: str, seed: int, protocol: str) -> str:
        """The movements decoded from it."""
        return _MOVEMENTS.format(protocol, decoder, method, self._shown(recording), seed)

    def compared(self) -> list[str]:
        """The recordings on which methods are compared."""
        return compared(self.recordings)

    def within_files(self, decoder: str, methods: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
        """Metrics within the compared recordings, accuracy over time, and chance: a file a method, recording and fold.

        Each is of all seeds.
        """
        stems = [
            _WITHIN.format(decoder, method, fold)
            for method in methods
            for recording in self.compared()
            if self.suits(method, recording)
            for fold in self.variants(recording)
        ]
        return _tables(stems)

    def across_files(self, *groups: str) -> tuple[list[str], list[str], list[str]]:
        """Metrics across the recordings of groups, accuracy over time, and chance: a file a method, fold and seed."""
        stems = [
            _ACROSS.format(method, fold, seed)
            for method in dict.fromkeys(method for read in self.across.values() for method in read)
            for group in groups
            if self.suits(method, *self.groups[group])
            for fold in self.group_variants(group)
            for seed in self.seeds
        ]
        return _tables(stems)

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
