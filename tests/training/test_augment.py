"""Random views: photo and labels move together, outside is void, and a number decides everything."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from seglib.labels import IGNORE
from seglib.training.augment import GREY, LUMA, Augmentation, random_view
from tests.conftest import class_color, index_of_color

STILL = {"brightness": 0, "contrast": 0, "saturation": 0, "tint": 0, "grey": 0, "blur": 0}  # no change of colour
IN_PLACE = {"scale": (1.0, 1.0), "stretch": 1.0}  # no change of geometry but the flip
K = 6


def scene(height: int = 70, width: int = 90, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A photo of blocks whose colour encodes their class, and its labels."""
    blocks = np.random.default_rng(seed).integers(K, size=(height // 10, width // 10))
    labels = np.kron(blocks, np.ones((10, 10), int)).astype(np.uint8)
    return np.array([class_color(k) for k in range(K)], np.uint8)[labels], labels


def inside(mask: np.ndarray, margin: int = 3) -> np.ndarray:
    """Pixels at least ``margin`` from the mask's border, where interpolation mixes nothing."""
    side = 2 * margin + 1
    return cv2.erode(mask.astype(np.uint8), np.ones((side, side), np.uint8)).astype(bool)


def test_a_still_view_of_the_photos_own_size_is_the_photo_or_its_mirror_image():
    image, labels = scene(50, 50)
    mirrored = []
    for seed in range(12):
        how = Augmentation(crop=50, **IN_PLACE, **STILL)
        view, seen = random_view(image, labels, how, np.random.default_rng(seed))
        mirrored.append(not np.array_equal(seen, labels))
        step = -1 if mirrored[-1] else 1
        np.testing.assert_array_equal(seen, labels[:, ::step])
        np.testing.assert_array_equal(view, image[:, ::step])
    assert 0 < sum(mirrored) < 12


def test_a_plain_view_is_a_piece_of_the_photo_pixel_by_pixel():
    image = np.random.default_rng(1).integers(256, size=(40, 60, 3), dtype=np.uint8)
    places = set()
    for seed in range(12):
        view, _ = random_view(image, image[..., 0], Augmentation(crop=33).plain(), np.random.default_rng(seed))
        pieces = np.lib.stride_tricks.sliding_window_view(np.stack([image, image[:, ::-1]]), (33, 33), (1, 2))
        found = np.argwhere((pieces == view.transpose(2, 0, 1)).all((3, 4, 5)))
        assert len(found) == 1
        places.add(tuple(found[0]))
    assert len(places) > 6
    assert {mirrored for mirrored, _, _ in places} == {0, 1}


def test_at_scale_two_every_label_becomes_two_by_two():
    labels = np.array([[0, 1], [2, 3]], np.uint8)
    image = np.array([class_color(k) for k in range(4)], np.uint8)[labels]
    how = Augmentation(crop=4, scale=(2.0, 2.0), stretch=1.0, **STILL)
    _, seen = random_view(image, labels, how, np.random.default_rng(0))
    doubled = np.kron(labels, np.ones((2, 2), int))
    assert np.array_equal(seen, doubled) or np.array_equal(seen, doubled[:, ::-1])


@pytest.mark.parametrize("seed", range(8))
def test_photo_and_labels_move_together(seed):
    image, labels = scene(seed=seed)
    how = Augmentation(crop=65, **STILL)
    view, seen = random_view(image, labels, how, np.random.default_rng(seed))
    checked = 0
    for k in range(K):
        pure = inside(seen == k)
        assert (index_of_color(view)[pure] == k).all()
        checked += pure.sum()
    assert checked > 50


@pytest.mark.parametrize("seed", range(4))
def test_outside_the_photo_is_grey_and_void(seed):
    image, labels = scene()
    how = Augmentation(crop=257, scale=(0.6, 0.6), stretch=1.0, **STILL)
    view, seen = random_view(image, labels, how, np.random.default_rng(seed))
    shown = seen != IGNORE
    assert shown.sum() == pytest.approx(labels.size * 0.6**2, rel=0.05)
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    assert shown[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()  # one rectangle
    assert (view[inside(~shown)] == GREY).all()


def test_a_large_photo_fills_the_view():
    image, labels = scene(200, 240)
    how = Augmentation(crop=65)
    for seed in range(10):
        _, seen = random_view(image, labels, how, np.random.default_rng(seed))
        assert (seen[1:-1, 1:-1] != IGNORE).all()


def test_void_in_the_labels_stays_void():
    image, labels = scene()
    labels[:] = IGNORE
    assert (random_view(image, labels, Augmentation(crop=33), np.random.default_rng(0))[1] == IGNORE).all()


def test_the_same_generator_gives_the_same_view_and_another_one_does_not():
    image, labels = scene()
    how = Augmentation(crop=65)
    first, again, other = (random_view(image, labels, how, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_a_view_has_the_crops_size_in_bytes_and_leaves_the_photo_alone():
    image, labels = scene()
    before = image.copy(), labels.copy()
    view, seen = random_view(image, labels, Augmentation(crop=33), np.random.default_rng(0))
    assert view.shape == (33, 33, 3)
    assert seen.shape == (33, 33)
    assert view.dtype == seen.dtype == np.uint8
    np.testing.assert_array_equal(image, before[0])
    np.testing.assert_array_equal(labels, before[1])


def test_colour_touches_the_photo_alone():
    image, labels = scene()
    colored, seen = random_view(image, labels, Augmentation(crop=65), np.random.default_rng(5))
    still, same = random_view(image, labels, Augmentation(crop=65, **STILL), np.random.default_rng(5))
    np.testing.assert_array_equal(seen, same)
    assert not np.array_equal(colored, still)


def test_a_view_without_colour_shows_the_luma():
    image, labels = scene(50, 50)
    how = Augmentation(crop=50, **IN_PLACE, **(STILL | {"grey": 1}))
    view, seen = random_view(image, labels, how, np.random.default_rng(0))
    original = image if np.array_equal(seen, labels) else image[:, ::-1]
    assert np.ptp(view.astype(int), axis=2).max() <= 1
    np.testing.assert_allclose(view[..., 0], original @ LUMA, atol=1)


def test_brightness_shifts_all_pixels_alike():
    image, labels = np.full((50, 50, 3), 128, np.uint8), np.zeros((50, 50), np.uint8)
    how = Augmentation(crop=50, **IN_PLACE, **(STILL | {"brightness": 0.3}))
    values = {int(random_view(image, labels, how, np.random.default_rng(s))[0].mean()) for s in range(30)}
    assert len(values) > 10
    assert min(values) >= 128 - 0.3 * 255 - 1
    assert max(values) <= 128 + 0.3 * 255 + 1
