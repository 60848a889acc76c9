"""The fully connected CRF: let every pixel hear every other, and ask again which class it is.

A net's probabilities are smooth where the photo is not. A conditional random field takes what the net says of each
pixel, and adds that pixels should agree that are near, or near and of like colour. Its energy is the sum of the unary
terms ``-log p_i(l)`` and, over all pairs of pixels, ``mu(l, l') sum_m w_m k_m(i, j)``. Its exact distribution is out of
reach; mean field looks for the closest one in which pixels are independent, by a fixed-point iteration whose costly
step is a Gaussian blur. Sources: Krähenbühl & Koltun, NIPS 2011, algorithm 1 (this file follows its lines); Chen et
al., "Semantic Image Segmentation with Deep Convolutional Nets and Fully Connected CRFs", ICLR 2015, section 4.

Letters: K classes, N = H x W pixels; Q ``(N, K)`` float32 are the mean-field probabilities, a row a pixel.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import islice

import cv2
import numpy as np

from seglib.crf.pairwise import CRFParams, Kernel, Method, pairwise_kernels
from seglib.crf.side_by_side import WORKERS, side_by_side
from seglib.labels import IGNORE, check_label_map

ITERATIONS = 5
SMALLEST = 1e-5  # probability: a net that says 0 may be wrong, and an infinite energy could never be outvoted
SAFE_EXPONENT = 80.0  # beyond it float32's exp overflows, or a row's sum vanishes
ROWS_AT_ONCE = 8192  # of Q, so that they stay in a processor's cache from one step to the next
MOST_COLUMNS = 16  # classes filtered at a time: memory for 150 classes stays that of 150 probabilities


def mean_field(
    probabilities: np.ndarray,
    image: np.ndarray,
    params: CRFParams | None = None,
    iterations: int = ITERATIONS,
    compatibility: np.ndarray | None = None,
    method: Method = "auto",
) -> np.ndarray:
    """Run the CRF: a net's probabilities ``(K, H, W)`` and their image ``(H, W, 3)`` uint8 in, ``(K, H, W)`` out.

    ``compatibility`` ``(K, K)`` says what it costs if one pixel is l and the other l'; without one every disagreement
    costs 1 (Potts). Raises `ValueError` for values that are no probabilities, and for sizes that do not match.
    """
    return deque(mean_field_steps(probabilities, image, params, iterations, compatibility, method), maxlen=1)[0]


def mean_field_steps(
    probabilities: np.ndarray,
    image: np.ndarray,
    params: CRFParams | None = None,
    iterations: int = ITERATIONS,
    compatibility: np.ndarray | None = None,
    method: Method = "auto",
) -> Iterator[np.ndarray]:
    """As `mean_field`, yielding the probabilities before the first iteration and after each one."""
    probabilities = check_probabilities(probabilities, image)
    kernels = pairwise_kernels(image, params or CRFParams(), method)
    unary = unary_energy(probabilities)
    q = softmax(-unary)
    yield as_maps(q, probabilities.shape)
    for _ in range(check_iterations(iterations)):
        q = update(unary, kernels, q, compatibility)
        yield as_maps(q, probabilities.shape)


def update(
    unary: np.ndarray, kernels: Sequence[Kernel], q: np.ndarray, compatibility: np.ndarray | None = None
) -> np.ndarray:
    """One iteration, Q to Q: message passing, compatibility transform, local update and normalisation."""
    return local_update(unary, agreement(messages(kernels, q), compatibility))


def local_update(unary: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """The end of an iteration: softmax of the pairwise ``logits`` less the unary energy, written over the logits."""

    def update_rows(rows: slice) -> None:
        softmax(np.subtract(logits[rows], unary[rows], out=logits[rows]))

    share = -(-len(logits) // WORKERS)
    list(side_by_side(update_rows, [slice(start, start + share) for start in range(0, len(logits), share)]))
    return logits


def messages(kernels: Sequence[Kernel], q: np.ndarray) -> np.ndarray:
    """What each pixel hears of each class, ``(N, K)``: ``sum_m w_m sum_j k_m(i, j) Q_j(l)``."""
    if not kernels:
        return np.zeros_like(q)
    blocks = [np.s_[:, start : start + MOST_COLUMNS] for start in range(0, q.shape[1], MOST_COLUMNS)]
    jobs = [(kernel, block) for block in blocks for kernel in kernels]  # of many classes, some at a time
    filtered = side_by_side(lambda job: job[0].filter(np.ascontiguousarray(q[job[1]])), jobs)
    heard = [reduce(operator.iadd, islice(filtered, len(kernels))) for _ in blocks]
    return heard[0] if len(heard) == 1 else np.hstack(heard)


def agreement(heard: np.ndarray, compatibility: np.ndarray | None) -> np.ndarray:
    """The pairwise logits of each class, ``(N, K)``: minus what the messages cost under the compatibility.

    Potts costs all messages but those of the class itself; the sum of all is the same for every class, and softmax
    does not see it.
    """
    return heard if compatibility is None else -heard @ check_compatibility(compatibility, heard.shape[1])


def free_energy(
    unary: np.ndarray, q: np.ndarray, heard: np.ndarray, total: np.ndarray, compatibility: np.ndarray | None = None
) -> float:
    """Mean-field free energy per pixel in nats: up to a constant, the KL divergence from Q to the CRF.

    Expected energy minus entropy, ``sum Q (psi + log Q) + 1/2 sum_i Q_i mu m_i`` over N; ``heard`` are `messages` of
    this Q, ``total`` ``(N, 1)`` those of a Q that is 1 everywhere. Krähenbühl & Koltun, NIPS 2011, supplement,
    section 1. All pixels moving at once, an iteration may overshoot; usually it falls.
    """
    if compatibility is None:
        pairs = total.sum(dtype=np.float64) - np.vdot(q, heard)
    else:
        pairs = -np.vdot(q, agreement(heard, compatibility))
    entropy = q * np.log(np.maximum(q, np.finfo(np.float32).tiny))
    return float((np.vdot(q, unary) + entropy.sum(dtype=np.float64) + pairs / 2) / len(q))


def unary_energy(probabilities: np.ndarray) -> np.ndarray:
    """``-log p``, ``(K, H, W)`` to ``(N, K)`` float32; probabilities below `SMALLEST` count as that."""
    energy = np.clip(probabilities, SMALLEST, 1, dtype=np.float32).reshape(len(probabilities), -1)
    return cv2.transpose(np.negative(np.log(energy, out=energy), out=energy))


def sure_of(truth: np.ndarray, num_classes: int, certainty: float) -> np.ndarray:
    """Probabilities ``(K, H, W)`` of somebody who is ``certainty`` sure of every label, and undecided where it is void.

    Their unary energy holds no mistake: whatever the CRF changes, it spoils.
    """
    truth = check_label_map(truth, num_classes)
    rest = (1 - certainty) / max(1, num_classes - 1)
    sure = np.where(np.arange(num_classes)[:, None, None] == truth, np.float32(certainty), np.float32(rest))
    sure[:, truth == IGNORE] = 1 / num_classes
    return sure


def softmax(logits: np.ndarray) -> np.ndarray:
    """Softmax of each row, ``(N, K)`` float32, written over its argument."""
    ones = np.ones((logits.shape[1], logits.shape[1]), np.float32)
    for start in range(0, len(logits), ROWS_AT_ONCE):
        rows = logits[start : start + ROWS_AT_ONCE]
        if np.abs(rows).max() > SAFE_EXPONENT:
            rows -= cv2.reduce(rows, 1, cv2.REDUCE_MAX)
        np.exp(rows, out=rows)
        rows /= rows @ ones  # the sum in every column: faster than spreading one column over all
    return logits


def as_maps(q: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Q ``(N, K)`` as probabilities ``(K, H, W)``."""
    return cv2.transpose(q).reshape(shape)  # in a sixth of numpy's time


def check_probabilities(probabilities: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Return ``probabilities`` if they are ``(K, H, W)`` for this image; else `ValueError` says what came."""
    probabilities, size = np.asarray(probabilities), np.shape(image)[:2]
    if probabilities.ndim != 3 or probabilities.shape[1:] != size or not len(probabilities):
        raise ValueError(f"probabilities are {probabilities.shape} for an image of {size}: wanted (K, H, W)")
    if not np.issubdtype(probabilities.dtype, np.floating):
        raise ValueError(f"probabilities are fractions; these are {probabilities.dtype}")
    low, high = float(probabilities.min()), float(probabilities.max())
    if not (low >= -1e-3 and high <= 1 + 1e-3):  # also true of nan
        raise ValueError(f"probabilities run from {low:g} to {high:g}: wanted 0 to 1")
    return probabilities


def check_iterations(iterations: int) -> int:
    """Return ``iterations`` if it is a whole number from 0 to 1000; else `ValueError` says what came."""
    if isinstance(iterations, bool) or not isinstance(iterations, int | np.integer) or not 0 <= iterations <= 1000:
        raise ValueError(f"{iterations} iterations: wanted a whole number from 0 to 1000")
    return int(iterations)


def check_compatibility(compatibility: np.ndarray, num_classes: int) -> np.ndarray:
    """Return the matrix ``(K, K)`` as float32 if it is finite and symmetric; else `ValueError` says what came."""
    matrix = np.asarray(compatibility, np.float32)
    if matrix.shape != (num_classes, num_classes):
        raise ValueError(f"the compatibility is {matrix.shape}: wanted ({num_classes}, {num_classes})")
    if not np.isfinite(matrix).all() or not np.array_equal(matrix, matrix.T):
        raise ValueError(
            "the compatibility must be finite and symmetric: what l costs beside l' is what l' costs beside l"
        )
    return matrix
