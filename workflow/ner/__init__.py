"""Neural Embeddings Rank: latent dynamics aligned with movements, its baselines, and their verification.

To embed recordings of your own, without the workflow: `NER`, `CEBRA`, `align` and `load` (docs/use-ner.md).
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ner.estimators.alignment import Alignment, align
    from ner.estimators.cebra import CEBRA
    from ner.estimators.loading import load
    from ner.estimators.rank import NER

__all__ = ["CEBRA", "NER", "Alignment", "align", "load"]

# Modules by name, loaded when asked for: `import ner` must not wait for torch. Their names are no import statements,
# or every result of the workflow would depend on these modules.
_MODULES = {
    "NER": "rank",
    "CEBRA": "cebra",
    "Alignment": "alignment",
    "align": "alignment",
    "load": "loading",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.estimators.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
