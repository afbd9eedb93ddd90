"""The encoder of the contrastive methods: one bin of rates to a point on the unit sphere."""

import torch
from torch import Tensor, nn


class _UnitLength(nn.Module):
    def forward(self, points: Tensor) -> Tensor:
        return nn.functional.normalize(points, dim=1)


def sphere_encoder(neurons: int, dimensions: int, seed: int) -> nn.Sequential:
    """Multilayer perceptron from the rates of one bin to the unit sphere, without temporal context.

    Args:
        neurons: inputs.
        dimensions: d, of the space around the sphere; the hidden layers have 30d, 30d and 10d units.
        seed: of the initial weights (torch's default for linear layers); the global random state is left alone.

    Returns:
        Module from (bins, neurons) to (bins, d), rows of unit length, float32.

    References:
        Schneider et al., CEBRA, Nature 2023: the cebra package's `Offset0ModelMSE`, normalised.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Linear(neurons, 30 * dimensions),
            nn.GELU(),
            nn.Linear(30 * dimensions, 30 * dimensions),
            nn.GELU(),
            nn.Linear(30 * dimensions, 10 * dimensions),
            nn.GELU(),
            nn.Linear(10 * dimensions, dimensions),
            _UnitLength(),
        )
