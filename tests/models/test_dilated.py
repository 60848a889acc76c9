"""Trunks without subsampling: the same numbers on the old grid, more of them between, at the same price a unit."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from seglib.models.dilated import dilate, dilated_table
from seglib.models.lite0 import Lite0Trunk, layer_table
from seglib.receptive_field import Layer, receptive_field, without_subsampling

COARSEST = 32


@pytest.fixture(scope="module")
def trunk() -> nn.Module:
    """The trunk, of random weights and norms, in double precision."""
    torch.manual_seed(0)
    trunk = Lite0Trunk().double().eval()
    for module in trunk.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
            nn.init.uniform_(module.running_mean, -0.5, 0.5)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
        elif isinstance(module, nn.Conv2d):  # keep the size of what flows through
            nn.init.kaiming_normal_(module.weight)
    return trunk


def features(trunk: nn.Module, size: tuple[int, int], seed: int = 1) -> dict[int, torch.Tensor]:
    x = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    with torch.inference_mode():
        return trunk(x)


@pytest.mark.parametrize("output_stride", [2, 4, 8, 16, 32])  # 1 takes seconds, and shows no more
def test_on_the_old_grid_the_dilated_trunk_gives_the_same_numbers(trunk, output_stride):
    size = (33, 65)
    coarse, dense = features(trunk, size), features(dilate(trunk, output_stride), size)
    for stage, wanted in coarse.items():
        every = max(1, stage // output_stride)
        jump = min(stage, output_stride)
        assert dense[stage].shape[-2:] == tuple((n - 1) // jump + 1 for n in size)
        assert torch.allclose(dense[stage][..., ::every, ::every], wanted, rtol=1e-9, atol=1e-9)


def test_between_the_old_units_there_is_something_new(trunk):
    dense = features(dilate(trunk, 8), (65, 65))[COARSEST]
    repeated = dense[..., ::4, ::4].repeat_interleave(4, -1).repeat_interleave(4, -2)[..., :9, :9]
    assert (dense - repeated).abs().mean() > 0.1 * dense.abs().mean()


def test_plain_is_as_dense_as_dilated_and_other_numbers(trunk):
    plain, filled = (features(dilate(trunk, 8, fill), (65, 65))[COARSEST] for fill in (False, True))
    assert plain.shape == filled.shape
    assert not torch.allclose(plain, filled)


@pytest.mark.parametrize("fill", [True, False])
def test_weights_are_kept_and_the_given_trunk_is_left_alone(trunk, fill):
    before = {key: value.clone() for key, value in trunk.state_dict().items()}
    changed = dilate(trunk, 8, fill)
    assert list(changed.state_dict()) == list(before)
    assert all(torch.equal(value, before[key]) for key, value in changed.state_dict().items())
    with torch.no_grad():
        changed.stem[0].weight.zero_()
    assert torch.equal(trunk.state_dict()["stem.0.weight"], before["stem.0.weight"])
    assert features(trunk, (33, 33))[COARSEST].shape[-2:] == ((33 - 1) // COARSEST + 1,) * 2


def test_a_table_that_stops_at_its_own_stride_is_unchanged():
    assert dilated_table(COARSEST) == layer_table()


def test_a_trunk_that_stops_at_its_own_stride_is_unchanged(trunk):
    assert torch.equal(features(dilate(trunk, COARSEST), (33, 65))[COARSEST], features(trunk, (33, 65))[COARSEST])


@pytest.mark.parametrize("output_stride", [1, 2, 4, 8, 16])
def test_dilation_keeps_the_window_and_plain_loses_it(output_stride):
    whole = receptive_field(layer_table())
    filled, plain = (receptive_field(dilated_table(output_stride, fill)) for fill in (True, False))
    assert (filled.size, filled.start, filled.jump) == (whole.size, whole.start, output_stride)
    assert plain.size < whole.size
    assert plain.jump == output_stride


@pytest.mark.parametrize("fill", [True, False])
@pytest.mark.parametrize("output_stride", [4, 8])
def test_the_table_tells_what_the_changed_trunk_sees(output_stride, fill):
    positive = dilate(Lite0Trunk().double().eval(), output_stride, fill)
    for module in positive.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
    field = receptive_field(dilated_table(output_stride, fill))
    unit = -(field.start // field.jump)
    first, end = field.window(unit)
    # A little above what the trunk takes for black: sums over short cuts must stay below ReLU6's ceiling.
    x = torch.full((1, 3, 1, end + 2 * COARSEST), 0.005, dtype=torch.float64, requires_grad=True)
    positive(x)[COARSEST][..., unit].sum().backward()
    seen = np.flatnonzero(x.grad.abs().sum((0, 1, 2)).numpy())
    assert (seen.min(), seen.max()) == (first, end - 1)


@pytest.mark.parametrize("output_stride", [0, 3, 64, -8])
def test_a_stride_that_the_trunk_never_has_is_refused(output_stride):
    trunk = Lite0Trunk()
    with pytest.raises(ValueError, match=f"output stride {output_stride}: there are 1, 2, 4, 8, 16, 32"):
        dilate(trunk, output_stride)


def test_a_chain_that_jumps_over_the_wanted_stride_says_where_it_stops():
    with pytest.raises(ValueError, match="output stride 2: this chain can stop at 1"):
        without_subsampling([Layer(3, stride=4), Layer(3, stride=2)], 2)


@given(
    kernels=st.lists(st.sampled_from([1, 3, 5]), min_size=2, max_size=4),
    strides=st.lists(st.sampled_from([1, 2, 3]), min_size=4, max_size=4),
    keep=st.integers(0, 4),
    seed=st.integers(0, 9),
)
@settings(max_examples=60, deadline=None)
def test_any_chain_with_room_for_its_kernels_keeps_its_numbers(kernels, strides, keep, seed):
    layers = [Layer(k, stride=s, padding=k // 2) for k, s in zip(kernels, strides, strict=False)]
    output_stride = int(np.prod([layer.stride for layer in layers[:keep]]))
    total = int(np.prod([layer.stride for layer in layers]))
    dense = without_subsampling(layers, output_stride)
    generator = torch.Generator().manual_seed(seed)
    weights = [torch.randn(1, 1, k, generator=generator, dtype=torch.float64) for k in kernels]
    x = torch.randn(1, 1, 4 * total + 1, generator=generator, dtype=torch.float64)

    def run(chain: list[Layer]) -> torch.Tensor:
        y = x
        for layer, weight in zip(chain, weights, strict=True):
            y = torch.relu(nn.functional.conv1d(y, weight, None, layer.stride, layer.padding, layer.dilation))
        return y

    assert torch.allclose(run(dense)[..., :: total // output_stride], run(layers), atol=1e-9)
