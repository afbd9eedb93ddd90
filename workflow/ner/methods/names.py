"""What figures and pages call the methods of config."""

import re

_NAMES = {
    "ner": "NER",
    "cebra": "CEBRA",
    "cebra16": "CEBRA 16D",
    "cebra-official": "CEBRA package",
    "pivae": "pi-VAE",
    "umap": "UMAP",
    "umap-supervised": "UMAP + labels",
    "pca": "PCA",
    "dpca": "dPCA",
    "rates": "Smoothed rates",
    "rates-history": "Wiener filter, 5 bins",
    "rates-history-10": "Wiener filter, 10 bins",
    "average-lda": "Average of the decoded direction",
    "average-bin": "Average, direction decoded bin by bin",
    "average-oracle": "Average of the real direction",
    "ner-velocity": "NER, labels: velocity alone",
    "ner-direction": "NER, labels: direction alone",
    "ner-shuffled": "NER, labels of other trials",
    "ner-neurons-shuffled": "NER, neurons of other trials",
    "pca10": "PCA 10D",
    "factor-analysis": "Factor analysis",
    "pls3": "PLS",
    "regression": "Regression",
    "regression-sphere": "Regression on the sphere",
    "untrained": "Untrained encoder",
}


def method_name(method: str) -> str:
    """How figures call a method of config; a name that is not known is shown as it is.

    A known name with a suffix is a variant, and says so; a number is its training steps: 'ner-5000' is
    'NER (5,000 steps)'.
    """
    known = known_method(method)
    if known is None:
        return method
    variant = method[len(known) + 1 :]
    if variant.isdecimal():
        variant = f"{int(variant):,} steps"
    return _NAMES[known] + (f" ({variant})" if variant else "")


def known_method(method: str) -> str | None:
    """The method that a name of config is a variant of, None where it is a variant of none."""
    matches = [known for known in _NAMES if method == known or re.match(rf"{re.escape(known)}[-_]", method)]
    return max(matches, key=len, default=None)
