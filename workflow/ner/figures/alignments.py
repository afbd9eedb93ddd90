"""Decoding across recordings by every alignment, from none to the target's own decoder."""

from collections.abc import Sequence

import pandas as pd

from ner.decoding.across_summary import across_cells
from ner.decoding.protocols import PROTOCOLS
from ner.figures.controls import Controls, control_means
from ner.figures.sessions import BOUNDS, areas_of, rows_of
from ner.figures.style import decoder_name
from ner.figures.tables import SESSIONS
from ner.methods.names import method_name
from ner.published.tables import PUBLISHED_ACROSS
from ner.storage.tables import names

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
) -> Controls:
    """Average, for every target, the cells of the other recordings.

    Args:
        table: columns decoding.columns.ACROSS, of one group.
        null: columns decoding.columns.ACROSS_NULL, of the same.
        methods: those shown.
        protocols: those shown.
        ceiling: the method whose decoder of the target itself is the line through the others.
        decoder: by which methods are scored.

    Returns:
        A row a method and protocol; the recordings are the targets.
    """
    nothing = pd.DataFrame(columns=names(PUBLISHED_ACROSS))
    parts = []
    for protocol in protocols:
        chosen = [rows_of(found, methods, decoder=decoder, protocol=protocol) for found in (table, null)]
        cells = across_cells(*chosen, nothing)
        cells = cells[cells["source"] != cells["target"]]
        mean = cells.groupby(["method", "target", "metric"], sort=False)[["mean", "seeds", "folds", *BOUNDS]].mean()
        mean = mean.reset_index().rename(columns={"target": "recording"})
        parts.append(mean.assign(method=mean["method"] + _BY + protocol))
    values = pd.concat(parts, ignore_index=True)
    values = values.assign(sd=float("nan"), published=float("nan"), area=areas_of(values["recording"]))[names(SESSIONS)]
    top = f"{ceiling}{_BY}target-trained"
    said = f"test trials of the others ({decoder_name(decoder)} decoders; a point is a target, mean over sources)"
    return Controls(values, control_means(values, top), top, said, _name)


def _name(method: str) -> str:
    method, _, protocol = method.partition(_BY)
    return f"{method_name(method)}: {PROTOCOLS[protocol].label}"
