"""Panels of one's own classes: an answer with its score, and the ring where to paint next."""

from __future__ import annotations

import cv2
import numpy as np

from seglib.annotation.polygons import load_annotation
from seglib.before_convnets.scribbles import unseen
from seglib.labels import IGNORE, LabelSet
from seglib.metrics import confusion_matrix, iou_per_class
from seglib.teach.features import COLOUR, LAYERS
from seglib.teach.truth import EXAMPLES, truth_from_labels, truth_from_polygons
from seglib.ui import state
from seglib.ui.components.photo_view import Panel
from seglib.ui.photo import Photo
from seglib.ui.teach import lesson
from seglib.ui.words import percent

NAMES = {stride: str(stride) for stride in LAYERS} | {COLOUR: "colour"}
RING, RIM = (255, 255, 255), (20, 20, 20)  # of the most uncertain place


def own_truth(photo: Photo, own: LabelSet) -> np.ndarray | None:
    """What human labels of the photo say about one's own classes; None where there are none, or none that fit."""
    label_set = state.label_set()
    annotation = photo.annotation
    if photo.key in EXAMPLES:
        annotation = load_annotation(photo.key)
    if annotation is not None:
        truth = truth_from_polygons(annotation, photo.size, own)
    elif (labels := state.human_truth(photo, label_set)) is not None:
        truth = truth_from_labels(labels, label_set, own)
    else:
        return None
    return None if (truth == IGNORE).all() else truth


def score(photo: Photo, own: LabelSet, labels: np.ndarray, head_classes: np.ndarray) -> tuple[float, int] | None:
    """Mean IoU on pixels that were not painted, and of how many classes; None without labels of these classes."""
    truth = own_truth(photo, own)
    if truth is None:
        return None
    scored = unseen(np.where(np.isin(truth, head_classes), truth, IGNORE), lesson.strokes_on(photo))
    there = np.setdiff1d(scored, [IGNORE])
    if not len(there):
        return None
    iou = iou_per_class(confusion_matrix(scored, labels, len(own)))[there]
    return float(np.mean(iou)), len(there)


def score_words(photo: Photo, own: LabelSet, labels: np.ndarray, head_classes: np.ndarray) -> str:
    """The same in words; empty where there is none."""
    if (scored := score(photo, own, labels, head_classes)) is None:
        return ""
    iou, count = scored
    return f"mean IoU {percent(iou)} ({count} {'class' if count == 1 else 'classes'}, unpainted pixels)"


def answer_panel(photo: Photo, own: LabelSet, title: str, labels: np.ndarray, head_classes: np.ndarray) -> Panel:
    """A label map of one's own classes on a photo, with its score where there is one."""
    words = score_words(photo, own, labels, head_classes)
    return Panel(
        title=title,
        role="output",
        alt=f"Classes that {title} gives to: {photo.alt}. {words}",
        caption=words,
        picture=photo.image,
        labels=labels,
    )


def ring_radius(size: tuple[int, int]) -> int:
    """Of the ring around the most uncertain place, in pixels of a photo of this size."""
    return max(10, min(size) // 16)


def ringed(image: np.ndarray, place: tuple[int, int]) -> np.ndarray:
    """The image with a ring, light between dark rims, around a pixel (row, col)."""
    radius = ring_radius(image.shape[:2])
    width = max(2, radius // 6)
    picture = image.copy()
    for offset, color in ((width, RIM), (-width, RIM), (0, RING)):
        cv2.circle(picture, place[::-1], radius + offset, color, width, cv2.LINE_AA)
    return picture
