"""Where to paint next: the place that a head is least sure of."""

from __future__ import annotations

import cv2
import numpy as np

from seglib.labels import IGNORE

NEIGHBOURHOOD = 25  # pixels a side over which doubt is averaged: a stroke's worth
PAINTED_RIM = 15  # pixels around strokes where nobody needs to be asked again


def most_uncertain(probabilities: np.ndarray, strokes: np.ndarray) -> tuple[int, int] | None:
    """Where a stroke would tell most: the pixel (row, col) whose neighbourhood is in the greatest doubt.

    Doubt is 1 minus the lead of the best class over the second best; in `NEIGHBOURHOOD` pixels around, so that a
    border one pixel wide does not win. None where all of the photo is painted or next to paint.
    """
    best = np.partition(probabilities, -2, axis=0)[-2:]
    doubt = cv2.blur(1 - (best[1] - best[0]), (NEIGHBOURHOOD, NEIGHBOURHOOD))
    rim = np.ones((2 * PAINTED_RIM + 1, 2 * PAINTED_RIM + 1), np.uint8)
    free = cv2.dilate((strokes != IGNORE).astype(np.uint8), rim) == 0
    if not free.any():
        return None
    row, col = np.unravel_index(np.where(free, doubt, -1).argmax(), doubt.shape)
    return int(row), int(col)
