"""The lattice: barycentric weights and links that must hold for any points, all-pairs sums as the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.crf import permutohedral
from seglib.crf.permutohedral import Lattice, build_lattice

SETTINGS = settings(max_examples=15, deadline=None)


def points(seed: int, d: int, count: int, spread: float) -> np.ndarray:
    return (spread * np.random.default_rng(seed).normal(size=(d, count))).astype(np.float32)


def all_pairs(features: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Weighted means of all values, by the letter."""
    squares = ((features[:, :, None].astype(np.float64) - features[:, None]) ** 2).sum(0)
    kernel = np.exp(-squares / 2)
    return kernel @ values / kernel.sum(1, keepdims=True)


def means(lattice: Lattice, values: np.ndarray) -> np.ndarray:
    return lattice.filter(values) / lattice.filter(np.ones((len(values), 1), np.float32))


@SETTINGS
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 60), st.sampled_from([0.0, 0.3, 3.0, 300.0]))
def test_weights_are_barycentric_and_corners_distinct(seed, d, count, spread) -> None:
    lattice = build_lattice(points(seed, d, count, spread))
    assert lattice.splat.shape == (count, lattice.size)
    weights = lattice.splat.data.reshape(count, d + 1)
    assert weights.min() >= -1e-3  # rounding in float32, at 300 standard deviations
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-5)
    corners = lattice.splat.indices.reshape(count, d + 1)
    assert all(len(set(row)) == d + 1 for row in corners.tolist())
    assert corners.min() >= 0
    assert corners.max() < lattice.size


@SETTINGS
@given(st.integers(0, 10**6), st.integers(1, 5))
def test_blurs_are_symmetric_and_lose_only_at_holes(seed, d) -> None:
    lattice = build_lattice(points(seed, d, 50, 1.0))
    assert len(lattice.blurs) == d + 1
    for blur in lattice.blurs:
        assert abs(blur - blur.T).max() == 0
        sums = blur.sum(1)
        assert set(np.unique(sums)) <= {0.5, 0.75, 1.0}


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_sums_come_near_those_over_all_pairs(d) -> None:
    features = points(d, d, 1500, 1.0)
    values = np.stack([np.sin(features[0]), features[-1] > 0], axis=1).astype(np.float32)
    off = np.abs(means(build_lattice(features), values) - all_pairs(features, values))
    assert off.mean() < 0.03
    assert np.quantile(off, 0.99) < 0.11


def test_equal_points_hear_the_same_and_constants_stay() -> None:
    features = np.repeat(points(0, 5, 30, 2.0), 2, axis=1)
    lattice = build_lattice(features)
    values = np.random.default_rng(0).random((60, 4), np.float32)
    found = lattice.filter(values)
    np.testing.assert_allclose(found[::2], found[1::2], rtol=1e-5)
    np.testing.assert_allclose(means(lattice, np.full((60, 1), 7, np.float32)), 7, rtol=1e-5)


def test_numbers_that_do_not_fit_are_hashed_to_the_same_lattice(monkeypatch) -> None:
    features = points(3, 5, 200, 1.0)
    values = np.random.default_rng(0).random((200, 3), np.float32)
    wanted = build_lattice(features)
    random = np.append(np.int64(0), permutohedral._RANDOM[:5])
    monkeypatch.setattr(permutohedral, "_linear_form", lambda base, directions: random)
    hashed = build_lattice(features)
    assert hashed.size == wanted.size
    np.testing.assert_allclose(hashed.filter(values), wanted.filter(values), rtol=1e-4)


def test_kernels_tiny_against_the_range_take_the_hash() -> None:
    features = points(0, 5, 50, 20_000.0)
    lattice = build_lattice(features)
    alone = lattice.filter(np.eye(50, dtype=np.float32))
    assert (alone[~np.eye(50, dtype=bool)] == 0).all()  # nobody hears anybody that far away


def test_scaling_multiplies_from_both_sides() -> None:
    lattice = build_lattice(points(0, 2, 40, 1.0))
    rng = np.random.default_rng(0)
    scale, values = rng.random((40, 1), np.float32), rng.random((40, 3), np.float32)
    np.testing.assert_allclose(lattice.scaled(scale).filter(values), scale * lattice.filter(scale * values), rtol=1e-4)


def test_memory_is_linear_in_the_points() -> None:
    def bytes_of(side: int) -> int:
        rows, cols = np.indices((side, side), np.float32).reshape(2, -1) * (6 / side)
        lattice = build_lattice(np.stack([np.sin(rows), np.cos(cols), rows, cols]))
        return sum(each.data.nbytes + each.indices.nbytes for each in (lattice.splat, *lattice.blurs))

    assert bytes_of(160) / bytes_of(80) < 4.2


@pytest.mark.parametrize("d", [1, 2, 5])
def test_features_are_lifted_by_the_matrix_of_the_paper(d) -> None:
    features = points(d, d, 20, 3.0)
    pattern = np.vstack([np.triu(np.ones((d, d))), np.zeros(d)]) - np.diag(np.arange(1.0, d + 1), -1)[:, :d]
    shrink = np.diag(1 / np.sqrt(np.arange(1, d + 1) * np.arange(2, d + 2)))
    wanted = (d + 1) * np.sqrt(2 / 3) * pattern @ shrink @ features
    np.testing.assert_allclose(permutohedral._lifted(features), wanted, rtol=1e-4, atol=1e-4)


@SETTINGS
@given(st.integers(0, 10**6), st.integers(1, 300), st.sampled_from([3, 2**20, 2**62]))
def test_orders_sort_and_group(seed, count, most) -> None:
    numbers = np.random.default_rng(seed).integers(-most, most, count)
    assert (np.diff(numbers[permutohedral._ascending(numbers)]) >= 0).all()
    numbers = (numbers % 7) * permutohedral._FACTOR
    ordered = numbers[permutohedral._grouped(numbers)]
    assert sorted(ordered.tolist()) == sorted(numbers.tolist())
    assert 1 + np.count_nonzero(np.diff(ordered)) == len(set(numbers.tolist()))


def test_simplices_that_are_not_grouped_are_dealt_with_twice_and_change_nothing(monkeypatch) -> None:
    features = points(3, 3, 300, 1.0)
    values = np.random.default_rng(0).random((300, 2), np.float32)
    wanted = build_lattice(features)
    monkeypatch.setattr(permutohedral, "_grouped", lambda numbers: np.arange(len(numbers)))
    found = build_lattice(features)
    assert found.size == wanted.size
    np.testing.assert_array_equal(found.filter(values), wanted.filter(values))
