"""The low-rank kernel: against the kernel itself, and that its rank is the number of points that hear differently."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.crf.low_rank import TOLERANCE, gaussian, low_rank_factor


def points(seed: int, d: int, count: int, spread: float) -> np.ndarray:
    return (spread * np.random.default_rng(seed).normal(size=(d, count))).astype(np.float32)


def kernel(features: np.ndarray) -> np.ndarray:
    squares = ((features[:, :, None].astype(np.float64) - features[:, None]) ** 2).sum(0)
    return np.exp(-squares / 2)


def test_a_kernel_of_two_points_by_hand() -> None:
    near = np.array([[0.0, 0.0], [2.0, 0.0]])
    np.testing.assert_allclose(gaussian(near, near), [[1, np.exp(-2)], [np.exp(-2), 1]], rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 120), st.sampled_from([0.0, 0.1, 1.0, 30.0, 3000.0]))
def test_factor_and_diagonal_give_the_kernel(seed, d, count, spread) -> None:
    features = points(seed, d, count, spread)
    factor, left = low_rank_factor(features, count)
    assert left.min() >= 0
    assert left.sum() <= TOLERANCE * count
    # What is left is positive semidefinite, so no entry of it exceeds its diagonal.
    np.testing.assert_allclose(factor @ factor.T, kernel(features), atol=left.max() + 1e-3)


def test_the_rank_counts_the_points_that_hear_differently() -> None:
    same = np.zeros((5, 400), np.float32)
    assert low_rank_factor(same, 400)[0].shape == (400, 1)
    three = np.repeat(np.array([[0.0, 50.0, 100.0]], np.float32), 100, axis=1)
    assert low_rank_factor(three, 300)[0].shape == (300, 3)
    strangers = 50 * np.arange(40, dtype=np.float32)[None]
    factor, left = low_rank_factor(strangers, 10)
    assert factor.shape[1] <= 10
    assert np.count_nonzero(left) >= 30  # these are heard by themselves alone
    np.testing.assert_allclose((factor**2).sum(1) + left, 1, atol=1e-5)


def test_the_draw_is_always_the_same() -> None:
    features = points(3, 5, 500, 2.0)
    np.testing.assert_array_equal(low_rank_factor(features, 64)[0], low_rank_factor(features, 64)[0])
