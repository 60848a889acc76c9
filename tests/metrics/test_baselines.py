"""Cheats: each by hand on a small map, and that all of them always name a class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.ndimage import distance_transform_edt

from seglib.labels import IGNORE
from seglib.metrics import baselines, confusion_matrix, pixel_accuracy

K, VOID = 3, IGNORE
TRUTH = np.array(
    [
        [0, 0, 0, 0],
        [0, 1, 1, 0],
        [0, 1, 1, 0],
        [0, 0, 2, VOID],
    ]
)
MAPS = hnp.arrays(np.int64, (8, 9), elements=st.sampled_from([0, 0, 0, 1, 2, IGNORE]), fill=st.just(0))


def test_one_class() -> None:
    np.testing.assert_array_equal(baselines.one_class((2, 3), 2), np.full((2, 3), 2))


def test_fill_takes_the_nearest_class() -> None:
    np.testing.assert_array_equal(baselines.fill(np.array([[1, VOID, VOID, VOID, 2]]))[0, [0, 1, 3, 4]], [1, 1, 2, 2])
    np.testing.assert_array_equal(baselines.fill(np.full((2, 2), VOID)), np.zeros((2, 2)))


def test_classes_below_a_share_are_dropped() -> None:
    # 10, 4 and 1 of 15 labelled pixels
    assert set(np.unique(baselines.without_rare(TRUTH, 1 / 15, K))) == {0, 1, 2}
    assert set(np.unique(baselines.without_rare(TRUTH, 0.1, K))) == {0, 1}
    assert set(np.unique(baselines.without_rare(TRUTH, 0.5, K))) == {0}
    assert set(np.unique(baselines.without_rare(TRUTH, 1.0, K))) == {0}  # the largest stays


def test_grown_and_shrunk_by_a_pixel() -> None:
    fat = baselines.grown(TRUTH, 1, 1)
    np.testing.assert_array_equal(fat == 1, [[0, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 1], [0, 1, 1, 0]])
    assert not (baselines.grown(TRUTH, 1, -1) == 1).any()
    np.testing.assert_array_equal(baselines.grown(TRUTH, 1, 0), baselines.fill(TRUTH))


@given(MAPS, st.integers(-4, 4))
@settings(max_examples=40, deadline=None)
def test_growth_is_a_euclidean_disc_as_in_scipy(truth, pixels) -> None:
    filled = baselines.fill(truth)
    mask = filled == 1
    if mask.any() and not mask.all() and pixels:
        if pixels > 0:
            wanted = distance_transform_edt(~mask) <= pixels
            np.testing.assert_array_equal(baselines.grown(truth, 1, pixels) == 1, wanted)
        else:
            kept = distance_transform_edt(mask) > -pixels
            assert (baselines.grown(truth, 1, pixels)[kept] == 1).all()


def test_shifted() -> None:
    np.testing.assert_array_equal(
        baselines.shifted(np.array([[0, 1, 2], [1, 1, 2], [2, 2, 2]]), 1), [[0, 0, 1], [0, 0, 1], [1, 1, 1]]
    )
    np.testing.assert_array_equal(baselines.shifted(np.array([[0, 1, 2]]), -1), [[1, 2, 2]])


def test_noise_is_seeded_and_as_strong_as_said() -> None:
    truth = np.zeros((200, 200), np.uint8)
    noisy = baselines.noisy(truth, 0.3, K, seed=1)
    np.testing.assert_array_equal(noisy, baselines.noisy(truth, 0.3, K, seed=1))
    assert (noisy != baselines.noisy(truth, 0.3, K, seed=2)).any()
    # A third of what is random is right by chance.
    assert pixel_accuracy(confusion_matrix(truth, noisy, K)) == pytest.approx(1 - 0.3 * 2 / 3, abs=0.01)
    np.testing.assert_array_equal(baselines.noisy(truth, 0, K), truth)


@given(MAPS, st.integers(0, K - 1), st.integers(-3, 3), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_every_cheat_names_a_class_everywhere(truth, k, pixels, share) -> None:
    for said in (
        baselines.without_rare(truth, share, K),
        baselines.grown(truth, k, pixels),
        baselines.shifted(truth, pixels),
        baselines.noisy(truth, share, K),
        baselines.fill(truth),
    ):
        assert said.shape == truth.shape
        assert said.dtype == np.uint8
        assert said.max() < K


def test_says_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="65 pixels: wanted at most 64"):
        baselines.shifted(TRUTH, 65)
    with pytest.raises(ValueError, match="-65 pixels"):
        baselines.grown(TRUTH, 1, -65)
    with pytest.raises(ValueError, match=r"rate is 1\.5"):
        baselines.noisy(TRUTH, 1.5, K)
    with pytest.raises(ValueError, match="class index 3"):
        baselines.without_rare(np.full((2, 2), 3), 0.1, K)
