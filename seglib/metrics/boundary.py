"""How good is a segmentation right at the borders, where labels are hardest and most nets blur?

Two answers. The trimap plot: scores of the pixels within r pixels of a true border only (and of the rest), as a curve
over r: Kohli, Ladický & Torr, IJCV 2009; Chen et al., "Semantic Image Segmentation with Deep Convolutional Nets and
Fully Connected CRFs", ICLR 2015, section 4.3. And the boundary F-score: how much of the predicted outline lies near the
true one, and the reverse, whatever the areas: Csurka, Larlus & Perronnin, BMVC 2013.

A border lies between two neighbouring pixels (left and right, or above and below) of different classes. Between a
class and void there is none: nobody said where it runs. Distances are Euclidean, exact, between pixel centres: the two
pixels that touch a border are at distance 1 from it, the ones behind them at 2, so that the band of radius r is 2 r
pixels wide.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from seglib.labels import IGNORE, check_label_map
from seglib.metrics import check_pair

BORDER = 3  # pixels: what the scoreboard and the claims mean by "at a border"
TOLERANCE = 0.0075  # of the diagonal: Csurka et al., section 4


def border_pixels(labels: np.ndarray) -> np.ndarray:
    """Pixels that touch another class, ``(H, W)`` bool: both sides of every border."""
    touching = np.zeros(labels.shape, bool)
    for here, there in _neighbours(labels.shape):
        differ = (labels[here] != labels[there]) & (labels[here] != IGNORE) & (labels[there] != IGNORE)
        touching[here] |= differ
        touching[there] |= differ
    return touching


def border_distance(labels: np.ndarray) -> np.ndarray:
    """Distance of every pixel to the nearest border, ``(H, W)`` float32, 1 at least; infinite where there is none."""
    return 1 + distance_to(border_pixels(check_label_map(labels, IGNORE)))


def boundary_band(truth: np.ndarray, radius: float) -> np.ndarray:
    """Pixels within ``radius`` of a true border, ``(H, W)`` bool.

    >>> boundary_band(np.array([[0, 0, 0, 1, 1, 1]]), 2).astype(int)
    array([[0, 1, 1, 1, 1, 0]])
    """
    return border_distance(truth) <= radius


def band_curve(
    truth: np.ndarray,
    prediction: np.ndarray,
    radii: Sequence[float],
    num_classes: int,
    distance: np.ndarray | None = None,
) -> np.ndarray:
    """Confusion matrices inside the band of each radius, ``(R, K, K)``; ``radii`` ascend.

    What is outside the band is the confusion matrix of all pixels minus these. ``distance`` is the truth's
    `border_distance`, for several predictions of one truth.
    """
    radii = np.asarray(radii, np.float32)
    if radii.ndim != 1 or not radii.size or (np.diff(radii) <= 0).any():
        raise ValueError(f"radii are {radii.tolist()}: wanted one or more, each larger than the one before")
    truth, prediction = check_pair(truth, prediction, num_classes)
    distance = border_distance(truth) if distance is None else distance
    # Every pixel falls into the ring between two radii; rings add up to bands, so one count serves all radii.
    counted = (truth != IGNORE) & (distance <= radii[-1])
    ring = np.searchsorted(radii, distance[counted])
    shape = len(radii), num_classes, num_classes
    cell = np.ravel_multi_index((ring, truth[counted], prediction[counted]), shape)
    return np.bincount(cell, minlength=np.prod(shape)).reshape(shape).cumsum(0)


def boundary_f_scores(
    truth: np.ndarray, prediction: np.ndarray, num_classes: int, tolerance: float = TOLERANCE
) -> np.ndarray:
    """F-score of each class's outline, ``(K,)``; ``nan`` for a class without one in truth and prediction.

    Precision is the share of the predicted outline within ``tolerance`` (a share of the photo's diagonal) of the true
    one, recall the share of the true outline within it of the predicted one. An outline are those pixels of a class
    that touch another; beside void there is none. A class outlined in one of the two only scores 0.
    """
    truth, prediction = check_pair(truth, prediction, num_classes)
    reach = tolerance * float(np.hypot(*truth.shape))
    prediction = np.where(truth == IGNORE, IGNORE, prediction)
    on_true, on_predicted = border_pixels(truth), border_pixels(prediction)
    scores = np.full(num_classes, np.nan)
    for k in range(num_classes):
        true, predicted = on_true & (truth == k), on_predicted & (prediction == k)
        if true.any() and predicted.any():
            precision = (distance_to(true)[predicted] <= reach).mean()
            recall = (distance_to(predicted)[true] <= reach).mean()
            scores[k] = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        elif true.any() or predicted.any():
            scores[k] = 0.0
    return scores


def _neighbours(shape: tuple[int, int]) -> list[tuple[tuple[slice, slice], tuple[slice, slice]]]:
    """Two views for each direction, so that pixel i of the one is the neighbour of pixel i of the other."""
    height, width = shape
    return [(np.s_[: height - 1], np.s_[1:]), (np.s_[:, : width - 1], np.s_[:, 1:])]


def distance_to(mask: np.ndarray) -> np.ndarray:
    """Euclidean distance of each pixel's centre to the nearest one of the mask, ``(H, W)`` float32."""
    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


def thin_parts(truth: np.ndarray, width: int) -> np.ndarray:
    """Labelled pixels that no disc of ``width`` pixels inside their class covers, ``(H, W)`` bool.

    What an opening of the class removes: masts, spokes, legs, and corners. Void counts as any class, so that a class is
    not thin where the labels are cut off; neither is it at the photo's border.

    >>> line = np.repeat([[0], [0], [1], [0], [0]], 4, axis=1)
    >>> thin_parts(line, 3)[:, 0].astype(int)
    array([0, 0, 1, 0, 0])
    """
    truth = check_label_map(truth, IGNORE)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    thin = np.zeros(truth.shape, bool)
    for k in np.unique(truth[truth != IGNORE]):
        inside = np.pad(((truth == k) | (truth == IGNORE)).astype(np.uint8), width, mode="edge")
        opened = cv2.morphologyEx(inside, cv2.MORPH_OPEN, disc)[width:-width, width:-width]
        thin |= (truth == k) & (opened == 0)
    return thin
