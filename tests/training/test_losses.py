"""The Rank-N-Contrast loss against its definition, worked literally."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ner.training.label_distance import _distance_by_torch, movement_distance
from ner.training.losses import rank_n_contrast

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU"))]


def literal_loss(embeddings, label_distance, temperature=1.0):
    """The definition (paper section 3), anchor by anchor and partner by partner: O(n^3)."""
    points = len(embeddings)
    distance = label_distance.repeat(2, 2)
    logits = -torch.stack([(embeddings - z).square().sum(1).clamp(min=1e-300).sqrt() for z in embeddings]) / temperature
    total = 0
    for i in range(points):
        others = torch.arange(points) != i
        # Row j: the members of S_ij.
        members = (distance[i] >= distance[i][:, None]) & others
        denominators = torch.where(members, logits[i], -torch.inf).logsumexp(1)
        total = total + (logits[i] - denominators)[others].sum()
    return -total / (points * (points - 1))


def problem(count, labels, seed=0, dimensions=3, spread=1.0, dtype=torch.float64):
    """Embeddings on a sphere of radius `spread` and label distances, distinct, tied or all equal."""
    random = np.random.default_rng(seed)
    values = np.column_stack([random.normal(0, 100, (count, 2)), random.integers(0, 8, count) * 45])
    values = {"random": values, "tied": np.sign(values), "equal": 0 * values}[labels]
    embeddings = random.normal(size=(2 * count, dimensions))
    embeddings *= spread / np.linalg.norm(embeddings, axis=1, keepdims=True)
    return torch.tensor(embeddings, dtype=dtype, requires_grad=True), movement_distance(
        torch.tensor(values, dtype=dtype)
    )


@pytest.mark.parametrize("count", [2, 3, 17, 128])
@pytest.mark.parametrize("labels", ["random", "tied", "equal"])
# The second spread is beyond the compiled kernel's range: it takes the way through log space.
@pytest.mark.parametrize("spread", [1.0, 100.0])
def test_loss_equals_its_definition(count, labels, spread):
    embeddings, distance = problem(count, labels, spread=spread)
    expected = literal_loss(embeddings, distance, temperature=0.7)
    found = rank_n_contrast(embeddings, distance, temperature=0.7)
    assert found.item() == pytest.approx(expected.item(), rel=1e-10)
    (expected_gradient,) = torch.autograd.grad(expected, embeddings)
    (gradient,) = torch.autograd.grad(found, embeddings)
    torch.testing.assert_close(gradient, expected_gradient, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("labels", ["random", "tied", "equal"])
@pytest.mark.parametrize("spread", [1.0, 50.0])
def test_gradient_is_that_of_the_loss(labels, spread):
    embeddings, distance = problem(9, labels, spread=spread)
    assert torch.autograd.gradcheck(lambda z: rank_n_contrast(z, distance, 1.3), embeddings)


@given(
    count=st.integers(2, 40),
    labels=st.sampled_from(["random", "tied", "equal"]),
    dimensions=st.integers(1, 16),
    seed=st.integers(0, 10_000),
    scale=st.floats(0.5, 100),
)
def test_loss_depends_on_ranks_and_distances_alone(count, labels, dimensions, seed, scale):
    embeddings, distance = problem(count, labels, seed, dimensions)
    loss = rank_n_contrast(embeddings, distance).item()
    # Label distances enter by their order only, so any increasing function of them gives the same loss.
    assert rank_n_contrast(embeddings, (distance * scale).square()).item() == pytest.approx(loss, rel=1e-9)
    # Embeddings enter by their distances only: rotations, shifts and a scale shared with the temperature do nothing.
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(dimensions, dimensions)))
    moved = (embeddings @ torch.tensor(rotation) + 3.0) * scale
    assert rank_n_contrast(moved, distance, temperature=scale).item() == pytest.approx(loss, rel=1e-9)
    # The two views of a label, and the order of the labels, are arbitrary.
    order = np.random.default_rng(seed + 1).permutation(count)
    swapped = torch.cat([embeddings[count:][order], embeddings[:count][order]])
    assert rank_n_contrast(swapped, distance[order][:, order]).item() == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("labels", ["random", "tied", "equal"])
def test_float32_is_close_to_float64(device, labels):
    embeddings, distance = problem(256, labels)
    exact = rank_n_contrast(embeddings, distance)
    (exact_gradient,) = torch.autograd.grad(exact, embeddings)
    single = embeddings.detach().float().to(device).requires_grad_()
    loss = rank_n_contrast(single, distance.float().to(device))
    (gradient,) = torch.autograd.grad(loss, single)
    assert loss.item() == pytest.approx(exact.item(), rel=1e-5)
    scale = exact_gradient.abs().max().item()
    torch.testing.assert_close(gradient.cpu().double(), exact_gradient, rtol=0, atol=1e-5 * scale)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("labels", ["random", "tied", "equal"])
@pytest.mark.parametrize("spread", [0.0, 1e-30, 1e4, 1e6])
def test_coinciding_and_far_points_stay_finite(dtype, labels, spread):
    embeddings, distance = problem(33, labels, dtype=dtype)
    embeddings = (embeddings.detach() * spread).requires_grad_()
    loss = rank_n_contrast(embeddings, distance)
    (gradient,) = torch.autograd.grad(loss, embeddings)
    assert loss.isfinite()
    assert gradient.isfinite().all()


def test_one_far_outlier_stays_finite_and_exact():
    embeddings, distance = problem(17, "random")
    embeddings = embeddings.detach().clone()
    embeddings[3] += 1e4
    embeddings.requires_grad_()
    assert rank_n_contrast(embeddings, distance).item() == pytest.approx(
        literal_loss(embeddings, distance).item(), rel=1e-10
    )


def test_negative_zero_is_a_zero_label_distance():
    embeddings, distance = problem(8, "tied", dtype=torch.float32)
    signed = torch.where(distance == 0, -0.0, distance)
    assert rank_n_contrast(embeddings, signed).item() == rank_n_contrast(embeddings, distance).item()


@pytest.mark.parametrize(
    ("shape", "distance_shape", "temperature", "message"),
    [
        ((5, 3), (2, 2), 1.0, r"embeddings: found shape \(5, 3\); expected \(2N, d\)"),
        ((4,), (2, 2), 1.0, "embeddings: found shape"),
        ((4, 3), (3, 3), 1.0, r"label_distance: found shape \(3, 3\); expected \(2, 2\)"),
        ((4, 3), (2, 2), 0.0, "temperature: found 0.0; expected a positive number"),
        ((4, 3), (2, 2), float("nan"), "temperature"),
    ],
)
def test_wrong_arguments_are_named(shape, distance_shape, temperature, message):
    with pytest.raises(ValueError, match=message):
        rank_n_contrast(torch.zeros(shape), torch.zeros(distance_shape), temperature)


def test_half_precision_is_refused():
    with pytest.raises(ValueError, match="embeddings: found torch.float16; expected float32 or float64"):
        rank_n_contrast(torch.zeros(4, 3, dtype=torch.float16), torch.zeros(2, 2))


@given(st.integers(1, 30), st.integers(0, 10_000))
def test_movement_distance_equals_its_definition(count, seed):
    random = np.random.default_rng(seed)
    labels = np.column_stack([random.normal(0, 100, (count, 2)), random.integers(-4, 5, count) * 45.0])
    distance = movement_distance(torch.tensor(labels)).numpy()
    for i, (x, y, direction) in enumerate(labels):
        for j, (u, v, other) in enumerate(labels):
            angle = abs(direction - other)
            assert distance[i, j] == pytest.approx(abs(x - u) + abs(y - v) + min(angle, 360 - angle))
    # What a GPU would do, in torch operations.
    on_gpu = _distance_by_torch(torch.tensor(labels), (math.inf, math.inf, 360.0))
    np.testing.assert_allclose(on_gpu.numpy(), distance, rtol=1e-12, atol=1e-12)


def test_movement_distance_wants_three_columns():
    with pytest.raises(ValueError, match=r"labels: found shape \(4, 2\); expected \(N, 3\)"):
        movement_distance(torch.zeros(4, 2))
