"""Sampler, encoder, criterion and trainer, against the official cebra package where it has them."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import ks_2samp

from ner.data.recordings import Recording
from ner.methods import registry as methods
from ner.storage.errors import InputError
from ner.training.adam import Adam
from ner.training.checkpoints import Checkpoint
from ner.training.encoders import SphereEncoder, sphere_encoder
from ner.training.info_nce import info_nce
from ner.training.labels import Labels
from ner.training.sampling import PairSampler
from ner.training.trainer import resolve_device, train_encoder

#: Hidden units of the cebra package's `offset1-model`.
UNITS = [32, 32, 16]


def plain(columns):
    """Labels whose columns do not go round."""
    return Labels.weighted(columns, (), None)


def recording(trials=20, bins=12, neurons=9, seed=0):
    """Rates that follow a reach to one of 8 directions."""
    random = np.random.default_rng(seed)
    direction = np.repeat(np.arange(trials) % 8 * 45, bins)
    phase = np.tile(np.linspace(0, np.pi, bins), trials)
    angle = np.deg2rad(direction)
    velocity = 20 * np.sin(phase)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    velocity += random.normal(0, 1, velocity.shape)
    rates = np.exp(velocity @ random.normal(size=(2, neurons)) / 20 + random.normal(0, 0.1, (len(phase), neurons)))
    trial = np.repeat(np.arange(trials), bins)
    return Recording(
        name="test-1-m1",
        rates=rates,
        velocity=velocity,
        direction=direction,
        trial=trial,
        bin=np.tile(np.arange(bins), trials),
        train=trial < int(0.8 * trials),
    )


def literal_positives(labels, references, changes):
    """The nearest bin by all distances, for positives looked up one by one."""
    wanted = labels[references] + np.diff(labels, axis=0, prepend=labels[:1])[changes]
    return np.array([np.square(labels - target).sum(1).argmin() for target in wanted])


@pytest.mark.parametrize("columns", [2, 3])
def test_positives_are_the_bins_a_movement_change_away(columns):
    labels = recording().labels[:, :columns]
    sampler = PairSampler(plain(labels), 32, seed=5)
    references, positives = sampler.batch(70).reshape(2, 32)
    # The same draws as the sampler's, from its documented rule: block 1 of 64 steps, place 6.
    _, changes = np.random.default_rng([5, 1]).integers(len(labels), size=(2, 64, 32))[:, 6]
    expected = literal_positives(labels, references, changes)
    wanted = labels[references] + np.diff(labels, axis=0, prepend=labels[:1])[changes]
    distance = np.linalg.norm(labels[positives] - wanted, axis=1)
    np.testing.assert_allclose(distance, np.linalg.norm(labels[expected] - wanted, axis=1), atol=1e-12)


def test_batches_depend_on_seed_and_step_alone():
    labels = recording().labels
    forward = PairSampler(plain(labels), 16, seed=1, negatives=True)
    batches = [forward.batch(step) for step in range(130)]
    resumed = PairSampler(plain(labels), 16, seed=1, negatives=True)
    for step in (129, 64, 0, 63):
        np.testing.assert_array_equal(resumed.batch(step), batches[step])
    assert batches[0].shape == (48,)
    assert not np.array_equal(PairSampler(plain(labels), 16, seed=2, negatives=True).batch(0), batches[0])


def test_pairs_have_the_distribution_of_the_official_sampler():
    from cebra.distributions.continuous import TimedeltaDistribution

    data = recording(trials=40)
    labels = data.labels
    official = TimedeltaDistribution(torch.as_tensor(labels, dtype=torch.float32))
    theirs = official.sample_prior(4000)
    theirs = labels[theirs], labels[official.sample_conditional(theirs)]
    sampler = PairSampler(plain(labels), 500, seed=0)
    ours = np.stack([sampler.batch(step).reshape(2, 500) for step in range(8)], axis=1).reshape(2, -1)
    ours = labels[ours[0]], labels[ours[1]]
    for column in range(3):
        for role in range(2):
            assert ks_2samp(theirs[role][:, column], ours[role][:, column]).pvalue > 1e-3
        change = theirs[1][:, column] - theirs[0][:, column], ours[1][:, column] - ours[0][:, column]
        assert ks_2samp(*change).pvalue > 1e-3


def test_encoder_is_the_official_one():
    from cebra.models.model import Offset0Model

    ours = sphere_encoder(17, 3, 0, UNITS)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        official = Offset0Model(17, 32, 3)
    inputs = torch.rand(50, 17)
    torch.testing.assert_close(ours(inputs), official(inputs[:, :, None]))
    torch.testing.assert_close(ours(inputs).norm(dim=1), torch.ones(50))


def test_initial_weights_leave_the_global_random_state_alone():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    sphere_encoder(5, 3, 9, UNITS)
    assert torch.rand(1) == expected


@pytest.mark.parametrize("widths", [[17, *UNITS, 3], [5, 2], [4, 8, 16]])
def test_compiled_pass_is_torchs(widths):
    """Values and gradients of training, in float32, are those of torch's operations in float64 to rounding."""
    encoder = SphereEncoder(widths)
    inputs = 3 * torch.randn(60, widths[0], generator=torch.Generator().manual_seed(0))
    push = torch.randn(60, widths[-1], generator=torch.Generator().manual_seed(1))
    points = encoder(inputs)
    gradients = torch.autograd.grad(points, list(encoder.parameters()), push)
    encoder.double()
    expected = encoder(inputs.double())
    torch.testing.assert_close(points.double(), expected, rtol=0, atol=2e-6)
    for found, exact in zip(
        gradients, torch.autograd.grad(expected, list(encoder.parameters()), push.double()), strict=True
    ):
        torch.testing.assert_close(found.double(), exact, rtol=0, atol=1e-5 * exact.abs().max().item())


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
@pytest.mark.parametrize("dimensions", [3, 16])
@pytest.mark.parametrize("temperature", [1.0, 0.3, 1e-3])
def test_criterion_is_the_official_one(temperature, dimensions, dtype, tolerance):
    from cebra.models.criterions import FixedCosineInfoNCE

    points = torch.randn(96, dimensions, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    exact = torch.nn.functional.normalize(points, dim=1).to(dtype).double().requires_grad_()
    ours = exact.detach().to(dtype).requires_grad_()
    official, _, _ = FixedCosineInfoNCE(temperature=temperature)(*exact.chunk(3))
    found = info_nce(ours, temperature)
    assert found.item() == pytest.approx(official.item(), rel=tolerance)
    (expected,) = torch.autograd.grad(official, exact)
    (gradient,) = torch.autograd.grad(found, ours)
    scale = expected.abs().max().item() * max(1, 0.1 / temperature)
    torch.testing.assert_close(gradient.double(), expected, rtol=0, atol=tolerance * scale)


@pytest.mark.parametrize("method", ["ner", "cebra"])
def test_same_seed_same_bits_and_another_seed_another_embedding(method):
    data = recording()
    settings = {"steps": 30, "batch_size": 16}
    first = methods.fit(method, data, settings, seed=4)
    torch.manual_seed(99)
    second = methods.fit(method, data, settings, seed=4)
    np.testing.assert_array_equal(first.coordinates, second.coordinates)
    assert first.history.equals(second.history)
    assert not np.array_equal(methods.fit(method, data, settings, seed=5).coordinates, first.coordinates)
    np.testing.assert_allclose(np.linalg.norm(first.coordinates, axis=1), 1, atol=1e-6)
    assert list(first.history.columns) == ["step", "loss"]
    assert list(first.history["step"]) == list(range(1, 31))


@pytest.mark.parametrize("method", ["ner", "cebra"])
def test_training_lowers_the_loss(method):
    settings = {"steps": 400, "batch_size": 64, "learning_rate": 3e-3}
    loss = methods.fit(method, recording(), settings, seed=0).history["loss"]
    # Untrained points nearly coincide: each is as near to its positive as to every other.
    assert loss[0] == pytest.approx({"ner": np.log(127) - 1, "cebra": np.log(64)}[method], abs=0.1)
    assert loss.tail(50).mean() < loss[0] - 0.1


def test_test_bins_do_not_influence_the_training():
    data = recording()
    train = data.train[:, None]
    rates, velocity = np.where(train, data.rates, 7.0), np.where(train, data.velocity, -3.0)
    changed = replace(data, rates=rates, velocity=velocity)
    settings = {"steps": 20, "batch_size": 16}
    for method in ("ner", "cebra"):
        np.testing.assert_array_equal(
            methods.fit(method, data, settings, seed=0).coordinates[data.train],
            methods.fit(method, changed, settings, seed=0).coordinates[data.train],
        )


def test_cebra_with_positives_by_velocity_is_another_training():
    data = recording()
    fits = [
        methods.fit("cebra", data, {"steps": 20, "batch_size": 16, "positives": positives}, seed=0).coordinates
        for positives in ("velocity", "velocity+direction")
    ]
    assert not np.array_equal(*fits)


@pytest.mark.parametrize("method", ["ner", "cebra"])
def test_a_resumed_training_is_bit_identical(method, tmp_path):
    data = recording()
    settings = {"steps": 40, "batch_size": 16}
    whole = methods.fit(method, data, settings, seed=0)

    class Killed(Exception):
        pass

    class KilledAfterSaving(Checkpoint):
        def save(self, state):
            super().save(state)
            if state["step"] == 26:
                raise Killed

    path = tmp_path / "state.checkpoint"
    with pytest.raises(Killed):
        methods.fit(method, data, settings, seed=0, checkpoint=KilledAfterSaving(path, 13, "a"))
    checkpoint = Checkpoint(path, 13, "a")
    assert checkpoint.load()["step"] == 26
    resumed = methods.fit(method, data, settings, seed=0, checkpoint=checkpoint)
    np.testing.assert_array_equal(resumed.coordinates, whole.coordinates)
    assert resumed.history.equals(whole.history)
    checkpoint.remove()
    assert not path.exists()


def test_a_diverging_training_says_so():
    with pytest.raises(InputError, match="training: found a loss of .* lower the method's learning_rate"):
        methods.fit("cebra", recording(), {"steps": 20, "batch_size": 16, "learning_rate": 1e30}, seed=0)


def test_a_checkpoint_of_another_training_is_ignored(tmp_path):
    path = tmp_path / "state.checkpoint"
    Checkpoint(path, 1, "a").save({"step": 3})
    assert Checkpoint(path, 1, "b").load() is None
    assert Checkpoint(path, 1, "a").load()["step"] == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.pop("optimizer"),
        # Of torch's own class.
        lambda state: state.update(optimizer={"state": {}, "param_groups": []}),
        # One value, which would be taken for all of them.
        lambda state: state["optimizer"].update(
            exp_avgs=[each.flatten()[:1] for each in state["optimizer"]["exp_avgs"]]
        ),
        lambda state: state["optimizer"]["state_steps"].pop(),
        lambda state: state["encoder"].popitem(),
        lambda state: state.update(losses=state["losses"][:1]),
        lambda state: state.update(step=1000),
        lambda state: state.update(step="10"),
    ],
)
def test_a_state_that_does_not_fit_is_ignored(tmp_path, change):
    data, settings = recording(), {"steps": 12, "batch_size": 16}
    states = []

    class Kept(Checkpoint):
        def save(self, state):
            states.append(copy.deepcopy(dict(state)))

    checkpoint = Checkpoint(tmp_path / "state.checkpoint", 5, "a")
    whole = methods.fit("ner", data, settings, seed=0, checkpoint=Kept(checkpoint.path, 5, "a"))
    change(states[0])
    checkpoint.save(states[0])
    again = methods.fit("ner", data, settings, seed=0, checkpoint=checkpoint)
    np.testing.assert_array_equal(again.coordinates, whole.coordinates)
    assert again.history.equals(whole.history)


def test_the_official_package_fits_and_embeds():
    fit = methods.fit("cebra_official", recording(), {"steps": 5, "batch_size": 16}, seed=0)
    np.testing.assert_allclose(np.linalg.norm(fit.coordinates, axis=1), 1, atol=1e-5)
    assert list(fit.history["step"]) == [1, 2, 3, 4, 5]
    assert fit.history["loss"][0] == pytest.approx(np.log(16), abs=0.2)


@pytest.mark.parametrize(
    ("available", "name", "device"),
    [(True, "cpu", "cpu"), (True, "auto", "cuda"), (True, "cuda", "cuda"), (False, "auto", "cpu")],
)
def test_a_gpu_is_used_unless_the_cpu_is_asked_for(monkeypatch, available, name, device):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert resolve_device(name).type == device


def test_devices():
    assert resolve_device("cpu").type == "cpu"
    assert resolve_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(InputError, match="device: found 'tpu'; expected auto, cpu or cuda"):
        resolve_device("tpu")
    if not torch.cuda.is_available():
        with pytest.raises(InputError, match="no GPU"):
            resolve_device("cuda")


def test_unknown_modules_are_named():
    with pytest.raises(KeyError, match="found 'nerr'; expected one of"):
        methods.fit("nerr", recording(), {}, seed=0)


def test_adam_is_torchs_bit_for_bit_also_from_a_state_that_was_kept():
    ours, theirs, resumed = (torch.nn.Linear(7, 3) for _ in range(3))
    for other in (theirs, resumed):
        other.load_state_dict(ours.state_dict())
    adam = Adam(ours.parameters(), 0.1, eps=1e-7)
    official = torch.optim.Adam(theirs.parameters(), lr=0.1, eps=1e-7, fused=True)
    for step in range(20):
        inputs = torch.rand(5, 7, generator=torch.Generator().manual_seed(step))
        for model, optimizer in ((ours, adam), (theirs, official)):
            model.zero_grad()
            model(inputs).square().sum().backward()
            optimizer.step()
        assert torch.equal(ours.weight, theirs.weight) and torch.equal(ours.bias, theirs.bias)
    resumed.load_state_dict(ours.state_dict())
    again = Adam(resumed.parameters(), 0.1, eps=1e-7)
    again.restore(adam.state())
    for model, optimizer in ((ours, adam), (resumed, again)):
        model.zero_grad()
        model(inputs).square().sum().backward()
        optimizer.step()
    assert torch.equal(ours.weight, resumed.weight)
    with pytest.raises(ValueError, match="argument 2 is longer"):
        Adam([ours.weight], 0.1).restore(adam.state())


def test_a_training_is_adam_on_the_losses_of_its_batches():
    random = np.random.default_rng(0)
    rates = random.normal(size=(40, 5))
    batches = random.integers(40, size=(6, 8))
    encoder, expected = (torch.nn.Linear(5, 2) for _ in range(2))
    expected.load_state_dict(encoder.state_dict())

    def loss(embedding, bins):
        return ((embedding - bins[:, None] / 40) ** 2).mean()

    losses = train_encoder(encoder, rates, lambda step: batches[step], loss, steps=6, learning_rate=0.1)
    optimizer, found = torch.optim.Adam(expected.parameters(), lr=0.1), []
    for bins in torch.from_numpy(batches):
        optimizer.zero_grad()
        value = loss(expected(torch.from_numpy(rates[bins]).float()), bins)
        value.backward()
        optimizer.step()
        found.append(value.item())
    np.testing.assert_allclose(losses, found, rtol=1e-5)
    torch.testing.assert_close(encoder.weight, expected.weight, rtol=1e-5, atol=1e-6)
