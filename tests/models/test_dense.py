"""The nets that stop subsampling: the same weights, the same numbers on the old grid, the windows that theory says."""

from __future__ import annotations

import pytest
import torch

from seglib.models import create_model, layer_table_of
from seglib.models.fcn import pad_to_grid
from seglib.receptive_field import receptive_field
from tests.models.test_family import random_net as fixed_net

K = 5


def random_net(name: str):
    """A net whose batch norms have seen something, so that no layer is trivial."""
    torch.manual_seed(0)
    net = create_model(name, K)
    with torch.no_grad():
        for _ in range(2):
            net(torch.randn(2, 3, 65, 97))
    return net.eval()


def parameters(name: str) -> int:
    return sum(p.numel() for p in create_model(name, K).parameters())


def test_plain_and_dilated_differ_in_nothing_but_their_window():
    assert parameters("plain8") == parameters("dilated8") == parameters("fcn32s")
    plain, dilated, coarse = (receptive_field(layer_table_of(name)) for name in ("plain8", "dilated8", "fcn32s"))
    assert plain.size < dilated.size == coarse.size
    assert plain.jump == dilated.jump == 8
    wider = receptive_field(layer_table_of("deeplab"))
    assert wider.size == dilated.size + 2 * 12 * 8  # one more 3x3 layer at rate 12 on a grid of 8


def test_dilated_scores_are_those_of_the_coarse_net_only_denser():
    coarse, dense = random_net("fcn32s"), create_model("dilated8", K).eval()
    dense.load_state_dict(coarse.state_dict())
    x = torch.randn(1, 3, 129, 161)
    with torch.no_grad():
        few, many = coarse.streams(x)[32], dense.streams(x)[8]
    assert many.shape[-2:] == (17, 21)
    torch.testing.assert_close(many[..., ::4, ::4], few, rtol=1e-4, atol=1e-4)


def test_plain_scores_are_others_for_the_window_is_smaller():
    coarse, plain = fixed_net("fcn32s"), create_model("plain8", K).eval()
    plain.load_state_dict(coarse.state_dict())
    x = torch.randn(1, 3, 129, 161)
    with torch.no_grad():
        few, others = coarse.streams(x)[32], plain.streams(x)[8][..., ::4, ::4]
    assert (others - few).abs().max() > 0.1 * few.std()


@pytest.mark.parametrize("name", ["shallow8", "plain8", "dilated8", "deeplab"])
def test_a_unit_sees_its_window_and_no_pixel_more(name):
    field = receptive_field(layer_table_of(name))
    net = random_net(name)
    side = 32 * -(-(field.size + 32) // 32) + 1
    x = torch.zeros(1, 3, 33, side, requires_grad=True)  # a strip: one axis is enough
    unit = side // 8 // 2
    (gradient,) = torch.autograd.grad(net.streams(pad_to_grid(x))[8][0, :, 2, unit].sum(), x)
    seen = gradient.abs().sum((0, 1, 2)).nonzero().squeeze(1)
    first, after = field.window(unit)
    assert seen.min() >= max(0, first)
    assert seen.max() < min(side, after)
    assert len(seen) > 0.6 * field.size  # dead ReLUs may hide the edges, not half of the window


def test_the_shallow_net_has_no_deeper_layer():
    assert max(map(int, create_model("shallow8", K).trunk.stages)) == 8
    assert parameters("shallow8") < parameters("fcn8s") / 5


def test_windows_of_the_nets():
    names = ("shallow8", "plain8", "dilated8", "fcn8s", "deeplab")
    windows = {name: receptive_field(layer_table_of(name)).size for name in names}
    # What follows stride 8 in Lite0, 4 kernels of 3 taps and 7 of 5, adds 8 px a tap: 67 + 8 * (4 * 2 + 7 * 4) = 355.
    assert windows == {"shallow8": 67, "plain8": 355, "dilated8": 851, "fcn8s": 851, "deeplab": 1043}
