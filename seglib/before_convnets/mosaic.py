"""Texture and nothing else: brick, grass and gravel in one picture, the grey levels of all three made the same.

Whoever looks at one pixel, at how bright a window is, or at its histogram of grey levels, must guess: on average all
three are alike. Their histograms of textons are not. Each texture is cut in two: one half to learn from, and the other
is a part of the mosaic. (It is the whole whose grey levels are equal, so that a half that is darker leaves a brighter
one: brightness does worse than guessing. Single windows differ in contrast, and a nearest neighbour among many examples
makes something of that; here each texture has one model, its mean histogram.)

The three textures come with scikit-image (from CC0Textures) and are read from the installed package.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from seglib.before_convnets import textons
from seglib.images import load_image
from seglib.labels import LabelSet
from seglib.metrics import confusion_matrix, pixel_accuracy

TEXTURES = LabelSet(
    name="textures",
    title="Textures",
    classes=("brick", "grass", "gravel"),
    colors=((213, 94, 0), (0, 158, 115), (86, 180, 233)),  # vermilion, green, sky blue of Okabe & Ito
)
SIZE = (256, 384)
CELL = 4  # pixels
NUM_TEXTONS = 48
NUM_GREYS = 32
KINDS = ("mean grey", "grey levels", "textons")  # what windows are compared by


@dataclass(frozen=True, eq=False)
class Mosaic:
    """A picture of three textures, the map of which is where, and the halves to learn from."""

    image: np.ndarray = field(repr=False)  # (H, W, 3) uint8, grey
    truth: np.ndarray = field(repr=False)  # (H, W) uint8
    samples: tuple[np.ndarray, ...] = field(repr=False)  # (256, 256, 3) uint8 of each texture, grey


@cache
def make_mosaic() -> Mosaic:
    """The mosaic: brick on the left, grass on the right, a disc of gravel between; borders are curved."""
    folder = Path(find_spec("skimage").submodule_search_locations[0]) / "data"
    planes = [_same_greys(load_image(folder / f"{name}.png", full_size=True)[..., 0]) for name in TEXTURES.classes]
    height, width = SIZE
    row, col = np.mgrid[:height, :width]
    truth = (col > width / 2 + 30 * np.sin(row / 40)).astype(np.uint8)
    truth[np.hypot(row - height / 2, col - width / 2) < height / 3.2] = 2
    # The right halves of the textures, each put where its part of the mosaic is.
    halves = [np.zeros(SIZE, np.uint8) for _ in planes]
    for half, plane, left in zip(halves, planes, (0, 128, 64), strict=True):
        half[:, left : left + 256] = plane[:height, 256:]
    grey = np.choose(truth, halves)
    samples = tuple(_as_image(plane[:height, :256]) for plane in planes)
    return Mosaic(_as_image(grey), truth, samples)


def _same_greys(plane: np.ndarray) -> np.ndarray:
    """Histogram equalisation of a texture ``(H, W)`` that leaves no difference: every grey level equally often.

    Pixels are put in the order of their grey, and equal ones in an order drawn by lot.
    """
    lot = np.random.default_rng(0).random(plane.size)
    order = np.lexsort([lot, plane.ravel()])
    equal = np.empty(plane.size, np.uint8)
    equal[order] = np.arange(plane.size) * 256 // plane.size
    return equal.reshape(plane.shape)


def _as_image(grey: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2))


def grey_words(image: np.ndarray) -> np.ndarray:
    """Grey levels in `NUM_GREYS` bins, as a map of words ``(H, W)`` uint8."""
    return (image[..., 0].astype(int) * NUM_GREYS // 256).astype(np.uint8)


def learn_textons() -> np.ndarray:
    """Textons of the halves to learn from, ``(K, 10)`` float32."""
    rng = np.random.default_rng(0)
    answers = [textons.responses(sample).reshape(-1, textons.NUM_RESPONSES) for sample in make_mosaic().samples]
    chosen = np.concatenate([answer[rng.choice(len(answer), 4000)] for answer in answers])
    return textons.learn_words(chosen, NUM_TEXTONS)


@dataclass(frozen=True, eq=False)
class Words:
    """The mosaic and its samples as maps of words, counted in cells."""

    name: str
    samples: tuple[np.ndarray, ...] = field(repr=False)  # (h, w, K) int32 each
    mosaic: np.ndarray = field(repr=False)  # (h, w, K) int32


def count_words(kind: str) -> Words:
    """Words to compare windows by: ``kind`` is one of `KINDS`."""
    mosaic = make_mosaic()
    if kind == "textons":
        centres = learn_textons()
        maps = [textons.nearest_word(textons.responses(image), centres) for image in (*mosaic.samples, mosaic.image)]
        count = len(centres)
    elif kind in KINDS:
        maps, count = [grey_words(image) for image in (*mosaic.samples, mosaic.image)], NUM_GREYS
    else:
        raise ValueError(f"no words of kind {kind!r}: there are {', '.join(KINDS)}")
    cells = [textons.count_in_cells(words, count, CELL) for words in maps]
    return Words(kind, tuple(cells[:-1]), cells[-1])


def classify(words: Words, radius: int) -> np.ndarray:
    """Texture at every pixel of the mosaic: whose samples' mean histogram its window is nearest to, ``(H, W)`` uint8.

    Windows have ``2 radius + 1`` cells a side; near by `textons.chi_square`, or in brightness for "mean grey".
    """
    models = np.stack([textons.histograms(cells, radius).mean((0, 1)) for cells in words.samples])
    histograms = textons.histograms(words.mosaic, radius)
    windows = histograms.reshape(-1, histograms.shape[-1])
    if words.name == "mean grey":
        levels = np.arange(NUM_GREYS)
        distance = np.abs((windows @ levels)[:, None] - models @ levels)
    else:
        distance = textons.chi_square(windows, models)
    nearest = distance.argmin(1).astype(np.uint8).reshape(histograms.shape[:2])
    height, width = SIZE
    return np.repeat(np.repeat(nearest, CELL, 0), CELL, 1)[:height, :width]


def accuracy(labels: np.ndarray) -> float:
    """Pixel accuracy on the mosaic; guessing gives a third."""
    return pixel_accuracy(confusion_matrix(make_mosaic().truth, labels, len(TEXTURES)))


def mean_greys() -> dict[str, tuple[float, float]]:
    """Mean grey, 0 to 255, of each texture's half to learn from, and of its part of the mosaic."""
    made = make_mosaic()
    return {
        name: (float(sample[..., 0].mean()), float(made.image[..., 0][made.truth == k].mean()))
        for k, (name, sample) in enumerate(zip(TEXTURES.classes, made.samples, strict=True))
    }


def best_by_one_grey() -> float:
    """Pixel accuracy of the best rule "this grey level is that texture", learnt from the samples."""
    counts = np.stack([np.bincount(sample[..., 0].ravel(), minlength=256) for sample in make_mosaic().samples])
    return accuracy(counts.argmax(0).astype(np.uint8)[make_mosaic().image[..., 0]])
