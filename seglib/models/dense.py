"""Nets that stop subsampling at stride 8 and score the last layer on that grid: `plain8`, `dilated8`, `deeplab`.

All start as fcn32s, weight for weight, and are converted by `seglib.models.dilated.dilate`. `plain8` loses the later
subsampling and gets nothing for it, so its window shrinks; `dilated8` gets dilation 2, then 4 in its place, and keeps
the window. They have the same parameters and multiply-adds. `deeplab` is `dilated8` with one more dilated layer before
the scores, the "large field of view".

Source: Chen et al., "Semantic image segmentation with deep convolutional nets and fully connected CRFs", ICLR 2015,
section 3.1, and section 4.1 for the large field of view (3x3 taps at rate 12). Its CRF is `seglib.crf.mean_field`,
applied after.
"""

from __future__ import annotations

import torch
from torch import nn

from seglib.models.dilated import dilate
from seglib.models.fcn import FCN
from seglib.models.lite0 import CHANNELS, ConvNorm
from seglib.receptive_field import Layer

STRIDE = 8
FILLED = {"plain8": False, "dilated8": True}  # name: whether dilation takes the place of subsampling
LARGE_FIELD = Layer(3, dilation=12, padding=12, name="large field of view", channels=256)


class DenseNet(FCN):
    """fcn32s without subsampling after ``stride``, 8 in the family; with ``fill`` its window stays as wide.

    Pictures are ``(N, 3, H, W)`` float32, ``(rgb - 127) / 128``, of any size from 1x1 up.
    """

    def __init__(self, num_classes: int, fill: bool = True, stride: int = STRIDE) -> None:
        super().__init__(num_classes, (32,))
        self.trunk = dilate(self.trunk, stride, fill)
        self.strides = (stride,)

    def score_features(self, features: dict[int, torch.Tensor]) -> dict[int, torch.Tensor]:
        """Class scores of the last layer's features, ``{stride: (N, K, h, w)}``."""
        (stride,), (score,) = self.strides, self.score.values()
        return {stride: score(features[32])}


class DeepLab(DenseNet):
    """`dilated8` with a wide 3x3 convolution before the scores."""

    def __init__(self, num_classes: int) -> None:
        super().__init__(num_classes)
        head = ConvNorm(CHANNELS[32], LARGE_FIELD.channels, LARGE_FIELD)
        scores = nn.Conv2d(LARGE_FIELD.channels, num_classes, 1)
        self.score = nn.ModuleDict({"large": nn.Sequential(head, nn.ReLU(), scores)})
