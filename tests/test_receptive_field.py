"""Receptive fields: hand-worked and published windows, then the gradient of real convolutions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from seglib.models.trunk import CHANNELS, Trunk, layer_table
from seglib.receptive_field import Layer, ReceptiveField, receptive_field


def test_no_layer_sees_one_pixel():
    assert receptive_field([]) == ReceptiveField(size=1, jump=1, start=0)


@pytest.mark.parametrize(
    ("layers", "size", "jump", "start"),
    [
        ([Layer(3)], 3, 1, 0),
        ([Layer(3, padding=1)], 3, 1, -1),
        ([Layer(3, padding=1), Layer(3, padding=1)], 5, 1, -2),
        ([Layer(2, stride=2)], 2, 2, 0),
        ([Layer(3, dilation=4, padding=4)], 9, 1, -4),
        ([Layer(3, stride=2, padding=1), Layer(3, padding=1)], 7, 2, -3),  # 3, then two steps of 2
        ([Layer(3), Layer(2, stride=2), Layer(3, dilation=2)], 12, 2, 0),  # 3, 4, then 2 * 2 steps of 2
        ([Layer(1, stride=3)], 1, 3, 0),
    ],
)
def test_windows_worked_by_hand(layers, size, jump, start):
    assert receptive_field(layers) == ReceptiveField(size, jump, start)


def test_the_window_of_unit_i_is_i_jumps_further():
    field = ReceptiveField(size=7, jump=4, start=-3)
    assert field.window(0) == (-3, 4)
    assert field.window(2) == (5, 12)


def test_vgg16_scores_see_404_pixels_on_a_grid_of_32():
    """The fc6 layer of FCN-32s, a 7x7 convolution on pool5: Chen et al., DeepLab, give 404 pixels."""
    layers = [
        layer
        for convolutions in (2, 2, 3, 3, 3)
        for layer in [Layer(3, padding=1)] * convolutions + [Layer(2, stride=2)]
    ]
    pool5 = receptive_field(layers)
    assert (pool5.size, pool5.jump) == (212, 32)
    fc6 = receptive_field([*layers, Layer(7)])
    assert (fc6.size, fc6.jump) == (404, 32)


def resnet_stem() -> list[Layer]:
    return [Layer(7, stride=2, padding=3), Layer(3, stride=2, padding=1)]


def test_resnet18_and_resnet50_see_what_araujo_et_al_tabulate():
    """Araujo, Norris & Sim, Distill 2019, table of architectures; their ResNet-50 is TensorFlow's.

    There the last unit of a stage subsamples (ResNet v1 of TF-Slim) instead of the first; ResNet-18's 435
    is that of the original layout.
    """
    resnet18 = resnet_stem()
    for stage in range(4):
        for block in range(2):
            resnet18 += [Layer(3, stride=2 if stage > 0 and block == 0 else 1, padding=1), Layer(3, padding=1)]
    field = receptive_field(resnet18)
    assert (field.size, field.jump) == (435, 32)

    resnet50 = resnet_stem()
    for stage, blocks in enumerate((3, 4, 6, 3)):
        for block in range(blocks):
            last = block == blocks - 1 and stage < 3
            resnet50 += [Layer(1), Layer(3, stride=2 if last else 1, padding=1), Layer(1)]
    field = receptive_field(resnet50)
    assert (field.size, field.jump) == (483, 32)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kernel": 0}, "kernel is 0: wanted at least 1"),
        ({"kernel": 3, "stride": 0}, "stride is 0: wanted at least 1"),
        ({"kernel": 3, "dilation": 0}, "dilation is 0: wanted at least 1"),
        ({"kernel": 3, "padding": -1}, "padding is -1: wanted at least 0"),
    ],
)
def test_an_impossible_layer_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        Layer(**values)


def seen_pixels(net: Callable[[torch.Tensor], torch.Tensor], shape: tuple[int, ...], unit: int) -> np.ndarray:
    """Pixels of the last axis on which unit ``unit`` of the last axis depends, by the gradient."""
    x = torch.ones(shape, dtype=torch.float64, requires_grad=True)
    net(x)[..., unit].sum().backward()
    gradient = x.grad.abs().flatten(0, -2).sum(0)
    return np.flatnonzero(gradient.numpy())


def chain(layers: list[Layer]) -> nn.Sequential:
    """The layers as one-dimensional convolutions with positive weights, which cannot cancel."""
    net = nn.Sequential(
        *(nn.Conv1d(1, 1, x.kernel, x.stride, x.padding, x.dilation, bias=False, dtype=torch.float64) for x in layers)
    )
    for parameter in net.parameters():
        nn.init.constant_(parameter, 0.5)
    return net


LAYERS = st.lists(
    st.builds(Layer, kernel=st.integers(1, 5), stride=st.integers(1, 3), dilation=st.integers(1, 3)), max_size=4
).flatmap(
    # No more padding than the kernel reaches, as in any net.
    lambda layers: st.tuples(
        *(
            st.builds(
                Layer,
                kernel=st.just(x.kernel),
                stride=st.just(x.stride),
                dilation=st.just(x.dilation),
                padding=st.integers(0, (x.kernel - 1) * x.dilation // 2),
            )
            for x in layers
        )
    ).map(list)
)


@given(LAYERS, st.integers(0, 3))
@settings(max_examples=50, deadline=None)
def test_the_gradient_of_random_convolutions_is_zero_outside_the_window_and_not_at_its_edges(layers, shift):
    field = receptive_field(layers)
    # A unit whose whole window lies in the picture, and the picture just large enough for it and its neighbours.
    unit = -(field.start // field.jump) + shift
    first, end = field.window(unit)
    assert first >= 0
    pixels = seen_pixels(chain(layers), (1, 1, end + 3 * field.jump + field.size), unit)
    assert (pixels.min(), pixels.max()) == (first, end - 1)


def test_a_window_may_reach_into_the_padding():
    layers = [Layer(3, stride=2, padding=1), Layer(5, padding=2)]
    first, end = receptive_field(layers).window(0)
    assert first < 0
    pixels = seen_pixels(chain(layers), (1, 1, 40), 0)
    assert (pixels.min(), pixels.max()) == (0, end - 1)


@pytest.fixture(scope="module")
def positive_trunk() -> Trunk:
    """The real trunk, with weights that cannot cancel and batch normalisation that does nothing."""
    trunk = Trunk().double().eval()
    for module in trunk.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
    return trunk


@pytest.mark.parametrize("stride", CHANNELS)
def test_the_layer_table_tells_what_the_real_trunk_sees(positive_trunk, stride):
    field = receptive_field(layer_table(stride))
    assert field.jump == stride
    unit = -(field.start // stride)
    first, end = field.window(unit)
    height = 33  # the window is square; one row of units is enough to see its width
    pixels = seen_pixels(lambda x: positive_trunk(x)[stride], (1, 3, height, end + 2 * stride), unit)
    assert (pixels.min(), pixels.max()) == (first, end - 1)


def test_a_stride_without_features_lists_those_that_have_some():
    with pytest.raises(ValueError, match="no features at stride 2: there are 4, 8, 16, 32"):
        layer_table(2)
