"""pi-VAE: its parts against independent definitions, and what its protocols may see."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import MIRRORED, mirrored_recording, simulated_recording

from ner.methods import registry as methods
from ner.storage.errors import InputError
from ner.training.pivae_network import (
    Coupling,
    Flow,
    PiVAE,
    batches,
    gaussian_divergence,
    poisson_loss,
    poisson_rates,
    product_of_gaussians,
    windows,
)

QUICK = {"epochs": 2, "batch_size": 50}


def model(neurons=4, dimensions=3, seed=0):
    return PiVAE(neurons, 3, dimensions, torch.Generator().manual_seed(seed))


def draw(*shape, seed=0, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def test_windows_reach_from_five_bins_before_to_four_after():
    rates = draw(23, 4)
    found = windows(rates)
    assert found.shape == (23, 4, 10)
    for t in range(23):
        for k in range(10):
            bin = t - 5 + k
            expected = rates[bin] if 0 <= bin < 23 else torch.zeros(4, dtype=torch.float64)
            torch.testing.assert_close(found[t, :, k], expected, rtol=0, atol=0)


@settings(max_examples=25)
@given(
    means=st.lists(st.floats(-600, 600), min_size=2, max_size=2),
    logs=st.lists(st.floats(-20, 20), min_size=2, max_size=2),
)
def test_posterior_is_the_product_of_two_gaussians(means, logs):
    """log N(z; a) + log N(z; b) - log N(z; product) does not depend on z."""
    a, b, la, lb = (torch.tensor([value], dtype=torch.float64) for value in (*means, *logs))
    mean, log_variance = product_of_gaussians(a, la, b, lb)
    normal = torch.distributions.Normal
    z = mean + (0.5 * log_variance).exp() * torch.tensor([-2.0, 0.0, 3.0], dtype=torch.float64)
    constant = (
        normal(a, (0.5 * la).exp()).log_prob(z)
        + normal(b, (0.5 * lb).exp()).log_prob(z)
        - normal(mean, (0.5 * log_variance).exp()).log_prob(z)
    )
    torch.testing.assert_close(constant, constant[:1].expand(3), rtol=1e-6, atol=1e-4)


def test_product_of_gaussians_survives_any_variance():
    logs = torch.tensor([-2000.0, -100.0, 0.0, 100.0, 2000.0])
    pairs = torch.cartesian_prod(logs, logs)
    mean, log_variance = product_of_gaussians(torch.tensor(3.0), pairs[:, 0], torch.tensor(-600.0), pairs[:, 1])
    assert mean.isfinite().all()
    assert log_variance.isfinite().all()
    assert (log_variance <= pairs.min(1).values).all()


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_divergence_is_that_of_torch(seed):
    a, la, b, lb = draw(4, 5, 3, seed=seed)
    normal = torch.distributions.Normal
    expected = torch.distributions.kl_divergence(normal(a, (0.5 * la).exp()), normal(b, (0.5 * lb).exp())).sum(1)
    torch.testing.assert_close(gaussian_divergence(a, la, b, lb), expected)


def test_misfit_is_the_poisson_likelihood_but_for_a_constant():
    h, counts = draw(6, 8), torch.poisson(2 * torch.ones(6, 8, dtype=torch.float64))
    likelihood = torch.distributions.Poisson(torch.nn.functional.softplus(h)).log_prob(counts).sum(1)
    torch.testing.assert_close(poisson_loss(h, counts), -likelihood - torch.lgamma(counts + 1).sum(1))


def test_misfit_has_the_gradient_of_torch_where_rates_are_bounded_too():
    h = (4 * draw(6, 8)).index_fill_(1, torch.tensor([2, 5]), -40.0).requires_grad_()
    counts, weights = torch.poisson(2 * torch.ones(6, 8, dtype=torch.float64)), draw(6, seed=1)
    rates = torch.nn.functional.softplus(h).clamp(1e-7, 1e7)
    losses = (poisson_loss(h, counts), (rates - counts * rates.log()).sum(1))
    found, expected = (torch.autograd.grad((weights * loss).sum(), h)[0] for loss in losses)
    torch.testing.assert_close(found, expected)
    assert not found[:, [2, 5]].any() and found[:, [0, 1]].all()


@pytest.mark.parametrize("size", [10, 41])
def test_coupling_preserves_volume_and_scales_by_little(size):
    """|det J| = 1; the right half is scaled by up to exp(0.1), but for the unit that makes up for the others."""
    coupling = Coupling(size).double()
    for k, parameter in enumerate(coupling.parameters()):
        torch.nn.init.normal_(parameter, std=0.5, generator=torch.Generator().manual_seed(k))
    left, right = size // 2, size - size // 2

    def coupled(h):
        return torch.cat(coupling(h[:, :left], h[:, left:]), dim=1)

    for h in draw(3, size, seed=size):
        jacobian = torch.autograd.functional.jacobian(lambda x: coupled(x[None])[0], h)
        assert abs(torch.linalg.slogdet(jacobian).logabsdet) < 1e-9
        scales = jacobian[:right, left:].diagonal().log()
        assert (scales[:-1].abs() <= 0.1 + 1e-12).all()
        assert scales.abs().max() > 0.01
        # The halves are swapped: the left one comes out behind, as it was.
        torch.testing.assert_close(coupled(h[None])[0, right:], h[:left], rtol=0, atol=0)


def test_flow_is_injective_and_mixes_every_unit():
    flow = Flow(3, 40).double()
    for k, parameter in enumerate(flow.parameters()):
        torch.nn.init.normal_(parameter, std=0.3, generator=torch.Generator().manual_seed(k))
    for z in draw(5, 3):
        jacobian = torch.autograd.functional.jacobian(lambda x: flow(x[None])[0], z)
        assert torch.linalg.matrix_rank(jacobian) == 3
        assert (jacobian.abs().sum(1) > 0).all()
    assert sorted(flow.permutation0.tolist()) == list(range(40))
    assert flow.permutation0.tolist() != flow.permutation1.tolist()
    assert flow.permutation0.tolist() == np.random.RandomState(0).permutation(40).tolist()


def literal_encoder(weights, x):
    """The encoder worked by hand, for one window (neurons, 10)."""

    def gelu(h):
        return 0.5 * h * (1 + np.tanh(np.sqrt(2 / np.pi) * (h + 0.044715 * h**3)))

    def convolve(h, weight, bias):
        width = weight.shape[2]
        steps = range(h.shape[1] - width + 1)
        return np.stack([np.einsum("oiw,iw->o", weight, h[:, t : t + width]) + bias for t in steps], axis=1)

    (first, *residual, last) = weights
    h = gelu(convolve(x, *first))
    for layer in residual:
        h = h[:, 1:-1] + gelu(convolve(h, *layer))
    return convolve(h, *last)[:, 0]


def test_encoder_is_the_convolutional_one_of_the_paper():
    network = model(neurons=6).encoder_mean.double()
    parameters = [parameter.detach().numpy() for parameter in network.parameters()]
    weights = list(zip(parameters[::2], parameters[1::2], strict=True))
    assert [w.shape for w, _ in weights] == [(32, 6, 2), (32, 32, 3), (32, 32, 3), (32, 32, 3), (3, 32, 3)]
    x = draw(4, 6, 10)
    expected = np.stack([literal_encoder(weights, window) for window in x.numpy()])
    np.testing.assert_allclose(network(x).detach(), expected, rtol=1e-10, atol=1e-12)


def test_overlapping_windows_are_encoded_as_apart():
    """Values and gradients of the windows of consecutive bins, a batch of them, convolved as one sequence."""
    network = model(neurons=6).double()
    x, u, noise = windows(draw(40, 6).abs())[7:31], draw(24, 3, seed=1), draw(24, 3, seed=2)
    assert x.stride(0) == x.stride(2)
    found = network.loss(x, u, noise)
    expected = network.loss(x.contiguous(), u, noise)
    torch.testing.assert_close(found, expected)
    parameters = list(network.parameters())
    for one, other in zip(*(torch.autograd.grad(loss, parameters) for loss in (found, expected)), strict=True):
        torch.testing.assert_close(one, other)


def test_a_fit_to_many_neurons_warns_of_its_size(monkeypatch):
    monkeypatch.setattr("ner.methods.pivae._MANY_WEIGHTS", 1000)
    with pytest.warns(UserWarning, match="million weights for 9 neurons of simulated-0-m1"):
        methods.fit("pivae", simulated_recording(), {"epochs": 1}, seed=0)


def test_sizes_and_first_weights():
    """The sizes of section 2 for 4 neurons, a window of 40 units; Glorot's bounds; biases of zero."""
    network = model()
    dense = [tuple(p.shape) for p in network.prior_network.parameters() if p.dim() == 2]
    assert dense == [(20, 3), (20, 20), (6, 20)]
    assert [tuple(p.shape) for p in network.decoder.lift.parameters() if p.dim() == 2] == [(10, 3), (10, 10), (37, 10)]
    couplings = [[tuple(p.shape) for p in c.parameters() if p.dim() == 2] for c in network.decoder.couplings]
    assert couplings == 4 * [[(10, 20), (10, 10), (39, 10)]]
    for name, parameter in network.named_parameters():
        if parameter.dim() == 1:
            assert not parameter.any(), name
        else:
            fan_out, fan_in = (parameter.shape[k] * parameter[0, 0].numel() for k in (0, 1))
            bound = np.sqrt(6 / (fan_in + fan_out))
            assert 0.5 * bound < parameter.abs().max() <= bound, name


def test_loss_is_the_negative_evidence_lower_bound():
    """Against torch.distributions, with the window's units in the decoder's order: bin after bin."""
    network = model().double()
    x, u, noise = draw(7, 4, 10).abs(), 300 * draw(7, 3, seed=1), draw(7, 3, seed=2)
    mean, log_variance = network.posterior(x, u)
    normal = torch.distributions.Normal
    posterior = normal(mean, (0.5 * log_variance).exp())
    prior_mean, prior_log = network.prior(u)
    divergence = torch.distributions.kl_divergence(posterior, normal(prior_mean, (0.5 * prior_log).exp())).sum(1)
    rates = poisson_rates(network.decoder(mean + noise * posterior.stddev)).reshape(7, 10, 4)
    misfit = sum((rates[:, k] - x[:, :, k] * rates[:, k].log()).sum(1) for k in range(10))
    torch.testing.assert_close(network.loss(x, u, noise), (misfit + divergence).mean())


@settings(max_examples=50)
@given(bins=st.integers(1, 2000), size=st.integers(1, 500))
def test_batches_are_those_of_array_split(bins, size):
    expected = np.array_split(np.arange(bins), max(1, bins // size))
    assert [list(range(bins))[batch] for batch in batches(bins, size)] == [part.tolist() for part in expected]


def test_fit_is_seeded_and_draws_from_no_global_state():
    recording = simulated_recording()
    torch.manual_seed(0)
    before = torch.get_rng_state()
    one, two, other = (methods.fit("pivae", recording, QUICK, seed=seed) for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    for name in ("coordinates", "strict"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        assert not np.allclose(getattr(one, name), getattr(other, name))
    assert one.history.equals(two.history)
    assert not one.history.equals(other.history)


def test_training_lowers_both_losses():
    recording = simulated_recording(trials=80)
    history = methods.fit("pivae", recording, {"epochs": 8, "batch_size": 50, "learning_rate": 2e-3}, seed=0).history
    assert list(history.columns) == ["step", "loss", "validation_loss"]
    assert history.step.tolist() == list(range(1, 9))
    assert history.loss.iloc[-1] < history.loss.iloc[0]
    assert history.validation_loss.iloc[-1] < history.validation_loss.iloc[0]


def test_strict_embedding_knows_no_test_label_and_no_part_reaches_into_another():
    recording = simulated_recording()
    train, fitted = recording.train, recording.trial < 24
    fit = methods.fit("pivae", recording, QUICK, seed=0)

    moved = replace(recording, velocity=np.where(train[:, None], recording.velocity, 50.0))
    relabelled = methods.fit("pivae", moved, QUICK, seed=0)
    np.testing.assert_array_equal(relabelled.strict, fit.strict)
    np.testing.assert_array_equal(relabelled.coordinates[train], fit.coordinates[train])
    assert not np.isclose(relabelled.coordinates[~train], fit.coordinates[~train]).any(axis=1).all()

    # Rates of the validation and of the test trials change the embedding of their own part only.
    for part in (train & ~fitted, ~train):
        rates = np.where(part[:, None], 0.0, recording.rates)
        changed = methods.fit("pivae", replace(recording, rates=rates), QUICK, seed=0)
        np.testing.assert_array_equal(changed.coordinates[~part], fit.coordinates[~part])
        assert not np.isclose(changed.strict[part], fit.strict[part]).all(axis=1).any()


@pytest.mark.parametrize("fraction", [0.01, 0.8, 0.9])
def test_fitted_trials_must_leave_some_to_validate(fraction):
    with pytest.raises(InputError, match="fitted_fraction"):
        methods.fit("pivae", simulated_recording(), {"fitted_fraction": fraction}, seed=0)


def test_extreme_labels_and_silent_neurons_stay_finite():
    recording = simulated_recording()
    rates = recording.rates.copy()
    rates[:, 0] = 0
    extreme = replace(recording, velocity=3 * recording.velocity, rates=rates)
    fit = methods.fit("pivae", extreme, {"epochs": 5, "batch_size": 50, "learning_rate": 5e-3}, seed=0)
    assert np.isfinite(fit.coordinates).all()
    assert np.isfinite(fit.strict).all()
    assert np.isfinite(fit.history).all(axis=None)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("session, area", [(session, area) for session, value in MIRRORED.items() for area in value[2]])
def test_mirrored_recordings_stay_finite(mirror, session, area, seed):
    """Ten epochs: were the labels too much for the numerics, the first epochs would show it."""
    fit = methods.fit("pivae", mirrored_recording(mirror, session, area), {"epochs": 10}, seed=seed)
    assert np.isfinite(fit.coordinates).all()
    assert np.isfinite(fit.strict).all()
    assert np.isfinite(fit.history).all(axis=None)
