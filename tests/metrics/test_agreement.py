"""Agreement between annotators, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seglib.labels import IGNORE
from seglib.metrics import confusion_matrix, mean_iou, pixel_accuracy
from seglib.metrics.agreement import (
    CORPORA,
    count_votes,
    differences,
    disagreement,
    heat_picture,
    hours_for,
    open_mean_iou,
    pair_iou,
    pairwise_iou,
    score_against,
    winner,
)

V = IGNORE
A = np.array([[0, 0, 0, 0], [1, 1, 1, V]], np.uint8)
B = np.array([[0, 0, 0, 1], [1, 1, V, V]], np.uint8)
C = np.array([[0, 0, 1, 2], [1, V, V, V]], np.uint8)
MAPS = arrays(np.uint8, (5, 6), elements=st.sampled_from([0, 1, 2, V]))


def test_pairs_by_hand() -> None:
    # A and B both speak at 6 pixels: class 0 is 3 of 4, class 1 is 2 of 3.
    assert pair_iou(A, B, 3) == pytest.approx((3 / 4 + 2 / 3) / 2)
    table = pairwise_iou([A, B, C], 3)
    assert table[0, 1] == table[1, 0] == pair_iou(A, B, 3)
    assert np.diag(table).tolist() == [1, 1, 1]


@settings(deadline=None, max_examples=60)
@given(MAPS, MAPS)
def test_agreement_is_mutual(one: np.ndarray, other: np.ndarray) -> None:
    there, back = pair_iou(one, other, 3), pair_iou(other, one, 3)
    assert there == back or (np.isnan(there) and np.isnan(back))


def test_nothing_in_common_is_no_number() -> None:
    assert np.isnan(pair_iou(np.array([[0, V]]), np.array([[V, 0]]), 2))


def test_votes_by_hand() -> None:
    votes = count_votes([A, B, C], 3)
    assert votes[:, 0, 3].tolist() == [1, 1, 1]
    assert winner(votes).tolist() == [[0, 0, 0, V], [1, 1, 1, V]]
    entropy = disagreement(votes)
    assert entropy[0].tolist() == pytest.approx([0, 0, -(1 / 3 * np.log(1 / 3) + 2 / 3 * np.log(2 / 3)) / np.log(3), 1])
    assert entropy[1].tolist() == [0, 0, 0, 0]  # one vote, or none, is no quarrel


@settings(deadline=None, max_examples=60)
@given(st.lists(MAPS, min_size=1, max_size=5))
def test_votes_in_any_order_and_disagreement_within_its_range(maps: list[np.ndarray]) -> None:
    votes = count_votes(maps, 3)
    np.testing.assert_array_equal(votes, count_votes(maps[::-1], 3))
    heat = disagreement(votes)
    assert 0 <= heat.min() <= heat.max() <= 1
    np.testing.assert_array_equal(winner(count_votes([maps[0]] * 3, 3)), maps[0])


def test_votes_refuse_other_sizes_and_classes() -> None:
    with pytest.raises(ValueError, match="one shape"):
        count_votes([A, B[:1]], 3)
    with pytest.raises(ValueError, match="one shape"):
        count_votes([], 3)
    with pytest.raises(ValueError, match="class index 2"):
        count_votes([A, C], 2)


def test_heat_glows_on_a_grey_photo() -> None:
    photo = np.full((2, 2, 3), (200, 100, 0), np.uint8)
    picture = heat_picture(photo, np.array([[0, 1], [0.5, 0]]))
    assert np.ptp(picture[0, 0].astype(int)) < 6
    assert picture[0, 1].max() > 200
    assert picture.dtype == np.uint8


def test_unlabelled_pixels_are_misses() -> None:
    reference = np.array([[0, 0, 0, 1]], np.uint8)
    one_pixel = np.array([[0, V, V, V]], np.uint8)
    cm = score_against(one_pixel, reference, 2)
    assert pixel_accuracy(cm) == 0.25
    assert open_mean_iou(cm) == pytest.approx((1 / 3 + 0) / 2)
    whole = score_against(reference, reference, 2)
    assert open_mean_iou(whole) == pixel_accuracy(whole) == 1
    assert np.isnan(open_mean_iou(score_against(reference, np.full((1, 4), V, np.uint8), 2)))


@settings(deadline=None, max_examples=60)
@given(arrays(np.uint8, (5, 6), elements=st.integers(0, 2)), MAPS)
def test_a_finished_map_scores_as_a_prediction_does(labels: np.ndarray, reference: np.ndarray) -> None:
    ours, usual = score_against(labels, reference, 3), confusion_matrix(reference, labels, 3)
    np.testing.assert_array_equal(ours[:3, :3], usual)
    np.testing.assert_equal(open_mean_iou(ours), mean_iou(usual))


def test_differences_add_up() -> None:
    reference = np.zeros((20, 20), np.uint8)
    reference[:, 10:] = 1
    labels = reference.copy()
    labels[:, 10:12], labels[0, 0], labels[19] = 0, 1, V
    found = differences(labels, reference, radius=3)
    assert found.at_border == pytest.approx(19 * 2 / 400)
    assert found.inside == pytest.approx(1 / 400)
    assert found.missing == pytest.approx(20 / 400)


def test_hours_at_a_pace() -> None:
    voc, coco = CORPORA
    assert hours_for(voc, 187_500) == pytest.approx(1464 / 3600)  # a photo a second
    assert hours_for(coco, 307_200 / 60) == pytest.approx(118_287 / 60)  # one a minute
