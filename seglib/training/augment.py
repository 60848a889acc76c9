"""Random views of a labelled photo for training: crop, scale, flip, colour.

Geometry moves photo and labels together; colour touches the photo alone. Pixels outside the photo
become grey, and void in the labels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from seglib.labels import IGNORE

GREY = (128, 128, 128)
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


@dataclass(frozen=True)
class Augmentation:
    """How far a view may differ from the photo."""

    crop: int = 225  # side in pixels, 32 m + 1
    scale: tuple[float, float] = (0.6, 2.0)  # drawn on a log scale
    stretch: float = 1.15  # width against height, either way
    brightness: float = 0.3  # added, as a share of the full range
    contrast: float = 0.35
    saturation: float = 0.6
    tint: float = 0.06  # per channel
    grey: float = 0.1  # chance of a view without colour
    blur: float = 0.1  # chance of a blurred view

    def plain(self) -> Augmentation:
        """Crops of the photo as it is, at its own scale and in its own colours; at most mirrored."""
        colours = dict.fromkeys(("brightness", "contrast", "saturation", "tint", "grey", "blur"), 0.0)
        return replace(self, scale=(1.0, 1.0), stretch=1.0, **colours)


def random_view(
    image: np.ndarray, labels: np.ndarray, how: Augmentation, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A crop ``(crop, crop, 3)`` uint8 of the photo and ``(crop, crop)`` uint8 of its label map."""
    height, width = labels.shape
    scale = np.exp(rng.uniform(*np.log(how.scale)))
    stretch = np.exp(rng.uniform(-1, 1) * np.log(how.stretch) / 2)
    scale_x, scale_y = scale * stretch, scale / stretch
    # Where the crop's corner lies in the scaled photo; a photo smaller than the crop floats in it.
    left, top = (
        rng.uniform(min(0, room), max(0, room)) for room in (width * scale_x - how.crop, height * scale_y - how.crop)
    )
    if scale_x == scale_y == 1:
        left, top = round(left), round(top)  # whole pixels: interpolation between them would blur the view
    flip = rng.random() < 0.5
    # Affine map from photo to view: pixel centres are whole numbers to OpenCV, hence the halves.
    shift_x, shift_y = 0.5 * scale_x - 0.5 - left, 0.5 * scale_y - 0.5 - top
    matrix = np.array([[scale_x, 0, shift_x], [0, scale_y, shift_y]])
    if flip:
        matrix[0] = -matrix[0]
        matrix[0, 2] += how.crop - 1
    size = (how.crop, how.crop)
    view = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=GREY)
    seen = cv2.warpAffine(labels, matrix, size, flags=cv2.INTER_NEAREST, borderValue=IGNORE)
    if rng.random() < how.blur:
        view = cv2.GaussianBlur(view, (0, 0), rng.uniform(0.5, 1.5))
    return _recolor(view, how, rng), seen


def _recolor(view: np.ndarray, how: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """One affine map of RGB: saturation, then contrast and tint, then brightness."""
    saturation = 0.0 if rng.random() < how.grey else 1 + rng.uniform(-1, 1) * how.saturation
    mix = saturation * np.eye(3, dtype=np.float32) + (1 - saturation) * LUMA
    gain = (1 + rng.uniform(-1, 1) * how.contrast) * (1 + rng.uniform(-1, 1, 3) * how.tint)
    offset = 128 * (1 - gain) + 255 * rng.uniform(-1, 1) * how.brightness
    matrix = np.column_stack([mix * gain[:, None], offset]).astype(np.float32)
    return cv2.transform(view, matrix)  # saturates at 0 and 255
