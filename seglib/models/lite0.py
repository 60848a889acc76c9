"""EfficientNet-Lite0, written as one table: the classifier that ImageNet taught, and its trunk.

Five times the picture is convolved and subsampled by two; after each of the last four, features are
handed out, keyed by their stride: ``trunk(x) -> {4: ..., 8: ..., 16: ..., 32: ...}``. The same table is
given to `seglib.receptive_field`, so the net and what the app tells about it cannot drift apart.

A block is an inverted residual (Sandler et al., "MobileNetV2", CVPR 2018, section 3): a 1x1 convolution widens,
a depthwise one looks around, a 1x1 narrows again, and a short cut joins the narrow ends. How many blocks, how
wide: Tan & Le, "EfficientNet", ICML 2019, table 1; "Lite" leaves out squeeze-and-excite and has ReLU6 for swish.
ReLU6 overwrites what it reads, which nobody else does: a fifth less time for a photo, and the same numbers.
Departure: padding is ``kernel // 2`` on every side, where TensorFlow's is lopsided at stride 2.

Pictures are ``(N, 3, H, W)`` float32, ``(rgb - 127) / 128``. Grids line up exactly for pictures of ``32 m + 1`` pixels
a side: unit ``i`` at stride ``s`` then sits on pixel ``i * s``, and the last one on the last pixel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from seglib.receptive_field import Layer

STEM_CHANNELS = 32
NORM_FLOOR = 1e-3  # added to the variance, as in the net that the ImageNet weights come from
HEAD_CHANNELS = 1280
NUM_CLASSES = 1000


@dataclass(frozen=True)
class Group:
    """Blocks alike; the first one may subsample."""

    stride: int  # of the group's output, in input pixels
    blocks: int
    kernel: int
    expansion: int
    channels: int


GROUPS = (
    Group(2, 1, 3, 1, 16),
    Group(4, 2, 3, 6, 24),
    Group(8, 2, 5, 6, 40),
    Group(16, 3, 3, 6, 80),
    Group(16, 3, 5, 6, 112),
    Group(32, 4, 5, 6, 192),
    Group(32, 1, 3, 6, 320),
)
CHANNELS = {group.stride: group.channels for group in GROUPS if group.stride > 2}  # of the features handed out


@dataclass(frozen=True)
class Block:
    """One inverted residual of the table."""

    stride: int  # of its output, in input pixels
    channels_in: int
    channels_out: int
    expansion: int
    layer: Layer  # its depthwise convolution, the only one that looks beyond its own unit


def block_table(stride: int = 32) -> Iterator[Block]:
    """The blocks from the stem to the features at ``stride``, in order."""
    below, channels = 2, STEM_CHANNELS
    for group in (group for group in GROUPS if group.stride <= stride):
        for number in range(1, group.blocks + 1):
            layer = Layer(
                group.kernel,
                stride=group.stride // below,
                padding=group.kernel // 2,
                name=f"stride {group.stride}, {group.channels} channels, block {number}",
                channels=channels * group.expansion,
            )
            yield Block(group.stride, channels, group.channels, group.expansion, layer)
            below, channels = group.stride, group.channels


def layer_table(stride: int = 32) -> list[Layer]:
    """The chain of convolutions from the picture to the features at ``stride``, along the longest path.

    1x1 convolutions, which see one unit, are left out. Short cuts see less than this chain, so it bounds the window.

    >>> from seglib.receptive_field import receptive_field
    >>> [receptive_field(layer_table(stride)).size for stride in CHANNELS]
    [19, 67, 339, 851]
    """
    if stride not in CHANNELS:
        raise ValueError(f"no features at stride {stride}: there are {', '.join(map(str, CHANNELS))}")
    stem = Layer(3, stride=2, padding=1, name="stem", channels=STEM_CHANNELS)
    return [stem, *(block.layer for block in block_table(stride))]


class ConvNorm(nn.Sequential):
    """Convolution, then batch normalisation; the norm's offset stands in for the bias."""

    def __init__(self, channels_in: int, channels_out: int, layer: Layer | None = None, groups: int = 1) -> None:
        layer = layer or Layer(1)
        convolution = nn.Conv2d(
            channels_in,
            channels_out,
            layer.kernel,
            stride=layer.stride,
            padding=layer.padding,
            dilation=layer.dilation,
            groups=groups,
            bias=False,
        )
        super().__init__(convolution, nn.BatchNorm2d(channels_out, eps=NORM_FLOOR))


class InvertedResidual(nn.Module):
    """Widen, look around channel by channel, narrow; added to the input where both are alike."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        wide = block.channels_in * block.expansion
        self.expand = ConvNorm(block.channels_in, wide) if block.expansion > 1 else None
        self.depthwise = ConvNorm(wide, wide, block.layer, groups=wide)
        self.project = ConvNorm(wide, block.channels_out)
        self.shortcut = block.layer.stride == 1 and block.channels_in == block.channels_out

    @property
    def chain(self) -> Sequence[ConvNorm]:
        """Its layers in order, each read by the next; a ReLU6 after all but the last ("linear bottleneck")."""
        return tuple(layer for layer in (self.expand, self.depthwise, self.project) if layer is not None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        wide = F.relu6(self.expand(x), inplace=True) if self.expand else x
        narrow = self.project(F.relu6(self.depthwise(wide), inplace=True))
        return x + narrow if self.shortcut else narrow


class Lite0Trunk(nn.Module):
    """Pictures ``(N, 3, H, W)`` in, ``{stride: features (N, C, H / stride, W / stride)}`` out.

    The trunk may end early, with the features of stride ``last``.
    """

    def __init__(self, last: int = 32) -> None:
        super().__init__()
        self.stem = ConvNorm(3, STEM_CHANNELS, layer_table(last)[0])
        stages: dict[str, list[nn.Module]] = {}
        for block in block_table(last):
            stages.setdefault(str(block.stride), []).append(InvertedResidual(block))
        self.stages = nn.ModuleDict({stride: nn.Sequential(*blocks) for stride, blocks in stages.items()})

    def forward(self, x: torch.Tensor) -> dict[int, torch.Tensor]:
        x = F.relu6(self.stem(x), inplace=True)
        features = {}
        for stride, stage in self.stages.items():
            x = stage(x)
            if int(stride) in CHANNELS:
                features[int(stride)] = x
        return features


class Lite0Classifier(nn.Module):
    """ImageNet's classifier: trunk, a 1x1 layer of 1280 channels, the mean over the picture, 1000 scores."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Lite0Trunk()
        self.head = ConvNorm(CHANNELS[32], HEAD_CHANNELS)
        self.classifier = nn.Linear(HEAD_CHANNELS, NUM_CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits ``(N, 1000)``, classes in the order of torchvision's ``categories``."""
        return self.classifier(self.head_features(x).mean((2, 3)))

    def head_features(self, x: torch.Tensor) -> torch.Tensor:
        """What the mean is taken of: ``(N, 1280, H / 32, W / 32)``, at least 0 and at most 6."""
        return F.relu6(self.head(self.trunk(x)[32]), inplace=True)
