"""Pixels worth asking about: the middles of the largest regions that a net gets wrong."""

from __future__ import annotations

import cv2
import numpy as np

from seglib.labels import IGNORE

PAIRS = 12  # of true class and answer, the most common ones, that are looked at


def wrong_pixels(prediction: np.ndarray, truth: np.ndarray, most: int = 4) -> list[tuple[int, int]]:
    """The pixels deepest inside wrong regions, deepest first, one a region, ``(row, col)``.

    A region is connected, all of one true class and one wrong answer. Both are label maps ``(H, W)``.

    >>> wrong_pixels(np.zeros((3, 5), int), np.array([[0, 1, 1, 1, 0], [0, 1, 1, 1, 0], [0, 1, 1, 1, 0]]), 1)
    [(1, 2)]
    """
    wrong = (truth != IGNORE) & (prediction != truth)
    pairs = np.where(wrong, truth.astype(np.int32) * 256 + prediction, -1)
    values, counts = np.unique(pairs[wrong], return_counts=True)
    points = []
    for pair in values[np.argsort(-counts, kind="stable")][:PAIRS]:
        # Beyond the photo's edge nothing is wrong: a pixel on the edge is not deep inside.
        mask = np.pad((pairs == pair).astype(np.uint8), 1)
        depth = cv2.distanceTransform(mask, cv2.DIST_L1, 3)[1:-1, 1:-1].ravel()
        _, regions = cv2.connectedComponents(mask, connectivity=4)
        inside = np.flatnonzero(depth)
        inside = inside[np.argsort(-depth[inside], kind="stable")]
        _, first = np.unique(regions[1:-1, 1:-1].ravel()[inside], return_index=True)
        points += [(float(depth[at]), int(at)) for at in inside[first]]
    points.sort(key=lambda entry: (-entry[0], entry[1]))
    return [tuple(int(v) for v in np.unravel_index(at, truth.shape)) for _, at in points[:most]]
