"""The window by occlusion: a grey patch slides over the photo, and the probability at one pixel is watched.

Source: Zeiler & Fergus, "Visualizing and understanding convolutional networks", ECCV 2014, section 4.2. There the
class of the whole photo is watched, here that of one pixel of a segmentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from seglib.models.prediction import image_tensor
from seglib.window.one_pixel import OnePixel, can_look_at

GREY = 0.0  # the middle of what a net takes in, (rgb - 127) / 128
MAX_POSITIONS = 100
MAX_WHOLE = 40  # of them, where every position costs a run of the whole net
PATCHES = (16, 400)  # smallest and largest side


@dataclass(frozen=True)
class Occlusion:
    """What covering does, so far: one cell for each position of the patch's middle."""

    probabilities: np.ndarray  # (rows, cols, K); nan where the patch has not been yet
    uncovered: np.ndarray  # (K,)
    step: int  # px between two positions; cell (i, j) covers the pixels from (i * step, j * step) on
    done: float  # share of the positions

    def change(self, class_index: int) -> np.ndarray:
        """Probability covered minus uncovered, ``(rows, cols)``: negative where the patch hides evidence for it."""
        return self.probabilities[..., class_index] - self.uncovered[class_index]


def positions(size: tuple[int, int], patch: int, most: int = MAX_POSITIONS) -> int:
    """Step between positions: half the patch, or as much more as keeps them to ``most``.

    >>> positions((360, 480), 64), positions((360, 480), 16)
    (44, 44)
    """
    step = max(patch // 2, 1)
    while (-(-size[0] // step)) * (-(-size[1] // step)) > most:
        step += 1
    return step


def occlude(model: nn.Module, image: np.ndarray, point: tuple[int, int], patch: int) -> Iterator[Occlusion]:
    """Slide a grey square of ``patch`` px over a photo ``(H, W, 3)``; yields after every row of positions.

    Nets of `seglib.window.one_pixel`'s kind compute anew only what the patch changes and the pixel needs; others
    all of it.
    """
    if not PATCHES[0] <= patch <= PATCHES[1]:
        raise ValueError(f"a patch of {patch} px: wanted {PATCHES[0]} to {PATCHES[1]}")
    size = image.shape[:2]
    step = positions(size, patch, MAX_POSITIONS if can_look_at(model) else MAX_WHOLE)
    rows, cols = (-(-n // step) for n in size)
    x = image_tensor(image)
    one = OnePixel(model, size, point) if can_look_at(model) else None
    with torch.inference_mode():
        before = one.maps(x) if one else None
        uncovered = (one.read_scores(before) if one else model(x)[..., *point])[0].softmax(0).numpy()
    probabilities = np.full((rows, cols, len(uncovered)), np.nan, np.float32)
    for i in range(rows):
        with torch.inference_mode():
            for j in range(cols):
                spans = tuple(
                    (middle - patch // 2, middle - patch // 2 + patch)
                    for middle in (i * step + step // 2, j * step + step // 2)
                )
                scores = one.scores_without(before, spans, GREY) if one else _covered(model, x, spans)[..., *point]
                probabilities[i, j] = scores[0].softmax(0).numpy()
        yield Occlusion(probabilities.copy(), uncovered, step, (i + 1) / rows)


def _covered(model: nn.Module, x: torch.Tensor, spans: tuple[tuple[int, int], tuple[int, int]]) -> torch.Tensor:
    covered = x.clone()
    (top, bottom), (left, right) = ((max(first, 0), max(end, 0)) for first, end in spans)
    covered[..., top:bottom, left:right] = GREY
    return model(covered)


def on_pixels(cells: np.ndarray, step: int, size: tuple[int, int]) -> np.ndarray:
    """Cells as a picture of the photo's ``size``, ``(rows, cols)`` to ``(H, W)``."""
    return np.kron(cells, np.ones((step, step), cells.dtype))[: size[0], : size[1]]
