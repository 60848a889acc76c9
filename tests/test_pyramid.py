"""Pyramids: worked by hand, against OpenCV, and back to the picture to the last digit."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.photos import load_photo
from seglib.pyramid import (
    MOST_LEVELS,
    expand,
    gaussian_pyramid,
    laplacian_pyramid,
    normalize_locally,
    reconstruct,
    reduce,
)
from seglib.pyramids.drawing import band_gain, band_image, enlarged, mosaic, to_image, to_picture, with_box

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def test_reducing_one_bright_pixel_worked_by_hand():
    picture = np.zeros((5, 5))
    picture[2, 2] = 256
    # The dot meets the middle tap of unit 1, 6 / 16; an outer one of units 0 and 2, doubled by the mirror.
    np.testing.assert_allclose(reduce(picture), np.outer([2, 6, 2], [2, 6, 2]))


def test_the_border_pixel_stands_on_the_mirror():
    """[8, 0, 0, 0, 0] mirrored is [0, 0, 8, 0, 0, 0, 0]: unit 0 sees its pixel once, unit 1 with the outermost tap."""
    np.testing.assert_allclose(reduce(np.array([[8.0, 0, 0, 0, 0]])), [[3, 0.5, 0]])


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 2), (5, 5), (6, 7), (31, 32)], ids=str)
def test_reducing_is_opencvs(size):
    picture = noise(*size)
    np.testing.assert_allclose(reduce(picture), cv2.pyrDown(picture), atol=1e-12)


@pytest.mark.parametrize("size", [(2, 2), (6, 7), (31, 32), (33, 64)], ids=str)
def test_expanding_is_opencvs_but_for_its_last_row_and_column(size):
    """OpenCV repeats the border there where a side is odd, though it mirrors it when reducing."""
    small = reduce(noise(*size))
    ours, theirs = expand(small, size), cv2.pyrUp(small, dstsize=size[::-1])
    rows, cols = (side - side % 2 for side in size)
    np.testing.assert_allclose(ours[:rows, :cols], theirs[:rows, :cols], atol=1e-12)


@given(SIZES, st.integers(1, 7), st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_a_laplacian_pyramid_gives_the_picture_back(size, levels, seed):
    picture = noise(2, *size, seed=seed)
    pyramid = laplacian_pyramid(picture, levels)
    assert len(pyramid) == levels
    np.testing.assert_allclose(reconstruct(pyramid), picture, atol=1e-12)


@given(SIZES, st.floats(-5, 5))
@settings(max_examples=40, deadline=None)
def test_a_flat_picture_stays_flat_and_has_no_bands(size, value):
    *bands, residual = laplacian_pyramid(np.full((3, *size), value), 3)
    np.testing.assert_allclose(residual, value, atol=1e-12)
    for band in bands:
        np.testing.assert_allclose(band, 0, atol=1e-12)


@given(SIZES, st.integers(0, 99), st.floats(-3, 3))
@settings(max_examples=40, deadline=None)
def test_pyramids_are_linear(size, seed, factor):
    one, other = noise(*size, seed=seed), noise(*size, seed=seed + 1)
    both = zip(laplacian_pyramid(one, 3), laplacian_pyramid(other, 3), strict=True)
    for sum_of_bands, (a, b) in zip(laplacian_pyramid(one + factor * other, 3), both, strict=True):
        np.testing.assert_allclose(sum_of_bands, a + factor * b, atol=1e-11)


@given(SIZES)
@settings(max_examples=40, deadline=None)
def test_each_level_has_half_the_side_rounded_up(size):
    for level, picture in enumerate(gaussian_pyramid(np.zeros(size), 5)):
        assert picture.shape == tuple(-(-side // 2**level) for side in size)


def test_reducing_halves_what_a_shifted_pixel_moves():
    """Unit i sits on pixel 2 i: a dot on pixel 2 i of a wide picture peaks at unit i, symmetrically."""
    picture = np.zeros((33, 33))
    picture[8, 20] = 1
    small = reduce(picture)
    assert np.unravel_index(small.argmax(), small.shape) == (4, 10)
    np.testing.assert_allclose(small[3:6, 9:12], small[3:6, 9:12][::-1, ::-1])


def test_torch_and_numpy_get_the_same_numbers():
    picture = noise(2, 3, 21, 34).astype(np.float32)
    for ours, theirs in zip(
        laplacian_pyramid(picture, 4), laplacian_pyramid(torch.from_numpy(picture), 4), strict=True
    ):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-6)
    normalized = normalize_locally(torch.from_numpy(picture), 0.1).numpy()
    np.testing.assert_allclose(normalize_locally(picture, 0.1), normalized, atol=1e-5)


def test_single_precision_gives_every_byte_of_a_photo_back():
    image = load_photo("chelsea")
    assert np.array_equal(to_image(reconstruct(laplacian_pyramid(to_picture(image), 6))), image)


def test_reducing_does_not_touch_its_input():
    picture = noise(6, 6)
    before = picture.copy()
    reconstruct(laplacian_pyramid(picture, 3))
    assert np.array_equal(picture, before)


def test_local_normalisation_lifts_faint_contrast_and_keeps_its_sign():
    band = np.sin(np.arange(128.0))[None, None] * np.ones((3, 64, 1))
    band[..., 64:] *= 0.1  # the right half is ten times fainter
    out = normalize_locally(band, 0.01)
    strong, faint = out[..., 10:50], out[..., 80:120]
    assert np.abs(faint).max() == pytest.approx(np.abs(strong).max(), rel=0.1)
    assert (np.sign(out) == np.sign(band)).all()
    assert np.abs(normalize_locally(band, 100.0)).max() < 0.02  # all below the floor: noise stays small


def test_a_wrong_number_of_levels_is_refused():
    with pytest.raises(ValueError, match=f"0 levels: wanted 1 to {MOST_LEVELS}"):
        gaussian_pyramid(np.zeros((4, 4)), 0)
    with pytest.raises(ValueError, match="99999 levels"):
        laplacian_pyramid(np.zeros((4, 4)), 99999)


def test_expanding_to_a_size_that_was_not_reduced_is_refused():
    with pytest.raises(ValueError, match=r"\(2, 2\) cannot be expanded to \(5, 4\): wanted \(3, 2\)"):
        expand(np.zeros((2, 2)), (5, 4))


def test_a_mosaic_shows_every_level_at_its_size():
    images = [np.full((-(-37 // 2**level), -(-50 // 2**level), 3), 10 * level, np.uint8) for level in range(5)]
    canvas = mosaic(images)
    for level, image in enumerate(images):
        assert (canvas == 10 * level).all(-1).sum() == image.shape[0] * image.shape[1]


def test_bands_are_drawn_on_grey_with_a_bounded_gain():
    band = np.zeros((3, 4, 4), np.float32)
    assert band_gain(band) == 16
    assert band_gain(band + 10) == 1
    assert (band_image(band, 16) == 128).all()
    band[:, 0, 0] = 0.25
    assert band_image(band, 2)[0, 0].tolist() == [255] * 3


def test_an_enlarged_level_puts_unit_i_on_pixel_i_times_step():
    level = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    full = enlarged(level, (18, 26), 4)
    assert full.shape == (18, 26, 3)
    assert np.array_equal(full[::4, ::4], level)


@pytest.mark.parametrize("point", [(0, 0), (20, 30), (39, 59)])
@pytest.mark.parametrize("side", [3, 21, 999])
def test_a_box_is_drawn_around_a_point_and_leaves_the_original(point, side):
    image = np.full((40, 60, 3), 128, np.uint8)
    marked = with_box(image, point, side)
    assert (image == 128).all()
    assert (marked == (255, 221, 0)).all(-1).any()
