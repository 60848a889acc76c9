"""Projections of a unit back to pixels, and the test that tells what they are worth.

Three ways to ask which pixels a unit's value hangs on. They differ only in what a rectifier passes down: the
gradient where the unit was on; Zeiler & Fergus's deconvnet (ECCV 2014, section 2.1) what is positive, wherever the
unit was; guided backpropagation (Springenberg et al., "Striving for simplicity", ICLR 2015 workshop, section 3.4)
what is both. A deconvnet also hands values back through max-pooling's switches, which say where each maximum came
from. This trunk has no pooling and so no switches: where the photo should come in, there is nothing, and what
remains is the checkerboard of strided filters, the same for every photo.

A projection that looks like the photo need not say anything about the unit. The test: does it change if another unit
is asked, or if the later weights are shuffled? Source: Adebayo et al., "Sanity checks for saliency maps", NeurIPS
2018, sections 3 and 4.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.overrides import TorchFunctionMode

Rule = Literal["gradient", "guided", "deconvnet"]
RULES: tuple[Rule, ...] = get_args(Rule)
RECTIFIERS: dict[Callable, float] = {torch.relu: torch.inf, F.relu: torch.inf, F.relu6: 6.0}  # {function: ceiling}


class _Rectifier(torch.autograd.Function):
    """A rectifier whose way back is chosen."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: torch.Tensor, ceiling: float, rule: Rule) -> torch.Tensor:
        ctx.save_for_backward(x)
        ctx.ceiling, ctx.rule = ceiling, rule
        return x.clamp(0, ceiling)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (x,) = ctx.saved_tensors
        if ctx.rule != "gradient":
            gradient = gradient.clamp_min(0)
        if ctx.rule == "gradient":
            gradient = gradient * ((x > 0) & (x < ctx.ceiling))
        elif ctx.rule == "guided":  # above the ceiling, too: the unit is on
            gradient = gradient * (x > 0)
        return gradient, None, None


class _Rules(TorchFunctionMode):
    """While this is entered, every rectifier of this thread's nets passes back by the rule."""

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.rule = rule

    def __torch_function__(self, func, types, args=(), kwargs=None):  # torch's own signature
        if func in RECTIFIERS:
            return _Rectifier.apply(args[0], RECTIFIERS[func], self.rule)
        return func(*args, **(kwargs or {}))


def project(
    trunk: nn.Module, x: torch.Tensor, stride: int, unit: int, place: tuple[int, int], rule: Rule
) -> np.ndarray:
    """One unit's value at one place of its grid, carried back to the pixels of ``x (1, 3, H, W)``: ``(3, H, W)``.

    ``trunk`` is not changed.
    """
    if rule not in RULES:
        raise ValueError(f"no rule {rule!r}: there are {', '.join(RULES)}")
    x = x.detach().requires_grad_()
    with torch.enable_grad(), _Rules(rule):
        value = trunk(x)[stride][0, unit, place[0], place[1]]
    (found,) = torch.autograd.grad(value, x)
    return found[0].numpy()


def shuffled(trunk: nn.Module, stride: int, seed: int = 0) -> nn.Module:
    """A copy of ``trunk`` in which every weight of the stage at ``stride`` has lost its place.

    The same numbers in another order: whatever those layers had learnt is gone, their scale is not.
    """
    changed = copy.deepcopy(trunk)
    shuffle(changed.stages[str(stride)], torch.Generator().manual_seed(seed))
    return changed


def shuffle(part: nn.Module, generator: torch.Generator) -> None:
    """Put the weights of each convolution of ``part`` in another order, in place."""
    with torch.no_grad():
        for layer in part.modules():
            if isinstance(layer, nn.Conv2d):
                flat = layer.weight.flatten()
                order = torch.randperm(len(flat), generator=generator)
                layer.weight.copy_(flat[order].view_as(layer.weight))


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Pearson's correlation of two projections ``(3, H, W)``, of strength and not of sign; nan if one is flat."""
    a, b = (np.abs(each).sum(0).ravel().astype(np.float64) for each in (one, other))
    a, b = a - a.mean(), b - b.mean()
    length = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / length) if length > 0 else float("nan")


def projection_picture(projection: np.ndarray) -> np.ndarray:
    """A projection ``(3, H, W)`` as a picture ``(H, W, 3)`` uint8; grey is nothing, full its own 99.5th percentile."""
    limit = float(np.quantile(np.abs(projection), 0.995))
    shown = 0.5 + 0.5 * np.clip(projection / max(limit, 1e-30), -1, 1)
    return np.rint(255 * shown.transpose(1, 2, 0)).astype(np.uint8)
