"""The encoder of the contrastive methods: one bin of rates to a point on the unit sphere."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numba
import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from ner.training.compiled import FAST, exponential

# Shorter vectors are divided by this, as torch's `normalize` does.
_SHORTEST = 1e-12


class SphereEncoder(nn.Sequential):
    """Multilayer perceptron onto the unit sphere: linear layers, GELU between them, rows of unit length.

    A pass that is trained, on the CPU and in float32, is compiled: values and slopes of an activation come from one
    exponential, which takes half the time of torch's operations. Every other pass is torch's.

    Args:
        widths: units of each layer, from the inputs to the outputs.
    """

    def __init__(self, widths: Sequence[int]):
        super().__init__(*_layers(widths))

    def forward(self, inputs: Tensor) -> Tensor:
        """(bins, inputs) to (bins, outputs), rows of unit length."""
        trained = torch.is_grad_enabled() and not inputs.requires_grad
        if trained and inputs.device.type == "cpu" and inputs.dtype == torch.float32:
            return _CompiledPass.apply(inputs, *self.parameters())
        return nn.functional.normalize(super().forward(inputs), dim=1, eps=_SHORTEST)


def _layers(widths: Sequence[int]) -> list[nn.Module]:
    """Linear layers with GELU between them, and none behind the last."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.GELU()]
    return layers[:-1]


def sphere_encoder(neurons: int, dimensions: int, seed: int, hidden_units: Sequence[int]) -> SphereEncoder:
    """Encoder from the rates of one bin to the unit sphere, without temporal context.

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
        return SphereEncoder([neurons, *hidden_units, dimensions])


def plain_encoder(neurons: int, dimensions: int, seed: int, hidden_units: Sequence[int]) -> nn.Sequential:
    """The same without its last step, the division by the length.

    Args:
        neurons: inputs.
        dimensions: outputs.
        seed: of the initial weights, which are those of `sphere_encoder`; the global random state is left alone.
        hidden_units: of each hidden layer.

    Returns:
        Module from (bins, neurons) to (bins, dimensions), float32.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(*_layers([neurons, *hidden_units, dimensions]))


class _CompiledPass(torch.autograd.Function):
    """The encoder's values, and the gradient of its weights and biases; none of its inputs."""

    @staticmethod
    def forward(ctx, inputs: Tensor, *parameters: Tensor) -> Tensor:
        weights, biases = parameters[::2], parameters[1::2]
        layers, slopes = [inputs], []
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            hidden = layers[-1] @ weight.T
            slopes.append(torch.from_numpy(_gelu(hidden.numpy(), bias.numpy())))
            layers.append(hidden)
        points = layers[-1] @ weights[-1].T
        lengths = torch.from_numpy(_to_sphere(points.numpy(), biases[-1].numpy()))
        ctx.save_for_backward(points, lengths, *weights, *layers, *slopes)
        return points

    @staticmethod
    @once_differentiable
    def backward(ctx, upstream: Tensor):
        points, lengths, *saved = ctx.saved_tensors
        depth = (len(saved) + 1) // 3
        weights, layers, slopes = saved[:depth], saved[depth : 2 * depth], saved[2 * depth :]
        push = torch.from_numpy(_from_sphere(upstream.contiguous().numpy(), points.numpy(), lengths.numpy()))
        gradients = []
        for number in range(depth - 1, -1, -1):
            gradients += [push.sum(0), push.T @ layers[number]]
            if number:
                push = (push @ weights[number]).mul_(slopes[number - 1])
        return None, *reversed(gradients)


@numba.njit(**FAST)
def _gelu(hidden, bias):
    """Add the bias, replace x by its GELU, and return the slope of the GELU at x.

    The normal distribution comes from Abramowitz and Stegun's 7.1.26, within 1.5e-7, as torch's does.
    """
    slopes = np.empty_like(hidden)
    one, half, lowest = np.float32(1), np.float32(0.5), np.float32(-80)
    p = np.float32(0.3275911 * math.sqrt(0.5))
    a1, a2, a3 = np.float32(0.254829592 / 2), np.float32(-0.284496736 / 2), np.float32(1.421413741 / 2)
    a4, a5 = np.float32(-1.453152027 / 2), np.float32(1.061405429 / 2)
    density = np.float32(1 / math.sqrt(2 * math.pi))
    for i in range(hidden.shape[0]):
        for j in range(hidden.shape[1]):
            x = hidden[i, j] + bias[j]
            bell = exponential(max(-half * x * x, lowest))
            t = one / (one + p * abs(x))
            tail = ((((a5 * t + a4) * t + a3) * t + a2) * t + a1) * t * bell
            below = one - tail if x > 0 else tail
            hidden[i, j] = x * below
            slopes[i, j] = below + x * bell * density
    return slopes


@numba.njit(**FAST)
def _to_sphere(points, bias):
    """Add the bias and divide rows by their lengths, which are returned."""
    lengths = np.empty(points.shape[0], points.dtype)
    for i in range(points.shape[0]):
        squared = np.float32(0)
        for a in range(points.shape[1]):
            points[i, a] += bias[a]
            squared += points[i, a] ** 2
        lengths[i] = max(math.sqrt(squared), np.float32(_SHORTEST))
        for a in range(points.shape[1]):
            points[i, a] /= lengths[i]
    return lengths


@numba.njit(**FAST)
def _from_sphere(upstream, points, lengths):
    """Gradient before the division by the lengths: the part of it along the sphere, over the length."""
    push = np.empty_like(upstream)
    for i in range(points.shape[0]):
        along = np.float32(0)
        for a in range(points.shape[1]):
            along += upstream[i, a] * points[i, a]
        for a in range(points.shape[1]):
            push[i, a] = (upstream[i, a] - along * points[i, a]) / lengths[i]
    return push
