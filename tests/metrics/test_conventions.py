"""Conventions of the mean IoU: one 4x4 case counted by hand under each, then other libraries as oracles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sklearn.metrics
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torchmetrics.functional.classification import multiclass_jaccard_index
from torchmetrics.segmentation import MeanIoU

from seglib.labels import IGNORE
from seglib.metrics import confusion_matrix, mean_iou, pixel_accuracy
from seglib.metrics.conventions import LIBRARIES, Convention, counts_with_void, mean_iou_by, micro_iou_from_accuracy

K = 4
VOID = IGNORE
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
        [0, 2, 2, 2],  # void is called 0 and 2
    ]
)
COUNTS = np.array(
    [
        [5, 0, 1, 0],
        [1, 3, 0, 0],
        [0, 0, 4, 0],
        [0, 0, 0, 0],  # class 3 is absent
        [1, 0, 1, 0],  # on void
    ]
)
IOU = [5 / 7, 3 / 4, 4 / 5]
USUAL = Convention()


def label_maps(void: bool) -> st.SearchStrategy[np.ndarray]:
    values = st.sampled_from([*range(K), IGNORE] if void else range(K))
    return hnp.arrays(np.int64, (5, 6), elements=values, fill=st.nothing())


def test_counts_of_the_case_worked_by_hand() -> None:
    counts = counts_with_void(TRUTH, PREDICTION, K)
    np.testing.assert_array_equal(counts, COUNTS)
    assert counts.dtype == np.int64


@pytest.mark.parametrize(
    ("convention", "wanted"),
    [
        (USUAL, sum(IOU) / 3),
        (Convention(absent="zero"), sum(IOU) / 4),
        (Convention(absent="one"), (sum(IOU) + 1) / 4),
        (Convention(void_is_error=True), (5 / 8 + 3 / 4 + 4 / 6) / 3),
        (Convention(micro=True), 12 / 16),
        (Convention(micro=True, void_is_error=True), 12 / 18),
        (Convention(leave_out=0), (3 / 4 + 4 / 5) / 2),
        (Convention(leave_out=0, absent="zero"), (3 / 4 + 4 / 5) / 3),
        (Convention(leave_out=0, micro=True), 7 / 9),
        (Convention(leave_out=3, absent="one"), sum(IOU) / 3),
    ],
)
def test_every_convention_on_the_case_worked_by_hand(convention: Convention, wanted: float) -> None:
    assert mean_iou_by(COUNTS, convention) == pytest.approx(wanted)


def test_two_photos_in_one_matrix_or_each_for_itself() -> None:
    second = np.zeros_like(COUNTS)
    second[0, 0], second[0, 3] = 6, 2  # IoU of class 0 is 6/8, of class 3 it is 0
    both = np.stack([COUNTS, second])
    first, other = sum(IOU) / 3, (6 / 8 + 0) / 2
    assert mean_iou_by(both) == pytest.approx((11 / 15 + 3 / 4 + 4 / 5 + 0) / 4)
    assert mean_iou_by(both, Convention(per_image=True)) == pytest.approx((first + other) / 2)
    assert mean_iou_by(both, Convention(per_image=True, absent="one")) == pytest.approx(
        ((sum(IOU) + 1) / 4 + (6 / 8 + 0 + 1 + 1) / 4) / 2
    )


def test_a_photo_without_labels_has_no_score_and_is_not_averaged() -> None:
    blank = np.zeros_like(COUNTS)
    assert np.isnan(mean_iou_by(blank))
    per_image = Convention(per_image=True)
    assert mean_iou_by(np.stack([COUNTS, blank]), per_image) == pytest.approx(mean_iou_by(COUNTS, per_image))


@given(label_maps(void=True), label_maps(void=False))
@settings(max_examples=40, deadline=None)
def test_the_usual_convention_is_mean_iou_and_micro_is_accuracy_in_disguise(truth, prediction) -> None:
    assume((truth != IGNORE).any())
    counts, cm = counts_with_void(truth, prediction, K), confusion_matrix(truth, prediction, K)
    np.testing.assert_array_equal(counts[:K], cm)
    np.testing.assert_array_equal(counts[K], np.bincount(prediction[truth == IGNORE], minlength=K))
    assert mean_iou_by(counts) == pytest.approx(mean_iou(cm))
    micro = mean_iou_by(counts, Convention(micro=True))
    assert micro == pytest.approx(micro_iou_from_accuracy(pixel_accuracy(cm)))


@given(label_maps(void=False), label_maps(void=False))
@settings(max_examples=40, deadline=None)
def test_agrees_with_scikit_learn_and_torchmetrics(truth, prediction) -> None:
    counts = counts_with_void(truth, prediction, K)
    true, said = truth.ravel(), prediction.ravel()
    for absent, value in (("zero", 0.0), ("one", 1.0)):
        wanted = sklearn.metrics.jaccard_score(true, said, labels=range(K), average="macro", zero_division=value)
        assert mean_iou_by(counts, Convention(absent=absent)) == pytest.approx(wanted)
    wanted = sklearn.metrics.jaccard_score(true, said, average="micro")
    assert mean_iou_by(counts, Convention(micro=True)) == pytest.approx(wanted)
    wanted = multiclass_jaccard_index(torch.from_numpy(prediction), torch.from_numpy(truth), K)
    assert mean_iou_by(counts) == pytest.approx(wanted.item(), abs=1e-5)


def test_torchmetrics_mean_iou_averages_over_pairs_of_photo_and_class() -> None:
    rng = np.random.default_rng(1)
    truth, prediction = rng.integers(3, size=(2, 6, 6)), rng.integers(3, size=(2, 6, 6))
    truth[1], prediction[1, 0] = 0, 0
    prediction[1, 1:] = 1  # the second photo has two classes, the first three
    metric = MeanIoU(num_classes=3, input_format="index")
    metric.update(torch.from_numpy(prediction), torch.from_numpy(truth))
    each = [counts_with_void(t, p, 3) for t, p in zip(truth, prediction, strict=True)]
    first, second = (mean_iou_by(counts) for counts in each)
    assert metric.compute().item() == pytest.approx((3 * first + 2 * second) / 5, abs=1e-6)
    assert mean_iou_by(np.stack(each), Convention(per_image=True)) == pytest.approx((first + second) / 2)


@given(label_maps(void=True), label_maps(void=False))
@settings(max_examples=30, deadline=None)
def test_conventions_are_ordered_as_they_must_be(truth, prediction) -> None:
    assume((truth != IGNORE).any())
    counts = counts_with_void(truth, prediction, K)
    zero, skip, one = (mean_iou_by(counts, Convention(absent=absent)) for absent in ("zero", "skip", "one"))
    assert zero <= skip + 1e-12 <= one + 2e-12
    # More is in the unions. (Where absent classes are left out, one said on void alone enters the mean with 0 too.)
    assert mean_iou_by(counts, Convention(absent="one", void_is_error=True)) <= one + 1e-12
    assert mean_iou_by(counts, replace(USUAL, per_image=True)) == pytest.approx(skip)  # one photo


def test_says_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="255 classes leave no index for void"):
        counts_with_void(TRUTH, PREDICTION, 255)
    with pytest.raises(ValueError, match="predicted classes run from 9 to 9"):
        counts_with_void(TRUTH, np.where(TRUTH == VOID, 9, PREDICTION), K)


def test_every_library_in_the_table_names_what_was_read() -> None:
    assert all(
        each.source.endswith((".py", ".m", ".py (copies)", ".m (copies)")) or ".py, " in each.source
        for each in LIBRARIES
    )
