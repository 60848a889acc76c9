"""How metrics follow the imbalance of classes: the same answers, while a class shrinks, merges or is split.

Two handles. A window: cut out the part of the photo in which a class has a wanted share of the labelled pixels. And
the classes: merge some, which the confusion matrix does by adding rows and columns, or split one into several.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seglib.labels import IGNORE, LabelSet, check_label_map

SMALLEST_SIDE = 48  # pixels; less is no photo any more
SIDES, PLACES = 8, 28  # window heights and widths tried, and places of each along a side
MAX_ASPECT = 2.0  # of a window, either way; a strip is no photo
CLOSE_ENOUGH = 0.05  # relative; among windows this near to the wanted share the largest is taken


@dataclass(frozen=True)
class Window:
    """Part of a photo, and the share that a class has among the labelled pixels in it."""

    rows: slice
    cols: slice
    share: float

    @property
    def view(self) -> tuple[slice, slice]:
        """Index that cuts the window out of an array ``(H, W, ...)``."""
        return self.rows, self.cols


def find_window(truth: np.ndarray, class_index: int, share: float) -> Window:
    """The window in which a class comes nearest to ``share`` of the labelled pixels, as large as possible.

    It holds at least one pixel of the class, and is compared by ratio: 0.1 % is as far from 1 % as 10 %.
    `ValueError` if the photo has no such class, or is smaller than any window.
    """
    truth = check_label_map(truth, IGNORE)
    if not (truth == class_index).any():
        raise ValueError(f"no pixel is of class {class_index}: choose one that is in the photo")
    if not 0 < share <= 1:
        raise ValueError(f"share is {share}: wanted more than 0, up to 1")
    height, width = truth.shape
    smallest = [min(SMALLEST_SIDE, side) for side in truth.shape]
    heights, widths = (
        np.unique(np.geomspace(low, side, SIDES).astype(int)) for low, side in zip(smallest, truth.shape, strict=True)
    )
    of_class, labelled = _integral(truth == class_index), _integral(truth != IGNORE)
    best, best_rank = None, None
    for h in heights:
        for w in widths[(widths <= MAX_ASPECT * h) & (h <= MAX_ASPECT * widths)]:
            top = np.unique(np.linspace(0, height - h, PLACES).astype(int))[:, None]
            left = np.unique(np.linspace(0, width - w, PLACES).astype(int))[None, :]
            inside = [
                s[top + h, left + w] - s[top, left + w] - s[top + h, left] + s[top, left] for s in (of_class, labelled)
            ]
            with np.errstate(divide="ignore", invalid="ignore"):
                off = np.abs(np.log(inside[0] / inside[1] / share))  # infinite without the class
            off = np.where(inside[0] > 0, off, np.inf)
            i, j = np.unravel_index(off.argmin(), off.shape)
            rank = (max(off[i, j], CLOSE_ENOUGH), -h * w)
            if np.isfinite(off[i, j]) and (best_rank is None or rank < best_rank):
                best_rank = rank
                rows, cols = (slice(int(first), int(first + n)) for first, n in ((top[i, 0], h), (left[0, j], w)))
                best = Window(rows, cols, float(inside[0][i, j] / inside[1][i, j]))
    return best


def whole_photo(truth: np.ndarray, class_index: int) -> Window:
    """The photo as it is, with the share that a class has among its labelled pixels."""
    labelled = truth[truth != IGNORE]
    return Window(slice(0, truth.shape[0]), slice(0, truth.shape[1]), float((labelled == class_index).mean()))


def _integral(mask: np.ndarray) -> np.ndarray:
    """Sums over all rectangles from the upper left corner, ``(H + 1, W + 1)``; Crow, SIGGRAPH 1984."""
    return np.pad(mask.cumsum(0, dtype=np.int64).cumsum(1), ((1, 0), (1, 0)))


def fold_labels(labels: np.ndarray, group_of: Sequence[int]) -> np.ndarray:
    """Replace each class by its group, ``(H, W)`` uint8; void stays void.

    >>> fold_labels(np.array([[0, 1, 2, 255]]), [0, 1, 1])
    array([[  0,   1,   1, 255]], dtype=uint8)
    """
    check_label_map(labels, len(group_of))
    table = np.full(256, IGNORE, np.uint8)
    table[: len(group_of)] = group_of
    return table[labels]


def fold_matrix(cm: np.ndarray, group_of: Sequence[int]) -> np.ndarray:
    """Confusion matrix after merging classes into groups: rows and columns of a group are added.

    The diagonal only gains, so merging never lowers pixel accuracy.
    """
    member = np.eye(max(group_of) + 1, dtype=cm.dtype)[np.asarray(group_of)]  # (K, G)
    return member.T @ cm @ member


@dataclass(frozen=True)
class Regrouped:
    """Another way to cut the same world into classes."""

    label_set: LabelSet
    group_of: tuple[int, ...]  # class of the old set, and parts split off, to class of the new one
    split: tuple[int, int] | None = None  # class of the old set, and into how many parts it was cut before

    def apply(self, labels: np.ndarray) -> np.ndarray:
        """A label map of the old set in terms of the new one, ``(H, W)`` uint8."""
        if self.split is not None:
            class_index, parts = self.split
            labels = split_class(labels, class_index, parts, len(self.group_of) - parts + 1)
        return fold_labels(labels, self.group_of)


def merge(label_set: LabelSet, name: str, title: str, group_names: Sequence[str], group_of: Sequence[int]) -> Regrouped:
    """Fold classes into groups; a group has the colour of its first class, and is a thing if all of it is."""
    members = [[k for k, group in enumerate(group_of) if group == g] for g in range(len(group_names))]
    things = (
        g for g, m in zip(group_names, members, strict=True) if all(label_set.classes[k] in label_set.things for k in m)
    )
    colors = tuple(label_set.colors[m[0]] for m in members)
    return Regrouped(LabelSet(name, title, tuple(group_names), colors, frozenset(things)), tuple(group_of))


def split(label_set: LabelSet, class_index: int, parts: int) -> Regrouped:
    """Cut one class into parts of its own colour, darker and darker."""
    name, color = label_set.classes[class_index], label_set.colors[class_index]
    new = tuple(f"{name} {number}" for number in range(2, parts + 1))
    shades = tuple(tuple(int(c * (1 - 0.6 * i / parts)) for c in color) for i in range(1, parts))
    things = label_set.things | set(new) if name in label_set.things else label_set.things
    cut = LabelSet(
        f"{label_set.name}-split",
        label_set.title,
        label_set.classes + new,
        label_set.colors + shades,
        frozenset(things),
    )
    return Regrouped(cut, tuple(range(len(cut))), (class_index, parts))


def split_class(labels: np.ndarray, class_index: int, parts: int, num_classes: int) -> np.ndarray:
    """Cut a class into ``parts`` by upright strips of the photo: the first keeps its index, others get new ones.

    Done to truth and prediction alike it moves no right pixel: pixel accuracy stays what it was, to the last digit.
    """
    if parts < 1 or num_classes + parts - 1 > IGNORE:
        raise ValueError(f"{parts} parts: wanted 1 to {IGNORE + 1 - num_classes}")
    check_label_map(labels, num_classes)
    strip = np.arange(labels.shape[1]) * parts // labels.shape[1]
    index = np.where(strip == 0, class_index, num_classes + strip - 1)
    return np.where(labels == class_index, index, labels).astype(np.uint8)
