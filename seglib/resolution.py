"""What subsampling costs: the best score that any net could reach on a coarse grid.

Take the true labels themselves, subsample them by a factor, upsample them again, and score the result
against the truth: what is lost cannot be blamed on a net. Source: Long, Shelhamer & Darrell, CVPR 2015,
appendix A, "Upper bounds on IU".
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from seglib.labels import IGNORE, check_label_map
from seglib.metrics import confusion_matrix, mean_iou

FACTORS = (1, 2, 4, 8, 16, 32, 64, 128)
# {factor: mean IoU in per cent} on VOC 2011, printed in the paper's appendix A.
FCN_PAPER_CEILING = {128: 50.9, 64: 73.3, 32: 86.1, 16: 92.8, 8: 96.4, 4: 98.5}

Interpolation = Literal["nearest", "bilinear"]


def subsample(labels: np.ndarray, factor: int, num_classes: int) -> np.ndarray:
    """The most frequent class in each ``factor x factor`` cell, ``(ceil(H / factor), ceil(W / factor))``.

    A cell is `IGNORE` only where all of it is; cells at the border may be cut.
    """
    shares = _cell_shares(check_label_map(labels, num_classes), factor, num_classes)
    return np.where(shares.any(0), shares.argmax(0), IGNORE).astype(np.uint8)


def _cell_shares(labels: np.ndarray, factor: int, num_classes: int) -> np.ndarray:
    """Share of each class in each cell, ``(K, h, w)`` float32; void counts for nothing."""
    height, width = labels.shape
    pad = ((0, -height % factor), (0, -width % factor))
    padded = np.pad(labels, pad, constant_values=IGNORE)
    rows, cols = (n // factor for n in padded.shape)
    cells = padded.reshape(rows, factor, cols, factor)
    return np.stack([(cells == k).mean((1, 3), dtype=np.float32) for k in range(num_classes)])


def enlarge(scores: np.ndarray, factor: int, size: tuple[int, int], how: Interpolation) -> np.ndarray:
    """Class scores of cells of ``factor`` pixels, ``(K, h, w)``, to the photo's ``size``, ``(K, H, W)``."""
    _, rows, cols = scores.shape
    flag = cv2.INTER_NEAREST if how == "nearest" else cv2.INTER_LINEAR
    whole = (cols * factor, rows * factor)
    return np.stack([cv2.resize(plane, whole, interpolation=flag)[: size[0], : size[1]] for plane in scores])


def through_grid(labels: np.ndarray, factor: int, num_classes: int, how: Interpolation = "bilinear") -> np.ndarray:
    """The true label map after a trip through a grid ``factor`` times coarser, ``(H, W)`` uint8.

    Each cell keeps its classes' shares (the best scores a net could compute there); these are upsampled,
    and the largest wins. Void pixels of the truth get a class too, as from a net.
    """
    if factor < 1:
        raise ValueError(f"subsampling by {factor}: wanted a whole number from 1 up")
    if factor == 1:
        return check_label_map(labels, num_classes).astype(np.uint8)
    shares = _cell_shares(check_label_map(labels, num_classes), factor, num_classes)
    return enlarge(shares, factor, labels.shape, how).argmax(0).astype(np.uint8)


def ceilings(truth: np.ndarray, num_classes: int, how: Interpolation = "bilinear") -> dict[int, float]:
    """Mean IoU of the truth itself after a trip through each of `FACTORS`, ``{factor: score}``."""
    return {
        factor: mean_iou(confusion_matrix(truth, through_grid(truth, factor, num_classes, how), num_classes))
        for factor in FACTORS
    }
