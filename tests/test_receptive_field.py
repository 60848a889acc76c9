"""Receptive fields: hand-worked and published windows, then the gradient of real convolutions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from seglib.models.lite0 import CHANNELS, Lite0Trunk, layer_table
from seglib.receptive_field import (
    Branches,
    Layer,
    ReceptiveField,
    Step,
    Upsample,
    output_size,
    reached,
    receptive_field,
    window_at,
)


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
def positive_trunk() -> nn.Module:
    """The real trunk, with weights that cannot cancel and batch normalisation that does nothing."""
    trunk = Lite0Trunk().double().eval()
    for module in trunk.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
    return trunk


@pytest.mark.parametrize("stride", [4, 8, 16, 32])
def test_the_layer_table_tells_what_the_real_trunk_sees(positive_trunk, stride):
    field = receptive_field(layer_table(stride))
    assert field.jump == stride
    unit = -(field.start // stride)
    first, end = field.window(unit)
    height = 33  # the window is square; one row of units is enough to see its width
    faint = 0.005  # what short cuts add up must stay below ReLU6's ceiling, where no gradient passes
    pixels = seen_pixels(lambda x: positive_trunk(faint * x)[stride], (1, 3, height, end + 2 * stride), unit)
    assert (pixels.min(), pixels.max()) == (first, end - 1)


def test_windows_of_the_trunk():
    assert [receptive_field(layer_table(stride)).size for stride in CHANNELS] == [19, 67, 339, 851]


def test_a_stride_without_features_lists_those_that_have_some():
    with pytest.raises(ValueError, match="no features at stride 2: there are 4, 8, 16, 32"):
        layer_table(2)


# ------------------------------------------------------------------ paths that part and meet


def test_a_residual_block_sees_what_its_longer_path_sees():
    residual = Branches(((Layer(3, padding=1), Layer(3, padding=1)), ()))
    assert receptive_field([residual]) == ReceptiveField(size=5, jump=1, start=-2)


def test_the_window_of_branches_is_the_union_of_theirs():
    two = Branches(((Layer(2),), (Layer(2, dilation=3, padding=1),)))  # pixels i and i + 1, and i - 1 and i + 2
    assert receptive_field([two]) == ReceptiveField(size=4, jump=1, start=-1)
    assert reached([two], 3, size=9).tolist() == [0, 0, 1, 1, 1, 1, 0, 0, 0]


def test_an_inception_module_concatenates_fields_of_several_sizes():
    module = Branches(tuple((Layer(k, padding=k // 2),) for k in (1, 3, 5)))
    assert receptive_field([Layer(3, stride=2, padding=1), module]) == ReceptiveField(size=11, jump=2, start=-5)


def test_an_upsampled_unit_sees_its_nearest_two():
    steps = [Layer(3, stride=2, padding=1), Upsample(2)]
    assert np.flatnonzero(reached(steps, 2, size=9)).tolist() == [1, 2, 3]  # on a unit: that one
    assert np.flatnonzero(reached(steps, 3, size=9)).tolist() == [1, 2, 3, 4, 5]  # between two
    assert receptive_field(steps) == ReceptiveField(size=5, jump=1, start=-2)
    assert window_at(steps[:1], 3, 9) == (1, 6)


def test_counts_are_pascals_triangle():
    assert reached([Layer(2)] * 4, 0, size=5).tolist() == [1, 4, 6, 4, 1]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([Branches(((Layer(1, stride=2),), ()))], "grids of one unit every 1 and 2 px: wanted the same grid"),
        ([Layer(1, stride=3), Upsample(2)], "one unit every 3 px cannot be made 2 times finer"),
    ],
)
def test_paths_that_cannot_meet_are_refused(steps, message):
    with pytest.raises(ValueError, match=message):
        receptive_field(steps)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Upsample(0), "factor is 0"),
        (lambda: Branches(()), "branches without a path"),
        (lambda: output_size([Layer(3), Layer(9)], 8), "layer 2: its window is larger than the 6 units below it"),
        (lambda: output_size([Branches(((Layer(3),), ()))], 8), r"its paths end with \[6, 8\] units"),
        (lambda: reached([Layer(3)], 6, size=8), "unit 6: there are 6, from 0 to 5"),
    ],
)
def test_impossible_questions_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def same(kernel: int, dilation: int) -> Layer:
    """A layer that keeps the size of its input."""
    return Layer(2 * kernel + 1, dilation=dilation, padding=kernel * dilation)


SAME = st.builds(same, st.integers(0, 2), st.integers(1, 3))
PLAIN = st.builds(
    Layer, kernel=st.integers(1, 5), stride=st.integers(1, 3), dilation=st.integers(1, 3), padding=st.integers(0, 3)
)
PATHS = st.lists(st.lists(SAME, max_size=2).map(tuple), min_size=1, max_size=3).map(tuple)
HOURGLASS = st.builds(
    lambda layer, then: Branches(((Layer(3, stride=2, padding=1), layer, Upsample(2), then), ())), SAME, SAME
)
STEPS = st.lists(st.one_of(PLAIN, PLAIN, PATHS.map(Branches), HOURGLASS), min_size=1, max_size=4)


def run(steps: list[Step], x: torch.Tensor) -> torch.Tensor:
    """The steps as real convolutions and interpolations with positive weights, along the last axis."""
    for step in steps:
        if isinstance(step, Layer):
            weight = x.new_full((1, 1, step.kernel), 0.5)
            x = nn.functional.conv1d(x, weight, None, step.stride, step.padding, step.dilation)
        elif isinstance(step, Upsample):
            side = (x.shape[-1] - 1) * step.factor + 1
            x = nn.functional.interpolate(x, size=side, mode="linear", align_corners=True)
        else:
            x = sum(run(path, x) for path in step.paths)
    return x


@given(STEPS, st.integers(5, 50), st.data())
@settings(max_examples=100, deadline=None)
def test_theory_against_gradients_for_random_stacks_with_skips(steps, half, data):
    size = 2 * half + 1
    try:
        units = output_size(steps, size)
    except ValueError:
        assume(False)
    unit = data.draw(st.integers(0, units - 1))
    x = torch.ones(1, 1, size, dtype=torch.float64, requires_grad=True)
    y = run(steps, x)
    assert y.shape[-1] == units
    assume(y.requires_grad)
    (gradient,) = torch.autograd.grad(y[0, 0, unit], x)
    by_gradient = gradient[0, 0].numpy() > 0
    # Pixel by pixel, holes and borders included.
    assert np.array_equal(by_gradient, reached(steps, unit, size) > 0)
    # Nothing outside the box; and where the box lies in the picture, something at both its edges.
    first, end = receptive_field(steps).window(unit)
    seen = np.flatnonzero(by_gradient)
    if seen.size:
        assert first <= seen[0]
        assert seen[-1] < end
    sampled = any(isinstance(step, Branches) and any(Upsample(2) in path for path in step.paths) for step in steps)
    inside = first >= 0 and end <= size
    # A unit upsampled at an even place has a smaller window than the one that holds for all.
    if inside and not sampled:
        assert (seen[0], seen[-1]) == (first, end - 1)
