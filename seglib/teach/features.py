"""What a frozen net sees at every pixel of a photo: what strokes are learnt from.

The trunk that ImageNet taught gives features at strides 4, 8, 16 and 32; colour, at stride 2, is one layer more. Every
channel is standardised with fixed statistics, those of the ten bundled photos: with each photo's own, a head learnt on
one photo would mean something else on the next.

A photo is padded to ``32 m + 1`` pixels a side, so unit ``i`` of a layer lies on pixel ``i * stride``. Between units
features are interpolated bilinearly. That commutes with any linear head: scores of interpolated features are
interpolated scores, so learning from single pixels and scoring whole grids is one and the same net.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

COLOUR = 2  # stride of the layer of colours
LAYERS = (32, 16, 8, 4, COLOUR)  # strides, coarsest first
SIDE = 640  # pixels; longer photos are shrunk for the net
BLUR = 1.0  # pixels, of colours: every second pixel is kept

Grids = dict[int, np.ndarray]  # {stride: features (C, h, w) float32}


@dataclass(frozen=True, eq=False)
class Features:
    """Standardised features of one photo, each layer on its own grid."""

    size: tuple[int, int]  # of the photo
    seen: tuple[int, int]  # of what the net saw, shrunk to `SIDE`, without padding
    grids: Grids = field(repr=False)

    def at(self, points: np.ndarray) -> Grids:
        """Features under pixels ``(N, 2)`` of the photo, ``{stride: (N, C)}``, interpolated between units."""
        scale = np.array(self.seen) / self.size
        seen = (np.asarray(points) + 0.5) * scale - 0.5  # pixels' centres stay centres
        return {stride: _interpolate(grid, seen / stride) for stride, grid in self.grids.items()}


def _interpolate(grid: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Bilinear interpolation of ``(C, h, w)`` at places ``(N, 2)`` (row, col), ``(N, C)``."""
    last = np.array(grid.shape[1:]) - 1
    places = places.clip(0, last)
    low = np.minimum(places.astype(int), np.maximum(last - 1, 0))
    high = np.minimum(low + 1, last)
    (down, right) = (places - low).T.astype(np.float32)
    upper = grid[:, low[:, 0], low[:, 1]] * (1 - right) + grid[:, low[:, 0], high[:, 1]] * right
    lower = grid[:, high[:, 0], low[:, 1]] * (1 - right) + grid[:, high[:, 0], high[:, 1]] * right
    return np.ascontiguousarray((upper * (1 - down) + lower * down).T)


def shrink(image: np.ndarray) -> np.ndarray:
    """The image, its longer side no longer than `SIDE`."""
    scale = SIDE / max(image.shape[:2])
    if scale >= 1:
        return image
    size = tuple(max(1, round(side * scale)) for side in image.shape[1::-1])
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def colours(image: np.ndarray) -> np.ndarray:
    """L*a*b* at every second pixel, squares and products, ``(9, h, w)`` float32: linear in them are ellipsoids.

    >>> colours(np.zeros((33, 65, 3), np.uint8)).shape
    (9, 17, 33)
    """
    lab = cv2.GaussianBlur(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), (0, 0), BLUR)
    first = lab[::COLOUR, ::COLOUR].transpose(2, 0, 1) / 100
    products = [first[i] * first[j] for i in range(3) for j in range(i, 3)]
    return np.concatenate([first, np.stack(products)])
