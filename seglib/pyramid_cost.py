"""What each level of a pyramid net costs: multiply-adds counted while it runs, and time measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from seglib.models.pyramid import Pyramid, level_inputs
from seglib.prediction import image_tensor


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
        for level in level_inputs(x, model.levels):
            counted = _multiply_adds(model.trunk, level)
            units = model.trunk([level])[0][0, 0].numel()
            scoring = units * model.score.weight.numel() // model.levels
            seconds = _shortest(lambda level=level: model.trunk([level]), repeats)
            costs.append(LevelCost(tuple(level.shape[-2:]), counted + scoring, seconds))
    return making, costs


def _multiply_adds(trunk: nn.Module, level: torch.Tensor) -> int:
    """One for each weight of a kernel at each position of its output."""
    total = 0

    def count(layer: nn.Conv2d, _inputs: tuple, output: torch.Tensor) -> None:
        nonlocal total
        total += output[0].numel() * layer.weight[0].numel()

    hooks = [layer.register_forward_hook(count) for layer in trunk.modules() if isinstance(layer, nn.Conv2d)]
    try:
        trunk([level])
    finally:
        for hook in hooks:
            hook.remove()
    return total


def _shortest(run: Callable[[], object], repeats: int) -> float:
    """Processor time of this thread, so that others who want the machine do not count."""
    times = []
    for _ in range(repeats):
        started = time.thread_time()
        run()
        times.append(time.thread_time() - started)
    return min(times)
