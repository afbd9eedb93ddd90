"""The authors' embeddings decoded across recordings, held against their tables cell by cell.

Which of a cell's eight rotations (one a direction) the published rule takes hangs on floating-point noise: see
`alignment.paper_rotation`. So each cell is decoded with all eight, and a published cell counts as explained if one of
them gives its values.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ner.data.embeddings import Embedding
from ner.decoding.across import fit_source, score_target
from ner.decoding.alignment import candidate_rotations, paper_rotation, strict_rotation
from ner.decoding.columns import DECODER, METHOD, METRIC, SOURCE, TARGET
from ner.decoding.metrics import METRICS
from ner.storage.tables import Column, names
from ner.verification.within import DIFFERENCE, OURS, PARITY_R2, PARITY_TRIALS, PUBLISHED, UNSWAPPED

SET = Column("set", "", "published set of embeddings")
_CELL = (SET, METHOD, DECODER, METRIC, SOURCE, TARGET)
#: A published cell a row.
PARITY_ACROSS = (
    *_CELL,
    PUBLISHED,
    OURS,
    DIFFERENCE,
    Column("candidates", "R2: 1; accuracy: %", "values with the rotation of each direction, as degrees=value; ..."),
    Column(
        "direction", "degrees", "whose rotation comes nearest to the cell's published metrics; none on the diagonal"
    ),
    Column("determinant", "", "sign of that rotation's determinant, -1 for a reflection"),
    Column("residual", "R2: 1; accuracy: percentage points", "value with that rotation minus published"),
    Column("spread", "R2: 1; accuracy: percentage points", "range of the candidates of that sign"),
    Column("explained", "", "whether the residual is within 1e-6 (R2) or one trial (accuracy)"),
    Column("same_choice", "", "whether our rule takes that rotation or one of equal value"),
    UNSWAPPED,
    Column("strict", "R2: 1; accuracy: %", "value under the strict protocol, of the same embedding"),
)
#: A set, decoder and metric a row, apart on the diagonal and off it.
PARITY_ACROSS_SUMMARY = (
    SET,
    METHOD,
    DECODER,
    METRIC,
    Column("part", "", "diagonal (a recording on itself, nothing rotated) or off-diagonal"),
    Column("cells", "", "number of cells compared"),
    Column("explained", "", "of them, explained by one of their rotations"),
    Column("same_choice", "", "of them, given by the rotation that our rule takes"),
    Column("largest_residual", "R2: 1; accuracy: percentage points", "largest absolute residual"),
    Column("published_mean", "R2: 1; accuracy: %", "mean of the published cells"),
    Column("ours_mean", "R2: 1; accuracy: %", "mean of ours"),
    Column("median_spread", "R2: 1; accuracy: percentage points", "median range of a cell's candidates of one sign"),
    Column("largest_spread", "R2: 1; accuracy: percentage points", "largest such range"),
)


def parity_across(
    name: str,
    embeddings: Mapping[str, Embedding],
    published: pd.DataFrame,
    *,
    method: str,
    decoder: str,
    max_iter: int,
) -> pd.DataFrame:
    """Decode a published set of embeddings across its recordings by the paper protocol, with every rotation.

    Args:
        name: of the set.
        embeddings: recording to embedding; recordings that the table lacks are passed over.
        published: columns source, target, metric and value, one table.
        method: name of the method, for the table.
        decoder: linear or knn.
        max_iter: iterations that the logistic regression of the direction may take.

    Returns:
        Columns PARITY_ACROSS, a row a published cell and metric of the recordings given. On the diagonal there is
        one candidate, the embedding as it is, with direction 'none'.

    Raises:
        InputError: if two recordings have other directions or other bins in a trial.
        ValueError: if there is no such decoder.
    """
    values = published.set_index(["source", "target", "metric"])["value"].to_dict()
    recordings = {r: e for r, e in embeddings.items() if (r, r, METRICS[0]) in values}
    rows = []
    for source, embedding in recordings.items():
        fitted = fit_source(embedding, decoder, max_iter=max_iter)
        for target, onto in recordings.items():
            directions, rotations, taken = _candidates(embedding, onto, rotated=source != target)
            scores = [score_target(fitted, onto, rotation, "paper") for rotation in rotations]
            in_order = score_target(fitted, onto, rotations[taken], "strict")
            rotation = None if source == target else strict_rotation(embedding, onto)
            strict = score_target(fitted, onto, rotation, "strict")
            found = np.array([[getattr(score, metric) for metric in METRICS] for score in scores])
            goal = np.array([values[source, target, metric] for metric in METRICS])
            difference = found - goal
            one_trial = 100 * onto.bins_per_trial / np.count_nonzero(~onto.train)
            tolerance = [
                PARITY_TRIALS * one_trial if metric == "direction_accuracy" else PARITY_R2 for metric in METRICS
            ]
            excess = np.abs(difference) / tolerance
            best = excess.max(axis=1).argmin()
            explained = excess <= 1 + 1e-9
            signs = np.sign(np.linalg.det(rotations))
            for m, metric in enumerate(METRICS):
                rows.append(
                    (
                        *(name, method, decoder, metric, source, target),
                        goal[m],
                        found[taken, m],
                        difference[taken, m],
                        ";".join(f"{d}={value:.10g}" for d, value in zip(directions, found[:, m], strict=True)),
                        directions[best],
                        signs[best],
                        difference[best, m],
                        np.ptp(found[signs == signs[best], m]),
                        explained[best, m],
                        explained[taken, m],
                        getattr(in_order, metric),
                        getattr(strict, metric),
                    )
                )
    return pd.DataFrame(rows, columns=names(PARITY_ACROSS))


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
    part = np.where(table["source"] == table["target"], "diagonal", "off-diagonal")
    grouped = table.assign(part=part, residual=table["residual"].abs()).groupby(
        ["set", "method", "decoder", "metric", "part"], sort=False
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
