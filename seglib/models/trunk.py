"""The trunk of the street nets: a plain residual network written as one table, from scratch.

Five times the picture is convolved and subsampled by two; after each of the last four, features are
handed out, keyed by their stride: ``trunk(x) -> {4: ..., 8: ..., 16: ..., 32: ...}``. The same table is
given to `seglib.receptive_field`, so the net and what the app tells about it cannot drift apart.

Residual blocks follow He et al., "Deep residual learning", CVPR 2016, figure 2. Departures from their
ResNet-18: thinner, the stem's 7x7 convolution and pooling are one strided 3x3 convolution.

Grids line up exactly for pictures of ``32 m + 1`` pixels a side (321, 481, 513: the sizes DeepLab uses):
unit ``i`` at stride ``s`` then sits on pixel ``i * s``, and the last one on the last pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from seglib.receptive_field import Layer

STEM_CHANNELS = 24


@dataclass(frozen=True)
class Stage:
    """Residual blocks between two subsamplings; the first block subsamples by two."""

    stride: int  # of the stage's output, in input pixels
    channels: int
    blocks: int


STAGES = (Stage(4, 32, 2), Stage(8, 64, 2), Stage(16, 128, 2), Stage(32, 192, 2))
CHANNELS = {stage.stride: stage.channels for stage in STAGES}


def layer_table(stride: int = 32) -> list[Layer]:
    """The chain of convolutions from the picture to the features at ``stride``, along the longest path.

    Short cuts inside residual blocks see less than this chain does, so it bounds the window.
    """
    if stride not in CHANNELS:
        raise ValueError(f"no features at stride {stride}: there are {', '.join(map(str, CHANNELS))}")
    table = [Layer(3, stride=2, padding=1, name="stem", channels=STEM_CHANNELS)]
    for stage in STAGES:
        for block in range(stage.blocks):
            name = f"stride {stage.stride}, block {block + 1}"
            table += [
                Layer(3, stride=2 if block == 0 else 1, padding=1, name=f"{name}, first", channels=stage.channels),
                Layer(3, padding=1, name=f"{name}, second", channels=stage.channels),
            ]
        if stage.stride == stride:
            break
    return table


class ConvNorm(nn.Sequential):
    """Convolution, then batch normalisation; the norm's offset stands in for the bias."""

    def __init__(self, channels_in: int, channels_out: int, layer: Layer) -> None:
        convolution = nn.Conv2d(
            channels_in,
            channels_out,
            layer.kernel,
            stride=layer.stride,
            padding=layer.padding,
            dilation=layer.dilation,
            bias=False,
        )
        super().__init__(convolution, nn.BatchNorm2d(channels_out))


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions whose result is added to their input."""

    def __init__(self, channels_in: int, channels_out: int, first: Layer, second: Layer) -> None:
        super().__init__()
        self.first = ConvNorm(channels_in, channels_out, first)
        self.second = ConvNorm(channels_out, channels_out, second)
        self.shortcut: nn.Module = nn.Identity()
        if first.stride > 1 or channels_in != channels_out:
            self.shortcut = ConvNorm(channels_in, channels_out, Layer(1, stride=first.stride))

    @property
    def chain(self) -> Sequence[ConvNorm]:
        """Its layers in order, each read by the next; what the last one makes is added to the short cut's."""
        return self.first, self.second

    def end(self, x: torch.Tensor) -> torch.Tensor:
        """What becomes of the sum."""
        return torch.relu(x)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.end(self.shortcut(x) + self.second(torch.relu(self.first(x))))


class Trunk(nn.Module):
    """Pictures ``(N, 3, H, W)`` in, ``{stride: features (N, C, H / stride, W / stride)}`` out.

    The trunk may end early, after the stage of stride ``last``.
    """

    activation = staticmethod(torch.relu)  # after the stem, and between the layers of a block

    @staticmethod
    def prepare(x: torch.Tensor) -> torch.Tensor:
        """Pictures in the range that this trunk was trained on: ``(rgb / 255 - 0.5) / 0.25``."""
        return (128 * x - 0.5) / 63.75

    def __init__(self, last: int = 32) -> None:
        super().__init__()
        table = iter(layer_table(last))
        self.stem = ConvNorm(3, STEM_CHANNELS, next(table))
        self.stages = nn.ModuleDict()
        channels = STEM_CHANNELS
        for stage in (stage for stage in STAGES if stage.stride <= last):
            blocks = []
            for _ in range(stage.blocks):
                blocks.append(ResidualBlock(channels, stage.channels, next(table), next(table)))
                channels = stage.channels
            self.stages[str(stage.stride)] = nn.Sequential(*blocks)

    def forward(self, x: torch.Tensor) -> dict[int, torch.Tensor]:
        x = torch.relu(self.stem(self.prepare(x)))
        features = {}
        for stride, stage in self.stages.items():
            x = features[int(stride)] = stage(x)
        return features
