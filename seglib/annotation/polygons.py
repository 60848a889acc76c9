"""Polygons drawn by people, and the label maps they paint.

An annotation is a list of labelled polygons, as the program LabelMe saves them. Labels are free text, as fine as
the annotator pleased ("mission patch"); a table says what each means in our label sets, so that one annotation serves
all of them. Painting follows the list: what comes later lies in front.

A polygon's corners are points (x, y) on the plane of the picture, in pixels: (0, 0) is the upper left corner of the
first pixel, whose centre is (0.5, 0.5). A pixel is inside if its centre is, by the even-odd rule: a ray from it crosses
the outline an odd number of times. Centres exactly on the outline count to the shape on their right or below, so
that neighbours with a common border neither overlap nor leave a seam.

LabelMe: Russell, Torralba, Murphy & Freeman, IJCV 2008; the file format is that of github.com/wkentaro/labelme.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from seglib.assets import ASSETS, DamagedFile
from seglib.labels import IGNORE, LABEL_SETS, LabelSet

ANNOTATIONS = ASSETS / "annotations"

VOID = "void"

MAX_BYTES = 5_000_000
MAX_SHAPES = 2000
MAX_POINTS = 20_000  # in one shape
MAX_SIDE = 8192  # pixels
MAX_LABEL = 100  # characters
FARTHEST = 1e6  # pixels; beyond, a coordinate is a mistake
CIRCLE_POINTS = 64  # a circle becomes this polygon: off by at most radius / 800
# Pairs of edges to compare, and rows of pixels that edges cross, in one file; ours stay below a tenth of it.
MAX_WORK = 4_000_000
MAX_PAINTED = 200_000_000  # pixels in the shapes' bounding boxes together: about two seconds
ROUNDING = 1e-3  # pixels: two edges that pass through each other by less only touch


class BadAnnotation(ValueError):  # noqa: N818 - an annotation is bad, not in error
    """Polygons that cannot be used. Its message is one sentence to show: what came, and what was wanted."""


@dataclass(frozen=True, eq=False)
class Shape:
    """One labelled polygon."""

    label: str
    points: np.ndarray  # (n, 2) float64, each (x, y), n >= 3; closed without repeating the first
    group: int | None = None  # shapes of one group are parts of one object


@dataclass(frozen=True, eq=False)
class Annotation:
    """All polygons of a photo, from back to front."""

    shapes: tuple[Shape, ...]
    size: tuple[int, int]  # (height, width) of the photo

    def resized(self, size: tuple[int, int]) -> Annotation:
        """The same polygons on the photo shrunk or enlarged to ``size`` (height, width)."""
        scale = np.array([size[1] / self.size[1], size[0] / self.size[0]])
        return Annotation(tuple(Shape(s.label, s.points * scale, s.group) for s in self.shapes), size)


def read_labelme(data: bytes | str) -> Annotation:
    """Read a LabelMe file; raises `BadAnnotation`, and nothing else, for whatever is not one.

    Polygons, rectangles (two opposite corners) and circles (centre, and a point on the rim) are taken, the latter two
    as polygons. Outlines may touch themselves, which a hole needs, but not cross. A picture inside is ignored.
    """
    if len(data) > MAX_BYTES:
        raise BadAnnotation(
            f"The file has {len(data) / 1e6:.1f} MB: at most {MAX_BYTES // 10**6} MB of polygons are taken, "
            "so save it without the image data."
        )
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:  # ValueError: not JSON, not text, a number of 5000 digits
        raise BadAnnotation("This is not a LabelMe file: wanted JSON with the keys shapes and imageHeight.") from error
    if not isinstance(content, dict) or not isinstance(content.get("shapes"), list):
        raise BadAnnotation("This is not a LabelMe file: wanted an object with a list of shapes.")
    size = tuple(_side(content.get(key), key) for key in ("imageHeight", "imageWidth"))
    if len(content["shapes"]) > MAX_SHAPES:
        raise BadAnnotation(f"The file has {len(content['shapes'])} shapes: at most {MAX_SHAPES} are taken.")
    shapes = tuple(_read_shape(shape, number) for number, shape in enumerate(content["shapes"], 1))
    _check_simple(shapes)
    return Annotation(shapes, size)


def write_labelme(annotation: Annotation, photo: str = "") -> str:
    """A LabelMe file of these polygons, to be saved as JSON; ``photo`` is the image's file name beside it.

    `read_labelme` gives back the same annotation, to the last bit.
    """
    height, width = annotation.size
    shapes = [
        {"label": s.label, "points": s.points.tolist(), "group_id": s.group, "shape_type": "polygon", "flags": {}}
        for s in annotation.shapes
    ]
    content = {
        "version": "5.0.0",
        "flags": {},
        "shapes": shapes,
        "imagePath": photo,
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


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
    for shape in shapes:
        if shape.label not in index_of:
            some = ", ".join(list(index_of)[:12])
            more = f" and {len(index_of) - 12} more" if len(index_of) > 12 else ""
            raise BadAnnotation(f"No class is known for the label {shape.label!r}: known are {some}{more}.")
    windows = [_window(shape.points, size) for shape in shapes]
    painted = sum((rows.stop - rows.start) * (cols.stop - cols.start) for rows, cols in windows)
    at_row = [_first_centre(shape.points[:, 1], size[0]) for shape in shapes]
    crossed = sum(np.abs(row - np.roll(row, 1)).sum() for row in at_row)
    if painted > MAX_PAINTED or crossed > MAX_WORK:
        raise BadAnnotation("These shapes are too many or too jagged to paint: simplify them.")
    labels = np.full(size, IGNORE, np.uint8)
    for shape, (rows, cols) in zip(shapes, windows, strict=True):
        labels[rows, cols][inside(shape.points, rows, cols)] = index_of[shape.label]
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


def fine_classes() -> dict[str, dict[str, str]]:
    """What our annotators' fine labels mean: ``{fine label: {label set: class, or "" for void}}``."""
    with (ANNOTATIONS / "classes.csv").open(newline="", encoding="utf-8") as file:
        return {row["fine"]: {name: row[name] for name in LABEL_SETS} for row in csv.DictReader(file)}


def class_indices(label_set: LabelSet) -> dict[str, int]:
    """Class index of every label that may be drawn: the set's own classes, "void", and our fine labels.

    >>> from seglib.labels import EVERYDAY
    >>> indices = class_indices(EVERYDAY)
    >>> indices["animal"], indices["cat"], indices["void"]
    (7, 7, 255)
    """
    indices = {name: index for index, name in enumerate(label_set.classes)} | {VOID: IGNORE}
    for fine, meaning in fine_classes().items():
        name = meaning[label_set.name]
        indices.setdefault(fine, label_set.index(name) if name else IGNORE)
    return indices


def load_annotation(name: str, second: bool = False) -> Annotation:
    """Our annotation of a bundled photo; `ValueError` lists the names there are, `DamagedFile` says if one is damaged.

    Some photos have been annotated a ``second`` time, faster, and without a look at the first.
    """
    folder = ANNOTATIONS / "second" if second else ANNOTATIONS
    names = sorted(path.stem for path in folder.glob("*.json"))
    if name not in names:
        raise ValueError(f"no annotation {name!r}: there are {', '.join(names)}")
    try:
        return read_labelme((folder / f"{name}.json").read_bytes())
    except (BadAnnotation, OSError) as error:
        raise DamagedFile(f"The labels of the photo {name} are damaged: install the app again.") from error


def _side(value: object, key: str) -> int:
    """A side of the photo, in pixels."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_SIDE:
        raise BadAnnotation(f"The file gives no usable {key}: wanted a whole number from 1 to {MAX_SIDE}.")
    return value


def _read_shape(shape: object, number: int) -> Shape:
    """One entry of LabelMe's list of shapes, the ``number``-th."""
    if not isinstance(shape, dict):
        raise BadAnnotation(f"Shape {number} is not an object with a label and points.")
    label, points = shape.get("label"), shape.get("points")
    kind, group = shape.get("shape_type", "polygon"), shape.get("group_id")
    if not isinstance(label, str) or not 1 <= len(label) <= MAX_LABEL or not label.isprintable():
        raise BadAnnotation(f"Shape {number} has no usable label: wanted 1 to {MAX_LABEL} printable characters.")
    which = f"Shape {number}, {label!r},"
    wanted = {"polygon": range(3, MAX_POINTS + 1), "rectangle": range(2, 3), "circle": range(2, 3)}
    if not isinstance(kind, str) or kind not in wanted:
        came = f"{kind[:40]!r}" if isinstance(kind, str) else "of no kind"
        raise BadAnnotation(f"{which} is {came}: wanted a polygon, rectangle or circle.")
    if group is not None and (not isinstance(group, int) or isinstance(group, bool) or abs(group) >= 2**63):
        raise BadAnnotation(f"{which} has no usable group_id: wanted a whole number or null.")
    if not isinstance(points, list) or len(points) not in wanted[kind]:
        came = f"{len(points)} points" if isinstance(points, list) else "no list of points"
        most = "2" if kind != "polygon" else f"3 to {MAX_POINTS}"
        raise BadAnnotation(f"{which} has {came}: a {kind} has {most}.")
    for point in points:
        if not isinstance(point, list) or len(point) != 2 or not all(map(_is_coordinate, point)):
            raise BadAnnotation(f"{which} has a point that is not [x, y], two numbers up to {FARTHEST:.0f} pixels.")
    corners = np.array(points, float)
    if kind == "rectangle":
        (left, top), (right, bottom) = corners
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    elif kind == "circle":
        turn = 2 * np.pi * np.arange(CIRCLE_POINTS) / CIRCLE_POINTS
        corners = corners[0] + math.dist(*corners) * np.stack([np.cos(turn), np.sin(turn)], 1)
    corners.flags.writeable = False
    return Shape(label, corners, group)


def _is_coordinate(value: object) -> bool:
    # A truth value is a number to Python; not a number is no nearer than FARTHEST.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= FARTHEST


def _check_simple(shapes: tuple[Shape, ...]) -> None:
    """Raise `BadAnnotation` for the first outline that crosses itself, naming its label and the place."""
    work = 0
    for number, shape in enumerate(shapes, 1):
        start, stop = shape.points, np.roll(shape.points, -1, axis=0)
        long = (start != stop).any(1)  # a point given twice makes an edge without direction
        # Only edges that share a height can meet. From top to bottom, each need only look at those that begin
        # before it ends: a few, not all n, for outlines as people draw them.
        order = np.minimum(start, stop)[long, 1].argsort()
        start, stop = start[long][order], stop[long][order]
        top, bottom = np.minimum(start, stop)[:, 1], np.maximum(start, stop)[:, 1]
        after, until = np.arange(1, len(top) + 1), top.searchsorted(bottom, side="right")
        work += int(np.maximum(until - after, 0).sum())
        if work > MAX_WORK:
            raise BadAnnotation(f"Shape {number}, {shape.label!r}, is too jagged to check: simplify its outline.")
        one, other = _ranges(after, until)
        a, b, c, d = start[one], stop[one], start[other], stop[other]
        c_off, d_off, a_off, b_off = _offset(a, b, c), _offset(a, b, d), _offset(c, d, a), _offset(c, d, b)
        apart = np.minimum.reduce([np.abs(off) for off in (a_off, b_off, c_off, d_off)]) > ROUNDING
        crossing = np.flatnonzero(apart & (a_off * b_off < 0) & (c_off * d_off < 0))
        if crossing.size:
            k = crossing[0]
            x, y = c[k] + (d[k] - c[k]) * c_off[k] / (c_off[k] - d_off[k])
            raise BadAnnotation(
                f"The outline of shape {number}, {shape.label!r}, crosses itself near x = {x:.0f}, y = {y:.0f}: "
                "draw it as one ring, or as two shapes."
            )


def _offset(start: np.ndarray, stop: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Signed distance of points from the lines through start and stop, all ``(n, 2)``, in pixels."""
    along, to = stop - start, point - start
    return (along[:, 0] * to[:, 1] - along[:, 1] * to[:, 0]) / np.hypot(*along.T)
