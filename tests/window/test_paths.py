"""Paths from pixels to a unit, against gradients of a net whose weights are all alike."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from seglib.models import layer_table_of
from seglib.receptive_field import Branches, Layer, Upsample, receptive_field
from seglib.window.paths import path_shares, share_within

LAYERS = st.lists(
    st.builds(Layer, kernel=st.integers(1, 5), stride=st.integers(1, 3), dilation=st.integers(1, 3)),
    min_size=1,
    max_size=5,
)


@given(LAYERS)
@settings(deadline=None)
def test_paths_fill_the_window_and_are_the_gradient_of_equal_weights(layers: list[Layer]) -> None:
    shares, size = path_shares(layers), receptive_field(layers).size
    assert shares.shape == (size,)
    net = nn.Sequential(
        *(nn.Conv1d(1, 1, each.kernel, each.stride, dilation=each.dilation, bias=False) for each in layers)
    ).double()
    for layer in net:
        nn.init.ones_(layer.weight)
    pixels = torch.zeros(1, 1, size, dtype=torch.float64, requires_grad=True)
    net(pixels).sum().backward()
    gradient = pixels.grad[0, 0].numpy()
    np.testing.assert_allclose(shares, gradient / gradient.sum(), atol=1e-12)


def test_a_shortcut_adds_a_path_straight_down() -> None:
    conv = Layer(3, padding=1)
    assert path_shares([Branches(((conv,), ()))]).tolist() == [1 / 4, 2 / 4, 1 / 4]


def test_deep_layers_use_a_small_part_of_their_window() -> None:
    shallow, deep = (path_shares([Layer(3)] * depth) for depth in (4, 64))
    assert share_within(deep, len(deep) // 2) > share_within(shallow, len(shallow) // 2)
    assert deep.std() == pytest.approx(deep[::-1].std())
    where = np.arange(len(deep)) - len(deep) // 2
    assert np.sqrt((deep * where**2).sum()) == pytest.approx(np.sqrt(64 * 2 / 3))  # variance of three taps: 2/3


@pytest.mark.parametrize("net", ["fcn32s", "shallow8", "plain8", "dilated8", "deeplab"])
def test_the_nets_own_tables_have_paths(net: str) -> None:
    table = layer_table_of(net, "everyday")
    assert len(path_shares(table)) == receptive_field(table).size


def test_upsampling_is_refused() -> None:
    with pytest.raises(ValueError, match="leave it out"):
        path_shares([Layer(3, stride=2), Upsample(2)])
