"""From strokes on photos to a head, and strokes as a person might make them, for measuring.

Strokes are a label map ``(H, W)`` of the photo's size, `IGNORE` where nothing is painted. Several photos may teach
together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import cv2
import numpy as np

from seglib.labels import IGNORE, check_label_map
from seglib.teach.features import LAYERS, Features
from seglib.teach.heads import SHARES, STRENGTH, Head, fit

MOST_PIXELS = 150  # of each class and photo; neighbours tell the same
MOST_EXAMPLES = 600  # of each class over all photos
STROKES = 3  # of each class, where strokes are simulated
STROKE_LENGTH = (20, 40)  # pixels
STROKE_WIDTH = 6  # pixels
TRIES = 60  # places and directions that are tried for one stroke
SMALLEST = 400  # pixels; smaller classes get no stroke


class BadStrokes(ValueError):  # noqa: N818 - strokes are bad, not in error
    """Strokes that nothing can be learnt from. Its message is one sentence to show."""


def teach(
    photos: Sequence[tuple[Features, np.ndarray]],
    layers: Collection[int] = LAYERS,
    shares: Mapping[int, float] = SHARES,
    strength: float = STRENGTH,
    seed: int = 0,
) -> Head:
    """A head from photos' features and the strokes on them; raises `BadStrokes` unless two classes are painted.

    The same strokes give the same head. `ValueError` for strokes of another size than their photo.
    """
    layers = [stride for stride in LAYERS if stride in layers]
    if not layers:
        raise BadStrokes("There is no layer to look at: switch one on.")
    examples, targets = sample(photos, layers, seed)
    painted = np.unique(targets)
    if len(painted) < 2:
        if not len(painted):
            raise BadStrokes(
                "Nothing is painted yet: give each of two classes a stroke, so that they can be told apart."
            )
        raise BadStrokes("Only one class is painted: give another one a stroke, so that they can be told apart.")
    return fit(examples, targets, shares, strength)


def sample(
    photos: Sequence[tuple[Features, np.ndarray]], layers: Sequence[int], seed: int = 0
) -> tuple[dict[int, np.ndarray], np.ndarray]:
    """Features ``{stride: (N, C)}`` and classes ``(N,)`` of painted pixels, at most so many of each class."""
    rng = np.random.default_rng(seed)
    found, targets = [], []
    for features, strokes in photos:
        if strokes.shape != features.size:
            raise ValueError(f"strokes are {strokes.shape}, their photo {features.size}: they must match")
        check_label_map(strokes, IGNORE)
        points = []
        for k in np.setdiff1d(strokes, [IGNORE]):
            inside = np.argwhere(strokes == k)
            points.append(rng.permutation(inside)[: min(MOST_PIXELS, MOST_EXAMPLES // len(photos))])
        if points:
            points = np.concatenate(points)
            wanted = Features(features.size, features.seen, {stride: features.grids[stride] for stride in layers})
            found.append(wanted.at(points))
            targets.append(strokes[tuple(points.T)])
    if not targets:
        return {stride: np.zeros((0, 0), np.float32) for stride in layers}, np.zeros(0, np.uint8)
    return {stride: np.concatenate([x[stride] for x in found]) for stride in layers}, np.concatenate(targets)


def simulated_strokes(truth: np.ndarray, seed: int = 0) -> np.ndarray:
    """Three short straight strokes inside each class of a truth ``(H, W)``, at random, as a label map.

    A stroke is 20 to 40 pixels long and 6 wide and stays inside its class; one that finds no room is left out, or cut
    to what lies inside. Classes below `SMALLEST` pixels get none.
    """
    rng = np.random.default_rng(seed)
    strokes = np.full(truth.shape, IGNORE, np.uint8)
    for k in np.setdiff1d(truth, [IGNORE]):
        inside = truth == k
        if inside.sum() < SMALLEST:
            continue
        # The photo's border counts as the class's.
        room = cv2.distanceTransform(np.pad(inside.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
        middle = np.argwhere(room > STROKE_WIDTH / 2)
        if not len(middle):
            middle = np.argwhere(inside)
        for _ in range(STROKES):
            start, end = _stroke(inside, middle, rng)
            line = np.zeros(truth.shape, np.uint8)
            cv2.line(line, start, end, 1, STROKE_WIDTH)
            strokes[(line == 1) & inside] = k
    return strokes


def _stroke(
    inside: np.ndarray, middle: np.ndarray, rng: np.random.Generator
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Ends (x, y) of the first of some random lines that stays inside, or else of the one that is inside longest."""
    best, longest = None, -1.0
    for _ in range(TRIES):
        row, col = middle[rng.integers(len(middle))]
        length, angle = rng.uniform(*STROKE_LENGTH), rng.uniform(0, 2 * np.pi)
        steps = np.arange(int(length))
        rows = np.rint(row + steps * np.sin(angle)).astype(int)
        cols = np.rint(col + steps * np.cos(angle)).astype(int)
        fits = (rows >= 0) & (rows < inside.shape[0]) & (cols >= 0) & (cols < inside.shape[1])
        fits[fits] = inside[rows[fits], cols[fits]]
        share = fits.mean()
        if share > longest:
            best, longest = ((int(cols[0]), int(rows[0])), (int(cols[-1]), int(rows[-1]))), share
        if share == 1:
            break
    return best
