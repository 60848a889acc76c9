"""What a class painted on the same square: where it disagrees, and how well it agrees with itself.

Everybody marks one class on a small square of a photo. The pixels on which they differ are mostly borders, and the
mean IoU of every two of them is a ceiling: no net can be expected to agree with people better than people do with each
other (see `seglib.metrics.agreement`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from seglib.lecture.rooms import BALLOT_BYTES, PAINT_SIDE


def unpack_mask(ballot: bytes) -> np.ndarray:
    """The cells that were painted, ``(PAINT_SIDE, PAINT_SIDE)`` bool; the first is the first byte's highest bit."""
    if len(ballot) != BALLOT_BYTES:
        raise ValueError(f"a painted ballot has {BALLOT_BYTES} bytes; this one has {len(ballot)}")
    return np.unpackbits(np.frombuffer(ballot, np.uint8)).reshape(PAINT_SIDE, PAINT_SIDE).astype(bool)


def mask_iou(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two masks; ``nan`` if both are empty."""
    union = (one | other).sum()
    return float((one & other).sum() / union) if union else float("nan")


@dataclass(frozen=True, eq=False)
class Pooled:
    """The masks of a class, put together."""

    painters: int  # those who painted anything
    share: np.ndarray  # (S, S) float32, of the painters who marked a cell
    heat: np.ndarray  # (S, S) float32, 0 where all agree, 1 where half of them marked it
    ceiling: float  # mean IoU of every two painters; nan for less than two


def pool(masks: Sequence[np.ndarray]) -> Pooled | None:
    """Put masks together; None if nobody painted a cell. Empty masks are of people who only looked.

    >>> half = np.zeros((2, 2), bool); half[0] = True
    >>> pool([half, ~half, np.zeros((2, 2), bool)]).ceiling
    0.0
    """
    masks = [mask for mask in masks if mask.any()]
    if not masks:
        return None
    share = np.mean(masks, axis=0, dtype=np.float32)
    # The variance of a vote, on a scale to 1. Entropy is flatter: one dissenter would glow like a third of them.
    return Pooled(len(masks), share, 4 * share * (1 - share), _ceiling(masks))


def _ceiling(masks: Sequence[np.ndarray]) -> float:
    """Mean over all pairs; by a matrix product, because a hall has 45,000 of them."""
    if len(masks) < 2:
        return float("nan")
    flat = np.stack([mask.ravel() for mask in masks]).astype(np.float32)
    shared, areas = flat @ flat.T, flat.sum(1)
    iou = shared / (areas[:, None] + areas[None] - shared)
    return float(iou[np.triu_indices(len(masks), 1)].mean())


def net_against_class(
    labels: np.ndarray, class_index: int, box: tuple[int, int, int], masks: Sequence[np.ndarray]
) -> float:
    """Mean IoU of a net's mask with each person's, on the square ``(row, col, side)`` of the net's map ``(H, W)``."""
    mask = square(labels == class_index, box)
    return float(np.mean([mask_iou(mask, other) for other in masks if other.any()]))


def square(mask: np.ndarray, box: tuple[int, int, int]) -> np.ndarray:
    """The square of a mask ``(H, W)``, on the cells that people paint, each its nearest pixel."""
    row, col, side = box
    cut = np.ascontiguousarray(mask[row : row + side, col : col + side], np.uint8)
    return cv2.resize(cut, (PAINT_SIDE, PAINT_SIDE), interpolation=cv2.INTER_NEAREST_EXACT).astype(bool)
