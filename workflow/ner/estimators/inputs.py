"""What estimators refuse of rates, labels and trials, where scikit-learn would take it without a word."""

import warnings
from contextlib import suppress

import numpy as np
from scipy.sparse import issparse

from ner.storage.errors import InputError
from ner.training.labels import Labels

#: Labels that training cannot tell apart, in float32.
_HUGE = 1e30


def refuse_masked(name: str, values: object) -> None:
    """Refuse a masked array some values of which are masked, as numpy would hand on what lies below the mask.

    Raises:
        InputError: naming the argument.
    """
    if np.ma.is_masked(values):
        found = f"an array with {np.ma.count_masked(values)} masked values"
        raise InputError(name, found, "a value for every bin", "leave out those bins, or fill the values in")


def refuse_other_order(X: object, y: object) -> None:
    """Refuse frames of which one has the rows of the other in another order, as rows are matched by their places.

    Raises:
        InputError: if their indices say so.
    """
    ours, theirs = (getattr(values, "index", None) for values in (X, y))
    # The index of a list is a method.
    if ours is None or theirs is None or callable(ours) or callable(theirs):
        return
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    other = False
    # Names of several types have no order.
    with suppress(TypeError):
        other = not np.array_equal(ours, theirs) and np.array_equal(np.sort(ours), np.sort(theirs))
    if other:
        raise InputError("y", "the rows of X in another order", "the same order", "reindex it by X.index")


def numbers(y: object) -> np.ndarray:
    """Labels as numbers; missing ones are NaN.

    Raises:
        InputError: if they are text, dates or other things, or masked or sparse.
    """
    refuse_masked("y", y)
    if issparse(y):
        raise InputError("y", "a sparse array", "a dense one", "call its toarray()")
    labels = np.asarray(y)
    if labels.dtype.kind == "O":
        filled = np.array([np.nan if _is_missing(value) else value for value in labels.flat], dtype=object)
        try:
            labels = filled.astype(np.float64).reshape(labels.shape)
        except (TypeError, ValueError):
            labels = labels.astype(str)
    if labels.dtype.kind in "USmMV":
        remedy = "give directions in degrees (`angles`), or one column of 0 and 1 for each class"
        raise InputError(
            "y", f"labels such as {str(labels.flat[0])[:40]!r}", "numbers, whose differences rank bins", remedy
        )
    return labels


def trial_numbers(trials: object, bins: int) -> np.ndarray | None:
    """(bins,) the trial of every bin; None where none are given.

    Raises:
        InputError: if they are not one a bin, if one is missing, or if they cannot be trials.
    """
    if trials is None:
        return None
    refuse_masked("trials", trials)
    given = np.asarray(trials)
    expected, remedy = "the trial of every bin, by number or name", "give one a bin, as in np.repeat(numbers, lengths)"
    missing = np.isnan(given) if given.dtype.kind == "f" else np.array([_is_missing(value) for value in given.flat])
    if given.shape != (bins,):
        raise InputError("trials", f"an array of shape {given.shape} for {bins} bins", expected, remedy)
    if missing.any():
        raise InputError(
            "trials", f"{np.count_nonzero(missing)} bins without a trial", expected, "leave these bins out"
        )
    if given.dtype.kind == "b":
        raise InputError("trials", "True and False", expected, remedy)
    if len(given) > 2 and (given[1:] != given[:-1]).all():
        raise InputError(
            "trials", "no trial with two bins in a row, as of bins counted in each trial", expected, remedy
        )
    return given


def check_labels(labels: Labels, unweighted: np.ndarray, angles: list[int]) -> None:
    """Refuse labels that cannot rank bins, and warn of angles that seem to be in radians.

    Args:
        labels: as they are used.
        unweighted: (bins, columns), as they were given.
        angles: columns in degrees.

    Raises:
        InputError: if they are the same in all bins, or too large.
    """
    refuse_constant("y", labels)
    if (most := np.abs(labels.values).max()) > _HUGE:
        raise InputError("y", f"weighted labels of up to {most:.3g}", f"up to {_HUGE:g}", "give them in another unit")
    for angle in angles:
        column = unweighted[:, angle]
        if np.ptp(column) > 0 and np.abs(column).max() <= 2 * np.pi + 1e-6 and (column % 1).any():
            warnings.warn(
                f"y: column {angle} of `angles` goes from {column.min():.3g} to {column.max():.3g}, as radians do; "
                "expected degrees; convert it by np.rad2deg.",
                UserWarning,
                stacklevel=4,
            )


def refuse_constant(name: str, labels: Labels) -> None:
    """Refuse labels that are the same in all bins.

    Raises:
        InputError: naming the argument.
    """
    if not np.ptp(labels.values, axis=0).any():
        raise InputError(name, "the same labels in all bins", "labels that differ", "give those of the movement")


def _is_missing(value: object) -> bool:
    """Whether a value is None, NaN, or what pandas has in its place."""
    return (
        value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value)
    )
