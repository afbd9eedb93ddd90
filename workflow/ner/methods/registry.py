"""The methods: one module each, found by its name.

A module in this folder offers

- ``SETTINGS``: its settings as JSON-schema properties (type, default, bounds, description);
- ``fit(recording, settings, *, seed, device, checkpoint) -> Fit``;
- where it needs more than spikes and velocities, ``needs(settings)``: which of what ``ner.data.needs`` names, so that
  recordings that lack it are left out;
- ``TRAINED = False`` where torch has no part in it, so that its jobs need not load torch to choose a device.

Heavy packages are imported inside ``fit`` and what it calls, so that the workflow reads ``SETTINGS``
without loading them. A config entry names its module, so one module can serve several methods.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ner import methods
from ner.storage.modules import Modules

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from ner.data.recordings import Recording
    from ner.estimators.base import Encoder
    from ner.training.checkpoints import Checkpoint

_MODULES = Modules(methods, "method module", others=("names", "registry"))
module_names, settings_schema, complete_settings = _MODULES.names, _MODULES.schema, _MODULES.complete


@dataclass(frozen=True)
class Fit:
    """What a method made of a recording.

    Attributes:
        coordinates: (bins, d) embedding of every bin under the paper protocol.
        history: one row a training step or epoch: step, loss; None where nothing is trained.
        strict: (bins, d) embedding under the strict protocol where it is another one, else None.
        model: the fitted estimator, which embeds further trials of the recording; None where there is none.
    """

    coordinates: "np.ndarray"
    history: "pd.DataFrame | None" = None
    strict: "np.ndarray | None" = None
    model: "Encoder | None" = None

    @classmethod
    def of_model(cls, model: "Encoder", rates: "np.ndarray") -> "Fit":
        """What a fitted estimator makes of every bin of a recording; rates is (bins, neurons)."""
        import numpy as np
        import pandas as pd

        history = pd.DataFrame({"step": np.arange(1, len(model.loss_history_) + 1), "loss": model.loss_history_})
        return cls(model.transform(rates), history, model=model)


def needs(name: str, settings: Mapping) -> set[str]:
    """What of the things that `ner.data.needs` names a method needs of a recording.

    Args:
        name: the method's module.
        settings: the module's settings; missing ones take their defaults.

    Raises:
        KeyError: if there is no such module.
    """
    own = getattr(_MODULES(name), "needs", None)
    return own(complete_settings(name, settings)) if own else set()


def trained(name: str) -> bool:
    """Whether torch trains a method module, so that the device matters.

    Raises:
        KeyError: if there is no such module.
    """
    return getattr(_MODULES(name), "TRAINED", True)


def fit(
    name: str,
    recording: "Recording",
    settings: Mapping,
    *,
    seed: int,
    device: str = "cpu",
    checkpoint: "Checkpoint | None" = None,
) -> Fit:
    """Fit a method to a recording.

    Args:
        name: the method's module.
        recording: what to embed.
        settings: the module's settings; missing ones take their defaults.
        seed: seeds every random choice; the same seed gives the same embedding on one machine.
        device: 'cpu', 'cuda' or 'auto' (cuda where there is one).
        checkpoint: where a training keeps and finds its state, or None.

    Returns:
        The embedding, and what its training recorded.

    Raises:
        KeyError: if there is no such module.
    """
    complete = complete_settings(name, settings)
    return _MODULES(name).fit(recording, complete, seed=seed, device=device, checkpoint=checkpoint)
