"""What parameters of estimators may be."""

import math
from numbers import Integral, Real

from ner.storage.errors import InputError


def require(name: str, value: object, right: bool, expected: str) -> None:
    """Refuse a parameter that is not right.

    Raises:
        InputError: naming the parameter.
    """
    if not right:
        raise InputError(name, repr(value), expected, "correct it")


def whole(value: object, least: float) -> bool:
    """Whether a value is a whole number from the least one."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least


def positive(value: object) -> bool:
    """Whether a value is a positive number."""
    return isinstance(value, Real) and not isinstance(value, bool) and 0 < float(value) < math.inf
