"""The authors' embeddings decoded across recordings, held against their tables cell by cell.

Which of a cell's eight rotations (one a direction) the published rule takes hangs on floating-point noise: see
`alignment.paper_rotation`. So each cell is decoded with all eight, and a published cell counts as explained if one of
them gives its values.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ner.data.embeddings import Embedding
from ner.decoding.across import decode_target
from ner.decoding.across_summary import kind_of_pairs
from ner.decoding.alignment import candidate_rotations, paper_rotation, strict_rotation
from ner.decoding.columns import DECODER, METHOD, METRIC, PAIRS, SOURCE, TARGET, VALUE
from ner.decoding.maps import rotated
from ner.decoding.metrics import score
from ner.published.tables import METRICS_PUBLISHED
from ner.storage.tables import Column, Table, names
from ner.verification.compare import DIFFERENCE, DIFFERENCE_UNIT, OURS, PUBLISHED, UNSWAPPED
from ner.verification.rounding import ROUNDING, held, ways

SET = Column("set", "", "published set of embeddings")
_CELL = (SET, METHOD, DECODER, METRIC, SOURCE, TARGET)
#: A published cell a row.
PARITY_ACROSS = Table(
    "verification/parity_across.csv",
    (
        *_CELL,
        PUBLISHED,
        OURS,
        DIFFERENCE,
        Column("candidates", VALUE.unit, "values with the rotation of each direction, as degrees=value; ..."),
        Column(
            "direction", "degrees", "whose rotation comes nearest to the cell's published metrics; none on the diagonal"
        ),
        Column("determinant", "", "sign of that rotation's determinant, -1 for a reflection"),
        Column("residual", DIFFERENCE_UNIT, "value with that rotation minus published"),
        Column("spread", DIFFERENCE_UNIT, "range of the candidates of that sign"),
        Column("explained", "", "whether rounding explains the residual: `rounding.held`"),
        Column("same_choice", "", "whether our rule takes that rotation or one of equal value"),
        UNSWAPPED,
        Column("strict", VALUE.unit, "value under the strict protocol, of the same embedding"),
        ROUNDING,
    ),
    "the authors' embeddings decoded across recordings, cell by cell",
    parts="verification/parity_across/{set}.csv",
)
#: A set, decoder and metric a row, apart on the diagonal and off it.
PARITY_ACROSS_SUMMARY = Table(
    "verification/parity_across_summary.csv",
    (
        SET,
        METHOD,
        DECODER,
        METRIC,
        PAIRS,
        Column("cells", "", "number of cells compared"),
        Column("explained", "", "of them, explained by one of their rotations"),
        Column("same_choice", "", "of them, given by the rotation that our rule takes"),
        Column("largest_residual", DIFFERENCE_UNIT, "largest absolute residual"),
        Column("published_mean", VALUE.unit, "mean of the published cells"),
        Column("ours_mean", VALUE.unit, "mean of ours"),
        Column("median_spread", DIFFERENCE_UNIT, "median range of a cell's candidates of one sign"),
        Column("largest_spread", DIFFERENCE_UNIT, "largest such range"),
    ),
    "parity_across.csv in summary",
)


def parity_across(
    name: str,
    embeddings: Mapping[str, Embedding],
    published: pd.DataFrame,
    *,
    method: str,
    decoder: str,
    settings: Mapping,
) -> pd.DataFrame:
    """Decode a published set of embeddings across its recordings by the paper protocol, with every rotation.

    Args:
        name: of the set.
        embeddings: recording to embedding; recordings that the table lacks are passed over.
        published: columns source, target, metric and value, one table.
        method: name of the method, for the table.
        decoder: name of the decoder, for the table.
        settings: its module and settings, see `decoders.registry.make_decoder`.

    Returns:
        Columns PARITY_ACROSS, a row a published cell and metric of the recordings given. On the diagonal there is
        one candidate, the embedding as it is, with direction 'none'.

    Raises:
        InputError: if two recordings have other directions or other bins in a trial.
        KeyError: if there is no such decoder module.
    """
    values = published.set_index(["source", "target", "metric"])["value"].to_dict()
    recordings = {r: e for r, e in embeddings.items() if any(r == source for source, _, _ in values)}
    rows = []
    for source, embedding in recordings.items():
        fits = [fitted for _, fitted in ways(embedding, settings)]
        for target, onto in recordings.items():
            directions, rotations, taken = _candidates(embedding, onto, rotated=source != target)
            decoded = [[decode_target(way, onto, rotated(rotation)) for way in fits] for rotation in rotations]
            strict = decode_target(
                fits[0], onto, None if source == target else rotated(strict_rotation(embedding, onto))
            )
            theirs = {metric: values[source, target, metric] for metric in METRICS_PUBLISHED}
            scores = [[score(*pair, swapped=True) for pair in candidate] for candidate in decoded]
            cell = _explained(scores, theirs, rotations, taken, onto)
            in_order, strictly = score(*decoded[taken][0]), score(*strict)
            for metric, found in cell.items():
                rows.append(
                    {
                        "set": name,
                        "method": method,
                        "decoder": decoder,
                        "metric": metric,
                        "source": source,
                        "target": target,
                        "published": theirs[metric],
                        **found,
                        "candidates": ";".join(
                            f"{d}={value:.10g}" for d, value in zip(directions, found["candidates"], strict=True)
                        ),
                        "direction": directions[found["direction"]],
                        "unswapped": in_order[metric],
                        "strict": strictly[metric],
                    }
                )
    return pd.DataFrame(rows, columns=names(PARITY_ACROSS))


def _explained(
    scores: list[list[dict[str, float]]],
    theirs: Mapping[str, float],
    rotations: np.ndarray,
    taken: int,
    target: Embedding,
) -> dict[str, dict]:
    """Which rotation explains a published cell: columns of PARITY_ACROSS by metric; direction is a rotation's place.

    Args:
        scores: metrics with every candidate rotation, each by all `rounding.ways`.
        theirs: the published metrics.
        rotations: (candidates, d, d).
        taken: place of the rotation that our rule takes.
        target: on whose test trials the metrics are scored.
    """
    one_trial = 100 * target.bins_per_trial / np.count_nonzero(~target.train)
    by_candidate = [held(ways_of, theirs, one_trial) for ways_of in scores]
    # Each (candidates, metrics).
    found, rounding, tolerance = (
        np.array([[of[metric][k] for metric in theirs] for of in by_candidate]) for k in range(3)
    )
    difference = found - np.array(list(theirs.values()))
    excess = np.abs(difference) / tolerance
    best = excess.max(axis=1).argmin()
    explained = excess <= 1 + 1e-9
    signs = np.sign(np.linalg.det(rotations))
    return {
        metric: {
            "ours": found[taken, m],
            "difference": difference[taken, m],
            "candidates": found[:, m],
            "direction": best,
            "determinant": signs[best],
            "residual": difference[best, m],
            "spread": np.ptp(found[signs == signs[best], m]),
            "explained": explained[best, m],
            "same_choice": explained[taken, m],
            "rounding": rounding[best, m],
        }
        for m, metric in enumerate(theirs)
    }


def _candidates(source: Embedding, target: Embedding, *, rotated: bool) -> tuple[list, np.ndarray, int]:
    """Directions, their rotations, and the place of the rotation that the paper takes; an identity if not rotated."""
    if not rotated:
        return ["none"], np.eye(source.coordinates.shape[1])[None], 0
    rotations = candidate_rotations(source, target)
    taken = (rotations == paper_rotation(source, target)).all(axis=(1, 2)).argmax()
    return np.unique(source.direction).tolist(), rotations, int(taken)


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Count and spread of the cells of `parity_across`.

    Args:
        table: columns PARITY_ACROSS.

    Returns:
        Columns PARITY_ACROSS_SUMMARY, in the order of the table.
    """
    grouped = table.assign(pairs=kind_of_pairs(table), residual=table["residual"].abs()).groupby(
        ["set", "method", "decoder", "metric", "pairs"], sort=False
    )
    return grouped.agg(
        cells=("explained", "size"),
        explained=("explained", "sum"),
        same_choice=("same_choice", "sum"),
        largest_residual=("residual", "max"),
        published_mean=("published", "mean"),
        ours_mean=("ours", "mean"),
        median_spread=("spread", "median"),
        largest_spread=("spread", "max"),
    ).reset_index()[names(PARITY_ACROSS_SUMMARY)]
