"""GrabCut: from a box to the outline of what is in it, one iteration at a time.

Outside the box all is background. Inside, two mixtures of five Gaussians, one of the object's colours and one of the
background's, and a graph cut that prefers outlines along edges of the photo take turns: learn the colours from the
present cut, then cut anew given the colours. At first everything in the box counts as object. Strokes fix pixels.

Source: Rother, Kolmogorov & Blake, "GrabCut", SIGGRAPH 2004, figure 3; the work is done by OpenCV's ``cv2.grabCut``.
Here it runs on the photo shrunk to `LONGEST` pixels, so that an iteration takes a tenth of a second or two; the outline
is therefore good to two or three pixels of a photo of 640 x 480.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from seglib.before_convnets.boxes import BadBox, Box, check_box
from seglib.images import check_image
from seglib.labels import IGNORE, LabelSet

LONGEST = 256  # pixels of the longer side while cutting
MOST_STEPS = 10
COMPONENTS = 5  # Gaussians in each mixture; fixed in OpenCV, as in the paper
# What strokes say. These are no classes to be predicted: the painter just wants names and colours.
SEEDS = LabelSet("seeds", "Strokes", ("object", "background"), ((255, 176, 0), (100, 143, 255)), frozenset({"object"}))
OBJECT, BACKGROUND = range(2)


@dataclass(frozen=True, eq=False)
class Cut:
    """Where GrabCut stands after some iterations."""

    picture: np.ndarray = field(repr=False)  # (h, w, 3) uint8, the shrunken photo
    mask: np.ndarray = field(repr=False)  # (h, w) uint8: cv2.GC_BGD, GC_FGD (known), GC_PR_BGD, GC_PR_FGD (found)
    models: np.ndarray = field(repr=False)  # (2, 65) object's and background's mixture as OpenCV keeps them
    step: int = 0
    changed: float = float("nan")  # share of the undecided pixels that changed sides in this iteration

    @property
    def is_object(self) -> np.ndarray:
        """True where the object is, ``(h, w)``."""
        return (self.mask & 1).astype(bool)

    @property
    def undecided(self) -> np.ndarray:
        """True where neither box nor strokes decide, ``(h, w)``: the trimap's unknown region."""
        return self.mask >= cv2.GC_PR_BGD


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of Gaussians over RGB."""

    weights: np.ndarray  # (5,), sum 1; all 0 while there is nothing to learn from
    means: np.ndarray  # (5, 3)
    covariances: np.ndarray  # (5, 3, 3)


def start(image: np.ndarray, box: Box, seeds: np.ndarray | None = None) -> Cut:
    """Step 0: everything in the box counts as object, but for strokes.

    ``image`` is ``(H, W, 3)`` uint8; ``seeds`` ``(H, W)`` holds `OBJECT`, `BACKGROUND`, or `IGNORE` without a stroke.
    Outside the box strokes have no say. Raises `BadBox`, in one sentence, where there is nothing to tell apart.
    """
    image = check_image(image)
    height, width = image.shape[:2]
    box = check_box(box, (height, width))
    scale = min(1.0, LONGEST / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1 else image
    mask = np.full(picture.shape[:2], cv2.GC_BGD, np.uint8)
    (top, bottom), (left, right) = (
        _span(low, high, short / full, short)
        for low, high, short, full in ((box.top, box.bottom, size[1], height), (box.left, box.right, size[0], width))
    )
    inside = Box(top, left, bottom, right)
    mask[inside.view] = cv2.GC_PR_FGD
    if (mask == cv2.GC_PR_FGD).all():
        raise BadBox("This box leaves hardly a pixel outside: background is learnt from there, so make it smaller.")
    if seeds is not None:
        for kind, value in ((OBJECT, cv2.GC_FGD), (BACKGROUND, cv2.GC_BGD)):
            touched = cv2.resize((seeds == kind).astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
            mask[touched & inside.mask(mask.shape)] = value
    if not (mask & 1).any():
        raise BadBox("Background strokes cover the whole box: leave something in it that may be the object.")
    if (picture == picture[0, 0]).all():
        raise BadBox("All pixels have the same colour: there is nothing by which object and background differ.")
    return Cut(picture, mask, np.zeros((2, 13 * COMPONENTS)))


def _span(low: int, high: int, scale: float, count: int) -> tuple[int, int]:
    """First row or column of the shrunken box and the one after its last; at least one lies between."""
    first = min(round(low * scale), count - 1)
    return first, max(round(high * scale), first + 1)


def iterate(cut: Cut) -> Cut:
    """One iteration: learn both mixtures from the present cut, then cut anew.

    Once the object has vanished there is nothing to learn its colours from, and it stays so. The same cut gives the
    same result again. Raises `BadBox` if OpenCV gives up.
    """
    if not cut.is_object.any():
        return replace(cut, step=cut.step + 1, changed=0.0)
    mask, (foreground, background) = cut.mask.copy(), (model[None].copy() for model in cut.models)
    cv2.setRNGSeed(0)  # the mixtures start from random clusters
    mode = cv2.GC_EVAL if cut.step else cv2.GC_INIT_WITH_MASK
    try:
        cv2.grabCut(cut.picture, mask, None, background, foreground, 1, mode)
    except cv2.error as error:
        raise BadBox(
            "GrabCut finds no two mixtures of colours here: take a larger box, or one with more outside."
        ) from error
    changed = float(((mask ^ cut.mask) & 1)[cut.undecided].mean()) if cut.undecided.any() else 0.0
    return Cut(cut.picture, mask, np.concatenate([foreground, background]), cut.step + 1, changed)


def object_mask(cut: Cut, box: Box, size: tuple[int, int], seeds: np.ndarray | None = None) -> np.ndarray:
    """The object at the photo's own size, ``(H, W)`` bool: never outside the box, and as the strokes inside it say."""
    mask = cv2.resize(cut.is_object.astype(np.float32), size[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    if seeds is not None:
        mask = np.where(seeds == IGNORE, mask, seeds == OBJECT)
    return mask & check_box(box, size).mask(size)


def mixtures(cut: Cut) -> tuple[Mixture, Mixture] | None:
    """Colours of the object and of the background as last learnt; None before the first iteration."""
    if not cut.models.any():
        return None
    # OpenCV's row: 5 weights, then 5 means of 3, then 5 covariances of 3 x 3.
    parts = (np.split(model, [COMPONENTS, 4 * COMPONENTS]) for model in cut.models)
    return tuple(Mixture(w, means.reshape(-1, 3), covs.reshape(-1, 3, 3)) for w, means, covs in parts)


def log_likelihood(mixture: Mixture, colours: np.ndarray) -> np.ndarray:
    """How probable each colour ``(..., 3)`` is under a mixture: natural logarithm of the density."""
    terms = []
    for weight, mean, covariance in zip(mixture.weights, mixture.means, mixture.covariances, strict=True):
        if weight > 0:
            # A flat region has no spread in some direction; a hundredth of a grey level keeps the density finite.
            spread = covariance + 0.01 * np.eye(3)
            off = colours - mean
            distance = np.einsum("...i,ij,...j->...", off, np.linalg.inv(spread), off)
            terms.append(np.log(weight) - 0.5 * (distance + np.log(np.linalg.det(spread)) + 3 * np.log(2 * np.pi)))
    return np.logaddexp.reduce(terms, axis=0)


def evidence(cut: Cut) -> np.ndarray | None:
    """What colour alone says, ``(h, w)``: log-likelihood of object minus background, before any outline is drawn."""
    if (learnt := mixtures(cut)) is None:
        return None
    colours = cut.picture.astype(np.float64)
    return log_likelihood(learnt[0], colours) - log_likelihood(learnt[1], colours)
