"""Learn the textures of one photo from a few strokes on it, and label the rest.

Textons are those of the photo itself, examples are the windows around stroke pixels. Only classes that were painted can
be found. The classes of painted pixels were told, so a score must not count them: `unseen` leaves them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from seglib.before_convnets import textons
from seglib.before_convnets.classifier import (
    Cells,
    WindowClassifier,
    describe,
    enlarge,
    features,
    fit,
    label_cells,
    shrink,
    shrunk_size,
)
from seglib.labels import IGNORE, LabelSet

SIDE = 640  # pixels; larger photos are shrunk
CELL = 4
WORDS = {"texture": 64, "colour": 32}
SAMPLES = 8000  # pixels that words are learnt from
MOST_WINDOWS = 1500  # of each class; more would only take longer
STROKE = 9  # pixels across an example stroke
LONGEST = 140  # pixels
STROKES = 3  # of each class
TRIES = 200  # other ends of a stroke that are looked at


class BadScribbles(ValueError):  # noqa: N818 - scribbles are bad, not in error
    """Strokes that nothing can be learnt from. Its message is one sentence to show."""


@dataclass(frozen=True, eq=False)
class PhotoWords:
    """A photo in its own words."""

    textons: np.ndarray = field(repr=False)  # (K, 10) float32
    texton_map: np.ndarray = field(repr=False)  # (h, w) uint8, of the photo shrunk to `SIDE`
    cells: Cells = field(repr=False)


def read_photo(image: np.ndarray, seed: int = 0) -> PhotoWords:
    """Learn a photo's own textons and colours and count them in cells; the slow part, and the same for all strokes."""
    small = shrink(image, SIDE)
    rng = np.random.default_rng(seed)
    words, maps = {}, {}
    for kind, count in WORDS.items():
        answers = describe(small, kind)
        pixels = answers.reshape(-1, answers.shape[-1])
        chosen = rng.choice(len(pixels), min(SAMPLES, len(pixels)), replace=False)
        words[kind] = textons.learn_words(pixels[chosen], count, seed)
        maps[kind] = textons.nearest_word(answers, words[kind])
    cells = {kind: textons.count_in_cells(maps[kind], len(words[kind]), CELL) for kind in WORDS}
    return PhotoWords(words["texture"], maps["texture"], cells)


def similar_windows(cells: np.ndarray, radius: int, at: tuple[int, int]) -> np.ndarray:
    """How like the window around cell ``at`` every other one is, ``(h, w)`` float32: 1 - `textons.chi_square`."""
    histograms = textons.histograms(cells, radius)
    distance = textons.chi_square(histograms.reshape(-1, histograms.shape[-1]), histograms[at][None])
    return 1 - distance.reshape(histograms.shape[:2])


def in_cells(strokes: np.ndarray, num_classes: int) -> np.ndarray:
    """The commonest painted class in each cell of the photo, ``(h, w)`` uint8, `IGNORE` where nothing is painted."""
    small = shrunk_size(strokes.shape, SIDE)
    grid = tuple(-(-n // CELL) for n in small)
    rows, cols = (
        ((np.arange(n) + 0.5) * after / n).astype(int) // CELL for n, after in zip(strokes.shape, small, strict=True)
    )
    painted = strokes != IGNORE
    at = (rows[:, None] * grid[1] + cols)[painted]
    counts = np.bincount(at * num_classes + strokes[painted], minlength=grid[0] * grid[1] * num_classes)
    counts = counts.reshape(*grid, num_classes)
    return np.where(counts.any(-1), counts.argmax(-1), IGNORE).astype(np.uint8)


def teaching_cells(strokes: np.ndarray, label_set: LabelSet) -> np.ndarray:
    """`in_cells`, if there is something to learn from: `BadScribbles` unless two classes have a cell each."""
    painted = in_cells(strokes, len(label_set))
    classes = np.unique(painted[painted != IGNORE])
    if len(classes) < 2:
        one = f"only {label_set.classes[classes[0]]} is painted" if len(classes) else "nothing is painted yet"
        raise BadScribbles(f"Two classes at least are needed to tell apart, and {one}: add a stroke of another class.")
    return painted


def learn(
    cells: Cells, strokes: np.ndarray, label_set: LabelSet, kinds: tuple[str, ...], radius: int, seed: int = 0
) -> WindowClassifier:
    """Learn from strokes ``(H, W)`` uint8, `IGNORE` where nothing is painted, in windows of ``radius`` cells.

    Raises `BadScribbles` unless two classes at least were painted, see `teaching_cells`.
    """
    painted = teaching_cells(strokes, label_set)
    histograms = features({kind: cells[kind] for kind in kinds}, [radius])
    classes = np.unique(painted[painted != IGNORE])
    rng = np.random.default_rng(seed)
    kept = np.concatenate([rng.permutation(np.flatnonzero(painted == k))[:MOST_WINDOWS] for k in classes])
    windows = histograms.reshape(-1, histograms.shape[-1])
    return fit(windows[kept], painted.ravel()[kept], examples=12, strength=1e-4, seed=seed)


def label_photo(
    words: PhotoWords, strokes: np.ndarray, label_set: LabelSet, kinds: Sequence[str], radius: int
) -> np.ndarray:
    """The class of every pixel ``(H, W)``, learnt from strokes ``(H, W)`` on the same photo alone."""
    classifier = learn(words.cells, strokes, label_set, kinds, radius)
    cells = {kind: words.cells[kind] for kind in kinds}
    labels = label_cells(classifier, cells, [radius], CELL, words.texton_map.shape, "linear")
    return enlarge(labels, strokes.shape)


def unseen(truth: np.ndarray, strokes: np.ndarray) -> np.ndarray:
    """The truth without the painted pixels, to score on: a classifier was told those."""
    return np.where(strokes == IGNORE, truth, IGNORE).astype(np.uint8)


def example_strokes(truth: np.ndarray, num_classes: int, seed: int = 0) -> np.ndarray:
    """Up to three straight strokes inside each class of a truth ``(H, W)``, as a label map, `IGNORE` elsewhere.

    What a careful person would paint: each begins where the class is widest, keeps clear of its border, and the
    next begins elsewhere. A class too thin for a stroke gets none.
    """
    rng = np.random.default_rng(seed)
    strokes = np.full(truth.shape, IGNORE, np.uint8)
    for k in range(num_classes):
        # The photo's border counts as the class's.
        room = np.pad((truth == k).astype(np.uint8), 1)
        room = cv2.distanceTransform(room, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
        inner = np.argwhere(room > STROKE)
        for _ in range(STROKES):
            row, col = (int(at) for at in np.unravel_index(room.argmax(), room.shape))
            if room[row, col] <= STROKE:
                break
            ends = inner[rng.integers(len(inner), size=TRIES)]
            end = max(([row, col], *ends), key=lambda end: _free_length((row, col), end, truth == k))
            cv2.line(strokes, (col, row), (int(end[1]), int(end[0])), k, STROKE)
            # The next one elsewhere.
            cv2.circle(room, (col, row), LONGEST // 2, 0, -1)
    return np.where(truth == strokes, strokes, IGNORE).astype(np.uint8)


def _free_length(start: tuple[int, int], end: np.ndarray, inside: np.ndarray) -> float:
    """Length of the line between two pixels if it is short enough and stays inside, else 0."""
    length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    if length > LONGEST:
        return 0.0
    steps = np.linspace(0, 1, max(2, int(length)))
    rows = np.rint(start[0] + steps * (end[0] - start[0])).astype(int)
    cols = np.rint(start[1] + steps * (end[1] - start[1])).astype(int)
    return length if inside[rows, cols].all() else 0.0
