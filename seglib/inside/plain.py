"""A small plain trunk, as VGG is plain, and its controls: the same convolutions with short cuts, with norms, with both.

Why did the FCN paper's trunk need skips to be taught, and ours not? Ours is full of short cuts that carry gradients
down whether or not there are skips. Whether it is they is seen by taking them away, and nothing else: all kinds here
have the same convolutions and, but for the one that tells so, start from the same numbers.

Plain: 3x3 convolutions and ReLU, subsampled by max-pooling (Simonyan & Zisserman, "VGG", ICLR 2015, table 1),
started as in He et al., "Delving deep into rectifiers", ICCV 2015, section 2.2. Short cuts: around each two
convolutions, missing channels filled with zeros (He et al., "Deep residual learning", CVPR 2016, section 3.3, option
A), so that they bring no weight of their own. Departures from VGG: thinner, for this has to learn in a minute;
pooled over 3x3, not 2x2, pixels, so that unit ``i`` at stride ``s`` sits on pixel ``i * s``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from seglib.models.fcn import FCN


@dataclass(frozen=True)
class Kind:
    """What is added to the plain convolutions."""

    shortcuts: bool = False
    norms: bool = False
    small_start: bool = False  # the library's weights, a sixth of He's in variance, which shrink what passes


KINDS = {
    "plain, small start": Kind(small_start=True),
    "plain": Kind(),
    "short cuts": Kind(shortcuts=True),
    "norms": Kind(norms=True),
    "short cuts and norms": Kind(shortcuts=True, norms=True),
}
STEM = 16  # channels
STAGES = {4: 32, 8: 64, 16: 96, 32: 128}  # {stride: channels}, two blocks of two convolutions each


class PlainBlock(nn.Module):
    """Two 3x3 convolutions, each rectified; with a short cut around both if so wished."""

    def __init__(self, channels_in: int, channels_out: int, kind: Kind) -> None:
        super().__init__()
        self.first = _convolution(channels_in, channels_out, kind)
        self.second = _convolution(channels_out, channels_out, kind)
        self.shortcut = kind.shortcuts

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.second(F.relu(self.first(x)))
        if self.shortcut:
            y = y + F.pad(x, (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))
        return F.relu(y)


def _convolution(channels_in: int, channels_out: int, kind: Kind) -> nn.Sequential:
    convolution = nn.Conv2d(channels_in, channels_out, 3, padding=1)
    if not kind.small_start:
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        nn.init.zeros_(convolution.bias)
    return nn.Sequential(convolution, nn.BatchNorm2d(channels_out)) if kind.norms else nn.Sequential(convolution)


def _subsampling() -> nn.MaxPool2d:
    return nn.MaxPool2d(3, stride=2, padding=1)


class PlainTrunk(nn.Module):
    """Pictures ``(N, 3, H, W)`` in, ``{stride: features (N, C, H / stride, W / stride)}`` out."""

    def __init__(self, kind: str = "plain", last: int = 32) -> None:
        super().__init__()
        if kind not in KINDS:
            raise ValueError(f"no trunk {kind!r}: there are {', '.join(KINDS)}")
        how = KINDS[kind]
        self.stem = nn.Sequential(
            _convolution(3, STEM, how), nn.ReLU(), _subsampling(), _convolution(STEM, STEM, how), nn.ReLU()
        )
        self.stages = nn.ModuleDict()
        below = STEM
        for stride, channels in STAGES.items():
            if stride > last:
                break
            self.stages[str(stride)] = nn.Sequential(
                _subsampling(),
                PlainBlock(below, channels, how),
                PlainBlock(channels, channels, how),
            )
            below = channels

    def forward(self, x: torch.Tensor) -> dict[int, torch.Tensor]:
        x = self.stem(x)
        features = {}
        for stride, stage in self.stages.items():
            x = features[int(stride)] = stage(x)
        return features


class PlainFCN(FCN):
    """An `FCN` on such a trunk."""

    def __init__(self, num_classes: int, strides: tuple[int, ...], kind: str = "plain") -> None:
        super().__init__(num_classes, strides)
        self.trunk = PlainTrunk(kind, max(strides))
        for stride in self.score:
            fresh = nn.Conv2d(STAGES[int(stride)], num_classes, 1)
            if int(stride) < max(strides):  # as in FCN: a skip starts at zero
                nn.init.zeros_(fresh.weight)
                nn.init.zeros_(fresh.bias)
            self.score[stride] = fresh
