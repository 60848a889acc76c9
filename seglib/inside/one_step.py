"""One step of gradient descent on one pixel alone: what it mends, what it breaks.

Training averages such steps over many pixels and photos. Alone, a pixel drags along all that shares weights with it,
and in a convolutional net everything shares everything. Whether it is all weights that move, or those of one
stream's score layer, decides who else is dragged: pixels of the same colour, or of the same thing.

The net that was given is not touched: a step makes a new one.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from seglib.inside.paths import pixel_loss
from seglib.labels import IGNORE
from seglib.models.fcn import FCN
from seglib.models.prediction import image_tensor

ALL = None  # all weights


@dataclass(frozen=True, eq=False)
class Slope:
    """The gradient of one pixel's loss with respect to the weights."""

    loss: float
    gradients: dict[str, torch.Tensor]  # by the weight's name

    @property
    def squared(self) -> float:
        """Squared norm: how fast the loss falls at first, for a rate of 1."""
        return float(sum(gradient.double().square().sum() for gradient in self.gradients.values()))

    def rate(self, share: float) -> float:
        """The rate at which a step would take away this share of the loss, were the loss a straight line.

        0 where there is no slope: a pixel of which the net is sure, and right.
        """
        return share * self.loss / self.squared if self.squared > 0 else 0.0


def slope(model: FCN, image: np.ndarray, point: tuple[int, int], target: int, only: int | None = ALL) -> Slope:
    """Gradient of the loss of one pixel if ``target`` is its class; of ``only`` one stream's score layer, or of all."""
    if only is not ALL and str(only) not in model.score:
        raise ValueError(f"no score layer {only}: there are {', '.join(model.score)}")
    weights = {name: value for name, value in model.named_parameters() if only is ALL or name.startswith(_layer(only))}
    with torch.enable_grad():
        x = image_tensor(image)
        loss = pixel_loss(model, model.streams(x), x.shape[-2:], point, target)
        gradients = torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
    kept = {name: g for name, g in zip(weights, gradients, strict=True) if g is not None}
    return Slope(float(loss.detach()), kept)


def _layer(stream: int) -> str:
    return f"score.{stream}."


def stepped(model: FCN, downhill: Slope, rate: float) -> FCN:
    """A new net, one step down the slope from ``model``."""
    moved: nn.Module = copy.deepcopy(model)
    with torch.no_grad():
        weights = dict(moved.named_parameters())
        for name, gradient in downhill.gradients.items():
            weights[name].sub_(rate * gradient)
    return moved


def pixel_probability(model: FCN, image: np.ndarray, point: tuple[int, int], target: int) -> float:
    """Probability that a net gives to a class at one pixel."""
    with torch.inference_mode():
        x = image_tensor(image)
        return float(torch.exp(-pixel_loss(model, model.streams(x), x.shape[-2:], point, target)))


@dataclass(frozen=True, eq=False)
class Change:
    """Two answers on one photo compared, in pixels of each class."""

    changed: np.ndarray  # (H, W) bool
    mended: np.ndarray  # (K,) by true class: wrong before, right now
    broken: np.ndarray  # (K,): right before, wrong now
    gained: np.ndarray  # (K,) by answer: pixels that the class won
    lost: np.ndarray  # (K,): pixels that it lost


def compare(before: np.ndarray, after: np.ndarray, truth: np.ndarray | None, num_classes: int) -> Change:
    """What a step changed; without a truth nothing is mended or broken.

    >>> change = compare(np.array([[0, 1]]), np.array([[1, 1]]), np.array([[1, 0]]), 2)
    >>> change.mended.tolist(), change.broken.tolist(), change.gained.tolist()
    ([0, 1], [0, 0], [0, 1])
    """

    def count(classes: np.ndarray) -> np.ndarray:
        return np.bincount(classes, minlength=num_classes)[:num_classes]

    changed = before != after
    nothing = np.zeros(num_classes, int)
    mended = broken = nothing
    if truth is not None:
        known = truth != IGNORE
        mended = count(truth[known & (before != truth) & (after == truth)])
        broken = count(truth[known & (before == truth) & (after != truth)])
    return Change(changed, mended, broken, count(after[changed]), count(before[changed]))
