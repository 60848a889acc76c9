"""Folded norms: the same numbers, nothing left of the norms, and the net that was given stays as it is."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from seglib.models.folding import fold_norms
from seglib.models.lite0 import NORM_FLOOR, ConvNorm
from tests.models.test_family import NAMES, picture, random_net


def test_a_convolution_and_its_norm_worked_by_hand():
    """3 x, then (y - 4) / sqrt(15 / 16 + 1 / 16) * 2 + 5, is 6 x - 3."""
    chain = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.BatchNorm2d(1, eps=1 / 16)).eval()
    for tensor, value in zip(
        (chain[0].weight, chain[1].running_mean, chain[1].running_var, chain[1].weight, chain[1].bias),
        (3, 4, 15 / 16, 2, 5),
        strict=True,
    ):
        tensor.data.fill_(value)
    folded = fold_norms(chain)
    assert (folded[0].weight.item(), folded[0].bias.item()) == (6, -3)
    assert isinstance(folded[1], nn.Identity)


def test_the_floor_of_lite0s_norms_is_heeded():
    """A channel that hardly varies shows it most: with PyTorch's own floor it would be seven times as strong."""
    torch.manual_seed(0)
    chain, x = ConvNorm(3, 4).eval(), torch.randn(1, 3, 5, 5)
    chain[1].running_var.fill_(1e-5)
    with torch.no_grad():
        torch.testing.assert_close(fold_norms(chain)(x), chain[0](x) / (1e-5 + NORM_FLOOR) ** 0.5, rtol=1e-4, atol=1e-4)


@NAMES
def test_a_folded_net_gives_the_numbers_of_the_net_it_was(name):
    net, x = random_net(name), picture(50, 70)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    folded = fold_norms(net)
    with torch.inference_mode():
        whole = net(x)
        torch.testing.assert_close(folded(x), whole, rtol=1e-4, atol=1e-4 * float(whole.abs().max()))
    assert not folded.training
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    # The net that was given is the same one, norms and all.
    assert net.state_dict().keys() == before.keys()
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    assert any(isinstance(module, nn.BatchNorm2d) for module in net.modules())


@pytest.mark.parametrize("name", ["fcn8s"])
def test_a_net_in_training_is_folded_as_it_would_predict_and_goes_on_training(name):
    net, x = random_net(name).train(), picture(33, 33)
    folded = fold_norms(net)
    assert net.training
    assert not folded.training
    with torch.inference_mode():
        torch.testing.assert_close(folded(x), net.eval()(x), rtol=1e-3, atol=1e-3)


def test_what_learns_learns_when_it_is_folded():
    net = random_net("fcn8s")
    assert all(parameter.requires_grad for parameter in fold_norms(net).parameters())
    assert not any(parameter.requires_grad for parameter in fold_norms(net.requires_grad_(False)).parameters())
