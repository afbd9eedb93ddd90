"""Least squares for the velocity, logistic regression for the direction or other condition (paper, §Decoding)."""

from collections.abc import Mapping

from ner.decoding.decoders.registry import Decoder

SETTINGS = {
    "max_iter": {
        "type": "integer",
        "minimum": 1,
        "default": 5000,
        "description": "iterations that the logistic regression may take (paper: 5000 in Fig 4, 500 in Figs 5 to 7)",
    },
}


def make(settings: Mapping) -> Decoder:
    """An unfitted linear decoder.

    Args:
        settings: every key of SETTINGS.
    """
    from sklearn.linear_model import LinearRegression, LogisticRegression

    return Decoder(LinearRegression(), LogisticRegression(solver="lbfgs", max_iter=settings["max_iter"]))
