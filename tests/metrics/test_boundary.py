"""Borders: a 4x4 case by hand, SciPy's exact distances as the oracle, and what must hold for any map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.ndimage import distance_transform_edt

from seglib.labels import IGNORE
from seglib.metrics import confusion_matrix
from seglib.metrics.boundary import (
    band_curve,
    border_distance,
    border_pixels,
    boundary_band,
    boundary_f_scores,
    thin_parts,
)

K, VOID = 3, IGNORE
TRUTH = np.array(
    [
        [0, 0, 0, 1],
        [0, 0, 0, 1],
        [0, 0, 0, VOID],
        [0, 0, 0, 2],
    ]
)
MAPS = hnp.arrays(np.int64, (9, 11), elements=st.sampled_from([0, 0, 0, 0, 1, 1, 2, IGNORE]), fill=st.just(0))
PREDICTIONS = hnp.arrays(np.int64, (9, 11), elements=st.integers(0, K - 1), fill=st.just(0))


def test_border_of_the_case_worked_by_hand() -> None:
    # 0 meets 1 in two rows, 2 in one; towards void there is no border.
    wanted = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 1, 1]], bool)
    np.testing.assert_array_equal(border_pixels(TRUTH), wanted)
    np.testing.assert_array_equal(boundary_band(TRUTH, 1), wanted)
    distance = border_distance(TRUTH)
    np.testing.assert_allclose(distance[0], [3, 2, 1, 1])
    np.testing.assert_allclose(distance[2], [1 + 5**0.5, 1 + 2**0.5, 2, 2], rtol=1e-6)
    assert distance.dtype == np.float32


def test_a_band_of_radius_r_is_two_r_wide() -> None:
    truth = np.repeat([[0] * 10 + [1] * 10], 20, axis=0)
    for radius in (1, 3, 7):
        np.testing.assert_array_equal(boundary_band(truth, radius).sum(1), 2 * radius)


def test_without_a_border_the_band_is_empty() -> None:
    assert not boundary_band(np.zeros((5, 5), int), 100).any()
    assert not boundary_band(np.array([[0, VOID, 1]]), 100).any()


@given(MAPS)
@settings(max_examples=40, deadline=None)
def test_distances_agree_with_scipy(truth) -> None:
    touching = border_pixels(truth)
    if touching.any():
        np.testing.assert_allclose(border_distance(truth), 1 + distance_transform_edt(~touching), rtol=1e-5)


@given(MAPS, PREDICTIONS)
@settings(max_examples=40, deadline=None)
def test_the_curve_is_the_confusion_matrix_of_each_band(truth, prediction) -> None:
    radii = (1, 2, 3.5, 20)
    curve = band_curve(truth, prediction, radii, K)
    assert curve.shape == (4, K, K)
    for radius, cm in zip(radii, curve, strict=True):
        inside = np.where(boundary_band(truth, radius), truth, IGNORE)
        np.testing.assert_array_equal(cm, confusion_matrix(inside, prediction, K))
    distance = border_distance(truth)
    np.testing.assert_array_equal(curve, band_curve(truth.astype(np.uint8), prediction, radii, K, distance))


def test_boundary_f_scores_worked_by_hand() -> None:
    truth = np.repeat([[0, 0, 0, 1, 1, 1, 1, 1]], 8, axis=0)
    moved = np.repeat([[0, 0, 0, 0, 0, 1, 1, 1]], 8, axis=0)  # the border is 2 px off
    diagonal = 128**0.5
    np.testing.assert_allclose(boundary_f_scores(truth, moved, 3, 2.1 / diagonal), [1, 1, np.nan])
    np.testing.assert_allclose(boundary_f_scores(truth, moved, 3, 1.9 / diagonal), [0, 0, np.nan])
    np.testing.assert_allclose(boundary_f_scores(truth, truth, 3), [1, 1, np.nan])
    blank = np.zeros_like(truth)
    np.testing.assert_allclose(boundary_f_scores(truth, blank, 3), [0, 0, np.nan])
    assert np.isnan(boundary_f_scores(blank, blank, 3)).all()


def test_half_an_outline_has_full_precision_and_half_recall() -> None:
    truth = np.zeros((40, 40), int)
    truth[:, 20:] = 1
    prediction = truth.copy()
    prediction[:20] = 0  # finds the lower half of the border; its own upper edge is nowhere near a true one
    score = boundary_f_scores(truth, prediction, 2, 0.5 / 1600**0.5)[1]
    precision, recall = 20 / 39, 20 / 40
    assert score == pytest.approx(2 * precision * recall / (precision + recall))


@given(MAPS, PREDICTIONS)
@settings(max_examples=30, deadline=None)
def test_f_scores_are_shares_and_do_not_see_void(truth, prediction) -> None:
    scores = boundary_f_scores(truth, prediction, K)
    assert ((scores >= 0) & (scores <= 1) | np.isnan(scores)).all()
    other = np.where(truth == IGNORE, (prediction + 1) % K, prediction)
    np.testing.assert_array_equal(scores, boundary_f_scores(truth, other, K))


def test_says_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="each larger than the one before"):
        band_curve(TRUTH, np.zeros((4, 4), int), (2, 2), K)
    with pytest.raises(ValueError, match="wanted one or more"):
        band_curve(TRUTH, np.zeros((4, 4), int), (), K)
    for function in (lambda p: band_curve(TRUTH, p, (1,), K), lambda p: boundary_f_scores(TRUTH, p, K)):
        with pytest.raises(ValueError, match="they must match"):
            function(np.zeros((4, 5), int))


def test_thin_parts_by_hand() -> None:
    truth = np.zeros((30, 30), int)
    truth[5:25, 14:17] = 1  # a mast, three wide
    truth[20:30, 5:25] = 2  # its foot, ten high
    thin = thin_parts(truth, 5)
    assert thin[6:19, 14:17].all()
    assert not thin[23:27, 8:22].any()
    assert not thin[:4].any()
    assert not thin_parts(truth, 3)[6:19, 14:17].any()  # a disc of three fits, but for the corners


def test_void_makes_nothing_thin() -> None:
    truth = np.full((20, 20), IGNORE)
    truth[9:11] = 1
    assert not thin_parts(truth, 7).any()
    assert not thin_parts(np.full((20, 20), IGNORE), 7).any()
