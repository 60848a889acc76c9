"""The two Gaussian kernels of the fully connected CRF: who talks to whom, and how loud.

Smoothness looks at positions only, ``exp(-|p_i - p_j|^2 / 2 s^2)``; appearance at positions and colours,
``exp(-|p_i - p_j|^2 / 2 a^2 - |I_i - I_j|^2 / 2 b^2)``. Source: Krähenbühl & Koltun, "Efficient Inference in Fully
Connected CRFs with Gaussian Edge Potentials", NIPS 2011, equation 3.

Every kernel is normalised from both sides, ``k(i, j) / sqrt(k(i, .) k(., j))``, as in the authors' code. So it stays
symmetric, a weight means the same in the middle of a photo and in its corner, and constant factors of a filter cancel.
The term i = j is kept, as in that code; the paper's derivation leaves it out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal, get_args

import cv2
import numpy as np

from seglib.crf.low_rank import gaussian, low_rank_factor
from seglib.crf.permutohedral import build_lattice
from seglib.images import check_image

Method = Literal["auto", "exact", "low rank", "lattice"]
EXACT_PIXELS = 4096  # up to here all pairs take less time than anything else, and 200 MB
LOW_RANK_PIXELS = 32_768  # up to here a factor of rank 512 or more takes 64 MB
MOST_NUMBERS = LOW_RANK_PIXELS * 512  # in a factor
TRUNCATE = 4.0  # standard deviations; what is cut off is 6e-5 of a Gaussian
LIMITS = {"weight": (0.0, 1000.0), "width": (0.1, 10_000.0)}
Filter = Callable[[np.ndarray], np.ndarray]  # (N, C) float32 to (N, C), linear


@dataclass(frozen=True)
class CRFParams:
    """How strongly neighbours, and pixels of like colour, pull each other towards one class.

    The defaults are those of the authors' code. Raises `ValueError` outside `LIMITS`; a weight of 0 switches a kernel
    off.
    """

    smoothness_weight: float = 3.0  # logits that a pixel gains if all its neighbours are sure
    smoothness_width: float = 3.0  # pixels
    appearance_weight: float = 10.0  # logits
    appearance_width: float = 80.0  # pixels
    colour_width: float = 13.0  # grey levels, of 256, in each of R, G and B

    def __post_init__(self) -> None:
        for parameter in fields(self):
            value, (low, high) = getattr(self, parameter.name), LIMITS[parameter.name.split("_")[1]]
            if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not low <= value <= high:
                name = parameter.name.replace("_", " ")
                raise ValueError(f"{name} is {value}: wanted a number from {low:g} to {high:g}")


@dataclass(frozen=True, eq=False)
class Kernel:
    """One normalised Gaussian kernel over the pixels of one image, times its weight."""

    name: str
    filter: Filter


def pairwise_kernels(image: np.ndarray, params: CRFParams, method: Method = "auto") -> list[Kernel]:
    """The kernels of ``params`` with a positive weight, for an image ``(H, W, 3)`` uint8: the CRF's set-up.

    ``method``: "exact" sums over all pairs, and is refused above `EXACT_PIXELS` pixels; "low rank" hears all pairs
    through a few hundred pixels, nearly as exact, and is refused above `LOW_RANK_PIXELS`; "lattice" filters through a
    permutohedral lattice, in time and memory linear in the pixels. "auto" takes the first of them that is not refused.
    """
    image = check_image(image)
    if method not in get_args(Method):
        raise ValueError(f"no method {method!r}: there are {', '.join(get_args(Method))}")
    pixels = image.shape[0] * image.shape[1]
    limits = {"exact": EXACT_PIXELS, "low rank": LOW_RANK_PIXELS, "lattice": pixels}
    if method == "auto":
        method = next(candidate for candidate, most in limits.items() if pixels <= most)
    elif pixels > limits[method]:
        raise ValueError(f"{method} sums over {pixels} pixels: wanted {limits[method]} at most; a lattice takes more")
    kernels = []
    if weight := params.smoothness_weight:
        if method == "exact":
            smoothness = _all_pairs(position_features(image.shape[:2], params.smoothness_width), weight)
        else:
            smoothness = _grid_blur(image.shape[:2], params.smoothness_width, weight)
        kernels.append(Kernel("smoothness", smoothness))
    if weight := params.appearance_weight:
        through = {"exact": _all_pairs, "low rank": _through_a_few, "lattice": _on_lattice}[method]
        kernels.append(Kernel("appearance", through(appearance_features(image, params), weight)))
    return kernels


def position_features(size: tuple[int, int], width: float) -> np.ndarray:
    """Column and row of each pixel in standard deviations, ``(2, N)`` float32."""
    rows, cols = np.indices(size, np.float32).reshape(2, -1) / np.float32(width)
    return np.stack([cols, rows])


def appearance_features(image: np.ndarray, params: CRFParams) -> np.ndarray:
    """Colour and position of each pixel in standard deviations, ``(5, N)`` float32."""
    colours = image.reshape(-1, 3).T / np.float32(params.colour_width)
    return np.concatenate([colours, position_features(image.shape[:2], params.appearance_width)])


def kernel_pictures(image: np.ndarray, params: CRFParams, point: tuple[int, int]) -> dict[str, np.ndarray]:
    """How well the pixel ``point`` (row, col) hears every other one, ``{kernel: (H, W)}``, exact, 1 at itself."""
    at = point[0] * image.shape[1] + point[1]
    pictures = {}
    for name, features in (
        ("smoothness", position_features(image.shape[:2], params.smoothness_width)),
        ("appearance", appearance_features(image, params)),
    ):
        pictures[name] = gaussian(features.T, features.T[at : at + 1]).reshape(image.shape[:2])
    return pictures


def _all_pairs(features: np.ndarray, weight: float) -> Filter:
    """The kernel itself, a matrix ``(N, N)`` float32."""
    matrix = gaussian(features.T, features.T)
    scale = np.sqrt(np.float32(weight) / matrix.sum(1))
    matrix *= scale
    matrix *= scale[:, None]
    return lambda values: matrix @ values


def _through_a_few(features: np.ndarray, weight: float) -> Filter:
    """The kernel as a factor and its transpose, and a diagonal."""
    factor, left = low_rank_factor(features, MOST_NUMBERS // features.shape[1])
    sums = factor @ factor.sum(0) + left
    scale = np.sqrt(weight / np.maximum(sums, np.finfo(np.float32).tiny))[:, None].astype(np.float32)
    factor *= scale
    own = left[:, None].astype(np.float32) * scale**2
    return lambda values: factor @ (factor.T @ values) + own * values


def _on_lattice(features: np.ndarray, weight: float) -> Filter:
    """Blur on a permutohedral lattice."""
    lattice = build_lattice(features)
    sums = lattice.filter(np.ones((features.shape[1], 1), np.float32))
    return lattice.scaled(np.sqrt(np.float32(weight) / np.maximum(sums, np.finfo(np.float32).tiny))).filter


def _grid_blur(size: tuple[int, int], width: float, weight: float) -> Filter:
    """Gaussian blur on the pixel grid, nothing beyond the border: separable, time linear in ``width``."""
    radii = [min(int(np.ceil(TRUNCATE * width)), side - 1) for side in size]
    down, along = (np.exp(-0.5 * (np.arange(-r, r + 1) / width) ** 2).astype(np.float32) for r in radii)
    sums = cv2.sepFilter2D(np.ones(size, np.float32), -1, along, down, borderType=cv2.BORDER_CONSTANT)
    scale = np.sqrt(np.float32(weight) / sums.reshape(-1, 1))

    def blur(values: np.ndarray) -> np.ndarray:
        planes = (values * scale).reshape(*size, -1)
        blurred = cv2.sepFilter2D(planes, -1, along, down, borderType=cv2.BORDER_CONSTANT).reshape(values.shape)
        blurred *= scale
        return blurred

    return blur
