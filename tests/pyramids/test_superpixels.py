"""Superpixels: votes counted by hand and by a loop, cuts that follow edges, sizes within bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seglib.labels import EVERYDAY, IGNORE
from seglib.metrics import confusion_matrix, pixel_accuracy
from seglib.photos import load_photo, photo_truth
from seglib.pyramids import superpixels as module
from seglib.pyramids.superpixels import AREAS, majority, outlines, superpixels

METHODS = pytest.mark.parametrize("method", ["SLIC", "Felzenszwalb"])


def test_votes_worked_by_hand():
    labels = np.array([[0, 0, 1, 2], [0, 1, 1, 2]])
    regions = np.array([[0, 0, 0, 1], [0, 2, 2, 2]])
    assert majority(labels, regions, 3).tolist() == [[0, 0, 0, 2], [0, 1, 1, 1]]


def test_a_tie_goes_to_the_lower_index():
    assert majority(np.array([[4, 2]]), np.array([[0, 0]]), 5).tolist() == [[2, 2]]


def test_void_has_no_vote_and_a_region_of_void_stays_void():
    labels = np.array([[IGNORE, IGNORE, 1, IGNORE]])
    regions = np.array([[0, 0, 0, 1]])
    assert majority(labels, regions, 2).tolist() == [[1, 1, 1, IGNORE]]


@given(
    hnp.arrays(np.uint8, (6, 7), elements=st.sampled_from([0, 1, 2, IGNORE])),
    hnp.arrays(np.int32, (6, 7), elements=st.integers(0, 5)),
)
@settings(max_examples=60, deadline=None)
def test_votes_are_those_of_a_loop(labels, regions):
    found = majority(labels, regions, 3)
    for region in np.unique(regions):
        votes = [int((labels[regions == region] == k).sum()) for k in range(3)]
        wanted = votes.index(max(votes)) if any(votes) else IGNORE
        assert (found[regions == region] == wanted).all()
    assert np.array_equal(majority(found, regions, 3), found)  # a second vote changes nothing


@given(
    hnp.arrays(np.uint8, (6, 7), elements=st.integers(0, 2)), hnp.arrays(np.int32, (6, 7), elements=st.integers(0, 5))
)
@settings(max_examples=60, deadline=None)
def test_no_answer_in_these_regions_beats_the_vote_of_the_truth(truth, regions):
    best = pixel_accuracy(confusion_matrix(truth, majority(truth, regions, 3), 3))
    rng = np.random.default_rng(0)
    for _ in range(5):
        other = rng.integers(0, 3, 6).astype(np.uint8)[regions]
        assert pixel_accuracy(confusion_matrix(truth, other, 3)) <= best


@METHODS
def test_regions_follow_an_edge(method):
    image = np.zeros((60, 80, 3), np.uint8)
    image[:, 37:] = (250, 120, 10)
    regions = superpixels(image, method, 64)
    truth = (np.arange(80) >= 37).astype(np.uint8) * np.ones((60, 1), np.uint8)
    assert (majority(truth, regions, 2) == truth).mean() > 0.99


@METHODS
def test_regions_are_numbered_without_gaps_and_shrink_with_the_area(method):
    image = load_photo("chelsea")
    counts = []
    for area in (AREAS[0], AREAS[-1]):
        regions = superpixels(image, method, area)
        assert regions.shape == image.shape[:2]
        assert regions.dtype == np.int32
        assert np.array_equal(np.unique(regions), np.arange(regions.max() + 1))
        counts.append(regions.max() + 1)
        assert 0.5 * area < regions.size / counts[-1] < 6 * area
    assert counts[0] > 5 * counts[1]


@METHODS
@pytest.mark.parametrize("size", [(1, 1), (1, 50), (33, 2)], ids=str)
def test_tiny_photos_have_regions_too(method, size):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert superpixels(image, method, AREAS[0]).shape == size


def test_a_large_photo_is_cut_at_a_bounded_size(monkeypatch):
    seen = []
    cut = module._cut
    monkeypatch.setattr(module, "_cut", lambda image, *how: seen.append(image.shape) or cut(image, *how))
    image = np.repeat(np.repeat(load_photo("chelsea"), 4, 0), 4, 1)
    regions = superpixels(image, "SLIC", 1024)
    assert regions.shape == image.shape[:2]
    assert seen[0][0] * seen[0][1] <= 1.01 * module.MOST_PIXELS


@METHODS
def test_the_ceiling_falls_with_the_area(method):
    image, truth = load_photo("china"), photo_truth("china", EVERYDAY)
    ceilings = []
    for area in (AREAS[0], AREAS[-1]):
        best = majority(truth, superpixels(image, method, area), len(EVERYDAY))
        ceilings.append(pixel_accuracy(confusion_matrix(truth, best, len(EVERYDAY))))
    assert 0.97 < ceilings[0] <= 1
    assert ceilings[1] < ceilings[0]


@pytest.mark.parametrize("area", [0, -5, 63, 10**10])
def test_an_area_out_of_bounds_is_refused(area):
    with pytest.raises(ValueError, match=f"regions of {area} pixels: wanted 64 to 2048"):
        superpixels(np.zeros((8, 8, 3), np.uint8), "SLIC", area)


def test_what_is_no_image_or_no_method_is_refused():
    with pytest.raises(ValueError, match=r"this one is \(8, 8\) uint8"):
        superpixels(np.zeros((8, 8), np.uint8), "SLIC", 64)
    with pytest.raises(ValueError, match="no method 'watershed': there are SLIC, Felzenszwalb"):
        superpixels(np.zeros((8, 8, 3), np.uint8), "watershed", 64)


def test_labels_and_regions_of_different_size_are_refused():
    with pytest.raises(ValueError, match=r"labels are \(2, 2\) but regions are \(2, 3\)"):
        majority(np.zeros((2, 2), int), np.zeros((2, 3), int), 2)


def test_outlines_lie_between_regions():
    assert outlines(np.array([[0, 0, 1], [2, 2, 1]])).astype(int).tolist() == [[1, 1, 0], [0, 1, 0]]


def textures() -> dict[str, np.ndarray]:
    """Photos on which plain SLIC tears its regions to shreds and merges them into one: grain, noise, fine patterns."""
    rng = np.random.default_rng(0)
    photo = load_photo("chelsea")
    rows, cols = np.mgrid[:180, :240]
    patterns = {"stripes": cols // 2 % 2, "checks": (rows + cols) % 2, "weave": (rows // 3 + cols // 2) % 2}
    grainy = {f"grain {sd}": photo + rng.normal(0, sd, photo.shape) for sd in (10, 20, 30, 60)}
    drawn = {name: np.repeat(255 * pattern[..., None], 3, 2) for name, pattern in patterns.items()}
    drawn["noise"] = rng.integers(0, 256, (180, 240, 3))
    return {name: picture.clip(0, 255).astype(np.uint8) for name, picture in (grainy | drawn).items()}


@pytest.mark.parametrize("name", textures())
def test_slic_keeps_its_size_on_grain_and_texture(name):
    image = textures()[name]
    for area in (AREAS[0], 256, AREAS[-1]):
        regions = superpixels(image, "SLIC", area)
        sizes = np.bincount(regions.ravel())
        assert len(sizes) > 0.6 * image.shape[0] * image.shape[1] / area
        assert sizes.max() <= 5 * area
        assert module.even(regions, area)


def test_the_ceiling_on_a_grainy_photo_is_nearly_that_of_the_clean_one():
    truth, photo = photo_truth("chelsea", EVERYDAY), load_photo("chelsea")
    grainy = (photo + np.random.default_rng(1).normal(0, 30, photo.shape)).clip(0, 255).astype(np.uint8)
    for image in (photo, grainy):
        best = majority(truth, superpixels(image, "SLIC", 256), len(EVERYDAY))
        assert pixel_accuracy(confusion_matrix(truth, best, len(EVERYDAY))) > 0.99


def test_one_region_is_not_even():
    assert not module.even(np.zeros((100, 100), np.int32), 256)
    assert module.even(np.zeros((16, 16), np.int32), 256)
