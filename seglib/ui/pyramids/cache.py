"""Caches of the pyramid page: see `seglib.ui.cache` for how they are keyed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from seglib import pyramid
from seglib.pyramids import drawing, superpixels
from seglib.ui import cache


@dataclass(frozen=True)
class Drawn:
    """A photo's pyramids, to be looked at."""

    gaussian: np.ndarray  # (H, W', 3) uint8, all levels in one picture
    laplacian: np.ndarray
    gains: list[float]  # how much each band was brightened, finest first
    sizes: list[tuple[int, int]]  # of the levels, finest first


@st.cache_resource(max_entries=16, show_spinner=False)
def drawn(_image: np.ndarray, photo_key: str, levels: int) -> Drawn:
    """Both pyramids of a photo."""
    gaussian = pyramid.gaussian_pyramid(drawing.to_picture(_image), levels)
    *bands, residual = pyramid.laplacian_pyramid(gaussian[0], levels)
    gains = [drawing.band_gain(band) for band in bands]
    images = [drawing.band_image(*each) for each in zip(bands, gains, strict=True)]
    return Drawn(
        gaussian=drawing.mosaic([drawing.to_image(level) for level in gaussian]),
        laplacian=drawing.mosaic([*images, drawing.to_image(residual)]),
        gains=gains,
        sizes=[level.shape[-2:] for level in gaussian],
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def rebuilt(_image: np.ndarray, photo_key: str, levels: int, on: tuple[int, ...]) -> tuple[np.ndarray, float]:
    """The photo put together from some levels of its Laplacian pyramid, and the largest difference, in grey levels."""
    picture = drawing.to_picture(_image)
    bands = pyramid.laplacian_pyramid(picture, levels)
    if levels - 1 not in on:  # without the residual there is no brightness: mid-grey takes its place
        bands[-1] = np.full_like(bands[-1], 0.5)
    kept = [band if level in (*on, levels - 1) else np.zeros_like(band) for level, band in enumerate(bands)]
    again = pyramid.reconstruct(kept)
    return drawing.to_image(again), 255 * float(np.abs(again - picture).max())


@st.cache_resource(max_entries=8, show_spinner=False)
def level_pictures(_image: np.ndarray, photo_key: str, levels: int) -> list[np.ndarray]:
    """What each level shows to the trunk, at the photo's size, ``(H, W, 3)`` uint8, finest first."""
    from seglib.models.pyramid import CONTRAST_FLOOR

    # The net's input is the photo times 4, minus a constant, and pyramids are linear: so is the floor.
    *bands, residual = pyramid.laplacian_pyramid(drawing.to_picture(_image), levels)
    normalized = [pyramid.normalize_locally(band, CONTRAST_FLOOR / 4) for band in bands]
    images = [drawing.band_image(band, 0.25) for band in normalized] + [drawing.to_image(residual)]
    size = _image.shape[:2]
    return [drawing.enlarged(image, size, 2**level) for level, image in enumerate(images)]


@st.cache_resource(max_entries=32, show_spinner=False)
def switched(
    _answer: cache.Segmentation,
    photo_key: str,
    size: tuple[int, int],
    net: str,
    labels: str,
    on: tuple[int, ...],
) -> cache.Segmentation:
    """A net's answer with only some of its levels, named by their strides."""
    from seglib.models.streams import fused_logits, only, probabilities

    streams = only(_answer.streams, on)
    logits = fused_logits(streams, size)
    return cache.Segmentation(
        labels=logits.argmax(0).astype(np.uint8),
        confidence=probabilities(logits).max(0).astype(np.float16),
        streams=streams,
    )


@st.cache_data(max_entries=32, show_spinner="Measuring …")
def costs(_image: np.ndarray, size: tuple[int, int], net: str, labels: str, again: int) -> tuple[float, list]:
    """What a net's levels cost on this size of photo, see `seglib.costs.pyramid_levels`; ``again`` counts requests."""
    from seglib.costs.pyramid_levels import level_costs

    return level_costs(cache.model(net, labels), _image)


@st.cache_resource(max_entries=16, show_spinner="Cutting the photo into superpixels …")
def regions(_image: np.ndarray, photo_key: str, method: superpixels.Method, area: int) -> np.ndarray:
    """Superpixels of a photo, ``(H, W)`` int32."""
    return superpixels.superpixels(_image, method, area)
