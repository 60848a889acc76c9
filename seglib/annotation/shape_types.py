"""The shape types that LabelMe and its relatives write, as polygons.

Lines and points have an extent in a label map as LabelMe paints them: 10 px wide, and discs of radius 5. A mask is
outlined along its pixels. Rotated boxes come as four corners, rectangles as two or four. Format and paint:
github.com/wkentaro/labelme, ``labelme/utils/shape.py``; rotated boxes also from X-AnyLabeling ("rotation").
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable

import numpy as np

from seglib.annotation.raster import MAX_POINTS, Shape, crossing
from seglib.annotation.rings import mask_polygon
from seglib.picture_files import MAX_OTHER_PIXELS, open_header, untrusted
from seglib.quoting import quoted

MAX_LABEL = 100  # characters
FARTHEST = 1e6  # pixels; beyond, a coordinate is a mistake
CIRCLE_POINTS = 64  # a circle becomes this polygon: off by at most radius / 800
POINT_RADIUS = 5.0  # pixels, as in LabelMe
LINE_WIDTH = 10.0


class OddShape(ValueError):  # noqa: N818 - a shape is odd, not in error
    """A shape that cannot be read; what is odd about it, to stand inside a sentence."""


def read_shape(entry: object, number: int) -> list[Shape]:
    """One entry of LabelMe's list of shapes, the ``number``-th, as polygons that paint it; `OddShape` if none do."""
    if not isinstance(entry, dict):
        raise OddShape(f"shape {number} is not an object with a label and points")
    label, group = entry.get("label"), entry.get("group_id")
    if not isinstance(label, str) or not 1 <= len(label) <= MAX_LABEL or not label.isprintable():
        raise OddShape(f"shape {number} has no usable label (1 to {MAX_LABEL} printable characters)")
    which = f"shape {number}, {quoted(label)},"
    kind = entry.get("shape_type") or "polygon"
    if not isinstance(kind, str) or kind not in READERS:
        raise OddShape(f"{which} is {quoted(kind) if isinstance(kind, str) else 'of no type'}, which is not read here")
    if not isinstance(group, int) or isinstance(group, bool) or abs(group) >= 2**63:
        group = None
    try:
        polygons = READERS[kind](_points(entry.get("points")), entry)
    except OddShape as odd:
        raise OddShape(f"{which} {odd}") from odd
    shapes = []
    for corners in polygons:
        corners.flags.writeable = False
        shapes.append(Shape(label, corners, group))
    return shapes


def _points(points: object) -> np.ndarray:
    """The points of a shape ``(n, 2)``."""
    if not isinstance(points, list) or not points:
        raise OddShape("has no list of points")
    if len(points) > MAX_POINTS:
        raise OddShape(f"has {len(points)} points (at most {MAX_POINTS} are taken)")
    for point in points:
        if not isinstance(point, list) or len(point) != 2 or not all(map(_is_coordinate, point)):
            raise OddShape(f"has a point that is not [x, y], two numbers up to {FARTHEST:.0f} pixels")
    return np.array(points, float)


def _is_coordinate(value: object) -> bool:
    # A truth value is a number to Python; not a number is no nearer than FARTHEST.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= FARTHEST


def _want(points: np.ndarray, kind: str, *counts: int) -> None:
    if len(points) not in counts:
        raise OddShape(f"has {len(points)} points (a {kind} has {' or '.join(map(str, counts))})")


def _polygon(points: np.ndarray, _entry: dict) -> list[np.ndarray]:
    if len(points) < 3:
        raise OddShape(f"has {len(points)} points (a polygon has 3 or more)")
    return [points]


def _rectangle(points: np.ndarray, _entry: dict) -> list[np.ndarray]:
    """Two opposite corners, or all four."""
    _want(points, "rectangle", 2, 4)
    if len(points) == 2:
        (left, top), (right, bottom) = points
        points = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    return _box(points, _entry)


def _box(points: np.ndarray, _entry: dict) -> list[np.ndarray]:
    """Four corners, in any order."""
    _want(points, "box", 4)
    if crossing(points):
        around = points - points.mean(0)
        points = points[np.argsort(np.arctan2(around[:, 1], around[:, 0]))]
    return [points]


def _circle(points: np.ndarray, _entry: dict) -> list[np.ndarray]:
    """The centre, and a point on the rim."""
    _want(points, "circle", 2)
    return [_disc(points[0], math.dist(*points))]


def _disc(centre: np.ndarray, radius: float) -> np.ndarray:
    turn = 2 * np.pi * np.arange(CIRCLE_POINTS) / CIRCLE_POINTS
    return centre + radius * np.stack([np.cos(turn), np.sin(turn)], 1)


def _discs(points: np.ndarray, _entry: dict) -> list[np.ndarray]:
    return [_disc(point, POINT_RADIUS) for point in points]


def _strip(points: np.ndarray, _entry: dict) -> list[np.ndarray]:
    """Wide segments, round where they meet."""
    if len(points) < 2:
        raise OddShape("has 1 point (a line has 2 or more)")
    start, stop = points[:-1], points[1:]
    length = np.hypot(*(stop - start).T)
    start, stop, length = start[length > 0], stop[length > 0], length[length > 0]
    if not length.size:
        raise OddShape("is a line without a length")
    along = (stop - start) / length[:, None]
    aside = np.stack([-along[:, 1], along[:, 0]], 1) * (LINE_WIDTH / 2)
    quads = list(np.stack([start + aside, stop + aside, stop - aside, start - aside], 1))
    return quads + [_disc(joint, LINE_WIDTH / 2) for joint in start[1:]]


def _mask(points: np.ndarray, entry: dict) -> list[np.ndarray]:
    """A PNG as text, to be laid at the first of two corners."""
    _want(points, "mask", 2)
    content = entry.get("mask")
    if not isinstance(content, str):
        raise OddShape("is a mask without a picture")
    try:
        data = base64.b64decode(content)
        with untrusted():
            file = open_header(data)
            if file.width * file.height > MAX_OTHER_PIXELS:
                raise OddShape("is a mask with too many pixels")
            mask = np.asarray(file.convert("L")) > 0
    except (binascii.Error, ValueError) as error:
        if isinstance(error, OddShape):
            raise
        raise OddShape("is a mask whose picture cannot be read") from error
    corner = np.minimum(*points).round()
    if (points == np.trunc(points)).all():  # whole corners bound the mask, as LabelMe's older files need it
        width, height = np.abs(points[1] - points[0]).astype(int) + 1
        mask = mask[:height, :width]
    polygon = mask_polygon(mask, MAX_POINTS)
    if polygon is None:
        raise OddShape("is too ragged a mask" if mask.any() else "is an empty mask")
    return [polygon + corner]


READERS: dict[str, Callable[[np.ndarray, dict], list[np.ndarray]]] = {
    "polygon": _polygon,
    "rectangle": _rectangle,
    "oriented_rectangle": _box,
    "rotation": _box,
    "quadrilateral": _box,
    "circle": _circle,
    "line": _strip,
    "linestrip": _strip,
    "point": _discs,
    "points": _discs,
    "mask": _mask,
}
