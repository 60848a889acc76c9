"""Arrays in, pictures out: RGB arrays ``(H, W, 3)`` uint8. Nothing here knows where they are shown."""

from __future__ import annotations

import functools

import matplotlib
import numpy as np

from seglib.labels import IGNORE, LabelSet, check_label_map

VOID_COLOR = (0, 0, 0)
HEAT_COLOR = (255, 150, 0)
# Purple: against, white: neither, orange: for; safe for colour-blind eyes.
SCORE_COLORS = matplotlib.colormaps["PuOr_r"]


def colorize(labels: np.ndarray, label_set: LabelSet) -> np.ndarray:
    """A label map in its classes' colours, void in black."""
    check_label_map(labels, len(label_set))
    table = np.zeros((256, 3), np.uint8)
    table[: len(label_set)] = label_set.colors
    table[IGNORE] = VOID_COLOR
    return table[labels]


def score_picture(scores: np.ndarray, limit: float) -> np.ndarray:
    """A map of signed scores ``(h, w)`` as a picture: ``-limit`` purple, 0 white, ``limit`` orange.

    >>> score_picture(np.array([[-2.0, 0.0, 2.0]]), limit=1.0).shape
    (1, 3, 3)
    """
    if not limit > 0:
        raise ValueError(f"limit is {limit}: wanted a positive number")
    colors = SCORE_COLORS(0.5 + 0.5 * np.clip(scores / limit, -1, 1), bytes=True)
    return colors[..., :3]


@functools.cache
def score_scale(width: int = 256, height: int = 12) -> np.ndarray:
    """The colour bar that belongs to `score_picture`, ``(height, width, 3)``, from -limit to limit; read only."""
    scale = np.repeat(score_picture(np.linspace(-1, 1, width)[None], 1.0), height, axis=0)
    scale.flags.writeable = False  # all who ask get the same
    return scale


def heat_on_grey(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The image in dark grey, turning orange with weights ``(H, W)`` from 0 to 1.

    The square root of the weight is what is mixed in: half of what a Gaussian sums up lies where it is below a tenth.
    """
    grey = 0.6 * image.mean(2, keepdims=True, dtype=np.float32)
    heat = np.sqrt(np.clip(weights, 0, 1, dtype=np.float32))[..., None]
    return (grey + heat * (np.array(HEAT_COLOR, np.float32) - grey)).round().astype(np.uint8)
