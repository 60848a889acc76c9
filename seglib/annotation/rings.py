"""Masks as outlines that follow the cracks between pixels, so that painting them gives the mask back, exactly.

Crack following: Rosenfeld & Kak, "Digital Picture Processing", 1982, section 11.1.
"""

from __future__ import annotations

import cv2
import numpy as np


def follow(padded: np.ndarray, number: int, top: int, left: int, most: int) -> np.ndarray | None:
    """Corners (x, y) of the outside of a region, clockwise from its first pixel; None if there are more than ``most``.

    ``padded`` holds region numbers and a rim of zeros; ``top`` and ``left`` are the first pixel's place without it.
    """
    width = padded.shape[1]
    pixels = memoryview(padded.ravel())
    # A crack's corner (row, col) is named by the pixel of the padded map to its lower right. Walking in a direction,
    # the two pixels ahead are at these places from the corner; the region is always to our right.
    east, south, west, north = 1, width, -1, -width
    ahead = {
        east: (-width, 0),  # left, right
        south: (0, -1),
        west: (-1, -width - 1),
        north: (-width - 1, -width),
    }
    right = {east: south, south: west, west: north, north: east}
    left_of = {after: before for before, after in right.items()}
    start = at = (top + 1) * width + left + 1
    heading, corners = east, [start]
    while True:
        at += heading
        on_left, on_right = ahead[heading]
        # Right comes first: pixels that meet at a corner only do not hang together.
        if pixels[at + on_right] != number:
            heading = right[heading]
        elif pixels[at + on_left] == number:
            heading = left_of[heading]
        else:
            continue
        if at == start:
            break
        corners.append(at)
        if len(corners) > most:
            return None
    rows, cols = np.divmod(np.array(corners), width)
    return np.stack([cols - 1, rows - 1], 1).astype(float)


def mask_polygon(mask: np.ndarray, most: int) -> np.ndarray | None:
    """One polygon ``(n, 2)`` of (x, y) that holds a mask ``(H, W)`` bool by the even-odd rule, holes and islands too.

    The outlines of all regions of the mask and of its holes, one after the other, each joined to the first corner by
    an edge there and back, which cancels. None if the mask is empty or needs more than ``most`` corners.
    """
    rings = []
    for value in (True, False):
        _, numbers, boxes, _ = cv2.connectedComponentsWithStats((mask == value).astype(np.uint8), connectivity=4)
        padded = np.pad(numbers, 1)
        for number, (left, top, width, height, _) in enumerate(boxes[1:], 1):
            enclosed = left > 0 and top > 0 and left + width < mask.shape[1] and top + height < mask.shape[0]
            if not value and not enclosed:
                continue  # outside, not a hole
            first = int(left + (numbers[top, left : left + width] == number).argmax())
            ring = follow(padded, number, int(top), first, most)
            if ring is None or sum(map(len, rings)) + len(ring) + 2 * len(rings) > most:
                return None
            rings.append(ring)
    if not rings:
        return None
    if len(rings) == 1:
        return rings[0]
    home = rings[0][:1]
    return np.concatenate([part for ring in rings for part in (ring, ring[:1], home)])
