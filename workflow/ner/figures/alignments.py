"""Decoding across recordings by every alignment, from none to the target's own decoder."""

from collections.abc import Sequence

import pandas as pd

from ner.decoding.across_summary import across_cells, defined
from ner.decoding.alignment_tests import alignment_tests
from ner.decoding.protocols import PROTOCOLS
from ner.figures.controls import Controls, control_means
from ner.figures.sessions import BOUNDS, areas_of, rows_of
from ner.figures.style import decoder_name
from ner.figures.tables import SESSIONS
from ner.figures.words import in_words
from ner.methods.names import method_name
from ner.published.tables import METRICS_PUBLISHED, PUBLISHED_ACROSS
from ner.storage.tables import names

#: The protocols that are the ceiling and the floor of the others.
_OWN, _NONE = "target-trained", "unaligned"
#: Between a method and a protocol in their name.
_BY = "/"


def alignments(
    table: pd.DataFrame,
    null: pd.DataFrame,
    *,
    methods: Sequence[str],
    protocols: Sequence[str],
    ceiling: str,
    decoder: str,
) -> tuple[Controls, pd.DataFrame]:
    """Average, for every target, the cells of the other recordings, and compare methods and alignments.

    Pairs of recordings share sources and targets, so means have their intervals by the recordings
    (`statistics.over_recordings`, off the diagonal), not by the targets as if these were independent.

    Args:
        table: columns decoding.columns.ACROSS, of one group.
        null: columns decoding.columns.ACROSS_NULL, of the same.
        methods: those shown.
        protocols: those shown.
        ceiling: the method whose decoder of the target itself is the line through the others.
        decoder: by which methods are scored.

    Returns:
        What is drawn, a row a method and protocol, whose recordings are the targets; and columns
        decoding.alignment_tests.COMPARISONS. Recordings that a metric is not defined for are left out of it.
    """
    table, null = (rows_of(found, methods, decoder=decoder) for found in (table, null))
    table = defined(table[(table["source"] != table["target"]) & table["protocol"].isin(protocols)])
    nothing = pd.DataFrame(columns=names(PUBLISHED_ACROSS))
    parts = []
    for protocol in protocols:
        chosen = [found[found["protocol"] == protocol] for found in (table, null)]
        cells = across_cells(*chosen, nothing)
        parts.append(cells.assign(method=cells["method"] + _BY + protocol))
    cells = pd.concat(parts, ignore_index=True)
    values = cells.groupby(["method", "target", "metric"], sort=False)[["mean", "seeds", "folds", *BOUNDS]].mean()
    values = values.reset_index().rename(columns={"target": "recording"})
    values = values.assign(sd=float("nan"), published=float("nan"), area=areas_of(values["recording"]))[names(SESSIONS)]
    top = f"{ceiling}{_BY}{_OWN}"
    said = f"test trials of the others ({decoder_name(decoder)} decoders; a point is a target, mean over sources)"
    tests = alignment_tests(table, methods=methods, protocols=protocols, ceiling=(ceiling, _OWN), name=method_name)
    return Controls(values, control_means(cells, top), top, said, _name), tests


def in_sections(comparisons: pd.DataFrame, ceiling: str) -> str:
    """The comparisons that a reader asks for first, in words, as Markdown: of the metrics that are drawn.

    Args:
        comparisons: columns decoding.alignment_tests.COMPARISONS.
        ceiling: the method whose decoder of the target itself is the ceiling.
    """
    drawn = comparisons[comparisons["metric"].isin(METRICS_PUBLISHED)]
    called = method_name(ceiling)
    top = (drawn["other_method"] == ceiling) & (drawn["other_protocol"] == _OWN)
    of_it = (drawn[["method", "other_method"]] == ceiling).any(axis=1)
    of_none = (drawn[["protocol", "other_protocol"]] == _NONE).any(axis=1)
    same_method, same_protocol = (drawn[of] == drawn[f"other_{of}"] for of in ("method", "protocol"))
    sections = {
        f"All against {called} ({PROTOCOLS[_OWN].label})": top,
        f"{called} against other methods, by the same alignment": of_it & same_protocol & ~top,
        "Each method, aligned and not aligned": of_none & same_method,
    }
    return "\n\n".join(f"**{title}**\n\n{in_words(drawn[rows])}" for title, rows in sections.items() if rows.any())


def _name(method: str) -> str:
    method, _, protocol = method.partition(_BY)
    return f"{method_name(method)}: {PROTOCOLS[protocol].label}"
