"""The two frozen nets that heads are taught on: ImageNet's trunk, and the same with random weights.

``python -m seglib.teach.nets`` measures the fixed statistics of the first on the ten bundled photos.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from seglib.assets import ASSETS
from seglib.images import check_image
from seglib.models.fcn import padded_side
from seglib.models.folding import fold_norms
from seglib.models.imagenet import load_imagenet
from seglib.models.lite0 import Lite0Trunk
from seglib.models.prediction import to_input
from seglib.photos import PHOTOS, load_photo
from seglib.teach.features import COLOUR, Features, Grids, colours, shrink

STATISTICS = ASSETS / "statistics" / "teach_features.json"
Statistics = dict[int, tuple[np.ndarray, np.ndarray]]  # {stride: (mean (C,), standard deviation (C,))}


@dataclass(frozen=True, eq=False)
class FrozenNet:
    """A trunk that does not learn any more, and the statistics of its features."""

    name: str
    trunk: nn.Module = field(repr=False)  # (N, 3, H, W) to {stride: (N, C, h, w)}
    statistics: Statistics = field(repr=False)


def photo_features(image: np.ndarray, net: FrozenNet) -> Features:
    """Features of a photo ``(H, W, 3)`` uint8; about 0.1 s of one core at 640 x 427 pixels."""
    small = shrink(check_image(image))
    grids = raw_grids(small, net.trunk)
    standard = {}
    for stride, grid in grids.items():
        mean, deviation = net.statistics[stride]
        standard[stride] = (grid - mean[:, None, None]) / deviation[:, None, None]
    return Features(image.shape[:2], small.shape[:2], standard)


def raw_grids(image: np.ndarray, trunk: nn.Module) -> Grids:
    """Features as the net gives them, and colours, coarsest first."""
    height, width = image.shape[:2]
    below, right = padded_side(height) - height, padded_side(width) - width
    padded = np.pad(image, ((0, below), (0, right), (0, 0)), mode="edge")
    with torch.inference_mode():
        features = trunk(to_input(torch.from_numpy(padded)[None]))
    grids = {stride: features[stride][0].numpy() for stride in sorted(features, reverse=True)}
    return grids | {COLOUR: colours(padded)}


def imagenet_net() -> FrozenNet:
    """The trunk that ImageNet taught; `seglib.models.cards.WeightsError` if its weights are missing or damaged."""
    return FrozenNet("ImageNet", frozen(load_imagenet().trunk), read_statistics())


def random_net(images: Iterable[np.ndarray], seed: int = 0) -> FrozenNet:
    """The same trunk with random weights, its norms set to what they meet in some images, its statistics theirs.

    Without that, activations would shrink from layer to layer, and not the weights would be compared but their scale.
    """
    images = [shrink(image) for image in images]
    generator = torch.Generator().manual_seed(seed)
    trunk = Lite0Trunk()
    for module in trunk.modules():
        if isinstance(module, nn.Conv2d):
            # He, Zhang, Ren & Sun, ICCV 2015
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the mean over all images
    with torch.no_grad():
        for image in images:
            trunk.train()(to_input(torch.from_numpy(image)[None]))
    trunk = frozen(trunk.eval())
    return FrozenNet("random weights", trunk, measure_statistics(trunk, images))


def frozen(trunk: nn.Module) -> nn.Module:
    """A copy of the trunk that learns no more, its norms folded into its convolutions."""
    return fold_norms(trunk).requires_grad_(False)


def measure_statistics(trunk: nn.Module, images: Iterable[np.ndarray]) -> Statistics:
    """Mean and standard deviation of every channel over photos; every photo counts alike, whatever its size."""
    sums: dict[int, list[np.ndarray]] = {}
    for image in images:
        for stride, grid in raw_grids(shrink(image), trunk).items():
            units = grid.reshape(len(grid), -1).astype(np.float64)
            sums.setdefault(stride, []).append(np.stack([units.mean(1), (units**2).mean(1)]))
    statistics = {}
    for stride, moments in sums.items():
        mean, square = np.mean(moments, axis=0)
        deviation = np.sqrt(np.maximum(square - mean**2, 1e-12))
        statistics[stride] = mean.astype(np.float32), deviation.astype(np.float32)
    return statistics


def read_statistics(path: Path = STATISTICS) -> Statistics:
    """Statistics that `write_statistics` wrote; those of the ten bundled photos come with the app."""
    content = json.loads(path.read_text())["layers"]
    array = partial(np.array, dtype=np.float32)
    return {int(stride): (array(layer["mean"]), array(layer["deviation"])) for stride, layer in content.items()}


def write_statistics(path: Path, statistics: Statistics) -> None:
    """Keep statistics, rounded to six digits, with the command that measured them."""
    layers = {
        stride: {"mean": [float(f"{m:.6g}") for m in mean], "deviation": [float(f"{d:.6g}") for d in deviation]}
        for stride, (mean, deviation) in statistics.items()
    }
    path.write_text(
        json.dumps({"command": "python -m seglib.teach.nets", "photos": list(PHOTOS), "layers": layers}) + "\n"
    )


def main() -> None:
    trunk = frozen(load_imagenet().trunk)
    write_statistics(STATISTICS, measure_statistics(trunk, map(load_photo, PHOTOS)))


if __name__ == "__main__":
    main()
