"""Where to write the names of a chart's dots, so that no name lies on another name or dot if that can be helped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Alignment, and where the name's left, right or middle lies from its dot, in pixels; the first that is free is taken.
PLACES = (
    ("left", 10, 0),
    ("right", -10, 0),
    ("center", 0, -15),
    ("center", 0, 16),
    ("left", 8, -13),
    ("right", -8, -13),
    ("left", 8, 14),
    ("right", -8, 14),
)
_LETTER, _LINE, _DOT = 7.5, 14.0, 14.0  # pixels: width of a letter, height of a line, side of a dot


def choose_places(names: Sequence[str], dots: np.ndarray, size: tuple[float, float]) -> list[int]:
    """For each of N dots, at pixels (x, y) ``(N, 2)`` of a chart of ``size`` (width, height), an index of `PLACES`.

    One dot after the other, each name where it covers least of all dots and of the names written before it.
    """
    width, height = size
    marks = np.concatenate([dots - _DOT / 2, dots + _DOT / 2], 1)  # left, top, right, bottom
    written = np.empty((0, 4))
    chosen = []
    for i, name in enumerate(names):
        boxes = np.array([_box(name, dots[i], *place) for place in PLACES])
        others = np.concatenate([np.delete(marks, i, 0), written])
        inside = np.clip(boxes, 0, (width, height, width, height))
        cost = _shared(boxes, others).sum(1) + _area(boxes) - _area(inside)
        chosen.append(int(cost.argmin()))
        written = np.concatenate([written, boxes[chosen[-1]][None]])
    return chosen


def _box(name: str, dot: np.ndarray, align: str, dx: float, dy: float) -> tuple[float, float, float, float]:
    long = _LETTER * len(name)
    left = dot[0] + dx - {"left": 0, "center": long / 2, "right": long}[align]
    top = dot[1] + dy - _LINE / 2
    return left, top, left + long, top + _LINE


def _area(boxes: np.ndarray) -> np.ndarray:
    return (boxes[..., 2:] - boxes[..., :2]).clip(0).prod(-1)


def _shared(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Pixels that each of M boxes has in common with each of N others, ``(M, N)``."""
    first = np.maximum(boxes[:, None, :2], others[None, :, :2])
    last = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return _area(np.concatenate([first, last], -1))
