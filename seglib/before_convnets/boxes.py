"""Detect, then segment inside the box: how things were found before convnets.

A detector slides a window of one shape over the photo at every place and scale and asks each time: is this the thing?
True things answer in a cluster of neighbouring windows, so a box needs several votes. That works because a thing has a
shape, its parts always in the same places. Stuff has none: there is no window "grass", and nowhere for a box to end.

Four detectors come with OpenCV: cascades of Haar-like features (Viola & Jones, CVPR 2001; Lienhart & Maydt, ICIP 2002)
for frontal faces, upper bodies (Kruppa, Castrillón-Santana & Schiele, VS-PETS 2003) and cats' faces (Howse 2014), and
histograms of oriented gradients for whole people who stand (Dalal & Triggs, CVPR 2005). What is in the box is cut out
by `seglib.before_convnets.grab_cut`.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from seglib import metrics
from seglib.images import check_image
from seglib.labels import IGNORE, LabelSet

PADDING = 0.15  # of the longer side: a face that the photo's edge cuts off is still found
SMALLEST = 1 / 8  # of the shorter side; smaller things are overlooked, and so are most false alarms
FEWEST_VOTES = 2
RIM = 0.02  # of the shorter side that a grown box leaves outside, for something must be background
SMALLEST_SIDE = 4  # pixels of a box
HOG_WINDOW = (64, 128)  # pixels, width and height
THING_SHARE = 0.01  # of the photo that a region needs to be a thing to cut out
THING_ROOM = 0.03  # of its longer side that is left round it
STUFF_SHARE = 0.6  # a box round stuff is this part of the largest square that fits, so that the stuff goes on outside


class BadBox(ValueError):  # noqa: N818 - a box is bad, not in error
    """A box that cannot be used. Its message is one sentence to show: what came, and what was wanted."""


class Box(NamedTuple):
    """Rows from ``top`` up to, not including, ``bottom`` of a photo, and columns from ``left`` up to ``right``."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def view(self) -> tuple[slice, slice]:
        """To cut it out of an array ``(H, W, ...)``."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def mask(self, size: tuple[int, int]) -> np.ndarray:
        """True inside, ``(H, W)``."""
        inside = np.zeros(size, bool)
        inside[self.view] = True
        return inside


@dataclass(frozen=True)
class Detector:
    """One trained detector, and how it is run."""

    file: str  # cascade that comes with OpenCV; "" for the people detector, which is in its code
    side: int  # the photo is shrunk until its longer side has so many pixels: faster, and fewer false alarms
    scale_factor: float  # from one size of window to the next; the finer, the more votes
    classes: Mapping[str, str]  # {label set: class of the thing}
    # Box sizes up, left, down, right: from the part to the whole.
    grow: tuple[float, float, float, float] = (0, 0, 0, 0)


_PERSON = {"everyday": "person", "street": "pedestrian"}
# Sides and steps were chosen on the ten bundled photos: the faces in them win by far, and little else is found.
DETECTORS: dict[str, Detector] = {
    "Face": Detector("haarcascade_frontalface_alt.xml", 240, 1.03, _PERSON, (0.5, 1.5, 8, 1.5)),
    "Upper body": Detector("haarcascade_upperbody.xml", 240, 1.03, _PERSON, (0.1, 0.1, 3, 0.1)),
    "Whole people": Detector("", 256, 1.05, _PERSON),
    "Cat face": Detector(
        "haarcascade_frontalcatface_extended.xml", 144, 1.015, {"everyday": "cat"}, (0.2, 0.3, 0.5, 0.3)
    ),
}


@dataclass(frozen=True)
class Detection:
    """A box in which a detector sees its thing."""

    box: Box  # the part inside the photo
    votes: int  # windows that agree


_running = threading.Lock()  # OpenCV's detectors keep the photo inside while they run


def detect(image: np.ndarray, detector: Detector) -> list[Detection]:
    """All boxes with at least `FEWEST_VOTES` windows that agree, most votes first; often there are none.

    ``image`` is ``(H, W, 3)`` uint8. It is shrunk to ``detector.side`` and padded with its own border pixels.
    """
    image = check_image(image)
    height, width = image.shape[:2]
    scale = detector.side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    pad = round(PADDING * detector.side)
    padded = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    with _running:
        windows, votes = _cascade(padded, detector, min(size)) if detector.file else _people(padded, detector)
    detections = []
    for (x, y, w, h), count in zip(windows, votes, strict=True):
        # Back to the photo's pixels; what lies in the padding is not seen.
        left, right = ((at - pad) * width / size[0] for at in (x, x + w))
        top, bottom = ((at - pad) * height / size[1] for at in (y, y + h))
        box = _inside(Box(round(top), round(left), round(bottom), round(right)), (height, width))
        if min(box.bottom - box.top, box.right - box.left) >= SMALLEST_SIDE:
            detections.append(Detection(box, int(count)))
    return sorted(detections, key=lambda one: (-one.votes, one.box))


@functools.cache
def _classifier(file: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(Path(cv2.data.haarcascades) / file))


def _cascade(picture: np.ndarray, detector: Detector, shorter: int) -> tuple[np.ndarray, np.ndarray]:
    """Windows (x, y, width, height) and how many neighbours each stands for."""
    side = int(shorter * SMALLEST)
    windows, votes = _classifier(detector.file).detectMultiScale2(
        cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY),
        scaleFactor=detector.scale_factor,
        minNeighbors=FEWEST_VOTES - 1,
        minSize=(side, side),
    )
    return windows, np.ravel(votes)


def _people(picture: np.ndarray, detector: Detector) -> tuple[np.ndarray, np.ndarray]:
    if any(a < b for a, b in zip(picture.shape[1::-1], HOG_WINDOW, strict=True)):
        return np.empty((0, 4), int), np.empty(0, int)  # not even one window fits
    hog = cv2.HOGDescriptor()
    hog.setSVMDetector(cv2.HOGDescriptor.getDefaultPeopleDetector())
    # Its own grouping tells no votes: take every window, and group as the cascades do.
    windows, _ = hog.detectMultiScale(
        cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), winStride=(8, 8), scale=detector.scale_factor, groupThreshold=0
    )
    grouped, votes = cv2.groupRectangles([tuple(map(int, window)) for window in windows], FEWEST_VOTES - 1, 0.2)
    return np.reshape(grouped, (-1, 4)), np.ravel(votes)


def _inside(box: Box, size: tuple[int, int]) -> Box:
    """The part of a box that is in the photo; may be empty."""
    (height, width), (top, left, bottom, right) = size, box
    return Box(
        min(max(top, 0), height), min(max(left, 0), width), min(max(bottom, 0), height), min(max(right, 0), width)
    )


def check_box(box: Box, size: tuple[int, int]) -> Box:
    """The part of a box that is in a photo of ``size`` (H, W); `BadBox` if there is none, or nothing to work with.

    >>> check_box(Box(-5, 10, 20, 30), (100, 100))
    Box(top=0, left=10, bottom=20, right=30)
    """
    if box.bottom <= box.top or box.right <= box.left:
        raise BadBox("This box has no area: drag from one corner of the thing to the opposite one.")
    inside = _inside(box, size)
    height, width = inside.bottom - inside.top, inside.right - inside.left
    if not height or not width:
        raise BadBox(f"This box lies outside the photo, which has {size[1]} x {size[0]} pixels: draw it on the photo.")
    if min(height, width) < SMALLEST_SIDE:
        raise BadBox(
            f"This box has {width} x {height} pixels of the photo: wanted at least {SMALLEST_SIDE} in each direction."
        )
    if (height, width) == tuple(size):
        raise BadBox(
            "This box is the whole photo: leave some outside, for that is where the background is learnt from."
        )
    return inside


def grown(box: Box, detector: Detector, size: tuple[int, int]) -> Box:
    """From the part that the detector knows to the whole thing: a person is wider and taller than a face.

    The result holds ``box`` but for a thin rim of the photo left, right and above, which stays background. Below it may
    reach the photo's edge, for most portraits are cut there.
    """
    up, left, down, right = detector.grow
    if not any(detector.grow):
        return box
    (height, width), rim = size, max(1, round(RIM * min(size)))
    tall, wide = box.bottom - box.top, box.right - box.left
    return Box(
        max(round(box.top - up * tall), rim),
        max(round(box.left - left * wide), rim),
        min(round(box.bottom + down * tall), height),
        min(round(box.right + right * wide), width - rim),
    )


def class_iou(truth: np.ndarray, mask: np.ndarray, class_index: int, box: Box | None = None) -> float:
    """IoU of one class: ``mask`` ``(H, W)`` bool against a label map, void left out, perhaps within a box only.

    It is `seglib.metrics.iou_per_class` of that class against all others; ``nan`` if it is in neither.
    """
    view = box.view if box else np.s_[:, :]
    truth, mask = truth[view], mask[view]
    binary = np.where(truth == IGNORE, IGNORE, truth == class_index).astype(np.uint8)
    return float(metrics.iou_per_class(metrics.confusion_matrix(binary, mask.astype(np.uint8), 2))[1])


def class_inside(labels: np.ndarray, box: Box) -> int | None:
    """The class that has most pixels of a box; None where all is void."""
    inside = labels[box.view]
    counts = np.bincount(inside[inside != IGNORE].ravel())
    return int(counts.argmax()) if counts.size else None


def share_outside(labels: np.ndarray, box: Box, class_index: int, width: int = 8) -> float:
    """Share of a class in the strip of ``width`` pixels just outside a box: does what is in it go on out there?

    ``nan`` if all of the strip is void or beyond the photo's edge.
    """
    around = _inside(Box(box.top - width, box.left - width, box.bottom + width, box.right + width), labels.shape)
    strip = labels[(around.mask(labels.shape) & ~box.mask(labels.shape))]
    strip = strip[strip != IGNORE]
    return float((strip == class_index).mean()) if strip.size else float("nan")


def thing_box(labels: np.ndarray, label_set: LabelSet) -> Box | None:
    """The box that a person would draw round the largest connected region of a thing; None where there is none.

    It leaves `THING_ROOM` of its longer side on every side, where the photo has so much. ``labels`` is ``(H, W)``. What
    does not count: a region under `THING_SHARE` of the photo; one that fills less than half of its box, for other
    things would be cut out; one whose box is the whole photo, with no background outside.
    """
    found, largest = None, THING_SHARE * labels.size
    for name in label_set.classes:
        if name not in label_set.things:
            continue
        _, _, regions, _ = cv2.connectedComponentsWithStats((labels == label_set.index(name)).astype(np.uint8))
        for left, top, wide, tall, area in regions[1:].tolist():
            room = max(1, round(THING_ROOM * max(tall, wide)))
            box = _inside(Box(top - room, left - room, top + tall + room, left + wide + room), labels.shape)
            size = (box.bottom - box.top, box.right - box.left)
            if area > largest and 2 * area >= size[0] * size[1] and size != labels.shape:
                found, largest = box, area
    return found


def stuff_box(labels: np.ndarray, label_set: LabelSet) -> Box | None:
    """A square box in the midst of grass, else sky, else other stuff; None where no stuff has room for one."""
    stuff = [name for name in label_set.classes if name not in label_set.things]
    for name in sorted(stuff, key=lambda candidate: {"grass": 0, "sky": 1}.get(candidate, 2)):
        # How far each pixel is from the next one of another class, or from the photo's edge.
        inside = np.pad((labels == label_set.index(name)).astype(np.uint8), 1)
        distance = cv2.distanceTransform(inside, cv2.DIST_C, 3)[1:-1, 1:-1]
        row, col = np.unravel_index(distance.argmax(), distance.shape)
        reach = int(STUFF_SHARE * distance[row, col])
        if reach >= min(labels.shape) // 16 and reach >= SMALLEST_SIDE:
            return Box(int(row) - reach, int(col) - reach, int(row) + reach, int(col) + reach)
    return None
