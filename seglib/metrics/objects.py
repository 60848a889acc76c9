"""Scores of things one by one: how well is an object found, depending on how large it is?

A pixel score knows no objects: one near bus outweighs fifty far pedestrians. Here every connected region of a thing
class counts as one object, each once. Things that touch or overlap are one region, and a thing that is cut in two by
something before it counts as two: label maps do not say more (that is what instance segmentation is for).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from seglib import metrics
from seglib.labels import IGNORE, LabelSet

MOST = 24  # objects that are told apart in a picture
# Okabe & Ito's colours, told apart under the common colour blindnesses; after eight they come round again.
PALETTE = (
    *((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66)),
    *((0, 114, 178), (213, 94, 0), (204, 121, 167), (153, 153, 153)),
)
SMALLEST = 16  # pixels; smaller regions are crumbs of the drawing, not objects


@dataclass(frozen=True)
class ObjectScore:
    """One connected region of the truth, and what became of it."""

    class_index: int
    pixels: int
    centre: tuple[int, int]  # (row, col)
    recall: float  # share of its pixels that got its class
    iou: float  # with the predicted region of its class that fits it best; 0 if none touches it


def score_objects(
    truth: np.ndarray, prediction: np.ndarray, classes: Iterable[int], smallest: int = SMALLEST
) -> list[ObjectScore]:
    """Score every region of ``classes`` in the truth, largest first; pixels that are void count nowhere.

    Regions are 8-connected: pixels that touch at a corner belong together.
    """
    truth = np.asarray(truth)
    scores = []
    for k in classes:
        if not (truth == k).any():
            continue
        count, regions, stats, centres = cv2.connectedComponentsWithStats((truth == k).astype(np.uint8))
        predicted = ((prediction == k) & (truth != IGNORE)).astype(np.uint8)
        predicted_count, predicted_regions = cv2.connectedComponents(predicted)
        # How many pixels each true region shares with each predicted one: a confusion matrix of regions.
        pairs = regions.ravel() * predicted_count + predicted_regions.ravel()
        shared = np.bincount(pairs, minlength=count * predicted_count).reshape(count, predicted_count)
        predicted_sizes = shared.sum(0)
        for region in range(1, count):  # region 0 is everything else
            pixels = int(stats[region, cv2.CC_STAT_AREA])
            if pixels < smallest:
                continue
            hits = shared[region, 1:]
            ious = hits / (pixels + predicted_sizes[1:] - hits)
            centre = tuple(round(at) for at in centres[region][::-1])
            scores.append(ObjectScore(k, pixels, centre, float(hits.sum() / pixels), float(ious.max(initial=0.0))))
    return sorted(scores, key=lambda score: -score.pixels)


def separate_objects(truth: np.ndarray, label_set: LabelSet, smallest: int = SMALLEST) -> tuple[np.ndarray, LabelSet]:
    """Each object a class of its own, largest first: a label map ``(H, W)`` and what its classes are called.

    `IGNORE` where there is no thing, in crumbs, and in what comes after the `MOST` largest.
    """
    objects = []
    for k in (label_set.index(name) for name in label_set.classes if name in label_set.things):
        count, regions, stats, _ = cv2.connectedComponentsWithStats((truth == k).astype(np.uint8))
        sizes = stats[:, cv2.CC_STAT_AREA]
        objects += [(int(sizes[i]), k, regions == i) for i in range(1, count) if sizes[i] >= smallest]
    objects = sorted(objects, key=lambda each: -each[0])[:MOST]
    labels, names = np.full(truth.shape, IGNORE, np.uint8), []
    for number, (_, k, region) in enumerate(objects):
        labels[region] = number
        names.append(f"{label_set.classes[k]} {sum(kind == k for _, kind, _ in objects[: number + 1])}")
    colors = tuple(PALETTE[number % len(PALETTE)] for number in range(len(objects)))
    return labels, LabelSet("objects", "Objects", tuple(names), colors, frozenset(names))


def thirds_by_size(scores: Iterable[ObjectScore]) -> tuple[list[ObjectScore], ...]:
    """Objects in three lists as long as each other, give or take one: the smallest third, the middle, the largest.

    >>> scores = [ObjectScore(0, pixels, (0, 0), recall=1.0, iou=1.0) for pixels in (9, 4, 7, 5)]
    >>> [[score.pixels for score in third] for third in thirds_by_size(scores)]
    [[4, 5], [7], [9]]
    """
    ordered = sorted(scores, key=lambda score: score.pixels)
    cuts = [-(-len(ordered) * part // 3) for part in range(4)]
    return tuple(ordered[first:last] for first, last in pairwise(cuts))


def things_and_stuff(cm: np.ndarray, label_set: LabelSet) -> dict[str, dict[str, float]]:
    """Pixel accuracy, class accuracy and mean IoU over the thing classes and over the stuff classes apart.

    Mistakes between the two count against both: rows are restricted to the classes, columns are not.
    """
    things = [k for k, name in enumerate(label_set.classes) if name in label_set.things]
    stuff = [k for k in range(len(label_set)) if k not in things]  # what lies beyond our classes is neither
    recall, iou = metrics.recall_per_class(cm), metrics.iou_per_class(cm)
    return {
        kind: {
            "Pixel accuracy": _ratio(np.diag(cm)[chosen].sum(), cm[chosen].sum()),
            "Class accuracy": metrics.mean_over_present(recall[chosen]),
            "Mean IoU": metrics.mean_over_present(iou[chosen]),
        }
        for kind, chosen in (("things", things), ("stuff", stuff))
    }


def _ratio(part: int, whole: int) -> float:
    return float(part / whole) if whole else float("nan")
