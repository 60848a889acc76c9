"""Caches of the pyramid page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seglib import pyramid
from seglib.models.segmentation import Segmentation
from seglib.pyramids import drawing, superpixels
from seglib.ui import cache
from seglib.ui.photo import Photo


@dataclass(frozen=True)
class Drawn:
    """A photo's pyramids, to be looked at."""

    gaussian: np.ndarray  # (H, W', 3) uint8, all levels in one picture
    laplacian: np.ndarray
    gains: list[float]  # how much each band was brightened, finest first
    sizes: list[tuple[int, int]]  # of the levels, finest first


@cache.shared(16)
def drawn(photo: Photo, levels: int) -> Drawn:
    """Both pyramids of a photo."""
    gaussian = pyramid.gaussian_pyramid(drawing.to_picture(photo.image), levels)
    *bands, residual = pyramid.laplacian_pyramid(gaussian[0], levels)
    gains = [drawing.band_gain(band) for band in bands]
    images = [drawing.band_image(*each) for each in zip(bands, gains, strict=True)]
    return Drawn(
        gaussian=drawing.mosaic([drawing.to_image(level) for level in gaussian]),
        laplacian=drawing.mosaic([*images, drawing.to_image(residual)]),
        gains=gains,
        sizes=[level.shape[-2:] for level in gaussian],
    )


@cache.shared(16)
def rebuilt(photo: Photo, levels: int, on: tuple[int, ...]) -> tuple[np.ndarray, float]:
    """The photo put together from some levels of its Laplacian pyramid, and the largest difference, in grey levels."""
    picture = drawing.to_picture(photo.image)
    bands = pyramid.laplacian_pyramid(picture, levels)
    if levels - 1 not in on:  # without the residual there is no brightness: mid-grey takes its place
        bands[-1] = np.full_like(bands[-1], 0.5)
    kept = [band if level in (*on, levels - 1) else np.zeros_like(band) for level, band in enumerate(bands)]
    again = pyramid.reconstruct(kept)
    return drawing.to_image(again), 255 * float(np.abs(again - picture).max())


@cache.shared(8)
def level_pictures(photo: Photo, levels: int) -> list[np.ndarray]:
    """What each level shows to the trunk, at the photo's size, ``(H, W, 3)`` uint8, finest first."""
    from seglib.models.pyramid import CONTRAST_FLOOR

    # The net's input is the photo times 4, minus a constant, and pyramids are linear: so is the floor.
    *bands, residual = pyramid.laplacian_pyramid(drawing.to_picture(photo.image), levels)
    normalized = [pyramid.normalize_locally(band, CONTRAST_FLOOR / 4) for band in bands]
    images = [drawing.band_image(band, 0.25) for band in normalized] + [drawing.to_image(residual)]
    return [drawing.enlarged(image, photo.size, 2**level) for level, image in enumerate(images)]


@cache.shared(32)
def switched(answer: Segmentation, on: tuple[int, ...]) -> Segmentation:
    """A net's answer with only some of its levels, named by their strides."""
    return answer.only(on)


@cache.copied(32, words="Measuring …")
def costs(_image: np.ndarray, size: tuple[int, int], net: str, label_set_name: str, again: int) -> tuple[float, list]:
    """What a net's levels cost, see `seglib.costs.pyramid_levels`; ``again`` counts requests to measure anew.

    The size of a photo decides that, not what is on it.
    """
    from seglib.costs.pyramid_levels import level_costs

    return level_costs(cache.model(net, label_set_name), _image)


@cache.shared(16, words="Cutting the photo into superpixels …")
def regions(photo: Photo, method: superpixels.Method, area: int) -> np.ndarray:
    """Superpixels of a photo, ``(H, W)`` int32."""
    return superpixels.superpixels(photo.image, method, area)
