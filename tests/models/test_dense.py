"""The nets that stop subsampling: the same weights, the same numbers on the old grid, the windows that theory says."""

from __future__ import annotations

import pytest
import torch

from seglib.models import create_model, layer_table_of
from seglib.models.fcn import pad_to_grid
from seglib.models.trunks import LITE0, OF_LABEL_SET, TRUNKS
from seglib.receptive_field import receptive_field
from tests.models.test_family import random_net as fixed_net

K = 5
LABELS = pytest.mark.parametrize("labels", OF_LABEL_SET)  # each with nets on a trunk of its own


def random_net(name: str, trunk: str = LITE0):
    """A net whose batch norms have seen something, so that no layer is trivial."""
    torch.manual_seed(0)
    net = create_model(name, K, trunk)
    with torch.no_grad():
        for _ in range(2):
            net(torch.randn(2, 3, 65, 97))
    return net.eval()


def parameters(name: str, trunk: str) -> int:
    return sum(p.numel() for p in create_model(name, K, trunk).parameters())


@LABELS
def test_plain_and_dilated_differ_in_nothing_but_their_window(labels):
    trunk = OF_LABEL_SET[labels]
    assert parameters("plain8", trunk) == parameters("dilated8", trunk) == parameters("fcn32s", trunk)
    plain, dilated, coarse = (
        receptive_field(layer_table_of(name, labels)) for name in ("plain8", "dilated8", "fcn32s")
    )
    assert plain.size < dilated.size == coarse.size
    assert plain.jump == dilated.jump == 8
    wider = receptive_field(layer_table_of("deeplab", labels))
    assert wider.size == dilated.size + 2 * 12 * 8  # one more 3x3 layer at rate 12 on a grid of 8


@pytest.mark.parametrize("trunk", TRUNKS)
def test_dilated_scores_are_those_of_the_coarse_net_only_denser(trunk):
    coarse, dense = random_net("fcn32s", trunk), create_model("dilated8", K, trunk).eval()
    dense.load_state_dict(coarse.state_dict())
    x = torch.randn(1, 3, 129, 161)
    with torch.no_grad():
        few, many = coarse.streams(x)[32], dense.streams(x)[8]
    assert many.shape[-2:] == (17, 21)
    torch.testing.assert_close(many[..., ::4, ::4], few, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("trunk", TRUNKS)
def test_plain_scores_are_others_for_the_window_is_smaller(trunk):
    coarse, plain = fixed_net("fcn32s", trunk=trunk), create_model("plain8", K, trunk).eval()
    plain.load_state_dict(coarse.state_dict())
    x = torch.randn(1, 3, 129, 161)
    with torch.no_grad():
        few, others = coarse.streams(x)[32], plain.streams(x)[8][..., ::4, ::4]
    assert (others - few).abs().max() > 0.1 * few.std()


@LABELS
@pytest.mark.parametrize("name", ["shallow8", "plain8", "dilated8", "deeplab"])
def test_a_unit_sees_its_window_and_no_pixel_more(name, labels):
    field = receptive_field(layer_table_of(name, labels))
    net = random_net(name, OF_LABEL_SET[labels])
    side = 32 * -(-(field.size + 32) // 32) + 1
    x = torch.zeros(1, 3, 33, side, requires_grad=True)  # a strip: one axis is enough
    unit = side // 8 // 2
    (gradient,) = torch.autograd.grad(net.streams(pad_to_grid(x))[8][0, :, 2, unit].sum(), x)
    seen = gradient.abs().sum((0, 1, 2)).nonzero().squeeze(1)
    first, after = field.window(unit)
    assert seen.min() >= max(0, first)
    assert seen.max() < min(side, after)
    assert len(seen) > 0.6 * field.size  # dead ReLUs may hide the edges, not half of the window


@pytest.mark.parametrize("trunk", TRUNKS)
def test_the_shallow_net_has_no_deeper_layer(trunk):
    assert max(map(int, create_model("shallow8", K, trunk).trunk.stages)) == 8
    assert parameters("shallow8", trunk) < parameters("fcn8s", trunk) / 5


def test_windows_of_the_nets_in_the_box():
    def windows(labels: str) -> dict[str, int]:
        names = ("shallow8", "plain8", "dilated8", "fcn8s", "deeplab")
        return {name: receptive_field(layer_table_of(name, labels)).size for name in names}

    # What follows stride 8 in Lite0, 4 kernels of 3 taps and 7 of 5, adds 8 px a tap: 67 + 8 * (4 * 2 + 7 * 4) = 355.
    assert windows("everyday") == {"shallow8": 67, "plain8": 355, "dilated8": 851, "fcn8s": 851, "deeplab": 1043}
    assert windows("street") == {"shallow8": 87, "plain8": 215, "dilated8": 423, "fcn8s": 423, "deeplab": 615}
