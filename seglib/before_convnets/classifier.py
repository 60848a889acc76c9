"""Texture classification: a class for every window from its histogram of words, slid over all pixels.

Words are textons, and if wanted colours and places, each counted in the same way. Two classifiers share them: the most
similar of some examples by chi-square distance (Varma & Zisserman, IJCV 2005), and a linear one on the square roots
of all counts, which makes its dot product Hellinger's kernel, chi-square's nearest relative
(Vedaldi & Zisserman, "Efficient Additive Kernels", PAMI 2012).

Compare TextonBoost (Shotton, Winn, Rother & Criminisi, ECCV 2006): textons of colour and pattern, boosted classifiers
of their counts in boxes at learnt offsets, then a conditional random field. Here the boxes are centred, and there is no
random field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from seglib.before_convnets import textons
from seglib.images import check_image
from seglib.labels import LabelSet

KINDS = ("texture", "colour", "place")
CLASSIFIERS = ("linear", "nearest")
PLACES = 6  # a side: the photo is cut in 36 places


def describe(image: np.ndarray, kind: str) -> np.ndarray:
    """What words of ``kind`` are learnt from, ``(H, W, D)`` float32: filter responses, or slightly blurred L*a*b*."""
    if kind == "texture":
        return textons.responses(image)
    if kind == "colour":
        return cv2.GaussianBlur(cv2.cvtColor(check_image(image).astype(np.float32) / 255, cv2.COLOR_RGB2LAB), (0, 0), 1)
    raise ValueError(f"no words are learnt of kind {kind!r}: there are texture and colour")


def word_map(image: np.ndarray, kind: str, words: Mapping[str, np.ndarray]) -> tuple[np.ndarray, int]:
    """A photo as a map of words ``(H, W)`` uint8, and how many words there are; places need not be learnt."""
    if kind != "place":
        return textons.nearest_word(describe(image, kind), words[kind]), len(words[kind])
    height, width = image.shape[:2]
    rows, cols = np.arange(height) * PLACES // height, np.arange(width) * PLACES // width
    return (rows[:, None] * PLACES + cols).astype(np.uint8), PLACES * PLACES


Cells = dict[str, np.ndarray]  # {kind: (h, w, K) int32}: how often each word occurs in each cell of a photo


def count_words(image: np.ndarray, words: Mapping[str, np.ndarray], kinds: Sequence[str], cell: int) -> Cells:
    """Words of a photo, counted in cells of ``cell`` pixels a side."""
    return {kind: textons.count_in_cells(*word_map(image, kind, words), cell) for kind in kinds}


def features(cells: Cells, radii: Sequence[int]) -> np.ndarray:
    """Histograms of all kinds of words in windows of all ``radii`` (cells) around each cell, ``(h, w, F)`` float32."""
    return np.concatenate([textons.histograms(counts, r) for counts in cells.values() for r in radii], axis=-1)


@dataclass(frozen=True, eq=False)
class WindowClassifier:
    """Both classifiers of histograms of F words into some of a label set's K classes."""

    classes: np.ndarray  # (C,) uint8: which classes it can tell apart
    weight: np.ndarray = field(repr=False)  # (C, F) float32
    bias: np.ndarray = field(repr=False)  # (C,) float32
    examples: np.ndarray = field(repr=False)  # (M, F) float32 histograms
    example_classes: np.ndarray = field(repr=False)  # (M,) uint8: index into `classes`

    def scores(self, histograms: np.ndarray, kind: str) -> np.ndarray:
        """How much each histogram ``(N, F)`` speaks for each class, ``(N, C)`` float32; the highest wins.

        "linear" gives logits, "nearest" minus the chi-square distance of the nearest example.
        """
        if kind == "linear":
            return np.sqrt(histograms) @ self.weight.T + self.bias
        if kind == "nearest":
            distance = textons.chi_square(histograms, self.examples)
            return -np.stack([distance[:, self.example_classes == c].min(1) for c in range(len(self.classes))], 1)
        raise ValueError(f"no classifier {kind!r}: there are {', '.join(CLASSIFIERS)}")


def fit(
    histograms: np.ndarray, classes: np.ndarray, *, examples: int = 10, strength: float = 1e-5, seed: int = 0
) -> WindowClassifier:
    """Learn both classifiers from histograms ``(N, F)`` and their classes ``(N,)``.

    ``examples`` means of similar histograms are kept of each class, ``strength`` is that of the penalty on weights.
    Raises `ValueError` where there are not two classes to tell apart.
    """
    from sklearn.cluster import MiniBatchKMeans  # noqa: PLC0415 - takes a second to load, and few need it
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415

    known, index = np.unique(classes, return_inverse=True)
    if len(known) < 2:
        raise ValueError(f"{len(known)} class to learn from: wanted two at least, for there is nothing to tell apart")
    # Averaged stochastic gradient descent: its time grows with the samples only, and it needs no further tuning.
    rounds = int(np.clip(200_000 / len(histograms), 8, 200))
    linear = SGDClassifier(loss="log_loss", alpha=strength, average=True, max_iter=rounds, tol=None, random_state=seed)
    linear.fit(np.sqrt(histograms), index)
    weight, bias = linear.coef_, linear.intercept_
    if len(known) == 2:  # scikit-learn keeps one row for two classes: that of the second
        weight, bias = np.concatenate([-weight, weight]), np.concatenate([-bias, bias])
    kept, kept_classes = [], []
    for c in range(len(known)):
        own = histograms[index == c]
        if len(own) > examples:
            means = MiniBatchKMeans(examples, n_init=1, batch_size=4096, random_state=seed).fit(own)
            own = means.cluster_centers_.clip(0)
        kept.append(own)
        kept_classes += [c] * len(own)
    return WindowClassifier(
        known.astype(np.uint8),
        weight.astype(np.float32),
        bias.astype(np.float32),
        np.concatenate(kept).astype(np.float32),
        np.array(kept_classes, np.uint8),
    )


def label_cells(
    classifier: WindowClassifier, cells: Cells, radii: Sequence[int], cell: int, size: tuple[int, int], kind: str
) -> np.ndarray:
    """Slide the window over a photo of ``size`` (H, W): the class of every pixel, ``(H, W)`` uint8.

    Scores are computed at the middle of each cell and interpolated between, scores and not classes. The nearest
    neighbour takes a hundred times as long as a dot product, so its window goes two cells at a time.
    """
    step = 1 if kind == "linear" else 2
    histograms = features(cells, radii)[::step, ::step]
    height, width = histograms.shape[:2]
    scores = classifier.scores(histograms.reshape(height * width, -1), kind).reshape(height, width, -1)
    # Pixel x has its middle at x + 0.5; score i stands in the middle of cell number i * step.
    rows, cols = ((((np.arange(n) + 0.5) / cell - 0.5) / step).astype(np.float32) for n in size)
    at_col, at_row = np.meshgrid(cols, rows)
    planes = [
        cv2.remap(plane, at_col, at_row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for plane in np.moveaxis(scores, -1, 0).astype(np.float32)
    ]
    return classifier.classes[np.argmax(planes, axis=0)]


def radius_of(window: int, cell: int) -> int:
    """Radius in cells of a window of about ``window`` pixels: windows are odd multiples of a cell."""
    return max(0, round((window / cell - 1) / 2))


def shrunk_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Height and width of a photo of ``size`` once its longest side is at most ``side`` pixels."""
    scale = min(1.0, side / max(size))
    return max(1, round(scale * size[0])), max(1, round(scale * size[1]))


def shrink(image: np.ndarray, side: int) -> np.ndarray:
    """The photo with its longest side at most ``side`` pixels."""
    height, width = shrunk_size(check_image(image).shape[:2], side)
    if (height, width) == image.shape[:2]:
        return image
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def enlarge(labels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A label map of the shrunk photo on all its pixels ``size`` (H, W), nearest neighbour."""
    return cv2.resize(labels, size[::-1], interpolation=cv2.INTER_NEAREST)


@dataclass(frozen=True, eq=False)
class TextureModel:
    """Words and classifiers learnt from many photos; calling it labels a photo."""

    label_set: LabelSet
    words: Mapping[str, np.ndarray] = field(repr=False)  # {"texture": (K, 10), "colour": (K, 3)} float32
    classifier: WindowClassifier
    kinds: tuple[str, ...]  # of words that it counts
    radii: tuple[int, ...]  # of windows, in cells
    cell: int  # pixels a side
    side: int  # photos are shrunk to this longest side first

    def count_words(self, image: np.ndarray) -> Cells:
        """Words of a photo, counted in cells of the shrunk photo."""
        return count_words(shrink(image, self.side), self.words, self.kinds, self.cell)

    def label_map(self, cells: Cells, size: tuple[int, int], kind: str = "linear", factor: float = 1) -> np.ndarray:
        """Class of every pixel of a photo of ``size`` (H, W) from its `count_words`, ``(H, W)`` uint8.

        ``factor`` makes its windows larger or smaller than those it has learnt from.
        """
        small = shrunk_size(size, self.side)
        return enlarge(label_cells(self.classifier, cells, self.scaled(factor), self.cell, small, kind), size)

    def scaled(self, factor: float) -> list[int]:
        """Radii of its windows in cells, made larger or smaller by ``factor``."""
        return [max(0, round(((2 * r + 1) * factor - 1) / 2)) for r in self.radii]

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Class of every pixel of a photo ``(H, W, 3)`` uint8, ``(H, W)`` uint8."""
        return self.label_map(self.count_words(image), image.shape[:2])
