"""Metrics that disagree: predictors ranked under several at once, and the pair on which the ranks are reversed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from seglib import class_counts, metrics
from seglib.labels import IGNORE, LabelSet
from seglib.metrics import baselines, imbalance

GROUPINGS = ("As they are", "Things | stuff", "This | the rest", "This in four")
BRIGHTNESS = 0.3  # of what is not lit
ALL = "all "  # the cheat that says the commonest class everywhere is called so, and the class


@dataclass(frozen=True)
class Metric:
    """A number that claims to say how good a segmentation is."""

    title: str
    score: Callable[[np.ndarray], float]  # of a confusion matrix
    formula: str  # LaTeX; n_ij pixels of class i called j, t_i of class i, p_j called j, K classes


METRICS = {
    metric.title: metric
    for metric in (
        Metric("Pixel accuracy", metrics.pixel_accuracy, r"\frac{\sum_i n_{ii}}{\sum_i t_i}"),
        Metric("Class accuracy", metrics.class_accuracy, r"\frac{1}{K} \sum_i \frac{n_{ii}}{t_i}"),
        Metric("Mean IoU", metrics.mean_iou, r"\frac{1}{K} \sum_i \frac{n_{ii}}{t_i + p_i - n_{ii}}"),
        Metric(
            "Frequency-weighted IoU",
            metrics.frequency_weighted_iou,
            r"\frac{1}{\sum_k t_k} \sum_i \frac{t_i \, n_{ii}}{t_i + p_i - n_{ii}}",
        ),
        Metric("Dice", metrics.mean_dice, r"\frac{1}{K} \sum_i \frac{2 n_{ii}}{t_i + p_i}"),
    )
}


@dataclass(frozen=True)
class Disagreement:
    """``winner`` beats ``loser`` in pixel accuracy, and loses to it in mean IoU."""

    winner: str
    loser: str
    accuracy_lead: float
    iou_lead: float  # of the loser


def find_disagreement(matrices: Mapping[str, np.ndarray]) -> Disagreement | None:
    """The clearest pair of predictors on which pixel accuracy and mean IoU disagree: its smaller lead is largest.

    >>> common = np.array([[90, 0], [10, 0]])  # says the common class everywhere
    >>> fair = np.array([[75, 15], [0, 10]])  # finds the rare class, at a price
    >>> find_disagreement({"common": common, "fair": fair}).winner
    'common'
    """
    scores = {name: (metrics.pixel_accuracy(cm), metrics.mean_iou(cm)) for name, cm in matrices.items()}
    pairs = [
        Disagreement(a, b, scores[a][0] - scores[b][0], scores[b][1] - scores[a][1])
        for a in scores
        for b in scores
        if scores[a][0] > scores[b][0] and scores[a][1] < scores[b][1]
    ]
    return max(pairs, key=lambda pair: min(pair.accuracy_lead, pair.iou_lead), default=None)


def cell_pixels(truth: np.ndarray, prediction: np.ndarray, true_class: int, predicted_class: int) -> np.ndarray:
    """The pixels that one cell of the confusion matrix counts, ``(H, W)`` bool."""
    return (truth == true_class) & (prediction == predicted_class)


def spotlight(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The photo with the pixels of the mask as they are and all others grey and dark, ``(H, W, 3)`` uint8."""
    dark = (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) * np.float32(BRIGHTNESS)).astype(np.uint8)
    return np.where(mask[..., None], image, dark[..., None])


@dataclass(frozen=True)
class Faults:
    """How badly the cheats spoil the truth."""

    pixels: int = 4
    rare: float = 0.05  # classes below this share are dropped
    rate: float = 0.1  # of pixels that say anything


@dataclass(frozen=True)
class Duel:
    """One photo through a window, in some cut of the classes: the truth and what each predictor says."""

    label_set: LabelSet
    window: imbalance.Window
    truth: np.ndarray  # (h, w)
    predictions: dict[str, np.ndarray]  # (h, w) each
    matrices: dict[str, np.ndarray]


def cheats(truth: np.ndarray, label_set: LabelSet, class_index: int, faults: Faults) -> dict[str, np.ndarray]:
    """What says nothing about the photo: predictors of one class, and the truth with one fault each."""
    size, name = len(label_set), label_set.classes[class_index]
    frequent = class_counts.most_frequent(label_set)
    largest = int(np.bincount(truth[truth != IGNORE], minlength=size).argmax())
    return {
        f"{ALL}{label_set.classes[largest]}": baselines.one_class(truth.shape, largest),
        f"most frequent in training: {label_set.classes[frequent]}": baselines.one_class(truth.shape, frequent),
        f"truth without classes under {100 * faults.rare:g} %": baselines.without_rare(truth, faults.rare, size),
        f"truth, {name} {faults.pixels} px too fat": baselines.grown(truth, class_index, faults.pixels),
        f"truth, {name} {faults.pixels} px too thin": baselines.grown(truth, class_index, -faults.pixels),
        f"truth, {faults.pixels} px off": baselines.shifted(truth, faults.pixels),
        f"truth, {100 * faults.rate:g} % at random": baselines.noisy(truth, faults.rate, size),
    }


def regroup(label_set: LabelSet, class_index: int, grouping: str) -> imbalance.Regrouped:
    """One of `GROUPINGS`."""
    name, size = label_set.classes[class_index], len(label_set)
    if grouping == "Things | stuff":
        of = [int(class_name in label_set.things) for class_name in label_set.classes]
        return imbalance.merge(label_set, f"{label_set.name}-kinds", "Things and stuff", ["stuff", "things"], of)
    if grouping == "This | the rest":
        of = [int(k == class_index) for k in range(size)]
        return imbalance.merge(label_set, f"{label_set.name}-{name}", f"{name} or not", ["the rest", name], of)
    if grouping == "This in four":
        return imbalance.split(label_set, class_index, 4)
    return imbalance.Regrouped(label_set, tuple(range(size)))


def fight(
    truth: np.ndarray,
    predictions: Mapping[str, np.ndarray],
    label_set: LabelSet,
    class_index: int,
    window: imbalance.Window,
    grouping: str,
    faults: Faults,
) -> Duel:
    """Predictors ``{name: (H, W)}`` and `cheats` on one window of a photo, their classes regrouped."""
    truth = np.ascontiguousarray(truth[window.view])
    here = {name: np.ascontiguousarray(prediction[window.view]) for name, prediction in predictions.items()}
    here |= cheats(truth, label_set, class_index, faults)
    regrouped = regroup(label_set, class_index, grouping)
    truth = regrouped.apply(truth)
    here = {name: regrouped.apply(prediction) for name, prediction in here.items()}
    size = len(regrouped.label_set)
    matrices = {name: metrics.confusion_matrix(truth, prediction, size) for name, prediction in here.items()}
    return Duel(regrouped.label_set, window, truth, here, matrices)
