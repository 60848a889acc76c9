"""Windows drawn on photos: boxes round a pixel, heat over the photo. Arrays in, RGB arrays ``(H, W, 3)`` uint8 out."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import cv2
import matplotlib
import numpy as np

from seglib.rendering import SCORE_COLORS

Box = tuple[tuple[int, int], tuple[int, int]]  # rows and columns, each from the first up to, not including, the second
Color = tuple[int, int, int]
THEORY: Color = (230, 159, 0)  # orange, blue: apart for colour-blind eyes, too
EFFECTIVE: Color = (0, 158, 255)
HEAT = "inferno"


def centred_box(point: tuple[int, int], side: int) -> Box:
    """The square of an odd side round a pixel, also where it leaves the photo."""
    return tuple((at - side // 2, at - side // 2 + side) for at in point)


def framed(image: np.ndarray, boxes: Sequence[tuple[Box, Color]], dim: bool = False) -> np.ndarray:
    """The photo with boxes drawn on it; a side that lies outside is not drawn. ``dim`` darkens what is in none."""
    picture = image.copy()
    if dim and boxes:
        inside = np.zeros(image.shape[:2], bool)
        for box, _ in boxes:
            inside[_slices(box)] = True
        picture[~inside] = (picture[~inside] * 0.45).astype(np.uint8)
    thick = max(2, round(max(image.shape) / 240))
    for ((top, bottom), (left, right)), color in boxes:
        cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), (0, 0, 0), thick + 2)
        cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), color, thick)
    return picture


def _slices(box: Box) -> tuple[slice, slice]:
    return tuple(slice(max(first, 0), max(end, 0)) for first, end in box)


def layer_color(share: float) -> Color:
    """The colour of a layer, from the first (0) to the last (1)."""
    return tuple(int(v) for v in matplotlib.colormaps["viridis"](0.25 + 0.75 * share, bytes=True)[:3])


def energy_picture(image: np.ndarray, energy: np.ndarray) -> np.ndarray:
    """Gradient energy as heat over the greyed photo; its fourth root, so that faint pixels are seen as well."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    # Single pixels flicker: what counts is the field.
    smooth = cv2.GaussianBlur(energy.astype(np.float32), (0, 0), 2)
    top = float(smooth.max())
    share = np.sqrt(np.sqrt(np.maximum(smooth, 0) / top)) if top > 0 else np.zeros_like(smooth)
    return np.take(_heat_over_grey(), np.rint(255 * share).astype(np.uint16) * 256 + grey, axis=0)


@functools.cache
def _heat_over_grey() -> np.ndarray:
    """Every heat over every grey, ``(256 * 256, 3)`` uint8: pixels are looked up, not mixed."""
    levels = np.arange(256)
    heat = matplotlib.colormaps[HEAT](levels, bytes=True)[:, None, :3]
    opacity = np.clip(levels / 255 * 1.6, 0, 1)[:, None, None]
    return (0.45 * levels[None, :, None] * (1 - opacity) + heat * opacity).astype(np.uint8).reshape(-1, 3)


def heat_scale(width: int = 256, height: int = 12) -> np.ndarray:
    """The colour bar of `energy_picture`, from nothing to the most."""
    colors = matplotlib.colormaps[HEAT](np.linspace(0, 1, width), bytes=True)[None, :, :3]
    return np.ascontiguousarray(np.repeat(colors, height, axis=0))


def tinted(image: np.ndarray, signed: np.ndarray, limit: float) -> np.ndarray:
    """A signed map over the greyed photo: purple where it is negative, orange where positive, at ``±limit`` full."""
    grey = np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, 2).astype(np.float32)
    grey = 128 + 0.5 * (grey - 128)
    share = np.nan_to_num(np.clip(signed / max(limit, 1e-9), -1, 1))
    colors = SCORE_COLORS(0.5 + 0.5 * share, bytes=True)[..., :3].astype(np.float32)
    opacity = (np.abs(share) ** 0.7)[..., None] * 0.85
    return (grey * (1 - opacity) + colors * opacity).astype(np.uint8)
