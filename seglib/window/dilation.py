"""Dilation: the exploded filter, a small kernel with holes, sees as far as a large one at its old cost.

Three facts to play with. Dilating a filter is filling it up with zeros (`zero_stuffed`). With rates 1, 2, 4, 8 the
window doubles with each layer while the parameters only add up. And rates that share a divisor leave holes: after three
layers of rate 2 a unit sees one pixel in four (`pixel_counts`), the gridding problem; rates without such a pattern,
such as 1, 2, 5, close them (`largest_gap`).

Source: Yu & Koltun, "Multi-scale context aggregation by dilated convolutions", ICLR 2016; Wang et al., "Understanding
convolution for semantic segmentation", WACV 2018, section 3.2, hybrid dilated convolution, equation 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from seglib.receptive_field import Layer, reached, receptive_field

MAX_RATE, MAX_RATES = 16, 6


class BadRates(ValueError):  # noqa: N818 - says what it is
    """Dilation rates that cannot be drawn; the message is one sentence."""


def parse_rates(text: str) -> tuple[int, ...]:
    """Rates of a stack of layers from text such as ``1, 2, 4``; `BadRates` says what is wrong with it.

    >>> parse_rates("1, 2, 4")
    (1, 2, 4)
    """
    parts = text.replace(",", " ").split()[: MAX_RATES + 1]
    if not parts or len(parts) > MAX_RATES:
        raise BadRates(f"Wanted 1 to {MAX_RATES} rates, one a layer, for example 1, 2, 5.")
    for part in parts:
        if not (part.isascii() and part.isdigit() and len(part) <= 3 and 1 <= int(part) <= MAX_RATE):
            raise BadRates(f"“{part[:12]}” is no dilation rate: wanted whole numbers from 1 to {MAX_RATE}.")
    return tuple(map(int, parts))


def zero_stuffed(kernel: np.ndarray, rate: int) -> np.ndarray:
    """The filter ``(k, k)`` with ``rate - 1`` zeros between its taps, ``(1 + (k - 1) rate,) * 2``.

    >>> zero_stuffed(np.array([[1, 2], [3, 4]]), 2)
    array([[1, 0, 2],
           [0, 0, 0],
           [3, 0, 4]])
    """
    if rate < 1:
        raise ValueError(f"rate is {rate}: wanted at least 1")
    side = 1 + (kernel.shape[0] - 1) * rate
    stuffed = np.zeros((side, side), kernel.dtype)
    stuffed[::rate, ::rate] = kernel
    return stuffed


def filtered(values: np.ndarray, kernel: np.ndarray, rate: int = 1) -> np.ndarray:
    """Dilated filtering, tap by tap, wherever all of the filter lies on ``values``: ``(H - (k - 1) rate, ...)``."""
    reach = (kernel.shape[0] - 1) * rate
    height, width = (n - reach for n in values.shape)
    total = np.zeros((max(height, 0), max(width, 0)))
    for (i, j), weight in np.ndenumerate(kernel):
        total += weight * values[i * rate : i * rate + height, j * rate : j * rate + width]
    return total


def filtered_large(values: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The same with an undilated filter, by OpenCV; for comparison."""
    half = kernel.shape[0] // 2
    whole = cv2.filter2D(values.astype(np.float64), -1, kernel.astype(np.float64))
    return whole[half : values.shape[0] - half, half : values.shape[1] - half]


def _layers(rates: Sequence[int], kernel: int) -> list[Layer]:
    return [Layer(kernel, dilation=rate) for rate in rates]


def pixel_counts(rates: Sequence[int], kernel: int = 3) -> np.ndarray:
    """In how many ways each pixel of a unit's window reaches it, along one axis, ``(size,)``; 0 is a hole.

    In two dimensions it is the outer product of this with itself.

    >>> pixel_counts([2, 2, 2])
    array([1., 0., 3., 0., 6., 0., 7., 0., 6., 0., 3., 0., 1.])
    """
    layers = _layers(rates, kernel)
    return reached(layers, 0, receptive_field(layers).size)


def seen_share(rates: Sequence[int], kernel: int = 3) -> float:
    """Share of the pixels in the (square) window that are seen at all."""
    return float((pixel_counts(rates, kernel) > 0).mean() ** 2)


def largest_gap(rates: Sequence[int]) -> int:
    """The distance M2 of Wang et al., equation 2: their rule asks that it be no larger than the kernel.

    ``M_n = r_n`` and, going down, ``M_i = max(M_(i+1) - 2 r_i, 2 r_i - M_(i+1), r_i)``. It assumes that the rates
    ascend from a first layer of rate 1; `pixel_counts` is exact for any.

    >>> largest_gap([1, 2, 5]), largest_gap([1, 2, 9])
    (2, 5)
    """
    gap = rates[-1]
    for rate in rates[-2:0:-1]:
        gap = max(gap - 2 * rate, 2 * rate - gap, rate)
    return gap
