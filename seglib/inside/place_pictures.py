"""A unit's strongest place as it is shown: the part that can be read, and the window that the unit really sees.

At strides 4 and 8 a unit's window fits into a picture of its own. From stride 16 on it is larger than what can be
read, or than the photo: then a small map tells what part of the window is shown.
"""

from __future__ import annotations

import cv2
import numpy as np

from seglib.inside.units import crop_around
from seglib.window.pictures import EFFECTIVE, THEORY, Box, framed

GAP = 4  # pixels between a crop and the map below it
AROUND = 1.06  # of what the map shows, so that frames are not cut off
BEYOND = 128  # grey of what lies in the window and not on the photo; the net's zero


def place_picture(image: np.ndarray, point: tuple[int, int], side: int, window: Box, drawn: int) -> np.ndarray:
    """A place on a photo: ``side`` pixels round ``point``, drawn ``drawn`` pixels large, with the true ``window``.

    A window no larger than the crop is framed on it, ``(drawn, drawn, 4)`` uint8; else `window_map` stands below,
    ``(2 drawn + GAP, drawn, 4)``, see-through between them.
    """
    crop, corner = crop_around(image, point, side)
    shown = tuple((first, first + n) for first, n in zip(corner, crop.shape, strict=False))
    large = enlarged(crop, drawn)
    if max(end - first for first, end in window) <= side:
        inside = tuple((a - first, b - first) for (a, b), first in zip(window, corner, strict=True))
        return _on_square(framed(large, [(_scaled(inside, drawn / max(crop.shape[:2])), THEORY)]), drawn)
    gap = np.zeros((GAP, drawn, 4), np.uint8)
    return np.vstack([_on_square(large, drawn), gap, window_map(image, shown, window, drawn)])


def window_map(image: np.ndarray, shown: Box, window: Box, side: int) -> np.ndarray:
    """The photo and the whole window on it, which may leave it: ``(side, side, 4)`` uint8, see-through elsewhere.

    The window is framed in orange, and grey where there is no photo; ``shown`` in blue. What is not in the window is
    darkened.
    """
    spans = [(min(0, first), max(n, end)) for (first, end), n in zip(window, image.shape, strict=False)]
    length = AROUND * max(end - first for first, end in spans)
    starts = [(first + end - length) / 2 for first, end in spans]
    scale = side / length
    photo, seen, crop = (
        _scaled(tuple((a - start, b - start) for (a, b), start in zip(box, starts, strict=True)), scale)
        for box in (((0, image.shape[0]), (0, image.shape[1])), window, shown)
    )
    canvas, opaque = np.full((side, side, 3), BEYOND, np.uint8), np.zeros((side, side), np.uint8)
    (top, bottom), (left, right) = photo
    canvas[top:bottom, left:right] = cv2.resize(image, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    for box in (photo, seen):
        (top, bottom), (left, right) = box
        opaque[max(top - 2, 0) : bottom + 2, max(left - 2, 0) : right + 2] = 255
    return np.dstack([framed(framed(canvas, [(seen, THEORY)], dim=True), [(crop, EFFECTIVE)]), opaque])


def enlarged(crop: np.ndarray, side: int) -> np.ndarray:
    """A crop at the size that it is drawn at; small ones in squares, so that nobody takes blur for the photo's own."""
    scale = side / max(crop.shape[:2])
    size = tuple(max(1, round(n * scale)) for n in crop.shape[1::-1])
    return cv2.resize(crop, size, interpolation=cv2.INTER_NEAREST if scale > 2 else cv2.INTER_AREA)


def _scaled(box: Box, scale: float) -> Box:
    """A box in pixels ``scale`` times as large, one pixel at least."""
    return tuple((round(a * scale), max(round(b * scale), round(a * scale) + 1)) for a, b in box)


def _on_square(picture: np.ndarray, side: int) -> np.ndarray:
    """A picture ``(h, w, 3)`` in the upper left of a see-through square."""
    square = np.zeros((side, side, 4), np.uint8)
    square[: picture.shape[0], : picture.shape[1]] = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    return square
