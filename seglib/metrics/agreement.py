"""How well do people agree? Several label maps of one photo, and the ceiling that their differences impose.

No net can be expected to agree with the labels better than a second person does. Here are the numbers for that: mean
IoU of every two annotators, a vote of all of them pixel by pixel, a map of where they differ, and of one annotator's
differences the part that lies at borders, where a pixel or two is a matter of taste. Two annotators
of Cityscapes agree on 96 % of the pixels (Cordts et al., CVPR 2016, section 2.3); one of ADE20K, asked again months
later, on 82 % with herself, of 150 and more classes (Zhou et al., CVPR 2017, section 2.2).

Pixels that somebody left void count in no comparison with them, except in `score_against`, where they are misses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import matplotlib
import numpy as np

from seglib.labels import IGNORE, check_label_map
from seglib.metrics import confusion_matrix, iou_per_class, mean_iou, mean_over_present
from seglib.metrics.boundary import border_distance


@dataclass(frozen=True)
class Corpus:
    """What there is to label in a data set of the lecture."""

    photos: int  # for training
    size: tuple[int, int]  # (H, W) of a usual one
    classes: str


# Everingham et al. (IJCV 2015) for VOC; Caesar, Uijlings & Ferrari (CVPR 2018) for COCO with its stuff labelled, too.
CORPORA = {
    "VOC 2012, 1,464 training photos": Corpus(1464, (375, 500), "20 kinds of things, and background"),
    "COCO 2017, 118,287 training photos": Corpus(118287, (480, 640), "80 kinds of things, and 91 of stuff"),
}
HEAT = "inferno"
PHOTO_SHARE = 0.35  # of a grey photo under the heat


def pair_iou(one: np.ndarray, other: np.ndarray, num_classes: int) -> float:
    """Mean IoU of two people's label maps ``(H, W)``, where both said something; the same either way round."""
    return mean_iou(confusion_matrix(np.where(other == IGNORE, other, one), other, num_classes))


def pairwise_iou(maps: Sequence[np.ndarray], num_classes: int) -> np.ndarray:
    """`pair_iou` of every two of n maps, symmetric ``(n, n)``, 1 on the diagonal.

    >>> pairwise_iou([np.array([[0, 0, 1, 1]]), np.array([[0, 1, 1, 1]])], 2).round(2)
    array([[1.  , 0.58],
           [0.58, 1.  ]])
    """
    table = np.ones((len(maps), len(maps)))
    for i, one in enumerate(maps):
        for j, other in enumerate(maps[:i]):
            table[i, j] = table[j, i] = pair_iou(one, other, num_classes)
    return table


def count_votes(maps: Sequence[np.ndarray], num_classes: int) -> np.ndarray:
    """How many of the maps ``(H, W)`` name each class at each pixel, ``(K, H, W)`` uint8."""
    if not maps or len({m.shape for m in maps}) > 1:
        raise ValueError(f"votes need label maps of one shape; these are {[m.shape for m in maps]}")
    for labels in maps:
        check_label_map(labels, num_classes)
    return np.stack([sum((m == k).astype(np.uint8) for m in maps) for k in range(num_classes)])


def winner(votes: np.ndarray) -> np.ndarray:
    """The class with most votes ``(H, W)`` uint8; `IGNORE` without any, or with a tie, for nobody has decided there.

    >>> maps = [np.array([[0, 0, 255]]), np.array([[0, 1, 255]]), np.array([[1, 255, 255]])]
    >>> winner(count_votes(maps, 2))
    array([[  0, 255, 255]], dtype=uint8)
    """
    most = votes.max(0)
    decided = (votes == most).sum(0) == 1
    return np.where(decided, votes.argmax(0), IGNORE).astype(np.uint8)


def disagreement(votes: np.ndarray) -> np.ndarray:
    """Entropy of the votes at each pixel ``(H, W)`` float32: 0 if all agree, 1 if each of them says something else.

    In units of the logarithm of the number of votes there; pixels with less than two have nothing to disagree about.
    """
    voters = votes.sum(0, dtype=np.float32)
    entropy = np.zeros(voters.shape, np.float32)
    for count in votes:
        share = count / np.maximum(voters, 1)
        entropy -= np.where(count > 0, share * np.log(np.where(count > 0, share, 1)), 0).astype(np.float32)
    return np.where(voters > 1, entropy / np.log(np.maximum(voters, 2)), 0).clip(0, 1)


def heat_picture(image: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Values from 0 to 1 ``(H, W)`` glowing on a grey photo, ``(H, W, 3)`` uint8."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None] * np.float32(PHOTO_SHARE)
    glow = matplotlib.colormaps[HEAT](heat, bytes=True)[..., :3]
    return np.maximum(grey, glow).astype(np.uint8)


def score_against(labels: np.ndarray, reference: np.ndarray, num_classes: int) -> np.ndarray:
    """Confusion matrix ``(K + 1, K + 1)`` of labels under work; the last column counts pixels not labelled yet.

    They are misses: whoever paints a single pixel has not reached 100 %. Rows are the reference's classes; the last
    row is empty.

    >>> score_against(np.array([[0, 255, 1]]), np.array([[0, 0, 0]]), 2)
    array([[1, 1, 1],
           [0, 0, 0],
           [0, 0, 0]])
    """
    check_label_map(labels, num_classes)
    return confusion_matrix(reference, np.where(labels == IGNORE, num_classes, labels), num_classes + 1)


def open_mean_iou(cm: np.ndarray) -> float:
    """Mean IoU from `score_against`: pixels without a label are misses, but "no label" is not a class of its own."""
    return mean_over_present(iou_per_class(cm)[:-1])


@dataclass(frozen=True)
class Differences:
    """Of the pixels that a reference labels, the shares that a map says otherwise, or not at all."""

    at_border: float  # within some pixels of a border of the reference
    inside: float
    missing: float  # not labelled


def differences(labels: np.ndarray, reference: np.ndarray, radius: float) -> Differences:
    """Where a label map departs from the reference: within ``radius`` pixels of its borders, or inside.

    >>> differences(np.array([[0, 0, 0, 0, 1, 255]]), np.array([[0, 0, 0, 1, 1, 1]]), radius=1)
    Differences(at_border=0.16666666666666666, inside=0.0, missing=0.16666666666666666)
    """
    counted, missing = reference != IGNORE, labels == IGNORE
    wrong, near = counted & ~missing & (labels != reference), border_distance(reference) <= radius
    total = max(1, int(counted.sum()))
    at_border, inside, missed = (float(part.sum() / total) for part in (wrong & near, wrong & ~near, counted & missing))
    return Differences(at_border, inside, missed)


def hours_for(corpus: str, pixels_per_second: float) -> float:
    """Hours to label all photos of one of `CORPORA` at that pace, without a pause.

    >>> round(hours_for("VOC 2012, 1,464 training photos", 1000))
    76
    """
    what = CORPORA[corpus]
    return what.photos * what.size[0] * what.size[1] / pixels_per_second / 3600
