"""Pictures of a detected box and of what GrabCut cuts out of it: arrays in, RGB arrays ``(h, w, 3)`` uint8 out."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from seglib.before_convnets.boxes import Box
from seglib.before_convnets.grab_cut import BACKGROUND, OBJECT, SEEDS, Cut, Mixture

DIMMED = 0.25  # of its brightness: what is background for certain
TINT = 0.7  # how much of a stroke's colour covers the photo
GAP = 8  # pixels between the two rows of colours


def outlined(image: np.ndarray, box: Box, color: Sequence[int] = (255, 220, 0)) -> np.ndarray:
    """The photo with a box drawn just inside its border."""
    thick = max(1, round(min(image.shape[:2]) / 200))
    corners = (box.left + thick // 2, box.top + thick // 2), (box.right - 1 - thick // 2, box.bottom - 1 - thick // 2)
    return cv2.rectangle(image.copy(), *corners, tuple(map(int, color)), thick)


def trimap_picture(cut: Cut) -> np.ndarray:
    """What is known before any cut: certain background dark, certain object tinted, and as it is what is open.

    Background strokes inside the box are tinted as well, as long as they touch what is open.
    """
    picture = cut.picture.astype(np.float32)
    picture[cut.mask == cv2.GC_BGD] *= DIMMED
    known = cut.mask == cv2.GC_FGD
    picture[known] += TINT * (np.array(SEEDS.colors[OBJECT]) - picture[known])
    struck = (cut.mask == cv2.GC_BGD) & _within(cut.undecided | known)
    picture[struck] += TINT * (np.array(SEEDS.colors[BACKGROUND]) - picture[struck])
    return picture.round().astype(np.uint8)


def _within(region: np.ndarray) -> np.ndarray:
    """The smallest upright rectangle round a region, as a mask."""
    inside = np.zeros(region.shape, bool)
    if region.any():
        rows, cols = np.flatnonzero(region.any(1)), np.flatnonzero(region.any(0))
        inside[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1] = True
    return inside


def mixtures_picture(learnt: tuple[Mixture, Mixture], width: int = 400, height: int = 40) -> np.ndarray:
    """Five colours of the object above, five of the background below, each as wide as its share; white between them."""
    picture = np.full((2 * height + GAP, width, 3), 255, np.uint8)
    for row, mixture in enumerate(learnt):
        order = np.argsort(-mixture.weights)
        ends = np.rint(np.cumsum(mixture.weights[order]) * width).astype(int)
        top = row * (height + GAP)
        for k, left, right in zip(order, np.r_[0, ends[:-1]], ends, strict=True):
            picture[top : top + height, left:right] = np.rint(mixture.means[k]).clip(0, 255)
    return picture
