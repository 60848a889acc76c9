"""What each level of a pyramid net costs: multiply-adds counted while it runs, and time measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from seglib.costs.cost import multiply_adds
from seglib.models.prediction import image_tensor
from seglib.models.pyramid import Pyramid, level_inputs, share


@dataclass(frozen=True)
class LevelCost:
    """The trunk and its part of the classifier on one level."""

    size: tuple[int, int]  # of the level in pixels, padding included
    multiply_adds: int
    seconds: float


def level_costs(model: Pyramid, image: np.ndarray, repeats: int = 5) -> tuple[float, list[LevelCost]]:
    """Seconds to make the pyramid of an image ``(H, W, 3)`` uint8, and the cost of each level, finest first.

    Times are processor times, the shortest of ``repeats``: whatever else the machine does can only lengthen them.
    """
    if not repeats > 0:
        raise ValueError(f"{repeats} repeats: wanted one at least")
    with torch.inference_mode():
        x = image_tensor(image)
        making = _shortest(lambda: level_inputs(x, model.levels), repeats)
        costs = []
        weights = model.score.weight.chunk(model.levels, 1)
        for level, weight in zip(level_inputs(x, model.levels), weights, strict=True):
            counted = multiply_adds(lambda level=level, weight=weight: F.conv2d(*share(model.trunk, [level]), weight))
            seconds = _shortest(lambda level=level: share(model.trunk, [level]), repeats)
            costs.append(LevelCost(tuple(level.shape[-2:]), counted, seconds))
    return making, costs


def _shortest(run: Callable[[], object], repeats: int) -> float:
    """Processor time of this thread, so that others who want the machine do not count."""
    times = []
    for _ in range(repeats):
        started = time.thread_time()
        run()
        times.append(time.thread_time() - started)
    return min(times)
