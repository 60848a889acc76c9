"""A label map as files: outlines for LabelMe, and a PNG of class indices. Both give the same map back, exactly.

An outline follows the cracks between pixels, not their centres, so its corners have whole coordinates and its inside
is the region, pixel for pixel. A region is a piece of one class whose pixels hang together by their sides. Its outline
runs around the outside only; what lies in its holes are regions of their own, which stand later in the list and are
painted over it. No hole needs a cut, and none is lost: void inside a region is a shape called "void".

Both are as large as the photo's own file, however small a copy was labelled, so that other programs can use them.
"""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from seglib.annotation.polygons import MAX_SHAPES, VOID, Annotation, write_labelme
from seglib.annotation.raster import MAX_POINTS, BadAnnotation, Shape
from seglib.annotation.rings import follow
from seglib.label_png import VOID_COLOR, to_size
from seglib.labels import IGNORE, LabelSet, check_label_map


def count_regions(labels: np.ndarray) -> int:
    """How many regions a label map ``(H, W)`` has: pieces of one class, as `outlines` counts them.

    >>> count_regions(np.array([[0, 1], [1, 0]]))
    4
    """
    return sum(
        cv2.connectedComponents((labels == k).astype(np.uint8), connectivity=4)[0] - 1 for k in np.unique(labels)
    )


def outlines(labels: np.ndarray, label_set: LabelSet) -> tuple[Shape, ...]:
    """Shapes that paint the label map ``(H, W)``: ``rasterize(outlines(m, s), m.shape, class_indices(s))`` is ``m``.

    Raises `BadAnnotation` if there are more shapes, or longer ones, than a LabelMe file may have here.

    >>> from seglib.labels import EVERYDAY
    >>> [shape] = outlines(np.array([[255, 0, 0]]), EVERYDAY)
    >>> shape.label, shape.points.tolist()
    ('building', [[1.0, 0.0], [3.0, 0.0], [3.0, 1.0], [1.0, 1.0]])
    """
    labels = check_label_map(labels, len(label_set))
    regions = []  # (first pixel in reading order, class index, region numbers, number)
    for index in np.unique(labels):
        _, numbers, boxes, _ = cv2.connectedComponentsWithStats((labels == index).astype(np.uint8), connectivity=4)
        for number, (left, top, width, height, _) in enumerate(boxes[1:], 1):
            inside = left > 0 and top > 0 and left + width < labels.shape[1] and top + height < labels.shape[0]
            # Where nothing is painted is void anyway, so void at the border, which no region encloses, needs no shape.
            if index != IGNORE or inside:
                first = int(left + (numbers[top, left : left + width] == number).argmax())
                regions.append((int(top), first, int(index), numbers, number))
        if len(regions) > MAX_SHAPES:
            raise BadAnnotation(f"The map has more than {MAX_SHAPES} regions: save it as a label PNG.")
    names = dict(enumerate(label_set.classes)) | {IGNORE: VOID}
    # A region's first pixel lies above everything in its holes: in reading order what encloses is painted first.
    regions.sort(key=lambda region: region[:2])
    padded = {id(numbers): np.pad(numbers, 1) for _, _, _, numbers, _ in regions}
    shapes = []
    for top, left, index, numbers, number in regions:
        corners = follow(padded[id(numbers)], number, top, left, MAX_POINTS)
        if corners is None:
            raise BadAnnotation(f"A region's outline has more than {MAX_POINTS} corners: save the map as a label PNG.")
        shapes.append(Shape(names[index], corners))
    return tuple(shapes)


def labelme_file(
    labels: np.ndarray,
    label_set: LabelSet,
    photo: str = "",
    original_size: tuple[int, int] | None = None,
    picture: bytes | None = None,
) -> str:
    """The label map as a LabelMe file; `BadAnnotation` if it is too ragged for one.

    ``photo`` is the photo's file name, and ``original_size`` its own (height, width) if the map is of a shrunk copy:
    LabelMe wants outlines in the file's pixels. ``picture`` puts the file itself inside.
    """
    annotation = Annotation(outlines(labels, label_set), labels.shape)
    return write_labelme(annotation.resized(original_size or labels.shape), photo, picture)


def label_png(labels: np.ndarray, label_set: LabelSet, original_size: tuple[int, int] | None = None) -> bytes:
    """The label map as a PNG: one class index per pixel, 255 where void, shown in the label set's colours.

    ``original_size`` is the photo's own (height, width) if the map is of a shrunk copy.
    """
    labels = check_label_map(labels, len(label_set)).astype(np.uint8)
    file = Image.fromarray(to_size(labels, original_size or labels.shape), "L").convert("P")
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(label_set)] = label_set.colors
    palette[IGNORE] = VOID_COLOR
    file.putpalette(palette.tobytes())
    buffer = io.BytesIO()
    file.save(buffer, "PNG")
    return buffer.getvalue()
