"""Scores of a segmentation: all of them functions of one confusion matrix.

The confusion matrix counts pixels: row = true class, column = predicted class. Void pixels
(`IGNORE` in the truth) are not counted. Matrices add: score a whole set with
``total += confusion_matrix(...)`` photo by photo, then ask any function below.

Conventions, because libraries disagree: a class that is absent from truth *and* prediction has
no IoU (``nan``) and is left out of means; so is the recall of a class absent from the truth.
Names and formulas follow Long, Shelhamer & Darrell, "Fully Convolutional Networks", CVPR 2015,
section 5: with n_ij pixels of class i predicted as j, t_i = sum_j n_ij.
"""

from __future__ import annotations

import cv2
import numpy as np

from seglib.labels import IGNORE, check_label_map

MOST_IN_FLOAT32 = 2**24  # OpenCV counts in float32, which holds every whole number up to this


def confusion_matrix(truth: np.ndarray, prediction: np.ndarray, num_classes: int) -> np.ndarray:
    """Count pixels by true class (row) and predicted class (column).

    ``truth`` and ``prediction`` are label maps ``(H, W)`` of one shape; where the truth is `IGNORE` the
    pixel is left out. A prediction must name a class everywhere else. Returns int64 ``(K, K)``.
    Raises `ValueError` on different shapes, or on indices outside ``[0, num_classes)``.

    >>> truth = np.array([[0, 0], [1, 255]])
    >>> confusion_matrix(truth, np.array([[0, 1], [1, 1]]), 2)
    array([[1, 1],
           [0, 1]])
    """
    truth, prediction = _check_shapes(truth, prediction, num_classes)
    if not _fit_bytes(truth, prediction):
        check_pair(truth, prediction, num_classes)
        prediction = np.where(truth == IGNORE, 0, prediction)
    # A histogram with room for every pair of bytes: void and mistakes are looked for in its few cells afterwards, not
    # in the million pixels before.
    counts = _count_pairs(truth.astype(np.uint8, copy=False), prediction.astype(np.uint8, copy=False))
    if counts[num_classes:IGNORE].any() or counts[:IGNORE, num_classes:].any():
        check_pair(truth, prediction, num_classes)  # which says what is wrong, and where
    return counts[:num_classes, :num_classes].copy()


def check_pair(truth: np.ndarray, prediction: np.ndarray, num_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return truth and prediction if one can be scored against the other, else raise `ValueError`.

    Both are label maps ``(H, W)`` of one shape; the prediction names a class wherever the truth does. Where the truth
    is void it may hold anything.
    """
    truth, prediction = _check_shapes(truth, prediction, num_classes)
    check_label_map(truth, num_classes)
    predicted = prediction[truth != IGNORE]
    if predicted.size and not 0 <= predicted.min() <= predicted.max() < num_classes:
        raise ValueError(
            f"predicted classes run from {predicted.min()} to {predicted.max()}: wanted 0 to {num_classes - 1}"
        )
    return truth, prediction


def _check_shapes(truth: np.ndarray, prediction: np.ndarray, num_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """The part of `check_pair` that looks at no pixel."""
    truth, prediction = np.asarray(truth), np.asarray(prediction)
    if truth.shape != prediction.shape:
        raise ValueError(f"truth is {truth.shape} but prediction is {prediction.shape}: they must match")
    if not 0 < num_classes <= IGNORE:
        raise ValueError(f"{num_classes} classes: wanted 1 to {IGNORE}, for {IGNORE} means void")
    if not np.issubdtype(prediction.dtype, np.integer):
        raise ValueError(f"predicted classes are whole numbers; these are {prediction.dtype}")
    return truth, prediction


def _count_pairs(truth: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """How often each byte of the truth meets each of the prediction, ``(256, 256)`` int64."""
    counts, whole = np.zeros((256, 256), np.int64), [256, 256]
    rows = max(1, MOST_IN_FLOAT32 // max(1, truth.shape[1]))
    for start in range(0, len(truth), rows):
        band = [np.ascontiguousarray(labels[start : start + rows]) for labels in (truth, prediction)]
        if band[0].size:
            counts += cv2.calcHist(band, [0, 1], None, whole, [0, 256, 0, 256]).astype(np.int64)
    return counts


def _fit_bytes(truth: np.ndarray, prediction: np.ndarray) -> bool:
    """Whether both are maps ``(H, W)`` of whole numbers from 0 to 255."""
    if truth.ndim != 2 or not np.issubdtype(truth.dtype, np.integer):
        return False
    # Every bit that some pixel has: a negative number if one is, over 255 if one is.
    bits = [int(np.bitwise_or.reduce(labels, axis=None)) for labels in (truth, prediction) if labels.dtype != np.uint8]
    return all(0 <= number <= 255 for number in bits)


def mean_over_present(scores: np.ndarray) -> float:
    """Mean of those scores that are not ``nan``, such as those of classes that occur; ``nan`` if none is left.

    >>> mean_over_present(np.array([0.5, 1.0, np.nan]))
    0.75
    """
    present = np.asarray(scores, np.float64)
    present = present[~np.isnan(present)]
    return float(present.mean()) if present.size else float("nan")


def _divide(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Elementwise quotient, ``nan`` (not a warning) where there is nothing to divide by."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(denominator > 0, numerator / denominator, np.nan)


def pixel_accuracy(cm: np.ndarray) -> float:
    """Share of pixels that are right: sum_i n_ii / sum_i t_i. Common classes dominate it."""
    return float(_divide(np.trace(cm), cm.sum()))


def recall_per_class(cm: np.ndarray) -> np.ndarray:
    """Share of each true class that is found, n_ii / t_i; ``nan`` for a class absent from the truth."""
    return _divide(np.diag(cm), cm.sum(1))


def class_accuracy(cm: np.ndarray) -> float:
    """Mean of `recall_per_class`: every class counts the same ("mean accuracy" in the FCN paper)."""
    return mean_over_present(recall_per_class(cm))


def iou_per_class(cm: np.ndarray) -> np.ndarray:
    """Intersection over union per class, n_ii / (t_i + sum_j n_ji - n_ii): the Jaccard index."""
    hit = np.diag(cm)
    return _divide(hit, cm.sum(1) + cm.sum(0) - hit)


def mean_iou(cm: np.ndarray) -> float:
    """Mean of `iou_per_class` over the classes that occur in truth or prediction.

    >>> mean_iou(np.array([[3, 1, 0], [0, 4, 0], [0, 0, 0]]))  # IoU 3/4 and 4/5; the third class is absent
    0.775
    """
    return mean_over_present(iou_per_class(cm))


def phantom_classes(cm: np.ndarray) -> list[int]:
    """Classes that are predicted but have no true pixel: their IoU is 0, however few pixels they get.

    >>> phantom_classes(np.array([[3, 1, 0], [0, 0, 0], [0, 0, 0]]))
    [1]
    """
    return np.flatnonzero((cm.sum(1) == 0) & (cm.sum(0) > 0)).tolist()


def frequency_weighted_iou(cm: np.ndarray) -> float:
    """IoU weighted by each class's share of the true pixels: sum_i t_i IoU_i / sum_i t_i."""
    share = _divide(cm.sum(1), cm.sum())
    return float(np.nansum(share * iou_per_class(cm))) if cm.sum() else float("nan")


def dice_per_class(cm: np.ndarray) -> np.ndarray:
    """Dice coefficient (F1) per class, 2 n_ii / (t_i + sum_j n_ji) = 2 IoU / (1 + IoU)."""
    return _divide(2 * np.diag(cm), cm.sum(1) + cm.sum(0))


def mean_dice(cm: np.ndarray) -> float:
    """Mean of `dice_per_class` over the classes that occur in truth or prediction."""
    return mean_over_present(dice_per_class(cm))
