"""Shape types as LabelMe and its relatives write them, against areas worked by hand and Pillow's own drawing."""

from __future__ import annotations

import base64
import io
import json
import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageDraw

from seglib.annotation.polygons import Shape, class_indices, rasterize, read_labelme
from seglib.annotation.raster import index_of_label
from seglib.annotation.rings import mask_polygon
from seglib.labels import EVERYDAY, IGNORE, STREET

SIZE = (100, 120)


def file(*shapes: dict, **changes: object) -> bytes:
    """A LabelMe file of a picture of `SIZE`."""
    plain = {"label": "sky", "group_id": None, "flags": {}}
    content = {"version": "7.1.0", "imagePath": "a.jpg", "imageData": None, "imageHeight": 100, "imageWidth": 120}
    return json.dumps(content | {"shapes": [plain | shape for shape in shapes]} | changes).encode()


def painted(kind: str, points: list, **more: object) -> np.ndarray:
    """The mask of one shape."""
    annotation = read_labelme(file({"shape_type": kind, "points": points, **more}))
    assert not annotation.left_out
    return rasterize(annotation.shapes, SIZE, {"sky": 0}) == 0


def pillow(draw: str, *args: object, **options: object) -> np.ndarray:
    """What LabelMe's rasteriser does: the drawing of Pillow."""
    picture = Image.new("1", SIZE[::-1])
    getattr(ImageDraw.Draw(picture), draw)(*args, fill=1, **options)
    return np.array(picture)


def nearly(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Whether no pixel differs but within 2 px of the border, which Pillow counts to the shape."""

    def grown(mask: np.ndarray) -> np.ndarray:
        return cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)

    return bool(ours.any()) and not (ours & ~grown(theirs)).any() and not (theirs & ~grown(ours)).any()


def png_text(mask: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(mask).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


BOX = np.zeros(SIZE, bool)
BOX[20:60, 10:70] = True


@pytest.mark.parametrize(
    ("kind", "points"),
    [
        ("rectangle", [[10, 20], [70, 60]]),
        ("rectangle", [[70, 60], [10, 20]]),
        ("rectangle", [[10, 60], [70, 20]]),
        ("rectangle", [[10, 20], [70, 20], [70, 60], [10, 60]]),
        ("rectangle", [[10, 20], [70, 60], [70, 20], [10, 60]]),  # corners in no order
        ("rotation", [[10, 20], [70, 20], [70, 60], [10, 60]]),
        ("oriented_rectangle", [[70, 60], [70, 20], [10, 20], [10, 60]]),
        ("quadrilateral", [[10, 20], [70, 20], [70, 60], [10, 60]]),
        ("polygon", [[10, 20], [70, 20], [70, 60], [10, 60]]),
        (None, [[10, 20], [70, 20], [70, 60], [10, 60]]),
    ],
)
def test_a_box_by_any_corners(kind: str | None, points: list) -> None:
    np.testing.assert_array_equal(painted(kind, points), BOX)


def test_a_circle_a_point_and_points() -> None:
    assert painted("circle", [[50, 50], [50, 80]]).sum() == pytest.approx(math.pi * 900, rel=0.01)
    assert painted("point", [[50, 50]]).sum() == pytest.approx(math.pi * 25, rel=0.08)
    assert painted("points", [[20, 20], [80, 80]]).sum() == pytest.approx(2 * math.pi * 25, rel=0.08)


@pytest.mark.parametrize("points", [[[10, 10], [90, 90]], [[10, 50], [110, 50]], [[10, 10], [50, 90], [90, 10]]])
def test_lines_are_ten_pixels_wide_as_in_labelme(points: list) -> None:
    kind = "line" if len(points) == 2 else "linestrip"
    wanted = pillow("line", [tuple(point) for point in points], width=10, joint="curve")
    assert nearly(painted(kind, points), wanted)


def test_a_mask_lies_at_its_corner_holes_and_all() -> None:
    mask = np.ones((40, 60), bool)
    mask[10:20, 10:30] = False
    mask[13:16, 15:20] = True
    wanted = np.zeros(SIZE, bool)
    wanted[20:60, 10:70] = mask
    np.testing.assert_array_equal(painted("mask", [[10, 20], [69, 59]], mask=png_text(mask)), wanted)


def test_a_mask_lets_through_what_lies_below_its_hole() -> None:
    mask = np.ones((40, 60), bool)
    mask[10:20, 10:30] = False
    below = {"label": "water", "shape_type": "rectangle", "points": [[0, 0], [120, 100]]}
    above = {"shape_type": "mask", "points": [[10, 20], [69, 59]], "mask": png_text(mask)}
    annotation = read_labelme(file(below, above))
    labels = rasterize(annotation.shapes, SIZE, class_indices(EVERYDAY))
    assert labels[35, 30] == EVERYDAY.index("water")
    assert labels[21, 11] == EVERYDAY.index("sky")


@settings(max_examples=150, deadline=None)
@given(arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_any_mask_comes_back_from_its_one_polygon(mask: np.ndarray) -> None:
    polygon = mask_polygon(mask, 10_000)
    if polygon is None:
        assert not mask.any()
        return
    np.testing.assert_array_equal(rasterize([Shape("a", polygon)], mask.shape, {"a": 0}) == 0, mask)


def test_outlines_that_cross_themselves_hold_what_pillow_fills() -> None:
    star = [[60, 5], [90, 95], [5, 40], [115, 40], [30, 95]]
    ours, theirs = painted("polygon", star), pillow("polygon", [tuple(point) for point in star])
    assert nearly(ours, theirs)
    assert not ours[50, 60]  # the middle, which the even-odd rule leaves out


def test_words_for_void_are_void() -> None:
    words = ["__ignore__", "_background_", "ignore", "Unlabeled", "void", "VOID"]
    for label_set in (EVERYDAY, STREET):
        assert [index_of_label(word, class_indices(label_set)) for word in words] == [IGNORE] * len(words)


def test_sizes_as_they_are_written() -> None:
    assert read_labelme(file(imageHeight=100.0, imageWidth=120.0)).size == (100, 120)
    for missing in ({"imageHeight": None}, {"imageWidth": None, "imageHeight": None}, {"imageWidth": 0}):
        assert read_labelme(file(**missing)).size is None
    assert read_labelme(file(imageHeight=2000, imageWidth=9000)).size == (2000, 9000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_any_unicode_encoding(encoding: str) -> None:
    text = file({"label": "Bäume", "points": [[0, 0], [9, 0], [9, 9]]}).decode()
    assert read_labelme(text.encode(encoding)).shapes[0].label == "Bäume"


def test_a_photo_inside_is_cut_out_before_it_is_parsed() -> None:
    square = {"points": [[0, 0], [9, 0], [9, 9]]}
    for inside in ("A" * 30_000_000, "A\\/" * 3_000_000):  # JSON may escape the slash
        data = file(square).replace(b'"imageData": null', b'"imageData" : "' + inside.encode() + b'"')
        assert len(read_labelme(data).shapes) == 1
