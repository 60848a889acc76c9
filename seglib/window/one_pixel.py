"""One pixel and its window: its class scores, computed without those of the other pixels.

A pixel's scores depend on a few units of the trunk's features; these on a window of the layer below, and so on down to
the pixel's receptive field. Looking down first (which units are needed?) and climbing up afterwards (compute those, and
no others) gives the very numbers that the whole net gives, in a fraction of the time: most is gained on the deep layers
of a dilated net, each as fine as the others but needed in few places. The same way answers "what if this patch of the
photo changed?": only units that see the patch, and that the pixel needs, are computed anew.

What there is to know of a convolution (kernel, stride, dilation, padding) is read from the net itself, so this holds
for the trunk of `seglib.models.lite0`, dilated by `seglib.models.dilated` or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from seglib.models.fcn import FCN, fuse, pad_to_grid, padded_side
from seglib.models.lite0 import Lite0Trunk

Span = tuple[int, int]  # units from the first up to, not including, the second, along one axis
Region = tuple[Span, Span]  # rows and columns
NOTHING: Span = (0, 0)


@dataclass(frozen=True)
class Part:
    """Some units of one feature map."""

    values: torch.Tensor  # (N, C, h, w)
    region: Region
    size: tuple[int, int]  # units of the whole map
    rest: Part | None = None  # where to find the others; None where nobody will ask

    def read(self, region: Region) -> torch.Tensor:
        """Units of a region; beyond the map there are zeros, as a convolution's padding."""
        inside = _clip(region, self.size)
        if self.rest is None:
            values = _cut(self.values, inside, self.region)
        else:
            values = self.rest.read(inside)
            both = tuple(map(_meet, inside, self.region))
            if NOTHING not in both:
                values = values.clone()
                _cut(values, both, inside).copy_(_cut(self.values, both, self.region))
        (top, bottom), (left, right) = ((i[0] - r[0], r[1] - i[1]) for i, r in zip(inside, region, strict=True))
        return F.pad(values, (left, right, top, bottom)) if top or bottom or left or right else values


def _meet(a: Span, b: Span) -> Span:
    first, end = max(a[0], b[0]), min(a[1], b[1])
    return (first, end) if first < end else NOTHING


def _hull(a: Span, b: Span) -> Span:
    if NOTHING in (a, b):
        return b if a == NOTHING else a
    return min(a[0], b[0]), max(a[1], b[1])


def _clip(region: Region, size: tuple[int, int]) -> Region:
    return tuple(_meet(span, (0, n)) for span, n in zip(region, size, strict=True))


def _cut(values: torch.Tensor, region: Region, of: Region) -> torch.Tensor:
    """A region's units out of a tensor that holds those of the region ``of``."""
    (top, bottom), (left, right) = region
    return values[..., top - of[0][0] : bottom - of[0][0], left - of[1][0] : right - of[1][0]]


def _taps(kernel: int, stride: int, dilation: int, padding: int, span: Span) -> Span:
    """Units below that the units of ``span`` look at; may reach beyond the map, into the padding."""
    return span[0] * stride - padding, (span[1] - 1) * stride - padding + (kernel - 1) * dilation + 1


def _seers(kernel: int, stride: int, dilation: int, padding: int, span: Span) -> Span:
    """Units above among which are all that look at a unit of ``span``."""
    first, end = -(-(span[0] + padding - (kernel - 1) * dilation) // stride), (span[1] - 1 + padding) // stride + 1
    return (first, end) if first < end else NOTHING


def _through(function: Callable[..., Span], module: nn.Module, region: Region) -> Region:
    """`_taps` or `_seers` of a module of the trunk, along both axes."""
    if NOTHING in region:
        return region
    conv = module[0]
    facts = zip(conv.kernel_size, conv.stride, conv.dilation, conv.padding, region, strict=True)
    return tuple(function(*fact) for fact in facts)


def _run(module: nn.Module, below: Part, region: Region) -> torch.Tensor:
    """A region of what the module makes of the map below."""
    conv, norm = module
    x = below.read(_through(_taps, module, region))
    return norm(F.conv2d(x, conv.weight, conv.bias, conv.stride, 0, conv.dilation, conv.groups))


def can_look_at(model: nn.Module) -> bool:
    """Whether `OnePixel` knows this net's kind: scores of one trunk's features, upsampled and added."""
    # A trunk's subclass may do something else with its layers.
    return isinstance(model, FCN) and type(model.trunk) is Lite0Trunk


class OnePixel:
    """One pixel of pictures of one ``size`` through one net: ``scores(x)`` is ``model(x)[..., row, col]``, sooner."""

    def __init__(self, model: nn.Module, size: tuple[int, int], point: tuple[int, int]) -> None:
        if not all(0 <= at < n for at, n in zip(point, size, strict=True)):
            raise ValueError(f"pixel {point}: wanted one inside a picture of {size[0]} rows and {size[1]} columns")
        self.model, self.size, self.point = model, size, point
        self.blocks = [block for stage in model.trunk.stages.values() for block in stage]
        # Maps from the picture up: the picture, the stem's, one for each layer of a block. Who makes which of which:
        self.makers: list[nn.Sequential] = [model.trunk.stem]
        self.makers += [layer for block in self.blocks for layer in block.chain]
        self.sizes: list[tuple[int, int]] = [tuple(padded_side(n) for n in size)]
        jumps = [1]
        for module in self.makers:
            conv = module[0]
            facts = zip(self.sizes[-1], conv.kernel_size, conv.stride, conv.dilation, conv.padding, strict=True)
            self.sizes.append(tuple((n + 2 * p - (k - 1) * d - 1) // s + 1 for n, k, s, d, p in facts))
            jumps.append(jumps[-1] * conv.stride[0])
        self.features: dict[int, tuple[int, Region]] = {}  # by stage: which map, and which of its units
        heads = [layer for layer in model.score.modules() if isinstance(layer, nn.Conv2d)]
        reach = sum((conv.kernel_size[0] - 1) * conv.dilation[0] // 2 for conv in heads)  # 0 for 1x1 scores
        self.home = tuple(_home(p, n, jumps[-1], reach) for p, n in zip(point, self.sizes[0], strict=True))
        at = 1
        for stride, stage in model.trunk.stages.items():
            at += sum(len(block.chain) for block in stage)
            units = tuple((first // jumps[at], (end - 1) // jumps[at] + 1) for first, end in self.home)
            if int(stride) > 2:
                self.features[int(stride)] = at, units
        self.needed = self._look_down()

    def _look_down(self) -> list[Region]:
        """Units of each map that the pixel needs."""
        needed: list[Region] = [(NOTHING, NOTHING)] * len(self.sizes)

        def want(at: int, region: Region) -> None:
            needed[at] = tuple(map(_hull, needed[at], _clip(region, self.sizes[at])))

        for at, units in self.features.values():
            want(at, units)
        above = len(self.sizes) - 1
        for block in reversed(self.blocks):
            end = above
            for layer in reversed(block.chain):
                want(above - 1, _through(_taps, layer, needed[above]))
                above -= 1
            if block.shortcut:
                want(above, needed[end])
        want(0, _through(_taps, self.model.trunk.stem, needed[1]))
        return needed

    def maps(self, x: torch.Tensor) -> list[Part]:
        """What is needed of every map of pictures ``(N, 3, H, W)``, the picture's own first; differentiable."""
        x = pad_to_grid(x)
        picture = Part(_cut(x, self.needed[0], ((0, 0), (0, 0))), self.needed[0], self.sizes[0])
        return self._climb(picture, None)

    def scores(self, x: torch.Tensor) -> torch.Tensor:
        """Class scores of the pixel, ``(N, K)``, for pictures ``(N, 3, H, W)``; differentiable."""
        return self.read_scores(self.maps(x))

    def scores_without(self, before: list[Part], patch: Region, value: float = 0.0) -> torch.Tensor:
        """Class scores, ``(N, K)``, if a patch of the picture held ``value``; ``before`` are the picture's `maps`."""
        patch = tuple(map(_meet, _clip(patch, self.size), self.needed[0]))
        if NOTHING in patch:  # out of sight
            return self.read_scores(before)
        blank = torch.full_like(before[0].read(patch), value)
        return self.read_scores(self._climb(Part(blank, patch, self.sizes[0], before[0]), before))

    def _climb(self, picture: Part, before: list[Part] | None) -> list[Part]:
        """All maps above the picture: what is needed of them, or, with ``before``, what has changed of that."""
        maps = [picture]

        def add(changed: Region, compute: Callable[[Region], torch.Tensor]) -> None:
            at = len(maps)
            region = tuple(map(_meet, changed, self.needed[at])) if before else self.needed[at]
            if NOTHING in region:
                maps.append(before[at])
            else:
                maps.append(Part(compute(region), region, self.sizes[at], before[at] if before else None))

        def same(at: int) -> bool:
            return before is not None and maps[at] is before[at]

        def touched(module: nn.Module, at: int) -> Region:
            return (NOTHING, NOTHING) if same(at) else _through(_seers, module, maps[at].region)

        def follow(layer: nn.Module) -> None:
            below = maps[-1]
            add(touched(layer, len(maps) - 1), lambda region: F.relu6(_run(layer, below, region)))

        def join(block: nn.Module, start: int) -> None:
            below, narrow, last = maps[start], maps[-1], block.chain[-1]
            changed = touched(last, len(maps) - 1)
            if not block.shortcut:
                add(changed, lambda region: _run(last, narrow, region))
                return
            if not same(start):
                changed = tuple(map(_hull, changed, below.region))
            add(changed, lambda region: below.read(region) + _run(last, narrow, region))

        follow(self.model.trunk.stem)
        for block in self.blocks:
            start = len(maps) - 1
            for layer in block.chain[:-1]:
                follow(layer)
            join(block, start)
        return maps

    def read_scores(self, maps: list[Part]) -> torch.Tensor:
        """Class scores of the pixel, ``(N, K)``, from its `maps`."""
        features = {stage: maps[at].read(units) for stage, (at, units) in self.features.items()}
        (top, bottom), (left, right) = self.home
        scores = fuse(self.model.score_features(features), (bottom - top, right - left))
        return scores[..., self.point[0] - top, self.point[1] - left]


def _home(at: int, side: int, jump: int, reach: int) -> Span:
    """Pixels from one unit of the coarsest grid to the next, with ``at`` among them: all streams meet there.

    And ``reach`` units more on both sides, as far as there are any, for scores that look at neighbours, too.
    """
    last = (side - 1) // jump
    unit = min(at // jump, max(last - 1, 0))
    return max(unit - reach, 0) * jump, min(unit + 1 + reach, last) * jump + 1
