"""Masks as outlines that follow the cracks between pixels, so that painting them gives the mask back, exactly.

Crack following: Rosenfeld & Kak, "Digital Picture Processing", 1982, section 11.1.
"""

from __future__ import annotations

import cv2
import numpy as np


def follow(
    padded: np.ndarray, number: int, top: int, left: int, most: int, diagonal: bool = False
) -> np.ndarray | None:
    """Corners (x, y) of the outside of a region, clockwise from its first pixel; None if there are more than ``most``.

    ``padded`` holds region numbers and a rim of zeros; ``top`` and ``left`` are the first pixel's place without it.
    Pixels that meet at a corner only hang together if ``diagonal``.
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
        turns_left, turns_right = pixels[at + on_left] == number, pixels[at + on_right] != number
        if turns_left and (diagonal or not turns_right):
            heading = left_of[heading]
        elif turns_right:
            heading = right[heading]
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
    rings: list[np.ndarray] = []
    # Pixels of the mask hang together by their sides, and those around it by their corners, too: else an island that
    # touches the rim of its hole at a corner would be counted with the rim.
    for value, connectivity in ((True, 4), (False, 8)):
        inside = np.pad(mask, 1) == value
        _, padded, boxes, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=connectivity)
        outside = 0 if value else padded[0, 0]
        for number, (left, top, width, _, _) in enumerate(boxes[1:], 1):
            if number == outside:
                continue
            first = int(left + (padded[top, left : left + width] == number).argmax())
            ring = follow(padded, number, int(top) - 1, first - 1, most, diagonal=not value)
            if ring is None or sum(map(len, rings)) + len(ring) + 2 * len(rings) > most:
                return None
            rings.append(ring)
    if not rings:
        return None
    if len(rings) == 1:
        return rings[0]
    home = rings[0][:1]
    return np.concatenate([part for ring in rings for part in (ring, ring[:1], home)])
