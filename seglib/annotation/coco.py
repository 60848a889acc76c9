"""COCO's JSON, one photo of it, as an annotation: polygons, and masks as run lengths.

Run lengths go down the columns, starting with pixels outside. Packed ones are text of 5 bits a letter, each number
but the first three as the difference from the last but one (Lin et al., ECCV 2014; ``maskApi.c`` of cocoapi).
"""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

import numpy as np

from seglib.annotation.raster import MAX_POINTS, BadAnnotation, Shape
from seglib.annotation.rings import mask_polygon
from seglib.annotation.shape_types import FARTHEST, OddShape
from seglib.picture_files import MAX_OTHER_PIXELS
from seglib.quoting import quoted

Found = tuple[list[Shape], tuple[object, object], list[str]]  # shapes, (height, width) as it stands there, left out


def is_coco(content: object) -> bool:
    """Whether JSON looks like COCO's: pictures, annotations and categories."""
    return isinstance(content, dict) and all(
        isinstance(content.get(key), list) for key in ("images", "annotations", "categories")
    )


def read_coco(content: dict, photo: str = "") -> Found:
    """Shapes of the only picture in the file, or of the one called ``photo``; `BadAnnotation` if it is not plain."""
    picture = _picture(content["images"], photo)
    names = {
        category.get("id"): category.get("name") for category in content["categories"] if isinstance(category, dict)
    }
    size = picture.get("height"), picture.get("width")
    shapes, left_out = [], []
    for number, entry in enumerate(content["annotations"], 1):
        if not isinstance(entry, dict) or entry.get("image_id") != picture.get("id"):
            continue
        try:
            name = names.get(entry.get("category_id"))
            if not isinstance(name, str):
                raise OddShape("has no category")
            shapes += [Shape(name, corners, None) for corners in _polygons(entry.get("segmentation"))]
        except (OddShape, TypeError) as odd:
            left_out.append(f"annotation {number} {odd if isinstance(odd, OddShape) else 'cannot be read'}")
    return shapes, size, left_out


def _picture(pictures: list, photo: str) -> dict:
    pictures = [picture for picture in pictures if isinstance(picture, dict)]
    if len(pictures) > 1:
        wanted = unicodedata.normalize("NFC", PurePosixPath(photo).stem)
        named = [
            picture
            for picture in pictures
            if unicodedata.normalize("NFC", PurePosixPath(str(picture.get("file_name"))).stem) == wanted
        ]
        if len(named) != 1:
            raise BadAnnotation(
                f"This COCO file speaks of {len(pictures)} pictures, {len(named) or 'none'} of them called "
                f"{quoted(photo)}: give one with this photo alone, or a LabelMe file."
            )
        pictures = named
    if not pictures:
        raise BadAnnotation("This COCO file speaks of no picture: give one with this photo, or a LabelMe file.")
    return pictures[0]


def _polygons(segmentation: object) -> list[np.ndarray]:
    """Corners of one annotation's parts."""
    if isinstance(segmentation, dict):
        return [_from_runs(segmentation)]
    if not isinstance(segmentation, list) or not segmentation:
        raise OddShape("has no outline")
    polygons = []
    for part in segmentation:
        numbers = isinstance(part, list) and all(
            isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= FARTHEST for value in part
        )
        if not numbers or len(part) < 6 or len(part) % 2 or len(part) > 2 * MAX_POINTS:
            raise OddShape("has an outline that is not x, y, x, y, ... of three points or more")
        polygons.append(np.array(part, float).reshape(-1, 2))
    return polygons


def _from_runs(runs: dict) -> np.ndarray:
    size, counts = runs.get("size"), runs.get("counts")
    whole = isinstance(size, list) and len(size) == 2 and all(type(side) is int and side > 0 for side in size)
    if not whole or size[0] * size[1] > MAX_OTHER_PIXELS:
        raise OddShape("has a mask of no usable size")
    if isinstance(counts, str):
        counts = unpack_counts(counts)
    whole = isinstance(counts, list) and all(type(count) is int and count >= 0 for count in counts)
    if not whole or sum(counts) != size[0] * size[1]:
        raise OddShape("has a mask whose run lengths do not fill it")
    inside = np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(size[::-1]).T
    polygon = mask_polygon(np.ascontiguousarray(inside), MAX_POINTS)
    if polygon is None:
        raise OddShape("has a mask that is empty or too ragged")
    return polygon


def unpack_counts(text: str) -> list[int]:
    """Run lengths from COCO's packed text; `OddShape` if it is none.

    >>> unpack_counts("52203")
    [5, 2, 2, 2, 5]
    """
    counts: list[int] = []
    value = shift = 0
    for letter in text:
        bits = ord(letter) - 48
        if not 0 <= bits < 64 or shift > 30:
            raise OddShape("has a mask whose run lengths cannot be unpacked")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
        value = shift = 0
    return counts
