"""Pyramids as pictures: RGB arrays ``(H, W, 3)`` uint8, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

GROUND = (92, 98, 108)  # between the levels of a mosaic: neither a photo's black nor a band's grey
BOX_COLORS = ((0, 0, 0), (255, 221, 0))  # a dark line round a bright one is seen on anything


def to_picture(image: np.ndarray) -> np.ndarray:
    """An image ``(H, W, 3)`` uint8 as pyramids take it: ``(3, H, W)`` float32 from 0 to 1."""
    return np.ascontiguousarray(image.transpose(2, 0, 1), np.float32) / 255


def to_image(picture: np.ndarray) -> np.ndarray:
    """The reverse of `to_picture`; what lies outside 0 to 1 is cut off."""
    return np.ascontiguousarray((255 * picture.clip(0, 1)).round().astype(np.uint8).transpose(1, 2, 0))


def band_gain(band: np.ndarray) -> float:
    """How much a band can be brightened before more than two values in a hundred are cut off, 1 to 16."""
    return float(np.clip(0.5 / max(np.percentile(np.abs(band), 98), 1e-6), 1, 16))


def band_image(band: np.ndarray, gain: float) -> np.ndarray:
    """A band ``(3, H, W)``, whose values are differences, on mid-grey: ``(H, W, 3)`` uint8."""
    return to_image(0.5 + gain * band)


def mosaic(images: Sequence[np.ndarray]) -> np.ndarray:
    """Levels at their true sizes in one image: the finest on the left, the others below each other beside it.

    >>> mosaic([np.zeros((8, 8, 3), np.uint8), np.zeros((4, 4, 3), np.uint8)]).shape
    (8, 13, 3)
    """
    finest, *coarser = images
    gap = max(1, finest.shape[1] // 80)
    tops = np.cumsum([0, *(image.shape[0] + gap for image in coarser)])
    height = max(finest.shape[0], tops[-1] - gap)
    width = finest.shape[1] + max((gap + image.shape[1] for image in coarser), default=0)
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = GROUND
    canvas[: finest.shape[0], : finest.shape[1]] = finest
    for image, top in zip(coarser, tops, strict=False):
        left = finest.shape[1] + gap
        canvas[top : top + image.shape[0], left : left + image.shape[1]] = image
    return canvas


def enlarged(image: np.ndarray, size: tuple[int, int], step: int) -> np.ndarray:
    """A level at the photo's ``size``: unit ``i`` sits on pixel ``i * step``, and each pixel takes its nearest unit."""
    nearest = [(np.arange(side) + step // 2) // step for side in size]
    rows, cols = (np.minimum(index, m - 1) for index, m in zip(nearest, image.shape[:2], strict=True))
    return image[rows[:, None], cols]


def with_box(image: np.ndarray, point: tuple[int, int], side: int) -> np.ndarray:
    """A copy with a square outline of ``side`` pixels around ``point`` (row, col), cut at the image's border."""
    height, width = image.shape[:2]
    line = max(1, round(max(height, width) / 240))
    half = side // 2
    (top, bottom), (left, right) = (
        (max(at - half, line), min(at + half, n - 1 - line)) for at, n in zip(point, (height, width), strict=True)
    )
    marked = image.copy()
    for color, thickness in zip(BOX_COLORS, (3 * line, line), strict=True):
        cv2.rectangle(marked, (left, top), (right, bottom), color, thickness)
    return marked
