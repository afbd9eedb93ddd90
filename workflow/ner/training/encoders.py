"""The encoder of the contrastive methods: one bin of rates to a point on the unit sphere."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


class _UnitLength(nn.Module):
    def forward(self, points: Tensor) -> Tensor:
        return nn.functional.normalize(points, dim=1)


def sphere_encoder(neurons: int, dimensions: int, seed: int, hidden_units: Sequence[int]) -> nn.Sequential:
    """Multilayer perceptron from the rates of one bin to the unit sphere, without temporal context.

    Args:
        neurons: inputs.
        dimensions: d, of the space around the sphere.
        seed: of the initial weights (torch's default for linear layers); the global random state is left alone.
        hidden_units: of each hidden layer.

    Returns:
        Module from (bins, neurons) to (bins, d), rows of unit length, float32.

    References:
        Schneider et al., CEBRA, Nature 2023: the cebra package's `Offset0Model`.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        widths = [neurons, *hidden_units, dimensions]
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(widths):
            layers += [nn.Linear(inputs, outputs), nn.GELU()]
        # No nonlinearity behind the last layer.
        return nn.Sequential(*layers[:-1], _UnitLength())
