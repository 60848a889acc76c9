"""The CRF's kernel at low rank: all pairs of N points, heard through a few hundred of them.

Neighbouring pixels of like colour hear nearly the same, so the matrix ``K_ij = exp(-|f_i - f_j|^2 / 2)`` has far fewer
independent rows than pixels, and ``K = F F^T`` with F ``(N, r)`` costs N r where all pairs cost N^2. F is a Cholesky
factor made of a few columns of K, chosen one after another: a point the factor does not explain yet is drawn with a
chance in proportion to what is left of its diagonal, and its column, less what is explained, is appended.

Source: Chen, Epperly, Tropp & Webber, "Randomly pivoted Cholesky", CPAM 2025, algorithm 2 (in blocks).
"""

from __future__ import annotations

import numpy as np

BLOCK = 32  # columns drawn at a time
TOLERANCE = 1e-3  # of the diagonal: what may be left unexplained
SMALLEST = 1e-3  # directions of a block below this are rounding in float32


def low_rank_factor(features: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """F ``(N, r)`` float32 and what it leaves of the diagonal, ``(N,)``: K is about ``F F^T + diag(left)``.

    ``features`` ``(d, N)`` are in units of the kernel's standard deviation. The rank grows until no more than
    `TOLERANCE` of the diagonal is left on average, or to ``most``. The draw is always the same.
    """
    rng = np.random.default_rng(0)
    points = np.ascontiguousarray(features.T)
    count, most = len(points), min(most, features.shape[1])
    factor = np.empty((count, most), np.float32)
    left, rank = np.ones(count), 0
    while rank < most and left.sum() > TOLERANCE * count:
        drawn = np.unique(rng.choice(count, min(BLOCK, most - rank), p=left / left.sum()))
        columns = gaussian(points, points[drawn]) - factor[:, :rank] @ factor[drawn, :rank].T
        values, directions = np.linalg.eigh(columns[drawn])
        sound = values > SMALLEST
        new = columns @ (directions[:, sound] / np.sqrt(values[sound]))
        factor[:, rank : rank + new.shape[1]] = new
        rank += new.shape[1]
        left = np.maximum(left - (new**2).sum(1), 0)
        left[drawn] = 0
    return factor[:, :rank], left


def gaussian(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """``exp(-|p_i - o_j|^2 / 2)`` for ``points`` ``(N, d)`` and ``others`` ``(M, d)``, ``(N, M)`` float32."""
    points, others = (array.astype(np.float64) for array in (points, others))  # squares may be large and cancel
    exponent = points @ others.T
    exponent -= (others**2).sum(1) / 2
    exponent -= (points**2).sum(1, keepdims=True) / 2
    kernel = np.minimum(exponent, 0, out=exponent).astype(np.float32)
    return np.exp(kernel, out=kernel)
