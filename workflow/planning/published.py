"""What of the authors' files a run is held against, as far as they can be had."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ner.published.catalogue import (
    PublishedEmbedding,
    PublishedSelection,
    PublishedTable,
    across_set,
    one_each,
    published_embeddings,
    published_selections,
    published_tables,
)
from planning.messages import ConfigError

#: Methods of which the authors saved the loss curves.
_SAVED_LOSSES = {"ner", "cebra"}
#: Methods whose trial averages the authors saved.
_SAVED_AVERAGES = {"pca", "dpca"}


@dataclass(frozen=True)
class PublishedPlan:
    """The authors' tables and embeddings.

    Attributes:
        within: tables of decoding within recordings.
        within_embeddings: the embeddings behind them.
        across: tables of decoding across recordings, by name.
        across_embeddings: the embeddings behind each, by the table's name.
        selections: embeddings of curved reaches (Figure 8).
        averages: trial averages of PCA and dPCA of what the run fits.
        losses: embeddings with the loss curves of what the run trains.
        within_held: tables that the run's recordings are held against within recordings. Simulated and new recordings
            have no published value, nor have folds, and a run of them alone fetches nothing.
        across_held: the same, across recordings.
    """

    within: list[PublishedTable]
    within_embeddings: list[PublishedEmbedding]
    across: dict[str, PublishedTable]
    across_embeddings: dict[str, list[PublishedEmbedding]]
    selections: list[PublishedSelection]
    averages: list[PublishedEmbedding]
    losses: list[PublishedEmbedding]
    within_held: list[PublishedTable]
    across_held: list[PublishedTable]

    @property
    def tables(self) -> list[PublishedTable]:
        """All tables."""
        return [*self.within, *self.across.values()]

    @property
    def sets(self) -> list[str]:
        """Tables across recordings of which there are embeddings."""
        return [name for name, found in self.across_embeddings.items() if found]

    def groups_held(self, groups: Mapping[str, Collection[str]], methods: Iterable[str]) -> list[tuple[str, str]]:
        """Methods and groups of which there are published pairs of recordings.

        Args:
            groups: recordings by group.
            methods: that the run decodes across them.
        """
        return [
            (method, group)
            for method in methods
            for group, members in groups.items()
            if any(table.method == method and sum(map(table.covers, members)) > 1 for table in self.across_held)
        ]

    def layouts_held(
        self, recordings: Iterable[str], settings: Mapping[str, Mapping], methods: Iterable[str]
    ) -> list[tuple[str, str]]:
        """Methods and recordings whose published test trials UMAP laid out on their own.

        Args:
            recordings: of the run.
            settings: of every method, with its module.
            methods: that the run decodes within them.
        """
        return [
            (method, recording)
            for method in methods
            for recording in recordings
            if settings[method]["module"] == "umap"
            and any(table.method == method and table.covers(recording) for table in self.within_held)
        ]


def published_plan(
    config: Mapping, upstream: Mapping, recordings: Collection[str], across_methods: Collection[str]
) -> PublishedPlan:
    """The authors' files that a run can have and use.

    Args:
        config: a configuration that `validate` accepts.
        upstream: files of the authors' repository, by path.
        recordings: of the run.
        across_methods: methods that it decodes across recordings.

    Raises:
        ConfigError: if a method that was published and is decoded has no tolerance.
    """
    mirror = config["data"]["mirror"]

    def had(files: Iterable) -> list:
        """Any from upstream, else what the mirror holds."""
        return [file for file in files if mirror is None or (Path(mirror).expanduser() / file.path).is_file()]

    tables, embeddings = published_tables(upstream), had(published_embeddings(upstream))
    all_within = [table for table in tables if table.figure == "fig4"]
    tabled = [e for e in embeddings if any(t.method == e.method and t.covers(e.recording) for t in all_within)]
    within, within_embeddings = had(all_within), one_each(tabled)
    across = {
        f"{table.figure}-{table.method}-{table.decoder}": table for table in had(tables) if table.figure != "fig4"
    }

    # Folds split the trials otherwise than the authors did, so that nothing of such a run is theirs again.
    comparable = [] if config.get("folds") else recordings

    def of_this_run(found: Iterable[PublishedEmbedding], methods: set[str]) -> list[PublishedEmbedding]:
        return [e for e in found if e.method in methods.intersection(config["compare"]) and e.recording in comparable]

    def held(found: Collection[PublishedTable]) -> list[PublishedTable]:
        return list(found) if any(table.covers(name) for table in found for name in comparable) else []

    plan = PublishedPlan(
        within=within,
        within_embeddings=within_embeddings,
        across=across,
        across_embeddings={
            name: [found for found in embeddings if found.set == across_set(table)] for name, table in across.items()
        },
        selections=had(published_selections(upstream)),
        averages=of_this_run(embeddings, _SAVED_AVERAGES),
        losses=of_this_run(within_embeddings, _SAVED_LOSSES),
        within_held=held(within),
        across_held=held(across.values()),
    )
    lacking = [
        *_untolerated(config, plan.within_held, config["compare"], ["train", "test"]),
        *_untolerated(config, plan.across_held, across_methods, ["across", "off_diagonal"]),
    ]
    if lacking:
        raise ConfigError(
            f"config verification.tolerance: found none for {', '.join(lacking)}; expected one for every decoded "
            "method that the authors published; add it"
        )
    return plan


def _untolerated(
    config: Mapping, tables: Iterable[PublishedTable], methods: Iterable[str], scopes: Iterable[str]
) -> Iterator[str]:
    """Tolerances that config lacks, as 'method (scopes)'."""
    for method in sorted({table.method for table in tables}.intersection(methods)):
        lacking = [scope for scope in scopes if scope not in config["verification"]["tolerance"].get(method, {})]
        if lacking:
            yield f"{method} ({', '.join(lacking)})"
