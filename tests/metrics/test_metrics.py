"""Metrics: a 4x4 case counted by hand, then scikit-learn and torchmetrics as oracles, then errors."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics
import torch
import torchmetrics.functional.classification as oracle
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seglib import metrics
from seglib.labels import IGNORE
from seglib.metrics import (
    check_pair,
    class_accuracy,
    confusion_matrix,
    dice_per_class,
    frequency_weighted_iou,
    iou_per_class,
    mean_iou,
    mean_over_present,
    phantom_classes,
    pixel_accuracy,
    recall_per_class,
)

K = 4
VOID = IGNORE
# Class 0 occupies 6 pixels, class 1 four, class 2 four; two are void; class 3 is absent.
TRUTH = np.array(
    [
        [0, 0, 1, 1],
        [0, 0, 1, 1],
        [0, 0, 2, 2],
        [VOID, VOID, 2, 2],
    ]
)
PREDICTION = np.array(
    [
        [0, 0, 0, 1],
        [0, 0, 1, 1],
        [0, 2, 2, 2],
        [3, 0, 2, 2],  # what is said about void pixels does not count
    ]
)
CM = np.array(
    [
        [5, 0, 1, 0],
        [1, 3, 0, 0],
        [0, 0, 4, 0],
        [0, 0, 0, 0],
    ]
)


def label_maps(void: bool) -> st.SearchStrategy[np.ndarray]:
    values = st.sampled_from([*range(K), IGNORE] if void else range(K))
    return hnp.arrays(np.int64, (5, 6), elements=values, fill=st.nothing())


def matrices() -> st.SearchStrategy[np.ndarray]:
    """Confusion matrices with some classes missing from the truth, the prediction, or both."""
    return hnp.arrays(np.int64, (K, K), elements=st.integers(0, 50))


def test_confusion_matrix_of_the_case_worked_by_hand():
    cm = confusion_matrix(TRUTH, PREDICTION, K)
    np.testing.assert_array_equal(cm, CM)
    assert cm.dtype == np.int64


def test_scores_of_the_case_worked_by_hand():
    iou = [5 / 7, 3 / 4, 4 / 5, np.nan]
    assert pixel_accuracy(CM) == pytest.approx(12 / 14)
    np.testing.assert_allclose(recall_per_class(CM), [5 / 6, 3 / 4, 1, np.nan])
    assert class_accuracy(CM) == pytest.approx((5 / 6 + 3 / 4 + 1) / 3)
    np.testing.assert_allclose(iou_per_class(CM), iou)
    assert mean_iou(CM) == pytest.approx((5 / 7 + 3 / 4 + 4 / 5) / 3)
    assert frequency_weighted_iou(CM) == pytest.approx((6 * 5 / 7 + 4 * 3 / 4 + 4 * 4 / 5) / 14)
    np.testing.assert_allclose(dice_per_class(CM), [10 / 12, 6 / 7, 8 / 9, np.nan])


def test_a_class_invented_by_the_prediction_has_iou_zero_but_no_recall():
    cm = np.array([[3, 1], [0, 0]])
    np.testing.assert_allclose(iou_per_class(cm), [3 / 4, 0])
    np.testing.assert_allclose(recall_per_class(cm), [3 / 4, np.nan])
    assert mean_iou(cm) == pytest.approx(3 / 8)
    assert class_accuracy(cm) == pytest.approx(3 / 4)
    assert phantom_classes(cm) == [1]
    assert phantom_classes(cm.T) == []


def test_a_perfect_prediction_scores_one():
    cm = confusion_matrix(TRUTH, np.where(TRUTH == VOID, 0, TRUTH), K)
    for score in (pixel_accuracy, class_accuracy, mean_iou, frequency_weighted_iou):
        assert score(cm) == pytest.approx(1)


def test_all_void_counts_nothing_and_has_no_score():
    cm = confusion_matrix(np.full((3, 3), VOID), np.zeros((3, 3), int), K)
    assert cm.sum() == 0
    for score in (pixel_accuracy, class_accuracy, mean_iou, frequency_weighted_iou):
        assert np.isnan(score(cm))
    for scores in (recall_per_class, iou_per_class, dice_per_class):
        assert np.isnan(scores(cm)).all()


def test_an_empty_map_counts_nothing():
    assert confusion_matrix(np.zeros((0, 5), int), np.zeros((0, 5), int), K).sum() == 0


def test_bytes_and_int64_give_the_same_matrix():
    narrow = confusion_matrix(TRUTH.astype(np.uint8), PREDICTION.astype(np.uint8), K)
    np.testing.assert_array_equal(narrow, CM)


def test_many_classes_in_bytes_do_not_overflow():
    truth = np.full((1, 2), 200, np.uint8)
    assert confusion_matrix(truth, truth, 250)[200, 200] == 2


@given(label_maps(void=True), label_maps(void=False))
@settings(max_examples=60, deadline=None)
def test_confusion_matrix_agrees_with_scikit_learn_and_torchmetrics(truth, prediction):
    counted = truth != IGNORE
    cm = confusion_matrix(truth, prediction, K)
    if counted.any():  # scikit-learn refuses an empty input
        wanted = sklearn.metrics.confusion_matrix(truth[counted], prediction[counted], labels=range(K))
        np.testing.assert_array_equal(cm, wanted)
    wanted = oracle.multiclass_confusion_matrix(
        torch.from_numpy(prediction), torch.from_numpy(truth), K, ignore_index=IGNORE
    )
    np.testing.assert_array_equal(cm, wanted.numpy())


@given(label_maps(void=True), label_maps(void=False))
@settings(max_examples=40, deadline=None)
def test_iou_agrees_with_scikit_learn_and_torchmetrics_on_the_classes_that_occur(truth, prediction):
    counted = truth != IGNORE
    assume(counted.any())
    cm = confusion_matrix(truth, prediction, K)
    occurs = np.union1d(truth[counted], prediction[counted])
    wanted = sklearn.metrics.jaccard_score(truth[counted], prediction[counted], labels=occurs, average=None)
    np.testing.assert_allclose(iou_per_class(cm)[occurs], wanted)
    assert np.isnan(np.delete(iou_per_class(cm), occurs)).all()
    assert mean_iou(cm) == pytest.approx(wanted.mean())
    # torchmetrics' macro average leaves out absent classes, as ours does.
    theirs = oracle.multiclass_jaccard_index(
        torch.from_numpy(prediction), torch.from_numpy(truth), K, ignore_index=IGNORE
    )
    assert mean_iou(cm) == pytest.approx(theirs.item(), abs=1e-5)


@given(label_maps(void=True), label_maps(void=False))
@settings(max_examples=40, deadline=None)
def test_accuracies_and_dice_agree_with_scikit_learn(truth, prediction):
    counted = truth != IGNORE
    assume(counted.any())
    true, predicted = truth[counted], prediction[counted]
    cm = confusion_matrix(truth, prediction, K)
    present = np.unique(true)
    assert pixel_accuracy(cm) == pytest.approx(sklearn.metrics.accuracy_score(true, predicted))
    recall = sklearn.metrics.recall_score(true, predicted, labels=present, average=None)
    np.testing.assert_allclose(recall_per_class(cm)[present], recall)
    assert class_accuracy(cm) == pytest.approx(recall.mean())
    f1 = sklearn.metrics.f1_score(true, predicted, labels=present, average=None)
    np.testing.assert_allclose(dice_per_class(cm)[present], f1)
    weighted = sklearn.metrics.jaccard_score(true, predicted, labels=present, average="weighted")
    assert frequency_weighted_iou(cm) == pytest.approx(weighted)


@given(matrices())
def test_dice_follows_from_iou(cm):
    iou = iou_per_class(cm)
    np.testing.assert_allclose(dice_per_class(cm), 2 * iou / (1 + iou))


@given(matrices())
def test_scores_lie_between_zero_and_one_and_iou_never_exceeds_recall(cm):
    assume(cm.sum() > 0)
    for score in (pixel_accuracy(cm), class_accuracy(cm), mean_iou(cm), frequency_weighted_iou(cm)):
        assert 0 <= score <= 1 + 1e-12
    in_truth = cm.sum(1) > 0
    assert (iou_per_class(cm)[in_truth] <= recall_per_class(cm)[in_truth]).all()


@given(label_maps(void=True), label_maps(void=False), st.integers(0, 5))
def test_matrices_of_two_halves_add_up_to_the_matrix_of_the_whole(truth, prediction, cut):
    halves = confusion_matrix(truth[:cut], prediction[:cut], K) + confusion_matrix(truth[cut:], prediction[cut:], K)
    np.testing.assert_array_equal(halves, confusion_matrix(truth, prediction, K))


@given(label_maps(void=True), label_maps(void=False), st.permutations(range(K)))
def test_renaming_the_classes_permutes_the_matrix_and_keeps_the_mean(truth, prediction, order):
    table = np.full(256, IGNORE)
    table[:K] = order
    cm, renamed = confusion_matrix(truth, prediction, K), confusion_matrix(table[truth], table[prediction], K)
    np.testing.assert_array_equal(renamed[np.ix_(order, order)], cm)
    np.testing.assert_allclose(mean_iou(renamed), mean_iou(cm))


ZEROS = np.zeros((2, 2), int)


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        (ZEROS, np.zeros((2, 3), int), r"truth is \(2, 2\) but prediction is \(2, 3\)"),
        (ZEROS[0], ZEROS[0], r"two-dimensional \(H, W\)"),
        (ZEROS.astype(float), ZEROS, "whole numbers; this one holds float64"),
        (ZEROS, ZEROS + 0.7, "predicted classes are whole numbers; these are float64"),
        (ZEROS + K, ZEROS, "class index 4 at row 0, column 0: wanted 0 to 3"),
        (ZEROS - 1, ZEROS, "class index -1"),
        (ZEROS, ZEROS + K, "predicted classes run from 4 to 4: wanted 0 to 3"),
        (ZEROS, ZEROS - 1, "predicted classes run from -1 to -1: wanted 0 to 3"),
        (ZEROS, ZEROS + IGNORE, "predicted classes run from 255 to 255: wanted 0 to 3"),
    ],
)
def test_confusion_matrix_says_what_is_wrong(truth, prediction, message):
    with pytest.raises(ValueError, match=message):
        confusion_matrix(truth, prediction, K)
    with pytest.raises(ValueError, match=message):
        check_pair(truth, prediction, K)


def test_a_sound_pair_is_returned_as_it_is_and_void_may_hold_anything():
    prediction = PREDICTION.astype(np.int16)
    prediction[TRUTH == VOID] = (-7, 300)
    truth, returned = check_pair(TRUTH.tolist(), prediction, K)
    np.testing.assert_array_equal(truth, TRUTH)
    assert returned is prediction


def test_a_mean_leaves_out_what_has_no_value():
    assert mean_over_present(np.array([np.nan, 0.25, 0.75])) == 0.5
    assert np.isnan(mean_over_present(np.array([np.nan])))
    assert np.isnan(mean_over_present([]))


def test_maps_of_more_pixels_than_float32_counts_are_counted_in_bands(monkeypatch):
    rng = np.random.default_rng(0)
    truth, prediction = rng.integers(0, 5, (2, 23, 7))
    whole = confusion_matrix(truth, prediction, 5)
    monkeypatch.setattr(metrics, "MOST_IN_FLOAT32", 30)
    assert np.array_equal(confusion_matrix(truth, prediction, 5), whole)
    assert whole.sum() == truth.size
