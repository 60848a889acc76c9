"""Polygons into pixels: which pixels a polygon holds, and label maps painted with labelled ones.

A polygon's corners are points (x, y) on the plane of the picture, in pixels: (0, 0) is the upper left corner of the
first pixel, whose centre is (0.5, 0.5). A pixel is inside if its centre is, by the even-odd rule: a ray from it crosses
the outline an odd number of times. Centres exactly on the outline count to the shape on their right or below, so
that neighbours with a common border neither overlap nor leave a seam.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from seglib.labels import IGNORE
from seglib.quoting import quoted

MAX_POINTS = 20_000  # in one shape
# Pairs of edges to compare, and rows of pixels that edges cross, in one file; ours stay below a tenth of it.
MAX_WORK = 4_000_000
MAX_PAINTED = 200_000_000  # pixels in the shapes' bounding boxes together: about two seconds
ROUNDING = 1e-3  # pixels: two edges that pass through each other by less only touch
_NUMBERED = re.compile(r"(.+?)[-_ ]\d{1,4}")  # "person-1": an object's number, as older LabelMe had it


class BadAnnotation(ValueError):  # noqa: N818 - an annotation is bad, not in error
    """Polygons that cannot be used. Its message is one sentence to show: what came, and what was wanted."""


@dataclass(frozen=True, eq=False)
class Shape:
    """One labelled polygon."""

    label: str
    points: np.ndarray  # (n, 2) float64, each (x, y), n >= 3; closed without repeating the first
    group: int | None = None  # shapes of one group are parts of one object


def index_of_label(label: str, index_of: Mapping[str, int]) -> int | None:
    """The class index of a label as people write it: in any case, with an object's number behind it; None if unknown.

    >>> [index_of_label(label, {"person": 6}) for label in ("person", " Person ", "person-2", "persons")]
    [6, 6, 6, None]
    """
    if label in index_of:
        return index_of[label]
    plain = {name.casefold(): index for name, index in index_of.items()}
    label = label.strip().casefold()
    numbered = _NUMBERED.fullmatch(label)
    return plain.get(label, plain.get(numbered[1]) if numbered else None)


def rasterize(shapes: Iterable[Shape], size: tuple[int, int], index_of: Mapping[str, int]) -> np.ndarray:
    """Paint polygons into a label map ``(H, W)`` uint8: later ones over earlier ones, `IGNORE` where there is none.

    ``index_of`` gives each label's class index, as from `class_indices`. Raises `BadAnnotation` for a label it
    lacks, and for shapes that would take minutes.

    >>> square = Shape("cat", np.array([(1, 0), (3, 0), (3, 2), (1, 2)]))
    >>> rasterize([square], (2, 4), {"cat": 7})
    array([[255,   7,   7, 255],
           [255,   7,   7, 255]], dtype=uint8)
    """
    shapes = tuple(shapes)
    indices = {label: index_of_label(label, index_of) for label in dict.fromkeys(shape.label for shape in shapes)}
    for label, index in indices.items():
        if index is None:
            some = ", ".join(list(index_of)[:12])
            more = f" and {len(index_of) - 12} more" if len(index_of) > 12 else ""
            raise BadAnnotation(f"No class is known for the label {quoted(label)}: known are {some}{more}.")
    windows = [_window(shape.points, size) for shape in shapes]
    painted = sum((rows.stop - rows.start) * (cols.stop - cols.start) for rows, cols in windows)
    at_row = [_first_centre(shape.points[:, 1], size[0]) for shape in shapes]
    crossed = sum(np.abs(row - np.roll(row, 1)).sum() for row in at_row)
    if painted > MAX_PAINTED or crossed > MAX_WORK:
        raise BadAnnotation("These shapes are too many or too jagged to paint: simplify them.")
    labels = np.full(size, IGNORE, np.uint8)
    for shape, (rows, cols) in zip(shapes, windows, strict=True):
        labels[rows, cols][inside(shape.points, rows, cols)] = indices[shape.label]
    return labels


def _window(points: np.ndarray, size: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of the picture between which the polygon has all its pixels."""
    (left, top), (right, bottom) = points.min(0), points.max(0)
    rows, cols = _first_centre(np.array([top, bottom]), size[0]), _first_centre(np.array([left, right]), size[1])
    return slice(*rows.tolist()), slice(*cols.tolist())


def inside(points: np.ndarray, rows: slice, cols: slice) -> np.ndarray:
    """Which pixels of a window have their centre inside the polygon ``(n, 2)`` of (x, y), by the even-odd rule.

    The window's rows and columns must hold the whole polygon, or all of it that is in the picture. Returns bool.
    """
    height, width = rows.stop - rows.start, cols.stop - cols.start
    # Every edge from its upper to its lower end, so that neighbours compute the same crossings of a common border.
    after = np.roll(points, -1, axis=0)
    downward = points[:, 1:] <= after[:, 1:]
    upper, lower = np.where(downward, points, after), np.where(downward, after, points)
    edge, row = _ranges(*(_first_centre(ends[:, 1] - rows.start, height) for ends in (upper, lower)))
    (x0, y0), (x1, y1) = upper[edge].T, lower[edge].T
    x = x0 + (row + rows.start + 0.5 - y0) / (y1 - y0) * (x1 - x0)
    col = _first_centre(x - cols.start, width)
    # A crossing turns outside to inside for all pixels to its right. Counts may wrap at 256: only odd or even matters.
    crossings = np.zeros((height, width + 1), np.uint8)
    np.add.at(crossings, (row, col), 1)
    return (np.add.accumulate(crossings, axis=1, dtype=np.uint8)[:, :-1] & 1).astype(bool)


def _first_centre(position: np.ndarray, count: int) -> np.ndarray:
    """Index of the first of ``count`` pixels whose centre is at or behind ``position``; ``count`` if there is none."""
    return np.ceil(position - 0.5).clip(0, count).astype(int)


def _ranges(start: np.ndarray, stop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs (i, j) with ``start[i] <= j < stop[i]``, as two arrays."""
    count = np.maximum(stop - start, 0)
    i = np.repeat(np.arange(len(count)), count)
    return i, np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - start, count)


def crossing(points: np.ndarray, work: int = MAX_WORK) -> tuple[float, float] | None:
    """Where an outline ``(n, 2)`` first crosses itself, (x, y); None if it does not, or has too many edges to look.

    Touching is no crossing, as a hole needs it. Source: a sweep over heights, as in Shamos & Hoey, FOCS 1976.
    """
    start, stop = points, np.roll(points, -1, axis=0)
    long = (start != stop).any(1)  # a point given twice makes an edge without direction
    # Only edges that share a height can meet. From top to bottom, each need only look at those that begin
    # before it ends: a few, not all n, for outlines as people draw them.
    order = np.minimum(start, stop)[long, 1].argsort()
    start, stop = start[long][order], stop[long][order]
    top, bottom = np.minimum(start, stop)[:, 1], np.maximum(start, stop)[:, 1]
    after, until = np.arange(1, len(top) + 1), top.searchsorted(bottom, side="right")
    if int(np.maximum(until - after, 0).sum()) > work:
        return None
    one, other = _ranges(after, until)
    a, b, c, d = start[one], stop[one], start[other], stop[other]
    c_off, d_off, a_off, b_off = _offset(a, b, c), _offset(a, b, d), _offset(c, d, a), _offset(c, d, b)
    apart = np.minimum.reduce([np.abs(off) for off in (a_off, b_off, c_off, d_off)]) > ROUNDING
    crossings = np.flatnonzero(apart & (a_off * b_off < 0) & (c_off * d_off < 0))
    if not crossings.size:
        return None
    k = crossings[0]
    x, y = c[k] + (d[k] - c[k]) * c_off[k] / (c_off[k] - d_off[k])
    return float(x), float(y)


def _offset(start: np.ndarray, stop: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Signed distance of points from the lines through start and stop, all ``(n, 2)``, in pixels."""
    along, to = stop - start, point - start
    return (along[:, 0] * to[:, 1] - along[:, 1] * to[:, 0]) / np.hypot(*along.T)
