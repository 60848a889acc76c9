"""Depthwise convolutions that train fast on a CPU.

A depthwise convolution's two gradients are convolutions themselves. PyTorch's CPU kernels for them are fast for 3x3
kernels at stride 1 and slow for the rest: in bfloat16, where everything else is twice as fast, thirty times slower. So
both are put down to what is fast. The gradient of the input is a convolution of the output's gradient, spread out by
the stride, with the flipped kernel. That of a 5x5 kernel is four gradients of 3x3 kernels. A convolution with dilation
``r`` is one without on each of the ``r * r`` pictures that every ``r``-th row and column make. The numbers are the
same.

Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd.function import FunctionCtx, once_differentiable

SMALL = 3  # side of the kernel whose gradient is fast
ONLY_WEIGHT = (False, True, False)  # of the gradients of input, weight and bias


class FastDepthwise(torch.autograd.Function):
    """A depthwise convolution without bias, differentiable once.

    ``FastDepthwise.apply(x, weight, stride, dilation)`` takes ``x (N, C, H, W)`` and ``weight (C, 1, k, k)``, ``k`` odd
    and at least 3, pads with ``dilation * (k // 2)`` zeros on every side, and gives ``(N, C, ceil(H / stride),
    ceil(W / stride))``.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, x: torch.Tensor, weight: torch.Tensor, stride: int, dilation: int) -> torch.Tensor:
        ctx.save_for_backward(x, weight)
        ctx.stride, ctx.dilation = stride, dilation
        return _convolve(x, weight, stride, dilation)

    @staticmethod
    @once_differentiable
    def backward(
        ctx: FunctionCtx, gradient: torch.Tensor
    ) -> tuple[torch.Tensor | None, torch.Tensor | None, None, None]:
        x, weight = ctx.saved_tensors
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        of_x = of_weight = None
        if ctx.needs_input_grad[0]:
            of_x = _convolve(_spread(gradient, ctx.stride, x), weight.flip(2, 3), 1, ctx.dilation)
        if ctx.needs_input_grad[1]:
            of_weight = _weight_gradient(x, gradient, weight, ctx.stride, ctx.dilation)
        return of_x, of_weight, None, None


def _convolve(x: torch.Tensor, weight: torch.Tensor, stride: int, dilation: int) -> torch.Tensor:
    """The convolution, ``(N, C, H, W)`` to ``(N, C, ceil(H / stride), ceil(W / stride))``."""
    padding, groups = weight.shape[-1] // 2, len(weight)
    if dilation == 1 or stride > 1:
        return F.conv2d(x, weight, stride=stride, padding=dilation * padding, dilation=dilation, groups=groups)
    parts = F.conv2d(_phases(x, dilation), weight, padding=padding, groups=groups)
    return _joined(parts, dilation, x.shape)


def _spread(gradient: torch.Tensor, stride: int, x: torch.Tensor) -> torch.Tensor:
    """The output's gradient on the grid of the input ``x``, zeros between."""
    if stride == 1:
        return gradient
    spread = torch.zeros_like(x)
    spread[..., ::stride, ::stride] = gradient
    return spread


def _weight_gradient(
    x: torch.Tensor, gradient: torch.Tensor, weight: torch.Tensor, stride: int, dilation: int
) -> torch.Tensor:
    """The kernels' gradient, ``(C, 1, k, k)``, 3x3 taps at a time; where these overlap, both say the same."""
    side, margin = weight.shape[-1], dilation * (weight.shape[-1] // 2)
    padded = F.pad(x, (margin,) * 4)
    if dilation > 1 and stride == 1:
        gradient, padded, dilation = _phases(gradient, dilation), _phases(padded, dilation), 1
    # How far 3x3 taps reach over the padded picture when they end with the same grid of units.
    height, width = ((units - 1) * stride + (SMALL - 1) * dilation + 1 for units in gradient.shape[-2:])
    result, small = torch.empty_like(weight), weight[..., :SMALL, :SMALL].contiguous()
    starts = range(0, side - SMALL + 1, SMALL - 1)
    for row, col in ((row, col) for row in starts for col in starts):
        top, left = row * dilation, col * dilation
        seen = padded[..., top : top + height, left : left + width].contiguous(memory_format=torch.channels_last)
        strides, rates, none = (stride,) * 2, (dilation,) * 2, (0, 0)
        _, part, _ = torch.ops.aten.convolution_backward(
            gradient, seen, small, None, strides, none, rates, False, none, len(weight), ONLY_WEIGHT
        )
        result[..., row : row + SMALL, col : col + SMALL] = part
    return result


def _phases(x: torch.Tensor, rate: int) -> torch.Tensor:
    """Every ``rate``-th row and column as a picture: ``(N, C, H, W)`` to ``(rate * rate * N, C, h, w)``.

    ``h`` is ``ceil(H / rate)``; pictures that end a row or column earlier than others are filled up with zeros.
    """
    n, channels, height, width = x.shape
    x = F.pad(x, (0, -width % rate, 0, -height % rate)).permute(0, 2, 3, 1)  # (N, H, W, C), as it lies in memory
    rows, cols = -(-height // rate), -(-width // rate)
    parts = x.reshape(n, rows, rate, cols, rate, channels).permute(2, 4, 0, 1, 3, 5)
    return parts.reshape(-1, rows, cols, channels).permute(0, 3, 1, 2)


def _joined(parts: torch.Tensor, rate: int, shape: torch.Size) -> torch.Tensor:
    """The pictures of `_phases` as the one of ``shape (N, C, H, W)`` that they come from."""
    (n, channels, height, width), (rows, cols) = shape, parts.shape[-2:]
    parts = parts.permute(0, 2, 3, 1).reshape(rate, rate, n, rows, cols, channels).permute(2, 3, 0, 4, 1, 5)
    return parts.reshape(n, rows * rate, cols * rate, channels).permute(0, 3, 1, 2)[..., :height, :width]


class FastConv2d(nn.Conv2d):
    """A depthwise `nn.Conv2d` that computes by `FastDepthwise`, in lower precision where autocast asks for it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight = self.weight
        if torch.is_autocast_enabled("cpu"):
            x, weight = (tensor.to(torch.get_autocast_dtype("cpu")) for tensor in (x, weight))
        return FastDepthwise.apply(x, weight, self.stride[0], self.dilation[0])


def _can_be_fast(module: nn.Module) -> bool:
    """Whether a module is a convolution of `FastDepthwise`'s kind."""
    if type(module) is not nn.Conv2d or not 1 < module.groups == module.in_channels == module.out_channels:
        return False
    side, rate = module.kernel_size[0], module.dilation[0]
    square = all(len(set(pair)) == 1 for pair in (module.kernel_size, module.stride, module.dilation))
    padded = module.padding == (rate * (side // 2),) * 2 and module.padding_mode == "zeros"
    return square and padded and side >= SMALL and side % 2 == 1 and module.bias is None


def train_depthwise_fast(model: nn.Module) -> None:
    """Let the depthwise convolutions of ``model`` use `FastDepthwise`; weights and their names stay."""
    for module in model.modules():
        if _can_be_fast(module):
            module.__class__ = FastConv2d  # which has the same state, and computes in another way
