"""Fully convolutional networks: class scores at several strides, upsampled and added.

FCN-32s scores the trunk's last features with a 1x1 convolution, one score map per class on a grid 32
times coarser than the photo, and upsamples. FCN-16s, 8s and 4s also score earlier, finer features (each a
"stream") and add: coarse streams know *what*, fine ones *where*. The nets differ in `STREAMS` alone.

Source: Long, Shelhamer & Darrell, CVPR 2015, section 4.2; Shelhamer, Long & Darrell, TPAMI 2017.
Departures: another trunk from ImageNet than VGG16; a stride-4 stream, which the paper leaves out; bilinear upsampling
stays fixed, where the paper lets some of it learn.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from seglib.models.lite0 import CHANNELS, Lite0Trunk

STREAMS = {  # name: strides whose scores are added, coarsest first
    "fcn32s": (32,),
    "fcn16s": (32, 16),
    "fcn8s": (32, 16, 8),
    "fcn4s": (32, 16, 8, 4),
}
SHALLOW = {"shallow8": (8,)}  # earlier layers only: the trunk ends there
GRID = 32  # pictures are padded to GRID * m + 1 pixels a side, where all grids line up


def padded_side(pixels: int) -> int:
    """The next ``32 m + 1``."""
    return pixels + -(pixels - 1) % GRID


def pad_to_grid(x: torch.Tensor) -> torch.Tensor:
    """Pad right and below with zeros to the next ``32 m + 1`` pixels a side."""
    height, width = x.shape[-2:]
    return F.pad(x, (0, padded_side(width) - width, 0, padded_side(height) - height))


def upsample(scores: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Bilinear interpolation that keeps corner units on corner pixels, ``(N, K, h, w)`` to ``(N, K, *size)``."""
    return F.interpolate(scores, size=size, mode="bilinear", align_corners=True)


def fuse_on_grid(streams: dict[int, torch.Tensor]) -> torch.Tensor:
    """Upsample and add, coarse to fine, up to the finest stream's own grid, ``(N, K, h, w)``."""
    total, *finer = streams.values()
    for scores in finer:
        total = upsample(total, scores.shape[-2:]) + scores
    return total


def fuse(streams: dict[int, torch.Tensor], size: tuple[int, int], every: int = 1) -> torch.Tensor:
    """Sum of the streams at the photo's ``size``: logits ``(N, K, H, W)``.

    ``streams`` is ``{stride: scores (N, K, h, w)}``, coarsest first. With ``every`` 2 or 4, a divisor of the
    finest stride, only every 2nd or 4th row and column is computed, the same numbers as ``[..., ::every, ::every]``.
    """
    total, stride = fuse_on_grid(streams), min(streams) // every
    whole = tuple((n - 1) * stride + 1 for n in total.shape[-2:])
    height, width = (-(-n // every) for n in size)
    return upsample(total, whole)[..., :height, :width]


def contributions(streams: dict[int, torch.Tensor], size: tuple[int, int]) -> dict[int, torch.Tensor]:
    """What each stream alone adds to the logits, at the photo's size.

    `fuse` is linear, so these shares, one ``(N, K, H, W)`` a stride, sum to the logits.
    """
    shares = {}
    for stride in streams:
        alone = {s: scores if s == stride else torch.zeros_like(scores) for s, scores in streams.items()}
        shares[stride] = fuse(alone, size)
    return shares


def contributions_at(streams: dict[int, torch.Tensor], point: tuple[int, int]) -> dict[int, torch.Tensor]:
    """What each stream adds to the logits of one pixel (row, col), ``{stride: (N, K)}``: of `fuse`, without the others.

    Upsampling step by step is the same as at once, for each step's knots are among the next one's; so a pixel asks at
    most four units of each stream.
    """
    finest = streams[min(streams)]
    last = [(n - 1) * min(streams) for n in finest.shape[-2:]]  # the pixel that the last units sit on
    shares = {}
    for stride, scores in streams.items():
        values = scores
        for at, end in zip(point, last, strict=True):  # (N, K, h, w), then (N, K, w), then (N, K)
            place = at * (values.shape[2] - 1) / max(end, 1)
            first = min(int(place), values.shape[2] - 1)
            low, high = values[:, :, first], values[:, :, min(first + 1, values.shape[2] - 1)]
            values = low + (place - first) * (high - low)
        shares[stride] = values
    return shares


class FCN(nn.Module):
    """A trunk, a 1x1 score layer for each of ``strides``, and the sum of their upsampled scores.

    Pictures are ``(N, 3, H, W)`` float32, ``(rgb - 127) / 128``, of any size from 1x1 up.
    """

    def __init__(self, num_classes: int, strides: tuple[int, ...] = STREAMS["fcn32s"]) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.strides = tuple(sorted(strides, reverse=True))
        self.trunk = Lite0Trunk(max(strides))
        self.score = nn.ModuleDict({str(s): nn.Conv2d(CHANNELS[s], num_classes, 1) for s in self.strides})
        for stride in self.strides[1:]:  # skips start at zero, so that a net grows out of the coarser one
            nn.init.zeros_(self.score[str(stride)].weight)
            nn.init.zeros_(self.score[str(stride)].bias)

    def streams(self, x: torch.Tensor) -> dict[int, torch.Tensor]:
        """Class scores of each stream on its own grid, ``{stride: (N, K, h, w)}``, coarsest first."""
        return self.score_features(self.trunk(pad_to_grid(x)))

    def score_features(self, features: dict[int, torch.Tensor]) -> dict[int, torch.Tensor]:
        """Class scores from the trunk's features, ``{stride: (N, C, h, w)}`` to ``{stride: (N, K, h, w)}``."""
        return {stride: self.score[str(stride)](features[stride]) for stride in self.strides}

    def forward(self, x: torch.Tensor, every: int = 1) -> torch.Tensor:
        """Logits ``(N, K, H, W)``, or of every ``every``-th row and column alone, see `fuse`."""
        return fuse(self.streams(x), x.shape[-2:], every)
