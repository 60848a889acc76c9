"""A label map as files: outlines for LabelMe, and a PNG of class indices. Both give the same map back, exactly.

An outline follows the cracks between pixels, not their centres, so its corners have whole coordinates and its inside
is the region, pixel for pixel. A region is a piece of one class whose pixels hang together by their sides. Its outline
runs around the outside only; what lies in its holes are regions of their own, which stand later in the list and are
painted over it. No hole needs a cut, and none is lost: void inside a region is a shape called "void".

Crack following: Rosenfeld & Kak, "Digital Picture Processing", 1982, section 11.1.
"""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from seglib.annotation.polygons import MAX_POINTS, MAX_SHAPES, VOID, Annotation, BadAnnotation, Shape, write_labelme
from seglib.labels import IGNORE, LabelSet, check_label_map

VOID_COLOR = (224, 224, 192)  # of void in a label PNG, as in VOC


def outlines(labels: np.ndarray, label_set: LabelSet) -> tuple[Shape, ...]:
    """Shapes that paint the label map ``(H, W)``: ``rasterize(outlines(m, s), m.shape, class_indices(s))`` is ``m``.

    Raises `BadAnnotation` if there are more shapes, or longer ones, than a LabelMe file may have here.

    >>> from seglib.labels import EVERYDAY
    >>> [shape] = outlines(np.array([[255, 0, 0]]), EVERYDAY)
    >>> shape.label, shape.points.tolist()
    ('building', [[1.0, 0.0], [3.0, 0.0], [3.0, 1.0], [1.0, 1.0]])
    """
    labels = check_label_map(labels, len(label_set))
    found = []  # (first pixel in reading order, class index, region numbers, number)
    for index in np.unique(labels):
        _, numbers, boxes, _ = cv2.connectedComponentsWithStats((labels == index).astype(np.uint8), connectivity=4)
        for number, (left, top, width, height, _) in enumerate(boxes[1:], 1):
            inside = left > 0 and top > 0 and left + width < labels.shape[1] and top + height < labels.shape[0]
            # Where nothing is painted is void anyway, so void at the border, which no region encloses, needs no shape.
            if index != IGNORE or inside:
                first = int(left + (numbers[top, left : left + width] == number).argmax())
                found.append((int(top), first, int(index), numbers, number))
        if len(found) > MAX_SHAPES:
            raise BadAnnotation(f"The map has more than {MAX_SHAPES} regions: save it as a label PNG.")
    names = dict(enumerate(label_set.classes)) | {IGNORE: VOID}
    # A region's first pixel lies above everything in its holes: in reading order what encloses is painted first.
    found.sort(key=lambda region: region[:2])
    padded = {id(numbers): np.pad(numbers, 1) for _, _, _, numbers, _ in found}
    return tuple(
        Shape(names[index], _follow(padded[id(numbers)], number, top, left))
        for top, left, index, numbers, number in found
    )


def _follow(padded: np.ndarray, number: int, top: int, left: int) -> np.ndarray:
    """Corners (x, y) of the outside of a region, clockwise from its first pixel; ``padded`` has a rim of zeros."""
    width = padded.shape[1]
    pixels = memoryview(padded.ravel())
    # A crack's corner (row, col) is named by the pixel of the padded map to its lower right. Walking in a direction,
    # the two pixels ahead are at these places from the corner; the region is always to our right.
    east, south, west, north = 1, width, -1, -width
    ahead = {
        east: (-width, 0),  # left, right
        south: (0, -1),
        west: (-1, -width - 1),
        north: (-width - 1, -width),
    }
    right = {east: south, south: west, west: north, north: east}
    left_of = {after: before for before, after in right.items()}
    start = at = (top + 1) * width + left + 1
    heading, corners = east, [start]
    while True:
        at += heading
        on_left, on_right = ahead[heading]
        # Right comes first: pixels that meet at a corner only do not hang together.
        if pixels[at + on_right] != number:
            heading = right[heading]
        elif pixels[at + on_left] == number:
            heading = left_of[heading]
        else:
            continue
        if at == start:
            break
        corners.append(at)
        if len(corners) > MAX_POINTS:
            raise BadAnnotation(f"A region's outline has more than {MAX_POINTS} corners: save the map as a label PNG.")
    rows, cols = np.divmod(np.array(corners), width)
    return np.stack([cols - 1, rows - 1], 1).astype(float)


def labelme_file(labels: np.ndarray, label_set: LabelSet, photo: str = "") -> str:
    """The label map as a LabelMe file; `BadAnnotation` if it is too ragged for one."""
    return write_labelme(Annotation(outlines(labels, label_set), labels.shape), photo)


def label_png(labels: np.ndarray, label_set: LabelSet) -> bytes:
    """The label map as a PNG: one class index per pixel, 255 where void, shown in the label set's colours."""
    file = Image.fromarray(check_label_map(labels, len(label_set)).astype(np.uint8), "L").convert("P")
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(label_set)] = label_set.colors
    palette[IGNORE] = VOID_COLOR
    file.putpalette(palette.tobytes())
    buffer = io.BytesIO()
    file.save(buffer, "PNG")
    return buffer.getvalue()
