"""Filters, textons and window histograms: cases worked by hand, and counting pixel by pixel as the oracle."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics.pairwise import additive_chi2_kernel

from seglib.before_convnets import textons
from seglib.before_convnets.texture_pictures import (
    filter_sheet,
    mark_window,
    response_picture,
    similarity_picture,
    word_picture,
)


def stripes(period: int, degrees: float, size: int = 96) -> np.ndarray:
    """A photo of sinusoidal stripes that run in a direction, counter-clockwise from the horizontal."""
    row, col = np.mgrid[:size, :size]
    across = row * np.cos(np.radians(degrees)) + col * np.sin(np.radians(degrees))
    grey = np.rint(127.5 + 100 * np.sin(2 * np.pi * across / period)).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


# ---------------------------------------------------------------- filters


def test_filters_are_balanced_and_of_one_scale() -> None:
    for each in textons.filter_bank():
        assert each.kernel.shape[0] == each.kernel.shape[1] == 2 * (each.kernel.shape[0] // 2) + 1
        assert np.abs(each.kernel).sum() == pytest.approx(1, abs=1e-5)
        assert each.kernel.sum() == pytest.approx(1 if each.kind == "Gaussian" else 0, abs=1e-5)


def test_an_edge_filter_is_odd_a_bar_filter_even() -> None:
    for each in textons.filter_bank():
        if each.kind == "edge":
            np.testing.assert_allclose(each.kernel, -each.kernel[::-1, ::-1], atol=1e-7)
        else:
            np.testing.assert_allclose(each.kernel, each.kernel[::-1, ::-1], atol=1e-7)


@pytest.mark.parametrize("degrees", [0, 30, 60, 90, 120, 150])
def test_the_bar_that_answers_most_runs_as_the_stripes_do(degrees: int) -> None:
    grey = textons.lightness(stripes(8, degrees))
    bars = [each for each in textons.filter_bank() if each.kind == "bar" and each.sigma == 2]
    answers = [np.abs(cv2.filter2D(grey, cv2.CV_32F, each.kernel)).mean() for each in bars]
    assert bars[int(np.argmax(answers))].degrees == degrees


def test_a_laplacian_is_that_of_a_gaussian() -> None:
    # The curvature of a Gaussian blob, by finite differences: an independent derivation of the kernel's shape.
    sigma = 4.0
    kernel = next(each.kernel for each in textons.filter_bank() if (each.kind, each.sigma) == ("Laplacian", sigma))
    n = kernel.shape[0] // 2
    up, right = np.mgrid[-n - 1 : n + 2, -n - 1 : n + 2]
    blob = np.exp(-(up**2 + right**2) / (2 * sigma**2))
    curvature = 4 * blob[1:-1, 1:-1] - blob[:-2, 1:-1] - blob[2:, 1:-1] - blob[1:-1, :-2] - blob[1:-1, 2:]
    assert np.corrcoef(kernel.ravel(), curvature.ravel())[0, 1] > 0.999


def test_a_photo_of_one_grey_gives_no_answer() -> None:
    for grey in (0, 128, 255):
        found = textons.responses(np.full((40, 50, 3), grey, np.uint8))
        assert found.shape == (40, 50, textons.NUM_RESPONSES)
        np.testing.assert_allclose(found, 0, atol=1e-5)


def test_answers_turn_with_the_texture_and_do_not_change() -> None:
    image = np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    turned = np.ascontiguousarray(np.rot90(image))
    found = textons.responses(image)
    np.testing.assert_allclose(textons.responses(turned), np.rot90(found), atol=2e-4)


def test_contrast_hardly_matters_and_brightness_not_at_all() -> None:
    grey = np.random.default_rng(0).integers(60, 120, (50, 50), dtype=np.uint8)
    grey = cv2.GaussianBlur(grey, (0, 0), 1)
    plane = textons.lightness(np.repeat(grey[..., None], 3, axis=2))
    assert plane.mean() == pytest.approx(0, abs=1e-4)
    assert plane.std() == pytest.approx(1, abs=1e-4)


def test_webers_law_keeps_the_direction_and_takes_the_logarithm_of_the_length() -> None:
    answers = np.array([[[3.0, 4.0], [0.0, 0.0]]])
    found = textons.even_contrast(answers)
    np.testing.assert_allclose(found[0, 0], np.array([0.6, 0.8]) * np.log1p(5 / 0.03))
    np.testing.assert_allclose(found[0, 1], 0)


@pytest.mark.parametrize("wrong", [np.zeros((5, 5)), np.zeros((5, 5, 3)), np.zeros((0, 5, 3), np.uint8)])
def test_what_is_not_a_photo_is_refused(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match="an image is"):
        textons.responses(wrong)


# ---------------------------------------------------------------- words


def test_words_of_two_heaps_are_their_means() -> None:
    rng = np.random.default_rng(0)
    heaps = np.concatenate([rng.normal(-5, 0.1, (200, 2)), rng.normal(5, 0.1, (200, 2))])
    words = textons.learn_words(heaps, 2)
    np.testing.assert_allclose(np.sort(words[:, 0]), [-5, 5], atol=0.1)


def test_there_are_no_more_words_than_different_samples() -> None:
    assert len(textons.learn_words(np.array([[0.0], [1.0], [1.0], [1.0]]), 9)) == 2


@pytest.mark.parametrize(
    ("samples", "count"), [(np.zeros((0, 2)), 3), (np.zeros((5, 2)), 0), (np.zeros((5, 2)), 256), (np.zeros(5), 2)]
)
def test_impossible_words_are_refused(samples: np.ndarray, count: int) -> None:
    with pytest.raises(ValueError, match="wanted 1 to 255 words"):
        textons.learn_words(samples, count)


def test_the_nearest_word_is_that_of_all_distances() -> None:
    rng = np.random.default_rng(0)
    answers, words = rng.normal(size=(13, 17, 4)).astype(np.float32), rng.normal(size=(9, 4)).astype(np.float32)
    distance = np.linalg.norm(answers[:, :, None] - words, axis=-1)
    np.testing.assert_array_equal(textons.nearest_word(answers, words), distance.argmin(-1))


# ---------------------------------------------------------------- histograms


def direct_count(words: np.ndarray, num_words: int, cell: int, radius: int, row: int, col: int) -> np.ndarray:
    """Words in a window around cell (row, col), counted pixel by pixel."""
    rows = slice(max(0, (row - radius) * cell), (row + radius + 1) * cell)
    cols = slice(max(0, (col - radius) * cell), (col + radius + 1) * cell)
    return np.bincount(words[rows, cols].ravel(), minlength=num_words)


word_maps = arrays(np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 30)), elements=st.integers(0, 6))


@settings(deadline=None, max_examples=60)
@given(word_maps, st.integers(1, 7), st.integers(0, 5))
def test_the_integral_histogram_is_the_direct_count(words: np.ndarray, cell: int, radius: int) -> None:
    counts = textons.count_in_windows(textons.count_in_cells(words, 7, cell), radius)
    assert counts.shape == (-(-words.shape[0] // cell), -(-words.shape[1] // cell), 7)
    for row, col in np.ndindex(counts.shape[:2]):
        np.testing.assert_array_equal(counts[row, col], direct_count(words, 7, cell, radius, row, col))


@settings(deadline=None, max_examples=60)
@given(word_maps, st.integers(1, 7), st.integers(0, 5))
def test_histograms_sum_to_the_window(words: np.ndarray, cell: int, radius: int) -> None:
    cells = textons.count_in_cells(words, 7, cell)
    ones = textons.count_in_windows(textons.count_in_cells(np.zeros_like(words), 1, cell), radius)[..., 0]
    np.testing.assert_array_equal(textons.count_in_windows(cells, radius).sum(-1), ones)
    shares = textons.histograms(cells, radius)
    np.testing.assert_allclose(shares.sum(-1), 1, rtol=1e-5)
    assert (shares >= 0).all()


def test_a_window_worked_by_hand() -> None:
    words = np.array([[0, 0, 1, 1], [0, 0, 1, 2]], np.uint8)
    cells = textons.count_in_cells(words, 3, 2)
    np.testing.assert_array_equal(cells, [[[4, 0, 0], [0, 3, 1]]])
    np.testing.assert_array_equal(textons.count_in_windows(cells, 1), [[[4, 3, 1], [4, 3, 1]]])


def test_a_negative_radius_is_refused() -> None:
    with pytest.raises(ValueError, match="wanted 0 or more"):
        textons.count_in_windows(np.ones((2, 2, 2), np.int32), -1)


shares = arrays(np.float64, st.tuples(st.integers(1, 6), st.just(5)), elements=st.floats(0, 1))


@settings(deadline=None, max_examples=60)
@given(shares, shares)
def test_chi_square_is_scikit_learns(one: np.ndarray, other: np.ndarray) -> None:
    np.testing.assert_allclose(textons.chi_square(one, other), -0.5 * additive_chi2_kernel(one, other), atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(shares)
def test_chi_square_is_symmetric_and_zero_only_to_itself(one: np.ndarray) -> None:
    distance = textons.chi_square(one, one)
    np.testing.assert_allclose(distance, distance.T)
    assert (np.diag(distance) == 0).all()


# ---------------------------------------------------------------- pictures


def test_the_sheet_shows_every_filter_and_frames_the_chosen_ones() -> None:
    plain, framed = filter_sheet(), filter_sheet(("bar", 2.0))
    assert plain.shape == framed.shape
    assert plain.dtype == np.uint8
    changed = (plain != framed).any(-1).any(1)
    rows = np.flatnonzero(changed)
    assert 0 < rows.max() - rows.min() < plain.shape[0] / 6  # one row of the sheet


def test_pictures_have_the_size_of_what_they_show() -> None:
    answers = np.linspace(-2, 2, 60).reshape(6, 10)
    picture, limit = response_picture(answers)
    assert picture.shape == (6, 10, 3)
    assert 1.5 < limit <= 2
    centres = np.array([[0.1, 0], [3, 4]])
    words = np.array([[0, 1]], np.uint8)
    faint, strong = word_picture(words, centres)[0].astype(int).sum(-1)
    assert faint < strong
    image = np.full((20, 30, 3), 200, np.uint8)
    lit = similarity_picture(image, np.array([[0.0, 1.0]]))
    assert lit[:, 0].mean() < lit[:, -1].mean() <= 200
    marked = mark_window(image, (10, 15), 8)
    assert (marked[10, 15] == 200).all()
    assert (marked != image).any()
    assert (image == 200).all()
