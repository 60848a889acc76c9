"""The effective field: gradients by hand, no nan from dead units, its size, and the box of theory around it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from seglib.models import layer_table_of
from seglib.models.fcn import padded_side
from seglib.receptive_field import window_at
from seglib.window.effective_field import effective_field, effective_size, fitted, gradient_energy
from tests.models.test_family import random_net


class Strided(nn.Module):
    """One strided convolution per class with a rectifier, upsampled by repetition: not of our own kind."""

    def __init__(self, bias: float = 0.0) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3, stride=2, padding=1)
        nn.init.constant_(self.conv.weight, 1.0)
        nn.init.constant_(self.conv.bias, bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.interpolate(torch.relu(self.conv(x)), size=x.shape[-2:])


def box_of(energy: np.ndarray) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """First row and the one after the last of all that is not zero, and columns likewise; None where all is."""
    seen = [np.flatnonzero(energy.any(axis)) for axis in (1, 0)]
    if not seen[0].size:
        return None
    return tuple((int(at[0]), int(at[-1]) + 1) for at in seen)


def grey(value: int, size: tuple[int, int] = (16, 16)) -> np.ndarray:
    return np.full((*size, 3), value, np.uint8)


def test_the_gradient_of_one_convolution_is_its_kernel():
    energy = gradient_energy(Strided(), grey(200), (8, 8), 0)
    assert energy.shape == (16, 16)
    assert box_of(energy) == ((7, 10), (7, 10))
    assert np.allclose(energy[7:10, 7:10], 3)  # three colours, each with a weight of 1


def test_a_unit_that_is_off_gives_zeros_and_no_nan():
    energy = gradient_energy(Strided(bias=-1e6), grey(200), (8, 8), 0)
    assert not energy.any()
    assert np.isfinite(energy).all()
    assert effective_size(energy, (8, 8)) == 0
    assert box_of(energy) is None


def test_the_field_is_the_mean_over_photos():
    photos = [grey(200), grey(30)]  # the rectifier is off for the second
    alone, both = effective_field(Strided(), photos, (8, 8), 0)
    assert np.allclose(both, alone / 2)


@pytest.mark.parametrize("name", ["fcn32s", "fcn8s"])
def test_the_gradient_of_our_nets_stays_inside_the_theoretical_box(name):
    rng = np.random.default_rng(0)
    size, point = (40, 1000), (20, 490)
    net = random_net(name)
    energy = gradient_energy(net, rng.integers(0, 256, (*size, 3), dtype=np.uint8), point, 1)
    assert np.isfinite(energy).all()
    rows, cols = (window_at(layer_table_of(name), at, padded_side(n)) for at, n in zip(point, size, strict=True))
    assert cols[0] > 0
    assert cols[1] < size[1]
    found = box_of(energy)
    assert cols[0] <= found[1][0] < found[1][1] <= cols[1]
    assert rows[0] <= found[0][0]
    assert 0 < effective_size(energy, point) < cols[1] - cols[0]


def test_positive_weights_reach_the_edges_of_the_box():
    net = random_net("fcn32s").double()
    for key, tensor in net.state_dict().items():
        if tensor.ndim > 1:
            tensor.fill_(1 / tensor[0].numel())
        elif key.endswith(("bias", "running_mean")):
            tensor.zero_()
    size, point = (33, 1000), (16, 490)
    # Faint, for what short cuts add up must stay below ReLU6's ceiling, where no gradient passes.
    x = torch.full((1, 3, *size), 1e-4, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(net(x)[0, 0, *point], x)
    seen = np.flatnonzero(gradient[0].abs().sum((0, 1)).numpy())
    first, end = window_at(layer_table_of("fcn32s"), point[1], padded_side(size[1]))
    assert (seen[0], seen[-1]) == (first, end - 1)


def test_the_size_of_a_gaussian_is_about_four_sigma():
    """Two sigma to each side hold 95 % along one axis; a square holds both axes, so a little more is needed."""
    sigma, at = 10, np.arange(161) - 80
    energy = np.exp(-np.add.outer(at**2, at**2) / (2 * sigma**2))
    # P(|x| < a, |y| < a) = 0.95 where P(|x| < a) = sqrt(0.95), at a = 2.236 sigma.
    assert effective_size(energy, (80, 80)) == pytest.approx(2 * 2.236 * sigma, abs=3)


@given(st.integers(0, 10**6), st.tuples(st.integers(0, 8), st.integers(0, 11)), st.floats(0.05, 1))
@settings(max_examples=50, deadline=None)
def test_the_square_holds_its_share_and_a_smaller_one_does_not(seed, point, share):
    energy = np.random.default_rng(seed).random((9, 12)).astype(np.float32)
    side = effective_size(energy, point, share)
    ring = np.maximum.outer(np.abs(np.arange(9) - point[0]), np.abs(np.arange(12) - point[1]))
    held = energy[ring <= side // 2].sum(dtype=np.float64)
    total = energy.sum(dtype=np.float64)
    assert held >= share * total * (1 - 1e-9)
    assert energy[ring < side // 2].sum(dtype=np.float64) < share * total


@pytest.mark.parametrize("size", [(100, 200), (300, 100), (50, 50), (77, 33)])
def test_a_fitted_photo_has_the_wanted_size_and_no_border(size):
    photo = np.full((60, 90, 3), 200, np.uint8)
    found = fitted(photo, size)
    assert found.shape == (*size, 3)
    assert found.min() == 200


def test_what_is_no_photo_is_refused():
    with pytest.raises(ValueError, match="an image is"):
        gradient_energy(Strided(), np.zeros((8, 8)), (0, 0), 0)
