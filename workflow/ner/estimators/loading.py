"""Reading saved models."""

import os

from ner.estimators.base import Encoder
from ner.estimators.cebra import CEBRA
from ner.estimators.model_files import read_model
from ner.estimators.rank import NER
from ner.estimators.regression import Regression
from ner.storage.errors import InputError

_CLASSES: dict[str, type[Encoder]] = {kind.__name__: kind for kind in (NER, CEBRA, Regression)}


def load(path: str | os.PathLike) -> Encoder:
    """Load an estimator that its `save` wrote. Nothing in the file is run, so a stranger's file may be loaded.

    Args:
        path: the file.

    Returns:
        The fitted estimator, with the parameters that it was fitted with.

    Raises:
        InputError: if the file is missing, damaged, or no saved estimator.
    """
    description, arrays = read_model(path)
    remedy = "give a file that a model's `save` wrote"
    kind = description.get("class")
    if not isinstance(kind, str) or kind not in _CLASSES:
        raise InputError(path, f"a model of class {str(kind)[:40]!r}", f"one of {sorted(_CLASSES)}", remedy)
    try:
        return _CLASSES[kind]._restored(description, arrays)
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise InputError(path, f"a model that does not fit together ({error})", "a saved model", remedy) from error
