"""How many paths lead from each pixel to a unit: why the window that is used is smaller than the one there is.

A layer of kernel k joins a unit to k units below it, so through n layers k^n paths lead down to the pixels. From the
middle of the window there are very many of them, from its edge exactly one. With all weights alike the gradient is the
share of paths, and the more layers, the closer it comes to a Gaussian, whose width grows with the square root of their
number while the window grows with the number itself.

Source: Luo, Li, Urtasun & Zemel, "Understanding the effective receptive field in deep convolutional neural networks",
NIPS 2016, sections 2.1 and 2.2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seglib.receptive_field import Branches, Layer, Step


def path_shares(steps: Sequence[Step]) -> np.ndarray:
    """The share of paths that begin at each pixel of a unit's window along one axis, ``(size,)``, summing to 1.

    As many values as `receptive_field` says the window has. Where paths part and meet, those of all branches are added.
    `ValueError` for upsampling, whose paths depend on where the unit lies.

    >>> path_shares([Layer(3), Layer(3)]).tolist() == [1 / 9, 2 / 9, 3 / 9, 2 / 9, 1 / 9]
    True
    """
    shares, _ = _down(np.ones(1), 0, steps)
    return shares / shares.sum()


def share_within(shares: np.ndarray, side: int) -> float:
    """The share of paths that begin within ``side`` pixels in the middle of the window."""
    edge = max(0, (len(shares) - side) // 2)
    return float(shares[edge : len(shares) - edge].sum())


def _down(units: np.ndarray, first: int, steps: Sequence[Step]) -> tuple[np.ndarray, int]:
    """Paths that reach each unit below ``steps`` from those given above; the first one's index goes along."""
    for step in reversed(steps):
        if isinstance(step, Branches):
            parts = [_down(units, first, path) for path in step.paths]
            begin = min(start for _, start in parts)
            units_below = np.zeros(max(start + len(part) for part, start in parts) - begin)
            for part, start in parts:
                units_below[start - begin : start - begin + len(part)] += part
            units, first = units_below, begin
        elif isinstance(step, Layer):
            spread = np.zeros((len(units) - 1) * step.stride + 1)
            spread[:: step.stride] = units
            taps = np.zeros((step.kernel - 1) * step.dilation + 1)
            taps[:: step.dilation] = 1
            units, first = np.convolve(spread, taps), first * step.stride - step.padding
            units = units / units.max()  # only shares are wanted, and thousands of layers would overflow
        else:
            raise ValueError("paths through upsampling depend on where the unit lies: leave it out")
    return units, first
