"""The kinds of figure, found by the name of their module.

A module in this folder offers

- ``SETTINGS``: the keys of an entry as JSON-schema properties. A key without ``default`` must be given. ``refers``
  says what the names in it must be: method, recording, group or decoder;
- ``TABLES``: the tables that the notebook writes, each to ``{figure}_{name}.csv``; a path means the same table in every
  kind;
- ``inputs(entry, plan)``: the files that the notebook reads, by parameter of the notebook;
- ``parameters(entry, plan)``: its other parameters;

and where it has them

- ``NEEDS``: which of what ``ner.data.needs`` names every recording shown must have;
- ``SHOWS_ALL = True`` where it shows all recordings of a run: methods that need what some of them lack are then left
  out for those, else for the figure;
- ``FILES``: what else the notebook writes, by name; ``page`` is a page of its own at ``{figure}.html``, in place of
  the notebook's, which is then ``{figure}_notebook.html``;
- ``problems(entry, plan)``: what of an entry fits the schema but not the run.

The notebook has the name of the kind (workflow/notebooks), and so has the caption (workflow/report). An entry of
config names its kind, so one kind serves many figures. What draws is imported by the notebooks alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ner.figures import kinds
from ner.storage.modules import Modules
from ner.storage.tables import Table


@dataclass(frozen=True)
class File:
    """Another file that a kind of figure writes: how its name ends, behind that of the figure, and what it is."""

    ending: str
    meaning: str


@dataclass(frozen=True)
class Problem:
    """What is wrong with a key of an entry.

    Attributes:
        key: of the entry.
        found: what stands there.
        expected: what would be right: a text, or the names of which one is.
        remedy: what to do about it.
    """

    key: str
    found: str
    expected: str | Sequence[str]
    remedy: str


class Plan(Protocol):
    """What a run has, and where its files will be; `planning.plan` makes it from config."""

    #: Recordings of the run: name to its `area`, `bins` and, where known, `hemisphere`.
    recordings: Mapping[str, Mapping[str, Any]]
    #: Recordings of the run in each group, in the group's order.
    groups: Mapping[str, Sequence[str]]
    #: Methods that each decoder reads within recordings, and across them.
    within: Mapping[str, Sequence[str]]
    across: Mapping[str, Sequence[str]]
    seeds: Sequence[int]
    #: Protocols by which methods are decoded across recordings.
    protocols: Sequence[str]

    def suits(self, method: str, *names: str) -> bool:
        """Whether recordings have all that a method needs."""

    def compared(self) -> Sequence[str]:
        """The recordings on which methods are compared: all but those of which only figures show something."""

    def fold_shown(self, recording: str) -> str | None:
        """The fold of a recording that the next five give: the last one; None without folds."""

    def recording_file(self, recording: str) -> str:
        """A recording."""

    def embedding_file(self, method: str, recording: str, seed: int) -> str:
        """The embedding of a recording by a method."""

    def history_file(self, method: str, recording: str, seed: int) -> str:
        """The losses of its training."""

    def scores_file(self, decoder: str, method: str, recording: str, seed: int) -> str:
        """The metrics of its decoding within the recording, perhaps among those of other seeds."""

    def movements_file(self, decoder: str, method: str, recording: str, seed: int, protocol: str) -> str:
        """The movements decoded from it."""

    def within_files(self, decoder: str, methods: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
        """Metrics within the compared recordings, accuracy over time, and chance: a file a method, recording and fold.

        Each is of all seeds.
        """

    def across_files(self, group: str) -> tuple[list[str], list[str], list[str]]:
        """Metrics across the recordings of a group, accuracy over time, and chance: a file a method, fold and seed."""

    def few_trials_files(self, group: str, methods: Iterable[str]) -> list[str]:
        """Metrics across a group's recordings by the training trials that are used: a file a method, fold and seed."""

    def seeds_files(self, methods: Iterable[str]) -> list[str]:
        """Consistency between the seeds of the compared recordings, a file a method; none of a run of one seed."""

    def recordings_files(self, group: str, methods: Iterable[str]) -> list[str]:
        """Consistency between the recordings of a group, a file a method; none where one cannot be averaged."""

    def published_files(self, scope: str, recordings: Iterable[str]) -> tuple[list[str], list[str]]:
        """The authors' tables of a scope, within, across or curved: metrics, and accuracy over time.

        Each list has one file, or none where the authors published nothing of these recordings.
        """


kind = Modules(kinds, "kind of figure")
module_names, complete_settings = kind.names, kind.complete


def needs(name: str) -> set[str]:
    """What of the things that `ner.data.needs` names every recording that a kind shows must have.

    Raises:
        KeyError: if there is no such kind.
    """
    return getattr(kind(name), "NEEDS", set())


def shows_all(name: str) -> bool:
    """Whether a kind shows all recordings of a run.

    Raises:
        KeyError: if there is no such kind.
    """
    return getattr(kind(name), "SHOWS_ALL", False)


def files(name: str) -> dict[str, File]:
    """What the notebook of a kind writes besides the figure and its tables.

    Raises:
        KeyError: if there is no such kind.
    """
    return getattr(kind(name), "FILES", {})


def problems(entry: Mapping, plan: Plan) -> Iterator[Problem]:
    """What of a complete entry fits the schema of its kind but not the run.

    Raises:
        KeyError: if there is no such kind.
    """
    found = getattr(kind(entry["kind"]), "problems", None)
    if found is not None:
        yield from found(entry, plan)


def settings_schema(name: str) -> dict:
    """JSON schema of an entry of a kind.

    Raises:
        KeyError: if there is no such kind.
    """
    settings = kind(name).SETTINGS
    return {
        "type": "object",
        "properties": {"kind": {}, **settings},
        "required": ["kind", *(key for key, schema in settings.items() if "default" not in schema)],
        "additionalProperties": False,
    }


def table_name(table: Table) -> str:
    """Name of a figure's table: that of its file behind the figure's."""
    return table.name.removeprefix("{figure}_")


def outputs(name: str) -> dict[str, str]:
    """How the names of a figure's files end, behind that of the figure: by parameter of the notebook.

    `notebook` and `html`, the executed notebook and its page, are no parameters: they are made of it.

    Raises:
        KeyError: if there is no such kind.
    """
    own = {key: file.ending for key, file in files(name).items()}
    return {
        "pdf": ".pdf",
        "png": ".png",
        "html": "_notebook.html" if "page" in own else ".html",
        "notebook": ".ipynb",
        **{f"{table_name(table)}_csv": table.path.removeprefix("{figure}") for table in kind(name).TABLES},
        **own,
    }


def undecoded(entry: Mapping, plan: Plan) -> Iterator[Problem]:
    """The protocol of an entry, where nothing is decoded by it across recordings."""
    if entry["protocol"] not in plan.protocols:
        remedy = "add it to `decoding.across.protocols`"
        yield Problem("protocol", entry["protocol"], list(plan.protocols), remedy)


def unread(entry: Mapping, plan: Plan) -> Iterator[Problem]:
    """Methods of an entry that its decoder does not read within recordings."""
    decoder = entry["decoder"]
    if decoder not in plan.within:
        remedy = "add it to `decoding.within.decoders`"
        yield Problem("decoder", decoder, list(plan.within), remedy)
        return
    read = plan.within[decoder]
    for method in entry["methods"]:
        if method not in read:
            remedy = f"add it to `compare`, or to `decoding.within.decoders.{decoder}`"
            yield Problem("methods", method, read, remedy)


def unread_across(entry: Mapping, plan: Plan) -> Iterator[Problem]:
    """Methods of an entry that its decoder does not read across recordings."""
    decoder = entry["decoder"]
    read = plan.across.get(decoder, ())
    for method in entry["methods"]:
        if method not in read:
            yield Problem("methods", method, list(read), f"add it to `decoding.across.decoders.{decoder}`")


def unshown_ceiling(entry: Mapping) -> Iterator[Problem]:
    """A ceiling that is not among the methods of an entry."""
    if entry["ceiling"] not in entry["methods"]:
        yield Problem("ceiling", entry["ceiling"], entry["methods"], "name one of `methods`, or add it there")
