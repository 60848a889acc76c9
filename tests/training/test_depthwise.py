"""Fast gradients of depthwise convolutions: a case worked by hand, PyTorch's own gradients, whole nets in training."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from seglib.models import create_model
from seglib.training.depthwise import FastConv2d, FastDepthwise, train_depthwise_fast
from tests.models.test_family import picture, random_net


def gradients(convolve, x: torch.Tensor, weight: torch.Tensor, pull: torch.Tensor) -> list[torch.Tensor]:
    """What a convolution makes of ``x``, and the gradients of input and weight if its output is pulled by ``pull``."""
    x, weight = x.clone().requires_grad_(), weight.clone().requires_grad_()
    y = convolve(x, weight)
    return [y, *torch.autograd.grad(y, (x, weight), pull)]


def test_one_row_worked_by_hand():
    """Kernel (a, b, c) on (1, 2, 3) at stride 2, its output pulled by (1, 10)."""
    x = torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 1, 3)
    weight = torch.zeros(1, 1, 3, 3)
    weight[0, 0, 1] = torch.tensor([4.0, 5.0, 6.0])
    y, of_x, of_weight = gradients(
        lambda x, weight: FastDepthwise.apply(x, weight, 2, 1), x, weight, torch.tensor([1.0, 10.0]).view(1, 1, 1, 2)
    )
    assert y.flatten().tolist() == [5 * 1 + 6 * 2, 4 * 2 + 5 * 3]
    assert of_x.flatten().tolist() == [5, 6 + 10 * 4, 10 * 5]
    assert of_weight[0, 0, 1].tolist() == [10 * 2, 1 * 1 + 10 * 3, 1 * 2]
    assert of_weight[0, 0, [0, 2]].abs().max() == 0  # the picture is one row high


@given(
    kernel=st.sampled_from([3, 5, 7]),
    stride=st.sampled_from([1, 2]),
    dilation=st.sampled_from([1, 2, 4]),
    size=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 19), st.integers(1, 19)),
    seed=st.integers(0, 99),
)
@settings(max_examples=120, deadline=None)
def test_numbers_and_gradients_are_pytorchs_own(kernel, stride, dilation, size, seed):
    generator = torch.Generator().manual_seed(seed)
    n, channels, height, width = size
    x, pull = (
        torch.randn(n, channels, *grid, generator=generator, dtype=torch.float64)
        for grid in ((height, width), (-(-height // stride), -(-width // stride)))
    )
    weight = torch.randn(channels, 1, kernel, kernel, generator=generator, dtype=torch.float64)

    def own(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return F.conv2d(x, weight, None, stride, dilation * (kernel // 2), dilation, channels)

    ours = gradients(lambda x, weight: FastDepthwise.apply(x, weight, stride, dilation), x, weight, pull)
    for fast, wanted in zip(ours, gradients(own, x, weight, pull), strict=True):
        torch.testing.assert_close(fast, wanted, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("dilation", [1, 2, 4])
def test_gradients_are_those_of_small_differences(kernel, stride, dilation):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 2, 6, 9, generator=generator, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 1, kernel, kernel, generator=generator, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, weight: FastDepthwise.apply(x, weight, stride, dilation), (x, weight))


def test_only_the_gradient_that_is_asked_for_is_computed():
    x, weight = torch.randn(1, 2, 5, 5), torch.randn(2, 1, 3, 3)
    FastDepthwise.apply(x, weight.requires_grad_(), 1, 1).sum().backward()
    assert x.grad is None
    assert weight.grad is not None
    FastDepthwise.apply(x.requires_grad_(), weight.detach(), 1, 1).sum().backward()
    assert x.grad is not None


@pytest.mark.parametrize("name", ["fcn4s", "dilated8", "plain8", "pyramid"])
def test_a_net_trains_with_the_same_gradients(name):
    net = random_net(name).double().train()
    fast = copy.deepcopy(net)
    train_depthwise_fast(fast)
    x = picture(33, 65, batch=2).double()
    for model in (net, fast):
        model(x, every=2).square().mean().backward()
    assert list(fast.state_dict()) == list(net.state_dict())
    for (key, wanted), ours in zip(net.named_parameters(), fast.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, wanted.grad, rtol=1e-6, atol=1e-9, msg=key)


def test_every_depthwise_convolution_of_a_net_is_made_fast_and_no_other():
    net = create_model("dilated8", 5)
    depthwise = {name for name, module in net.named_modules() if name.endswith("depthwise.0")}
    train_depthwise_fast(net)
    assert {name for name, module in net.named_modules() if isinstance(module, FastConv2d)} == depthwise
    assert len(depthwise) == 16


@pytest.mark.parametrize(
    "other",
    [
        nn.Conv2d(4, 4, 3, padding=1),
        nn.Conv2d(4, 8, 3, padding=1, groups=4, bias=False),  # two kernels a channel
        nn.Conv2d(4, 4, 3, padding=1, groups=2, bias=False),
        nn.Conv2d(4, 4, 3, padding=1, groups=4),  # a bias
        nn.Conv2d(4, 4, 1, groups=4, bias=False),
        nn.Conv2d(4, 4, 3, groups=4, bias=False),  # no padding
        nn.Conv2d(4, 4, 3, padding=1, dilation=2, groups=4, bias=False),  # too little
        nn.Conv2d(4, 4, (3, 5), padding=(1, 2), groups=4, bias=False),
        nn.Conv2d(4, 4, 3, padding=1, stride=(1, 2), groups=4, bias=False),
        nn.Conv2d(4, 4, 3, padding=1, groups=4, bias=False, padding_mode="reflect"),
        nn.Conv2d(4, 4, 3, padding="same", groups=4, bias=False),
    ],
)
def test_what_it_cannot_compute_is_left_alone(other):
    net = nn.Sequential(other)
    train_depthwise_fast(net)
    assert type(net[0]) is nn.Conv2d


def test_under_autocast_it_computes_in_its_precision_and_gradients_come_back_in_the_weights():
    net, x = nn.Sequential(nn.Conv2d(4, 4, 5, 2, 2, groups=4, bias=False)), torch.randn(2, 4, 9, 11)
    train_depthwise_fast(net)
    with torch.autocast("cpu", torch.bfloat16):
        y = net(x)
    assert y.dtype == torch.bfloat16
    y.float().square().sum().backward()
    assert net[0].weight.grad.dtype == torch.float32
    exact = F.conv2d(x, net[0].weight, None, 2, 2, 1, 4)
    torch.testing.assert_close(y.float(), exact, rtol=0.02, atol=0.02)
