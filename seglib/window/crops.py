"""The window that a net needs: cut a square round one pixel, show the net nothing else, and widen it.

The crop is alone: it is a picture of its own, and what surrounds it in the photo never enters the net. One thing must
not change, though: where the pixel lies between the units of the coarse grids, for nets answer differently there. The
net puts unit 0 on the first pixel of whatever it is given, so a crop is given together with as many grey rows above it
and columns left of it, 31 at most, as bring its first pixel back to the place on the grid that it has in the photo.
Right and below the net pads to its grid itself, with the same grey. So the largest crop, the whole photo, gets exactly
the answer of the whole photo, and so does every crop that holds the pixel's theoretical window.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from seglib.models.fcn import GRID
from seglib.models.prediction import image_tensor
from seglib.window.one_pixel import OnePixel, can_look_at


@dataclass(frozen=True)
class Seen:
    """What the net says of the pixel when it sees a square of this side."""

    side: int  # px, odd
    probabilities: np.ndarray  # (K,)


def crop_box(size: tuple[int, int], point: tuple[int, int], side: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Rows and columns of the square round ``point``, as far as they lie on the photo.

    >>> crop_box((100, 100), (10, 50), 41)
    ((0, 31), (30, 71))
    """
    if side < 1 or side % 2 == 0:
        raise ValueError(f"a square of {side} px has no middle: wanted an odd number from 1 up")
    half = side // 2
    return tuple((max(at - half, 0), min(at + half + 1, n)) for at, n in zip(point, size, strict=True))


def sides_for(size: tuple[int, int], point: tuple[int, int], marks: Iterable[int] = (), count: int = 16) -> list[int]:
    """Odd sides from 1 px until the square holds the whole photo, denser at the small end, and those in ``marks``."""
    largest = 2 * max(max(at, n - 1 - at) for at, n in zip(point, size, strict=True)) + 1
    sides = {2 * int(largest * (i / (count - 1)) ** 1.7 / 2) + 1 for i in range(count)} | {largest}
    sides |= {min(mark + 1 - mark % 2, largest) for mark in marks if mark > 0}
    return sorted(side for side in sides if side <= largest)


def window_test(model: nn.Module, image: np.ndarray, point: tuple[int, int], sides: Iterable[int]) -> Iterator[Seen]:
    """Class probabilities of one pixel of a photo ``(H, W, 3)`` from crops of the given odd sides round it."""
    size, x = image.shape[:2], image_tensor(image)
    for side in sides:
        (top, bottom), (left, right) = crop_box(size, point, side)
        above, before = top % GRID, left % GRID
        crop = F.pad(x[..., top:bottom, left:right], (before, 0, above, 0))
        at = point[0] - top + above, point[1] - left + before
        with torch.inference_mode():
            scores = (
                OnePixel(model, tuple(crop.shape[-2:]), at).scores(crop)
                if can_look_at(model)
                else model(crop)[..., *at]
            )
        yield Seen(side, scores[0].softmax(0).numpy())


def settled_side(crops: Sequence[Seen], class_index: int, tolerance: float = 0.05) -> int:
    """The smallest side from which on a class's probability stays within ``tolerance`` of that of the last crop.

    >>> crops = [Seen(side, np.array([p])) for side, p in ((1, 0.9), (3, 0.2), (5, 0.88), (7, 0.9))]
    >>> settled_side(crops, 0)
    5
    """
    final = crops[-1].probabilities[class_index]
    off = [crop.side for crop in crops if abs(crop.probabilities[class_index] - final) > tolerance]
    return next(crop.side for crop in crops if not off or crop.side > off[-1])
