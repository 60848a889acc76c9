"""The units of a trunk: where each is strongest, what lies in its window, and what an answer is without it.

A unit is one channel of the features of a stage, the same filter at every place. What it looks for is told by the
places where it is strongest: Zeiler & Fergus, "Visualizing and understanding convolutional networks", ECCV 2014,
section 4; each place is shown as the middle of the unit's window, for the whole window is often larger than the
photo. Units are ranked by the features as they are handed out, before any ReLU6, whose ceiling would make ties.

What a unit is good for is told by switching it off: its map is set to zero and the net goes on from there (Bau et
al., "Understanding the role of individual units in a deep neural network", PNAS 2020).

Everything here asks a trunk for its ``stages`` and features by stride, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

Features = dict[int, torch.Tensor]  # {stride: (1, C, h, w)}


@dataclass(frozen=True)
class Place:
    """Where a unit fires, and how strongly."""

    photo: str
    point: tuple[int, int]  # pixel that the unit sits on
    value: float


def strongest(maps: torch.Tensor, stride: int, size: tuple[int, int], photo: str) -> list[Place]:
    """Each unit's strongest place on one photo of ``size``, from its maps ``(C, h, w)``; padding does not count."""
    rows, cols = (min(units, (n - 1) // stride + 1) for units, n in zip(maps.shape[1:], size, strict=True))
    values, at = maps[:, :rows, :cols].flatten(1).max(1)
    return [
        Place(photo, (index // cols * stride, index % cols * stride), value)
        for value, index in zip(values.tolist(), at.tolist(), strict=True)
    ]


def best_of(places: Iterable[Place], most: int) -> list[Place]:
    """The strongest of a unit's places over several photos, strongest first."""
    return sorted(places, key=lambda place: -place.value)[:most]


def crop_around(image: np.ndarray, point: tuple[int, int], side: int) -> tuple[np.ndarray, tuple[int, int]]:
    """A square of ``side`` pixels round a pixel, moved inside the photo where it would leave it; and its corner.

    A photo smaller than the square is cut to the photo.
    """
    top, left = (max(0, min(at - side // 2, n - side)) for at, n in zip(point, image.shape[:2], strict=True))
    return image[top : top + side, left : left + side], (top, left)


def unit_map(features: Mapping[int, torch.Tensor], stride: int, unit: int) -> np.ndarray:
    """One unit's map, ``(h, w)``; `ValueError` if there is no such unit."""
    if stride not in features:
        raise ValueError(f"no features at stride {stride}: there are {', '.join(map(str, features))}")
    channels = features[stride].shape[1]
    if not 0 <= unit < channels:
        raise ValueError(f"unit {unit} at stride {stride}: there are {channels}, from 0 to {channels - 1}")
    return features[stride][0, unit].numpy()


def without_units(trunk: nn.Module, features: Features, stride: int, units: Sequence[int]) -> Features:
    """The trunk's features if some units of one stage were zero; stages before it are as they were.

    Only the stages after it are computed anew. Neither ``trunk`` nor ``features`` is changed.
    """
    for unit in units:
        unit_map(features, stride, unit)  # refuses what is not there
    x = features[stride].clone()
    x[:, list(units)] = 0
    changed = {**features, stride: x}
    with torch.no_grad():
        for name, stage in trunk.stages.items():
            if int(name) > stride:
                x = changed[int(name)] = stage(x)
    return {s: changed[s] for s in features}
