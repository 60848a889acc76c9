"""Depthwise convolutions that train fast on a CPU.

A depthwise convolution's two gradients are convolutions themselves. PyTorch's CPU kernels for them are fast for 3x3
kernels at stride 1 and slow for the rest: in bfloat16, where everything else is twice as fast, thirty times slower. So
both are put down to what is fast: the gradient of the input to a convolution of the spread-out output gradient with
the flipped kernel, that of a 5x5 kernel to four gradients of 3x3 kernels. The numbers are the same.

Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

SMALL = 3  # the kernel whose gradient is fast


class FastDepthwise(torch.autograd.Function):
    """A depthwise convolution with an odd, square kernel and ``padding = dilation * (kernel // 2)``."""

    @staticmethod
    def forward(ctx, x, weight, stride, dilation):
        ctx.save_for_backward(x, weight)
        ctx.stride, ctx.dilation = stride, dilation
        return _convolve(x, weight, stride, dilation)

    @staticmethod
    def backward(ctx, gradient):
        x, weight = ctx.saved_tensors
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        of_x = of_weight = None
        if ctx.needs_input_grad[0]:
            spread = gradient
            if ctx.stride > 1:
                spread = torch.zeros_like(x)
                spread[..., :: ctx.stride, :: ctx.stride] = gradient
            of_x = _convolve(spread, weight.flip(2, 3), 1, ctx.dilation)
        if ctx.needs_input_grad[1]:
            of_weight = _weight_gradient(x, gradient, weight, ctx.stride, ctx.dilation)
        return of_x, of_weight, None, None


def _convolve(x, weight, stride, dilation):
    padding, groups = weight.shape[-1] // 2, len(weight)
    if dilation == 1 or stride > 1:
        return F.conv2d(x, weight, stride=stride, padding=dilation * padding, dilation=dilation, groups=groups)
    height, width = x.shape[-2:]
    y = F.conv2d(_phases(x, dilation), weight, padding=padding, groups=groups)
    n, (rows, cols) = len(x), y.shape[-2:]
    y = y.permute(0, 2, 3, 1).reshape(dilation, dilation, n, rows, cols, -1).permute(2, 3, 0, 4, 1, 5)
    return y.reshape(n, rows * dilation, cols * dilation, -1).permute(0, 3, 1, 2)[..., :height, :width]


def _weight_gradient(x, gradient, weight, stride, dilation):
    kernel, margin = weight.shape[-1], dilation * (weight.shape[-1] // 2)
    result = torch.empty_like(weight)
    padded = F.pad(x, (margin,) * 4)
    if dilation > 1:  # units a rate apart never meet those between: each phase of the grid is a picture of its own
        gradient, padded, dilation = _phases(gradient, dilation), _phases(padded, dilation), 1
    # How far 3x3 taps reach over the padded picture when they end with the same grid of units.
    height, width = ((n - 1) * stride + (SMALL - 1) * dilation + 1 for n in gradient.shape[-2:])
    starts = range(0, kernel - SMALL + 1, SMALL - 1)
    part = weight[..., :SMALL, :SMALL].contiguous()
    for row in starts:
        for col in starts:
            top, left = row * dilation, col * dilation
            seen = padded[..., top : top + height, left : left + width].contiguous(memory_format=torch.channels_last)
            _, found, _ = torch.ops.aten.convolution_backward(
                gradient,
                seen,
                part,
                None,
                (stride,) * 2,
                (0, 0),
                (dilation,) * 2,
                False,
                (0, 0),
                len(weight),
                (False, True, False),
            )
            result[..., row : row + SMALL, col : col + SMALL] = found
    return result


def _phases(x, rate):
    """Every ``rate``-th row and column of ``(N, C, H, W)`` as one picture of ``rate`` squared times as many."""
    n, channels, height, width = x.shape
    x = F.pad(x, (0, -width % rate, 0, -height % rate)).permute(0, 2, 3, 1)
    rows, cols = -(-height // rate), -(-width // rate)
    parts = x.reshape(n, rows, rate, cols, rate, channels).permute(2, 4, 0, 1, 3, 5)
    return parts.reshape(-1, rows, cols, channels).permute(0, 3, 1, 2)


class _Fast(nn.Conv2d):
    def forward(self, x):
        if torch.is_autocast_enabled("cpu"):
            return FastDepthwise.apply(x.bfloat16(), self.weight.bfloat16(), self.stride[0], self.dilation[0])
        return FastDepthwise.apply(x, self.weight, self.stride[0], self.dilation[0])


def train_depthwise_fast(model: nn.Module) -> None:
    """Let the depthwise convolutions of ``model`` use `FastDepthwise`; weights and their names stay."""
    for module in model.modules():
        if type(module) is nn.Conv2d and 1 < module.groups == module.in_channels == module.out_channels:
            module.__class__ = _Fast
