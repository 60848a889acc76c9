"""Caches of the pyramid page."""

from __future__ import annotations

import numpy as np

from seglib.models.segmentation import Segmentation
from seglib.pyramids import apart, drawing, superpixels
from seglib.ui import cache
from seglib.ui.photo import Photo


@cache.shared(16)
def pictures(photo: Photo, levels: int) -> apart.PyramidPictures:
    """Both pyramids of a photo."""
    return apart.draw_pyramids(photo.image, levels)


@cache.shared(16)
def rebuilt(photo: Photo, levels: int, on: tuple[int, ...]) -> tuple[np.ndarray, float]:
    """The photo from some of its levels alone, and the largest difference, in grey levels."""
    return apart.rebuilt(photo.image, levels, on)


@cache.shared(8)
def trunk_inputs(photo: Photo, levels: int) -> list[np.ndarray]:
    """What each level shows to the trunk, at the photo's size, finest first."""
    from seglib.models.pyramid import CONTRAST_FLOOR

    return apart.trunk_inputs(photo.image, levels, CONTRAST_FLOOR)


@cache.shared(32)
def with_box(picture: np.ndarray, point: tuple[int, int], side: int) -> np.ndarray:
    """A picture with a square of so many pixels around a point."""
    return drawing.with_box(picture, point, side)


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
