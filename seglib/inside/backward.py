"""From a stage's features back to the photo, looking only where there is something to bring back.

One pixel pulls at few units of a fine stage, and these at a small window of the photo. There it is enough to run the
trunk on a crop that holds the window and to go back through that: the same gradient, for a fraction of the work. Where
the window is most of the photo the whole is taken.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import nn

CROP_BELOW = 0.6  # of the photo's area; above that a crop would cost more than it saves


def margin(trunk: nn.Module, stride: int) -> int:
    """Pixels around a unit of the stage at ``stride`` that it can see at most, on each side.

    Layers count in the order in which a module lists them, those beside each other as if they followed each other.
    """
    parts = [(2, trunk.stem), *((int(name), stage) for name, stage in trunk.stages.items() if int(name) <= stride)]
    pixels, jump = 0, 1
    for end, part in parts:
        for layer in part.modules():
            if isinstance(layer, nn.Conv2d | nn.MaxPool2d):
                kernel, dilation, step = (_side(each) for each in (layer.kernel_size, layer.dilation, layer.stride))
                pixels += (kernel - 1) * dilation * jump
                jump = end if step > 1 else jump  # a short cut that subsamples, too, does not do it twice
    return pixels // 2


def _side(value: int | tuple[int, int]) -> int:
    return max(value) if isinstance(value, tuple) else value


def back_to_the_photo(
    trunk: nn.Module, x: torch.Tensor, features: Mapping[int, torch.Tensor], stride: int, gradient: torch.Tensor
) -> dict[int, torch.Tensor]:
    """Gradient at the photo ``x (1, 3, H, W)``, node 1, and at each stage up to ``stride``, ``{node: (C, h, w)}``.

    ``features`` are the trunk's of ``x``, with their graph; ``gradient`` is that at the features of ``stride``.
    """
    nodes = {1: x} | {s: maps for s, maps in features.items() if s <= stride}
    box = _box(trunk, x, stride, gradient)
    if box is None:
        gradients = torch.autograd.grad(features[stride], list(nodes.values()), gradient, retain_graph=True)
        return {node: values[0] for node, values in zip(nodes, gradients, strict=True)}
    (top, bottom), (left, right) = box
    crop = x.detach()[..., top:bottom, left:right].requires_grad_()
    small = shallower(trunk, stride)(crop)
    (height, width), (row, col) = small[stride].shape[-2:], (top // stride, left // stride)
    inner = {1: crop} | {s: maps for s, maps in small.items() if s <= stride}
    pulled = gradient[..., row : row + height, col : col + width]
    gradients = torch.autograd.grad(small[stride], list(inner.values()), pulled)
    placed = {}
    for node, values in zip(inner, gradients, strict=True):
        high, wide = nodes[node].shape[-2:]
        above, before = top // node, left // node
        sides = (before, wide - before - values.shape[-1], above, high - above - values.shape[-2])
        placed[node] = F.pad(values, sides)[0]
    return placed


def _box(
    trunk: nn.Module, x: torch.Tensor, stride: int, gradient: torch.Tensor
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The rows and columns of the photo that hold all windows, begun on a unit; None for the whole photo."""
    if gradient.shape[-2:] != tuple(-(-n // stride) for n in x.shape[-2:]):
        return None  # a trunk whose grid is finer than its stage's name says
    seen = gradient[0].ne(0).any(0)
    if not seen.any():
        return (0, min(stride, x.shape[-2])), (0, min(stride, x.shape[-1]))
    reach, spans = margin(trunk, stride), []
    for axis, size in ((1, x.shape[-2]), (0, x.shape[-1])):
        units = seen.any(axis).nonzero()
        first = max(int(units[0]) * stride - reach, 0) // stride * stride
        spans.append((first, min((int(units[-1]) + 1) * stride + reach, size)))
    area = (spans[0][1] - spans[0][0]) * (spans[1][1] - spans[1][0])
    return tuple(spans) if area < CROP_BELOW * x.shape[-2] * x.shape[-1] else None


def shallower(trunk: nn.Module, stride: int) -> nn.Module:
    """The trunk up to the stage at ``stride``; it shares its layers with ``trunk``, which stays as it is."""
    cut = copy.copy(trunk)
    cut._modules = dict(trunk._modules)  # copy.copy shares the table of parts: give the copy one of its own
    cut.stages = nn.ModuleDict({name: stage for name, stage in trunk.stages.items() if int(name) <= stride})
    return cut
