"""Tables of a run and of the authors, as tests write them down."""

import pandas as pd

from ner.decoding.columns import ACROSS, WITHIN
from ner.published.tables import PUBLISHED_ACROSS, PUBLISHED_WITHIN
from ner.storage.tables import names
from ner.verification.parity_across import PARITY_ACROSS
from ner.verification.parity_within import PARITY_WITHIN
from ner.verification.rotation_choice import ROTATION_CHOICE

DAYS = ("chewie-20150313-m1", "chewie-20150319-m1", "chewie-20161007-m1")
TOLERANCE = {
    method: {
        "train": {"r2": 0.02, "direction": 2.0},
        "test": {"r2": 0.04, "direction": 6.0},
        "across": {"r2": 0.1, "direction": 10.0},
        "off_diagonal": {"velocity": 0.05, "position": 0.03, "direction": 3.0},
    }
    for method in ("ner", "pivae")
}


def frame(columns, rows):
    return pd.DataFrame(rows, columns=names(columns))


def within(*rows):
    """Values of this run from (method, recording, protocol, part, metric, [values by seed]), linear."""
    return frame(
        WITHIN,
        [
            (method, recording, "linear", protocol, part, metric, seed, None, value)
            for method, recording, protocol, part, metric, values in rows
            for seed, value in enumerate(values)
        ],
    )


def across(*rows):
    """Values of this run from (method, source, target, protocol, metric, [values by seed]), linear, of one group."""
    return frame(
        ACROSS,
        [
            (method, "days", source, target, "linear", protocol, metric, seed, None, value)
            for method, source, target, protocol, metric, values in rows
            for seed, value in enumerate(values)
        ],
    )


def choices(*rows):
    """What rotations of NER give, from (source, target, seed, mean, sd); the position R2, linear."""
    return frame(ROTATION_CHOICE, [("ner", *row[:2], "linear", "position_r2", *row[2:]) for row in rows])


def published_within(*rows):
    """Published values from (method, recording, part, metric, value), linear."""
    return frame(PUBLISHED_WITHIN, [("fig4", *row[:2], "linear", *row[2:]) for row in rows])


def published_across(*rows):
    """Published values from (figure, method, source, target, metric, value), linear."""
    return frame(PUBLISHED_ACROSS, [(*row[:4], "linear", *row[4:]) for row in rows])


def parity_within(*rows):
    """Parity from (method, recording, part, metric, value, the value with its arguments in order)."""
    return frame(PARITY_WITHIN, [(*row[:2], "linear", *row[2:5], row[4], 0.0, 1e-6, row[5], 0.0) for row in rows])


def parity_across(*rows):
    """Parity from (set, method, metric, source, target, value, unswapped, strict, spread)."""
    return frame(
        PARITY_ACROSS,
        [
            (of, method, "linear", metric, source, target, value, value, 0.0)
            + (f"0={value}", "0", 1, 0.0, spread, True, True, unswapped, strict, 0.0)
            for of, method, metric, source, target, value, unswapped, strict, spread in rows
        ],
    )
