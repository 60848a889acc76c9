"""A photo taken apart into levels and put together again, drawn for a page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from seglib import pyramid
from seglib.pyramids import drawing

INPUT_SCALE = 255 / 128  # a net's input units to one of a picture from 0 to 1, see `seglib.models.prediction`
MID_GREY = 0.5  # the residual's place where that is left out: without it there is no brightness


@dataclass(frozen=True, eq=False)
class PyramidPictures:
    """A photo's pyramids, to be looked at."""

    gaussian: np.ndarray = field(repr=False)  # (H, W', 3) uint8, all levels in one picture
    laplacian: np.ndarray = field(repr=False)  # the same
    gains: list[float]  # how much each band was brightened, finest first
    sizes: list[tuple[int, int]]  # of the levels, finest first


def draw_pyramids(image: np.ndarray, levels: int) -> PyramidPictures:
    """Gaussian and Laplacian pyramid of an image ``(H, W, 3)`` uint8."""
    gaussian = pyramid.gaussian_pyramid(drawing.to_picture(image), levels)
    *bands, residual = pyramid.laplacian_pyramid(gaussian[0], levels)
    gains = [drawing.band_gain(band) for band in bands]
    images = [drawing.band_image(band, gain) for band, gain in zip(bands, gains, strict=True)]
    return PyramidPictures(
        gaussian=drawing.mosaic([drawing.to_image(level) for level in gaussian]),
        laplacian=drawing.mosaic([*images, drawing.to_image(residual)]),
        gains=gains,
        sizes=[level.shape[-2:] for level in gaussian],
    )


def rebuilt(image: np.ndarray, levels: int, on: Collection[int]) -> tuple[np.ndarray, float]:
    """The image from the levels that are ``on`` alone, 0 the finest, and the largest difference, in grey levels.

    >>> image = np.full((8, 8, 3), 200, np.uint8)
    >>> rebuilt(image, 2, [1])[0].min(), rebuilt(image, 2, [0])[0].max()
    (np.uint8(200), np.uint8(128))
    """
    picture = drawing.to_picture(image)
    bands = pyramid.laplacian_pyramid(picture, levels)
    residual = levels - 1
    if residual not in on:
        bands[residual] = np.full_like(bands[residual], MID_GREY)
    kept = [band if level in on or level == residual else np.zeros_like(band) for level, band in enumerate(bands)]
    again = pyramid.reconstruct(kept)
    return drawing.to_image(again), 255 * float(np.abs(again - picture).max())


def trunk_inputs(image: np.ndarray, levels: int, floor: float) -> list[np.ndarray]:
    """What each level shows to a net's trunk, at the image's size, ``(H, W, 3)`` uint8, finest first.

    ``floor`` is the net's contrast floor, see `seglib.pyramid.normalize_locally`.
    """
    # The net's input is the picture times a number, minus another, and pyramids are linear: so is the floor.
    *bands, residual = pyramid.laplacian_pyramid(drawing.to_picture(image), levels)
    normalized = [pyramid.normalize_locally(band, floor / INPUT_SCALE) for band in bands]
    images = [drawing.band_image(band, 0.25) for band in normalized] + [drawing.to_image(residual)]
    return [drawing.enlarged(level, image.shape[:2], 2**number) for number, level in enumerate(images)]
