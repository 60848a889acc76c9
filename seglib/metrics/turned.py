"""Where two answers differ, and whether the second one put it right: the anatomy of a gain in accuracy.

A score says that a net gained a point; it does not say that it put five right and three wrong. Chen et al. (ICLR 2015)
and most papers show gains as pictures only; counting both ways needs no more than three label maps.
"""

from __future__ import annotations

import numpy as np

from seglib.labels import IGNORE, LabelSet

PUT_RIGHT, PUT_WRONG, STILL_WRONG = range(3)
TURNED = LabelSet(
    "turned",
    "What became of a pixel",
    ("put right", "put wrong", "wrong both times"),
    ((0, 158, 115), (213, 94, 0), (240, 228, 66)),
    frozenset(),
)


def turned(before: np.ndarray, after: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """What became of each pixel, ``(H, W)`` uint8 of `TURNED`'s classes; `IGNORE` where nothing changed, or on void.

    >>> turned(np.array([[0, 0, 1, 1]]), np.array([[1, 2, 1, 0]]), np.array([[1, 1, 1, 255]]))
    array([[  0,   2, 255, 255]], dtype=uint8)
    """
    if not before.shape == after.shape == truth.shape:
        raise ValueError(f"label maps of {before.shape}, {after.shape} and {truth.shape}: wanted three of one shape")
    changed = (before != after) & (truth != IGNORE)
    what = np.where(after == truth, PUT_RIGHT, np.where(before == truth, PUT_WRONG, STILL_WRONG))
    return np.where(changed, what, IGNORE).astype(np.uint8)
