"""One pixel's scores against the whole net's: strided, dilated and plain, gradients, changed photos."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from seglib.models import MODELS, create_model, layer_table_of
from seglib.models.dilated import dilate
from seglib.models.fcn import FCN
from seglib.models.folding import fold_norms
from seglib.models.lite0 import Lite0Trunk
from seglib.receptive_field import receptive_field
from seglib.window.one_pixel import OnePixel, can_look_at
from tests.models.test_family import random_net

K = 5


def dense(output_stride: int, fill: bool) -> nn.Module:
    """A coarse net whose trunk stops subsampling; its scores are on that finer grid."""

    class Dense(FCN):
        def score_features(self, features: dict[int, torch.Tensor]) -> dict[int, torch.Tensor]:
            return {output_stride: self.score["32"](features[32])}

    net = Dense(K)
    net.load_state_dict(random_net("fcn32s").state_dict())
    net.trunk = dilate(net.trunk, output_stride, fill)
    return net.eval()


def wide() -> nn.Module:
    """A dilated net whose scores look at neighbours: a large field of view."""

    class Wide(FCN):
        def score_features(self, features: dict[int, torch.Tensor]) -> dict[int, torch.Tensor]:
            return {8: self.score["wide"](features[32])}

    net, rng = dense(8, True), torch.Generator().manual_seed(3)
    channels = net.score["32"].in_channels
    conv = nn.Conv2d(channels, K, 3, dilation=3, padding=3)
    nn.init.normal_(conv.weight, std=0.05, generator=rng)
    wide = Wide(K)
    wide.trunk, wide.score = net.trunk, nn.ModuleDict({"wide": conv})
    return wide.eval()


FAMILY = {name: partial(random_net, name) for name in MODELS if can_look_at(create_model(name, K))}
NETS: dict[str, Callable[[], nn.Module]] = FAMILY | {
    "dilated": partial(dense, 8, True),
    "plain": partial(dense, 8, False),
    "wide": wide,
    "folded": lambda: fold_norms(random_net("fcn4s")),
}


@pytest.fixture(scope="module", params=NETS)
def net(request) -> nn.Module:
    return NETS[request.param]()


def photo(size: tuple[int, int], seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(1, 3, *size)).astype(np.float32))


@pytest.mark.parametrize(
    ("size", "points"),
    [((70, 129), [(0, 0), (35, 64), (69, 128), (64, 31)]), ((33, 33), [(32, 32)]), ((1, 40), [(0, 7)])],
)
def test_scores_are_those_of_the_whole_net(net, size, points):
    x = photo(size)
    with torch.inference_mode():
        whole = net(x)
        for point in points:
            assert torch.allclose(OnePixel(net, size, point).scores(x), whole[..., *point], atol=1e-4)


@given(
    data=st.data(),
    size=st.tuples(st.integers(1, 80), st.integers(1, 80)),
    name=st.sampled_from(["fcn8s", "dilated", "plain", "wide", "folded"]),
)
@settings(max_examples=25, deadline=None)
def test_a_changed_patch_gives_the_scores_of_the_changed_photo(data, size, name):
    net, x = _kept(name), photo(size)
    point = tuple(data.draw(st.integers(0, n - 1)) for n in size)
    patch = tuple((first := data.draw(st.integers(-5, n - 1)), first + data.draw(st.integers(1, 40))) for n in size)
    changed = x.clone()
    changed[..., max(patch[0][0], 0) : max(patch[0][1], 0), max(patch[1][0], 0) : max(patch[1][1], 0)] = 0.5
    with torch.inference_mode():
        one = OnePixel(net, size, point)
        found = one.scores_without(one.maps(x), patch, 0.5)
        assert torch.allclose(found, net(changed)[..., *point], atol=1e-3)  # of scores up to some hundreds


_NETS: dict[str, nn.Module] = {}


def _kept(name: str) -> nn.Module:
    return _NETS.setdefault(name, NETS[name]())


def test_gradients_are_those_of_the_whole_net(net):
    size, point = (65, 97), (30, 41)
    x = photo(size).requires_grad_()
    (whole,) = torch.autograd.grad(net(x)[0, 2, *point], x)
    (mine,) = torch.autograd.grad(OnePixel(net, size, point).scores(x)[0, 2], x)
    assert torch.allclose(mine, whole, atol=1e-5)
    assert whole.abs().sum() > 0


def test_a_patch_out_of_sight_changes_nothing_and_costs_nothing():
    net, size = dense(8, fill=False), (65, 385)
    x = photo(size)
    with torch.inference_mode():
        one = OnePixel(net, size, (10, 10))
        before = one.maps(x)
        assert one.needed[0][1][1] < 300
        assert torch.equal(one.scores_without(before, ((0, 65), (300, 340))), one.read_scores(before))


def test_what_is_needed_of_the_picture_is_the_theoretical_window():
    net, size, point = random_net("fcn32s"), (33, 1281), (16, 640)
    field = receptive_field(layer_table_of("fcn32s"))
    first, end = field.window(20)[0], field.window(21)[1]  # column 640 is unit 20; the square next to it reaches to 21
    assert OnePixel(net, size, point).needed[0][1] == (first, end)


def test_a_pixel_outside_is_refused():
    with pytest.raises(ValueError, match=r"pixel \(33, 0\)"):
        OnePixel(random_net("fcn8s"), (33, 33), (33, 0))


def test_other_nets_are_known_as_such():
    class Other(Lite0Trunk):
        """Does something else with its layers."""

    net = create_model("fcn8s", K)
    assert can_look_at(net)
    net.trunk = Other()
    assert not can_look_at(net)
    assert not can_look_at(nn.Conv2d(3, 5, 1))
