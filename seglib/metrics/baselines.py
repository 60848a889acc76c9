"""Predictors that cheat: none has understood anything, and each pleases some metric.

Those that say one class need no photo at all. The others know the truth and spoil it on purpose, each in one way and
by one number, so that one sees what a metric makes of that fault alone. All of them name a class everywhere: where the
truth is void, that of the nearest labelled pixel.
"""

from __future__ import annotations

import cv2
import numpy as np

from seglib.labels import IGNORE, check_label_map

FARTHEST = 64  # pixels that a truth may be moved, grown or shrunk by


def one_class(size: tuple[int, int], class_index: int) -> np.ndarray:
    """The same class everywhere, ``(H, W)`` uint8."""
    return np.full(size, class_index, np.uint8)


def without_rare(truth: np.ndarray, share: float, num_classes: int) -> np.ndarray:
    """The truth, but classes below ``share`` of the labelled pixels are unknown and go to the nearest other class.

    The largest class stays, however small its share.
    """
    counts = np.bincount(check_label_map(truth, num_classes).ravel(), minlength=256)[:num_classes]
    rare = np.flatnonzero((counts < share * counts.sum()) & (counts < counts.max()))
    return fill(np.where(np.isin(truth, rare), IGNORE, truth))


def grown(truth: np.ndarray, class_index: int, pixels: int) -> np.ndarray:
    """The truth, but one class is ``pixels`` too fat, or too thin if negative; others yield or move up.

    A pixel within that Euclidean distance of the class joins it; one within it of another class leaves it.
    """
    _check_distance(pixels)
    filled = fill(truth)
    mask = (filled == class_index).astype(np.uint8)
    if not mask.any() or mask.all() or not pixels:
        return filled
    outside = cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    if pixels > 0:
        return np.where(outside <= pixels, np.uint8(class_index), filled)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return fill(np.where((inside > 0) & (inside <= -pixels), IGNORE, filled))


def shifted(truth: np.ndarray, pixels: int) -> np.ndarray:
    """The truth, but everything ``pixels`` too far right and down; what enters repeats the border."""
    _check_distance(pixels)
    filled = fill(truth)
    rows, cols = (np.clip(np.arange(side) - pixels, 0, side - 1) for side in filled.shape)
    return filled[rows[:, None], cols]


def noisy(truth: np.ndarray, rate: float, num_classes: int, seed: int = 0) -> np.ndarray:
    """The truth, but a share ``rate`` of the pixels says some class, any with equal chance, the right one included."""
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is {rate}: wanted a share from 0 to 1")
    rng = np.random.default_rng(seed)
    anything = rng.integers(num_classes, size=truth.shape, dtype=np.uint8)
    return np.where(rng.random(truth.shape, np.float32) < rate, anything, fill(truth))


def fill(labels: np.ndarray) -> np.ndarray:
    """A label map whose void pixels take the class of the nearest labelled one, ``(H, W)`` uint8; class 0 if none."""
    labels = check_label_map(labels, IGNORE).astype(np.uint8)
    void = labels == IGNORE
    if not void.any():
        return labels
    if void.all():
        return np.zeros_like(labels)
    _, nearest = cv2.distanceTransformWithLabels(
        void.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    class_of = np.zeros(nearest.max() + 1, np.uint8)
    class_of[nearest[~void]] = labels[~void]
    return class_of[nearest]


def _check_distance(pixels: int) -> None:
    if abs(pixels) > FARTHEST:
        raise ValueError(f"{pixels} pixels: wanted at most {FARTHEST}")
