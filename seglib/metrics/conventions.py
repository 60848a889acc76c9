"""Five meanings of "mean IoU": the conventions that papers and libraries leave unsaid, as switches.

All start from the same counts, the matrices of the photos stacked, ``(N, K + 1, K)``: K rows of true classes as in
`seglib.metrics`, and below them one row that says what was predicted on void pixels. With n_ii right pixels of class
i, t_i true and p_i predicted ones, its IoU is n_ii / (t_i + p_i - n_ii). What remains to be agreed upon:

- absent: a class in neither truth nor prediction is 0 / 0. Left out of the mean, or worth 0, or 1?
- images: one matrix for all photos, or a mean IoU for each photo and the mean of those?
- void: are pixels without a true class nobody's business, or errors of whatever was predicted there?
- micro: add up the numerators and denominators of all classes before dividing? Every pixel then counts once in the
  truth and once in the prediction, so that with pixel accuracy a this is a / (2 - a): pixel accuracy in disguise.
- background: does one class, usually the largest and easiest, count in the mean?
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from seglib.labels import IGNORE
from seglib.metrics import confusion_matrix, mean_over_present

Absent = Literal["skip", "zero", "one"]


@dataclass(frozen=True)
class Convention:
    """What is meant by "mean IoU"; as it stands, what this project and most papers mean."""

    absent: Absent = "skip"
    per_image: bool = False
    void_is_error: bool = False
    micro: bool = False
    leave_out: int | None = None  # a class that does not count in the mean; mistaking it for another still does


def counts_with_void(truth: np.ndarray, prediction: np.ndarray, num_classes: int) -> np.ndarray:
    """Confusion matrix with one more row for void, ``(K + 1, K)`` int64; the prediction names a class everywhere.

    >>> counts_with_void(np.array([[0, 1, 255]]), np.array([[0, 1, 1]]), 2)
    array([[1, 0],
           [0, 1],
           [0, 1]])
    """
    if num_classes >= IGNORE:
        raise ValueError(f"{num_classes} classes leave no index for void: wanted at most {IGNORE - 1}")
    cm = confusion_matrix(truth, prediction, num_classes)
    on_void = np.where(np.equal(truth, IGNORE), np.uint8(0), np.uint8(IGNORE))
    return np.vstack([cm, confusion_matrix(on_void, prediction, num_classes)[:1]])


def mean_iou_by(counts: np.ndarray, convention: Convention = Convention()) -> float:
    """Mean IoU of one photo ``(K + 1, K)`` or of several ``(N, K + 1, K)``, as ``convention`` means it.

    >>> counts = np.array([[3, 1, 0], [0, 4, 0], [0, 0, 0], [0, 0, 2]])
    >>> [round(mean_iou_by(counts, Convention(absent=absent)), 3) for absent in ("skip", "zero", "one")]
    [0.775, 0.517, 0.85]
    """
    counts = np.asarray(counts)
    photos = counts.reshape(-1, *counts.shape[-2:])
    if not convention.per_image:
        photos = photos.sum(0, keepdims=True)
    return mean_over_present([_mean_iou(photo, convention) for photo in photos])


def _mean_iou(counts: np.ndarray, convention: Convention) -> float:
    """Mean IoU of one matrix ``(K + 1, K)``."""
    num_classes = counts.shape[1]
    predicted = (counts if convention.void_is_error else counts[:num_classes]).sum(0)
    hit = np.diag(counts)
    union = counts[:num_classes].sum(1) + predicted - hit
    kept = np.arange(num_classes) != convention.leave_out
    hit, union = hit[kept], union[kept]
    if not union.any():
        return float("nan")  # nothing was labelled
    if convention.micro:
        return float(hit.sum() / union.sum())
    absent = {"skip": np.nan, "zero": 0.0, "one": 1.0}[convention.absent]
    return mean_over_present(np.where(union > 0, hit / np.maximum(union, 1), absent))


def micro_iou_from_accuracy(accuracy: float) -> float:
    """Micro IoU that follows from pixel accuracy alone, a / (2 - a).

    With N pixels, a N are right; truth and prediction name N classes each, so the unions add up to N + N - a N.
    """
    return accuracy / (2 - accuracy)


@dataclass(frozen=True)
class Library:
    """What one evaluation code does if it is not told otherwise."""

    name: str
    absent: str
    images: str
    void: str
    source: str  # file that was read


TRUE_ONLY = "left out, even if predicted: only true classes count"

# Each was read in the code that is named. Three of them are known from copies in other repositories only: the FCN
# authors' score.py, Cityscapes' script, and the VOC devkit, whose archive is no repository.
LIBRARIES = (
    Library("this project", "left out", "one matrix", "left out", "seglib/metrics/__init__.py"),
    Library("FCN authors", "left out (nanmean)", "one matrix", "left out", "score.py (copies)"),
    Library("VOC devkit", "not foreseen: 0 / 0 spoils the mean", "one matrix", "left out", "VOCevalseg.m (copies)"),
    Library("Cityscapes", "left out (nan)", "one matrix", "left out", "evalPixelLevelSemanticLabeling.py (copies)"),
    Library("COCO stuff", TRUE_ONLY, "one matrix", "left out", "cocoapi, cocostuffeval.py"),
    Library("detectron2", TRUE_ONLY, "one matrix", "left out", "sem_seg_evaluation.py"),
    Library("mmsegmentation", "left out, or nan_to_num=", "one matrix", "left out", "iou_metric.py"),
    Library(
        "torchmetrics, MulticlassJaccardIndex",
        "left out",
        "one matrix",
        "an error, unless ignore_index=",
        "functional/classification/jaccard.py, 1.9.0",
    ),
    Library(
        "torchmetrics, segmentation.MeanIoU",
        "left out",
        "one mean over all pairs of photo and class",
        "not foreseen",
        "segmentation/mean_iou.py, 1.9.0",
    ),
    Library(
        "scikit-learn, jaccard_score",
        "left out; 0 and a warning if named in labels=",
        "one list of pixels",
        "a class like any other",
        "metrics/_classification.py, 1.9.1",
    ),
    Library("kornia, mean_iou", "1, by an epsilon", "a row for each photo", "not foreseen", "metrics/mean_iou.py"),
    Library(
        "segmentation_models_pytorch, iou_score",
        "1, or zero_division=",
        "as reduction= says",
        "left out with ignore_index=",
        "metrics/functional.py",
    ),
)
