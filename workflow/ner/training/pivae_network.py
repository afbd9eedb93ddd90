"""Convolutional pi-VAE: a variational autoencoder of Poisson counts whose prior is a function of labels.

References:
    Zhou and Wei, Learning identifiable and interpretable latent models of high-dimensional neural activity using
    pi-VAE, NeurIPS 2020; its convolutional encoder: Schneider, Lee and Mathis, CEBRA, Nature 2023.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import skip_init

from ner.training.adam import Adam

#: Bins of an input window: t - BEFORE ... t + AFTER.
BEFORE, AFTER = 5, 4
WINDOW = BEFORE + 1 + AFTER
_FILTERS = 32
_PRIOR_WIDTH = 20
_FLOW_BLOCKS = 2
_SCALE = 0.1
_RATE_BOUNDS = (1e-7, 1e7)


def windows(rates: Tensor) -> Tensor:
    """The window around every bin, zero where the part has no bin.

    Trials are not kept apart: a window at the edge of a trial reaches into its neighbour, as in the paper.

    Args:
        rates: (bins, neurons), one contiguous part of a recording.

    Returns:
        (bins, neurons, WINDOW), a view of the padded rates.
    """
    return functional.pad(rates, (0, 0, BEFORE, AFTER)).unfold(0, WINDOW, 1)


def product_of_gaussians(mean: Tensor, log_variance: Tensor, other_mean: Tensor, other_log_variance: Tensor):
    """Mean and log-variance of the normalised product of two Gaussian densities (same shapes, elementwise).

    Written with sigmoid and logaddexp, so that no variance overflows.
    """
    weight = torch.sigmoid(other_log_variance - log_variance)
    product = weight * mean + (1 - weight) * other_mean
    return product, -torch.logaddexp(-log_variance, -other_log_variance)


def gaussian_divergence(mean: Tensor, log_variance: Tensor, other_mean: Tensor, other_log_variance: Tensor) -> Tensor:
    """Kullback-Leibler divergence of one diagonal Gaussian from another, summed over the last axis."""
    ratio = log_variance - other_log_variance
    distance = (mean - other_mean) ** 2 * torch.exp(-other_log_variance)
    return 0.5 * (ratio.exp() + distance - 1 - ratio).sum(-1)


def poisson_rates(h: Tensor) -> Tensor:
    """Poisson rates of a decoder's output h, of the same shape."""
    return functional.softplus(h).clamp_(*_RATE_BOUNDS)


class _PoissonLoss(torch.autograd.Function):
    """What `poisson_loss` gives; its gradient takes one pass over the rates where torch's takes one a function."""

    @staticmethod
    def forward(ctx, h: Tensor, counts: Tensor) -> Tensor:
        rates = poisson_rates(h)
        ctx.save_for_backward(h, counts, rates)
        return (rates - counts * rates.log()).sum(-1)

    @staticmethod
    def backward(ctx, gradient: Tensor):
        h, counts, rates = ctx.saved_tensors
        gradient = gradient.unsqueeze(-1)
        of_rates = (counts * gradient).div_(rates).neg_().add_(gradient)
        low, high = _RATE_BOUNDS
        least, most = torch.aminmax(rates)
        if least <= low or most >= high:
            of_rates[(rates <= low) | (rates >= high)] = 0
        return torch.ops.aten.softplus_backward(of_rates, h, 1, 20), None


def poisson_loss(h: Tensor, counts: Tensor) -> Tensor:
    """Poisson negative log likelihood without the term that no rate changes, summed over the last axis.

    Args:
        h: (..., units), a decoder's output, see `poisson_rates`.
        counts: of the same shape; they get no gradient.
    """
    return _PoissonLoss.apply(h, counts)


def _dense(sizes: Sequence[int], activation: type[nn.Module]) -> nn.Sequential:
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [skip_init(nn.Linear, a, b), activation()]
    return nn.Sequential(*layers[:-1])


class _Residual(nn.Module):
    """Convolution of width 3 added to its own input, cropped to what the convolution keeps."""

    def __init__(self):
        super().__init__()
        self.convolution = skip_init(nn.Conv1d, _FILTERS, _FILTERS, 3)

    def forward(self, h: Tensor) -> Tensor:
        return h[..., 1:-1] + functional.gelu(self.convolution(h), approximate="tanh")


def _encoder(neurons: int, dimensions: int) -> nn.Sequential:
    return nn.Sequential(
        skip_init(nn.Conv1d, neurons, _FILTERS, 2),
        nn.GELU(approximate="tanh"),
        *(_Residual() for _ in range(3)),
        skip_init(nn.Conv1d, _FILTERS, dimensions, 3),
        nn.Flatten(),
    )


def _encode(encoder: nn.Sequential, x: Tensor) -> Tensor:
    """What an encoder makes of windows (bins, neurons, WINDOW): (bins, dimensions).

    Windows that overlap in memory are those of consecutive bins, see `windows`. Their bins are convolved once, as one
    sequence, rather than once in every window that holds them.
    """
    bins, neurons, width = x.shape
    if x.stride(0) != x.stride(2):
        return encoder(x)
    sequence = x.as_strided((1, neurons, bins + width - 1), (0, x.stride(1), x.stride(0)))
    return encoder[:-1](sequence)[0].T


class _Permuted(torch.autograd.Function):
    """Columns in another order; the gradient goes back by the inverse, where torch would scatter it."""

    @staticmethod
    def forward(ctx, h: Tensor, permutation: Tensor, inverse: Tensor) -> Tensor:
        ctx.save_for_backward(inverse)
        return h[:, permutation]

    @staticmethod
    def backward(ctx, gradient: Tensor):
        (inverse,) = ctx.saved_tensors
        return gradient[:, inverse], None, None


class Coupling(nn.Module):
    """Volume-preserving affine coupling: scales and shifts the right half by the left, then swaps the halves.

    Args:
        size: units; of an odd number the right half has one more.
    """

    def __init__(self, size: int):
        super().__init__()
        self.left = size // 2
        self.right = size - self.left
        self.network = _dense([self.left, size // 4, size // 4, 2 * self.right - 1], nn.ReLU)

    def forward(self, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        """Halves (bins, units) to halves. They stay apart, as to join and to split them costs a copy."""
        scale, shift = self.network(left).split([self.right - 1, self.right], dim=1)
        scale = _SCALE * torch.tanh(scale)
        scale = torch.cat([scale, -scale.sum(1, keepdim=True)], dim=1)
        return right * scale.exp() + shift, left


class Flow(nn.Module):
    """Injective map from latent space to a window of all neurons, before the softplus.

    Args:
        dimensions: of the latent space.
        size: units of a window, an even number as its bins are.
    """

    def __init__(self, dimensions: int, size: int):
        super().__init__()
        self.lift = _dense([dimensions, size // 4, size // 4, size - dimensions], nn.ReLU)
        self.couplings = nn.ModuleList(Coupling(size) for _ in range(2 * _FLOW_BLOCKS))
        for block in range(_FLOW_BLOCKS):
            permutation = torch.from_numpy(np.random.RandomState(block).permutation(size))
            self.register_buffer(f"permutation{block}", permutation, persistent=False)
            self.register_buffer(f"inverse{block}", permutation.argsort(), persistent=False)

    def forward(self, z: Tensor) -> Tensor:
        """(bins, dimensions) to (bins, size)."""
        h = torch.cat([z, self.lift(z)], dim=1)
        for block in range(_FLOW_BLOCKS):
            h = _Permuted.apply(h, self.get_buffer(f"permutation{block}"), self.get_buffer(f"inverse{block}"))
            halves = h.chunk(2, dim=1)
            for coupling in self.couplings[2 * block : 2 * block + 2]:
                halves = coupling(*halves)
            h = torch.cat(halves, dim=1)
        return h


class PiVAE(nn.Module):
    """Encoder q(z|x), prior p(z|u) and decoder p(x|z) of the convolutional pi-VAE, in the paper's sizes.

    Args:
        neurons: neurons of the recording.
        labels: label columns u.
        dimensions: latent dimensions.
        generator: draws the initial weights (Glorot uniform; biases are zero).
    """

    def __init__(self, neurons: int, labels: int, dimensions: int, generator: torch.Generator):
        super().__init__()
        self.dimensions = dimensions
        self.encoder_mean = _encoder(neurons, dimensions)
        self.encoder_log_variance = _encoder(neurons, dimensions)
        self.prior_network = _dense([labels, _PRIOR_WIDTH, _PRIOR_WIDTH, 2 * dimensions], nn.Tanh)
        self.decoder = Flow(dimensions, WINDOW * neurons)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter, generator=generator)
            else:
                nn.init.zeros_(parameter)

    def prior(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of p(z|u), each (bins, dimensions)."""
        return self.prior_network(u).split(self.dimensions, dim=1)

    def posterior(self, x: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of q(z|x, u), proportional to q(z|x) p(z|u).

        Args:
            x: (bins, neurons, WINDOW).
            u: (bins, labels).
        """
        return product_of_gaussians(
            _encode(self.encoder_mean, x), _encode(self.encoder_log_variance, x), *self.prior(u)
        )

    def loss(self, x: Tensor, u: Tensor, noise: Tensor) -> Tensor:
        """Negative evidence lower bound, up to a constant, averaged over bins.

        Args:
            x: (bins, neurons, WINDOW).
            u: (bins, labels).
            noise: (bins, dimensions), standard normal.
        """
        prior = self.prior(u)
        encoded = _encode(self.encoder_mean, x), _encode(self.encoder_log_variance, x)
        mean, log_variance = product_of_gaussians(*encoded, *prior)
        # Bin after bin of the window.
        decoded = self.decoder(mean + torch.exp(0.5 * log_variance) * noise)
        misfit = poisson_loss(decoded, x.transpose(1, 2).flatten(1))
        return (misfit + gaussian_divergence(mean, log_variance, *prior)).mean()


def batches(bins: int, batch_size: int) -> list[slice]:
    """Consecutive batches of about batch_size bins, in recording order (the longer ones first)."""
    edges = np.cumsum([0] + [len(part) for part in np.array_split(np.arange(bins), max(1, bins // batch_size))])
    return [slice(a, b) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]


def epochs(
    model: PiVAE,
    train: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor],
    *,
    count: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
) -> Iterator[tuple[float, float]]:
    """Train a model, epoch by epoch.

    Args:
        model: trained in place.
        train: windows (bins, neurons, WINDOW) and labels (bins, labels) that the model is fitted to.
        validation: the same of trials that are only scored.
        count: epochs.
        batch_size: bins a step, about.
        learning_rate: of Adam.
        seed: seeds the noise that samples the posterior.

    Yields:
        After each epoch, the mean losses per bin: over training bins during the epoch, over validation bins after it.
    """
    generator = torch.Generator().manual_seed(seed)
    device = train[0].device

    def loss(part: tuple[Tensor, Tensor], batch: slice, generator: torch.Generator) -> Tensor:
        noise = torch.randn(batch.stop - batch.start, model.dimensions, generator=generator)
        return model.loss(part[0][batch], part[1][batch], noise.to(device))

    # Keras' epsilon, not torch's 1e-8.
    adam = Adam(model.parameters(), learning_rate, eps=1e-7)
    for _ in range(count):
        fitted = []
        for batch in batches(len(train[0]), batch_size):
            value = loss(train, batch, generator)
            value.backward()
            adam.step()
            # At once, so that gradients and activations are not held together.
            model.zero_grad()
            fitted.append(value.item() * (batch.stop - batch.start))
        with torch.no_grad():
            # The same draws after every epoch: the curve shows the model, not the noise.
            frozen = torch.Generator().manual_seed(seed)
            scored = [
                loss(validation, batch, frozen).item() * (batch.stop - batch.start)
                for batch in batches(len(validation[0]), batch_size)
            ]
        yield math.fsum(fitted) / len(train[0]), math.fsum(scored) / len(validation[0])


def embed(model: PiVAE, x: Tensor, u: Tensor, batch_size: int = 1024) -> tuple[np.ndarray, np.ndarray]:
    """Embed windows with and without their labels.

    Args:
        model: trained.
        x: (bins, neurons, WINDOW).
        u: (bins, labels).
        batch_size: bins at a time.

    Returns:
        (bins, dimensions) float64 each: the mean of q(z|x, u), and that of q(z|x).
    """
    with torch.no_grad():
        parts = [
            (model.posterior(x[batch], u[batch])[0], _encode(model.encoder_mean, x[batch]))
            for batch in batches(len(x), batch_size)
        ]
    posterior, encoder = (torch.cat(part).double().cpu().numpy() for part in zip(*parts, strict=True))
    return posterior, encoder
