"""Image pyramids: the same picture at full, half, quarter size, and what each of them adds to the next coarser one.

REDUCE blurs with five taps and keeps every second pixel; EXPAND puts them back in place and fills the gaps with the
same blur. Level l of the Gaussian pyramid is the picture reduced l times. Level l of the Laplacian pyramid, a band, is
Gaussian level l minus level l + 1 expanded; its last level is the last Gaussian one, the residual. So the sum of all
its levels, expanded step by step, is the picture again, whatever the blur.

Source: Burt & Adelson, "The Laplacian pyramid as a compact image code", IEEE Trans. Communications 1983, with OpenCV's
weights (their a = 0.375; theirs was 0.4) and mirrored borders. Unit i of level l sits on pixel ``i * 2 ** l``: a side
of n pixels has ``(n + 1) // 2`` on the next level, and grids line up exactly for sides of ``2 ** l * m + 1``.

Pictures are floating-point arrays ``(..., H, W)``, channels first, of NumPy or of torch alike: only indexing and
arithmetic are used, so the nets and the pages share this code, and no page waits for torch because of it.
"""

from __future__ import annotations

import itertools
from typing import TypeVar

import numpy as np

Array = TypeVar("Array")  # numpy.ndarray or torch.Tensor, floating-point, (..., H, W)

OUTER, BETWEEN, MIDDLE = 1 / 16, 4 / 16, 6 / 16  # the kernel: 1 4 6 4 1, over 16, along rows and along columns
MOST_LEVELS = 16  # 2 ** 15 pixels a side are one pixel by then


def reduce(picture: Array) -> Array:
    """Blur, then keep every second row and column: ``(..., H, W)`` to ``(..., (H + 1) // 2, (W + 1) // 2)``.

    >>> reduce(np.array([[0.0, 0.0, 16.0, 0.0, 0.0]]))
    array([[2., 6., 2.]])
    """
    return _reduce_along(_reduce_along(picture, -2), -1)


def expand(picture: Array, size: tuple[int, int]) -> Array:
    """The reverse way, to the ``size`` (H, W) that was reduced; `ValueError` if the picture is not half of that.

    >>> expand(np.array([[0.0, 8.0, 0.0]]), (1, 5))
    array([[2., 4., 6., 4., 2.]])
    """
    fitting = tuple((side + 1) // 2 for side in size)
    if tuple(picture.shape[-2:]) != fitting:
        raise ValueError(f"{tuple(picture.shape[-2:])} cannot be expanded to {tuple(size)}: wanted {fitting}")
    return _expand_along(_expand_along(picture, -1, size[1]), -2, size[0])


def gaussian_pyramid(picture: Array, levels: int) -> list[Array]:
    """The picture, and the picture reduced once, twice ...: ``levels`` arrays, finest first."""
    if not 1 <= levels <= MOST_LEVELS:
        raise ValueError(f"{levels} levels: wanted 1 to {MOST_LEVELS}")
    pictures = [picture]
    while len(pictures) < levels:
        pictures.append(reduce(pictures[-1]))
    return pictures


def laplacian_pyramid(picture: Array, levels: int) -> list[Array]:
    """All bands, finest first, and the residual last; of one level it is the picture itself."""
    gaussian = gaussian_pyramid(picture, levels)
    bands = [fine - expand(coarse, fine.shape[-2:]) for fine, coarse in itertools.pairwise(gaussian)]
    return [*bands, gaussian[-1]]


def reconstruct(levels: list[Array]) -> Array:
    """The picture that a Laplacian pyramid was made of, up to rounding."""
    *bands, picture = levels
    for band in reversed(bands):
        picture = band + expand(picture, band.shape[-2:])
    return picture


def normalize_locally(band: Array, floor: float) -> Array:
    """A band ``(..., C, H, W)`` over its own strength nearby, so that faint and strong contrasts look alike.

    Strength is the root of the mean square over the channels and a neighbourhood of some 10 pixels (two levels of a
    pyramid of squares); ``floor``, in the units of the picture, is the strength below which there is only noise. A
    band has no mean to subtract. Source: Farabet et al., TPAMI 2013, section 3, who use 15x15 pixels.
    """
    square = (band * band).mean(-3)[..., None, :, :]
    half = reduce(square)
    energy = expand(expand(reduce(half), half.shape[-2:]), square.shape[-2:])
    return band / (energy + floor * floor) ** 0.5


def _reduce_along(picture: Array, axis: int) -> Array:
    """Along one axis, ``n`` to ``(n + 1) // 2``."""
    n = picture.shape[axis]
    padded = picture[_at(axis, _mirror(np.arange(-2, n + 2), n))]
    taps = [padded[_at(axis, slice(tap, tap + n, 2))] for tap in range(5)]
    return OUTER * (taps[0] + taps[4]) + BETWEEN * (taps[1] + taps[3]) + MIDDLE * taps[2]


def _expand_along(picture: Array, axis: int, n: int) -> Array:
    """Along one axis, ``(n + 1) // 2`` to ``n``: the same kernel, twice, for half of its taps meet a gap."""
    here = 2 * np.arange((n + 1) // 2)
    before, after = (picture[_at(axis, _mirror(here + step, n) // 2)] for step in (-2, 2))
    full = picture[_at(axis, np.arange(n) // 2)]  # a copy, all of which is overwritten
    full[_at(axis, slice(0, None, 2))] = 2 * OUTER * (before + after) + 2 * MIDDLE * picture
    full[_at(axis, slice(1, None, 2))] = 2 * BETWEEN * (picture + after)[_at(axis, slice(n // 2))]
    return full


def _at(axis: int, index: object) -> tuple:
    """An index along one of the last two axes."""
    return (..., index, slice(None)) if axis == -2 else (..., index)


def _mirror(index: np.ndarray, n: int) -> np.ndarray:
    """Where pixels outside ``0 ... n - 1`` find their mirror image; the border pixels stand on the mirror."""
    period = max(2 * (n - 1), 1)
    index = index % period
    return np.minimum(index, period - index)
