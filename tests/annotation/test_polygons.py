"""Polygons: masks worked by hand, Matplotlib as oracle, hostile files, and the annotations we ship."""

from __future__ import annotations

import json
import math
import time
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Outline
from PIL import Image

from seglib.annotation.label_text import MAX_FILE
from seglib.annotation.polygons import (
    ANNOTATIONS,
    MAX_POINTS,
    MAX_SHAPES,
    MAX_SIDE,
    MAX_TEXT,
    Annotation,
    BadAnnotation,
    Shape,
    class_indices,
    fine_classes,
    inside,
    load_annotation,
    rasterize,
    read_labelme,
    write_labelme,
)
from seglib.annotation.raster import crossing
from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS, STREET
from seglib.photos import PHOTOS, photo_path

SQUARE = [(1, 1), (4, 1), (4, 3), (1, 3)]
NAMES = sorted(PHOTOS)


def shape(points: list, label: str = "a") -> Shape:
    return Shape(label, np.array(points, float))


def paint(*polygons: list, size: tuple[int, int] = (5, 6)) -> np.ndarray:
    """Label map of polygons of class 0, 1, 2 ... on a small picture."""
    labels = [chr(ord("a") + index) for index in range(len(polygons))]
    shapes = [shape(points, label) for points, label in zip(polygons, labels, strict=True)]
    return rasterize(shapes, size, {label: index for index, label in enumerate(labels)})


def drawn(mask: np.ndarray, value: int = 0) -> list[str]:
    """A mask as lines of text, # where it is."""
    return ["".join("#" if pixel == value else "." for pixel in row) for row in mask]


class TestRasterize:
    """A pixel is inside if its centre is."""

    def test_whole_pixels(self) -> None:
        assert drawn(paint(SQUARE)) == ["......", ".###..", ".###..", "......", "......"]

    def test_direction_and_start_do_not_matter(self) -> None:
        for points in (SQUARE[::-1], SQUARE[2:] + SQUARE[:2]):
            np.testing.assert_array_equal(paint(points), paint(SQUARE))

    def test_half_covered_pixels(self) -> None:
        # From 1.4 to 3.6 the centres 1.5, 2.5 and 3.5 lie inside; from 1.6 to 3.4 only 2.5.
        assert drawn(paint([(1.4, 1.4), (3.6, 1.4), (3.6, 2.6), (1.4, 2.6)]))[1:3] == [".###..", ".###.."]
        assert drawn(paint([(1.6, 1.6), (3.4, 1.6), (3.4, 3.4), (1.6, 3.4)]))[1:4] == ["......", "..#...", "......"]

    def test_centres_on_the_outline_count_to_the_right_and_below(self) -> None:
        assert drawn(paint([(1.5, 1.5), (3.5, 1.5), (3.5, 3.5), (1.5, 3.5)]))[1:4] == [".##...", ".##...", "......"]

    def test_triangle(self) -> None:
        # The long side runs through the centres of the diagonal, which count to the shape on their right.
        assert drawn(paint([(0, 0), (5, 5), (0, 5)])) == ["......", "#.....", "##....", "###...", "####.."]
        assert drawn(paint([(0, 0), (5, 5), (5, 0)])) == ["#####.", ".####.", "..###.", "...##.", "....#."]

    def test_concave(self) -> None:
        u = [(0, 0), (1, 0), (1, 3), (4, 3), (4, 0), (5, 0), (5, 4), (0, 4)]
        assert drawn(paint(u)) == ["#...#.", "#...#.", "#...#.", "#####.", "......"]

    def test_a_hole_by_a_slit(self) -> None:
        ring = [(0, 0), (5, 0), (5, 5), (0, 5), (0, 0), (1, 1), (1, 4), (4, 4), (4, 1), (1, 1)]
        assert drawn(paint(ring)) == ["#####.", "#...#.", "#...#.", "#...#.", "#####."]

    def test_later_ones_lie_in_front(self) -> None:
        found = paint(SQUARE, [(2, 0), (6, 0), (6, 2), (2, 2)])
        assert drawn(found, 0) == ["......", ".#....", ".###..", "......", "......"]
        assert drawn(found, 1) == ["..####", "..####", "......", "......", "......"]
        assert found.dtype == np.uint8
        assert (found[3:] == IGNORE).all()

    def test_void_may_lie_in_front_too(self) -> None:
        shapes = [shape(SQUARE), shape([(2, 0), (6, 0), (6, 5), (2, 5)], "void")]
        assert drawn(rasterize(shapes, (5, 6), {"a": 0, "void": IGNORE}))[1] == ".#...."

    @pytest.mark.parametrize(
        ("points", "inside"),
        [
            ([(-9, -9), (99, -9), (99, 99), (-9, 99)], 30),
            ([(-9, -9), (2, -9), (2, 99), (-9, 99)], 10),
            ([(2, 1), (99, 1), (99, 2), (2, 2)], 4),
            ([(-9, 2), (-2, 2), (-2, 4)], 0),
            ([(7, 0), (9, 0), (9, 5)], 0),
            ([(0, -3), (6, -3), (6, 0)], 0),
            ([(0, 5), (6, 5), (6, 9)], 0),
            ([(1, 1), (1, 1), (1, 1)], 0),
            ([(0, 0), (6, 5), (0, 0)], 0),
        ],
    )
    def test_beyond_the_edge_and_empty(self, points: list, inside: int) -> None:
        assert (paint(points) == 0).sum() == inside

    def test_unknown_label(self) -> None:
        with pytest.raises(BadAnnotation, match=r"label “dragon”: known are building, wall.* more\.$"):
            rasterize([shape(SQUARE, "dragon")], (5, 6), class_indices(EVERYDAY))

    def test_too_much_to_paint(self) -> None:
        whole = shape([(0, 0), (8192, 0), (8192, 8192), (0, 8192)])
        zigzag = shape([(i / 100, 8000 * (i % 2)) for i in range(1000)])
        for shapes in ([whole] * 8, [zigzag]):
            start = time.process_time()
            with pytest.raises(BadAnnotation, match="simplify"):
                rasterize(shapes, (8192, 8192), {"a": 0})
            assert time.process_time() - start < 0.2  # told before anything is painted

    def test_a_hundred_shapes_of_three_hundred_points(self) -> None:
        turn = np.linspace(0, 2 * np.pi, 300, endpoint=False)
        rng = np.random.default_rng(0)
        shapes = [
            shape(centre + 60 * rng.uniform(0.8, 1, (300, 1)) * np.c_[np.cos(turn), np.sin(turn)])
            for centre in rng.uniform((0, 0), (741, 500), (100, 2))
        ]
        times = []
        for _ in range(5):
            start = time.process_time()
            rasterize(shapes, (500, 741), {"a": 0})
            times.append(time.process_time() - start)
        assert min(times) < 0.1


@st.composite
def outlines(draw: st.DrawFn) -> np.ndarray:
    """Simple polygons: corners around a centre, in order of angle, at any distance from it."""
    count = draw(st.integers(3, 12))
    step = draw(st.sampled_from([1, 0.5, 1 / 16, 0.1, 1e-6]))  # corners on pixel borders, on centres, or between
    centre = np.array(draw(st.tuples(st.floats(-4, 24), st.floats(-4, 20))))
    angles = np.sort(draw(st.lists(st.floats(0, 6.28), min_size=count, max_size=count)))
    radii = np.array(draw(st.lists(st.floats(0.1, 15), min_size=count, max_size=count)))
    return np.round((centre + radii[:, None] * np.c_[np.cos(angles), np.sin(angles)]) / step) * step


def distance(points: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """Distance of points ``(m, 2)`` to the nearest side of a polygon ``(n, 2)``."""
    start, along = outline[None], (np.roll(outline, -1, axis=0) - outline)[None]
    to = points[:, None] - start
    length = (along**2).sum(-1)
    share = np.divide((to * along).sum(-1), length, out=np.zeros(to.shape[:2]), where=length > 0).clip(0, 1)
    return np.hypot(*np.moveaxis(to - share[..., None] * along, -1, 0)).min(1)


SIZE = (16, 20)
CENTRES = np.stack(np.meshgrid(np.arange(SIZE[1]) + 0.5, np.arange(SIZE[0]) + 0.5), -1).reshape(-1, 2)


@settings(max_examples=150, deadline=None)
@given(outlines())
def test_rasterize_agrees_with_matplotlib(outline: np.ndarray) -> None:
    found = (paint(outline, size=SIZE) == 0).reshape(-1)
    wanted = Outline(outline).contains_points(CENTRES)
    decided = distance(CENTRES, outline) > 1e-9  # Matplotlib promises nothing for points on the outline
    np.testing.assert_array_equal(found[decided], wanted[decided])


@settings(max_examples=60, deadline=None)
@given(outlines(), st.floats(-2, 22), st.floats(-2, 18))
def test_neighbours_leave_no_seam(outline: np.ndarray, x: float, y: float) -> None:
    # A fan of triangles, from any point, covers by even-odd exactly what the polygon covers, common sides and all.
    whole = paint(outline, size=SIZE) == 0
    parts = np.zeros(SIZE, bool)
    for corner, following in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        parts ^= paint([(x, y), corner, following], size=SIZE) == 0
    np.testing.assert_array_equal(parts, whole)


def labelme(*shapes: dict, **changes: object) -> str:
    """A LabelMe file with one square and what else is given."""
    square = {"label": "a", "points": SQUARE, "group_id": None, "shape_type": "polygon", "flags": {}}
    content = {"version": "5.0.0", "imagePath": "x.jpg", "imageData": "AAAA", "imageHeight": 5, "imageWidth": 6}
    return json.dumps(content | {"shapes": [square, *({**square, **other} for other in shapes)]} | changes)


class TestReading:
    """LabelMe's own files are read, and written back."""

    def test_a_file(self) -> None:
        found = read_labelme(labelme({"label": "b", "group_id": 3}))
        assert found.size == (5, 6)
        assert [(s.label, s.group) for s in found.shapes] == [("a", None), ("b", 3)]
        np.testing.assert_array_equal(found.shapes[0].points, SQUARE)
        assert found.shapes[0].points.dtype == np.float64

    def test_bytes_with_a_byte_order_mark(self) -> None:
        assert len(read_labelme(b"\xef\xbb\xbf" + labelme().encode()).shapes) == 1

    def test_rectangle(self) -> None:
        found = read_labelme(labelme({"shape_type": "rectangle", "points": [[4, 3], [1, 1]]})).shapes[1]
        np.testing.assert_array_equal(rasterize([found], (5, 6), {"a": 0}), paint(SQUARE))

    def test_circle(self) -> None:
        found = read_labelme(labelme({"shape_type": "circle", "points": [[50, 40], [53, 44]]})).shapes[1]
        np.testing.assert_allclose(np.hypot(*(found.points - (50, 40)).T), 5)
        area = (rasterize([shape(found.points * 10)], (1000, 1000), {"a": 0}) == 0).sum()
        assert area == pytest.approx(math.pi * 50**2, rel=0.005)

    def test_outlines_may_touch_themselves(self) -> None:
        slit = [(0, 0), (5, 0), (5, 5), (0, 5), (0, 0), (1, 1), (1, 4), (4, 4), (4, 1), (1, 1)]
        pinch = [(0, 0), (2, 2), (4, 0), (4, 4), (2, 2), (0, 4)]
        repeated = [(1, 1), (1, 1), (4, 1), (4, 3), (4, 3), (1, 3), (1, 1)]
        assert len(read_labelme(labelme(*({"points": points} for points in (slit, pinch, repeated)))).shapes) == 4

    def test_a_hair_of_crossing_is_rounding(self) -> None:
        # A notch whose tip pokes through the lower side by this many pixels.
        poke = [labelme({"points": [(0, 0), (4, 0), (4, 4), (2, -depth), (0, 4)]}) for depth in (1e-4, 0.01)]
        assert len(read_labelme(poke[0]).shapes) == 2
        assert [crossing(read_labelme(data).shapes[1].points) is None for data in poke] == [True, False]

    @settings(max_examples=50, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20),
                st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 2), min_size=3, max_size=3),
                st.none() | st.integers(-(2**62), 2**62),
            ),
            max_size=4,
        ),
        st.tuples(st.integers(1, MAX_SIDE), st.integers(1, MAX_SIDE)),
    )
    def test_writing_loses_nothing(self, shapes: list, size: tuple[int, int]) -> None:
        before = Annotation(tuple(Shape(label, np.array(points), group) for label, points, group in shapes), size)
        after = read_labelme(write_labelme(before, "photo.jpg"))
        assert after.size == size
        assert [(s.label, s.group) for s in after.shapes] == [(s.label, s.group) for s in before.shapes]
        for old, new in zip(before.shapes, after.shapes, strict=True):
            assert old.points.tobytes() == new.points.tobytes()

    def test_resized(self) -> None:
        small = read_labelme(labelme()).resized((10, 18))
        assert small.size == (10, 18)
        np.testing.assert_array_equal(small.shapes[0].points, [(3, 2), (12, 2), (12, 6), (3, 6)])


BOW = [(0, 0), (4, 4), (4, 0), (0, 4)]
ODD = [
    (1, "shape 2 is not an object"),
    ({"label": 7}, "shape 2 has no usable label"),
    ({"label": ""}, "no usable label"),
    ({"label": "a" * 101}, "no usable label"),
    ({"label": "a\nb"}, "no usable label"),
    ({"label": "\ud800"}, "no usable label"),
    ({"shape_type": "cuboid"}, "shape 2, “a”, is “cuboid”, which is not read here"),
    ({"shape_type": ["polygon"]}, "of no type"),
    ({"points": None}, "no list of points"),
    ({"points": SQUARE[:2]}, "has 2 points (a polygon has 3 or more)"),
    ({"points": SQUARE, "shape_type": "circle"}, "has 4 points (a circle has 2)"),
    ({"points": SQUARE * (MAX_POINTS // 4 + 1)}, "has 20004 points"),
    ({"points": [*SQUARE, (1,)]}, "a point that is not"),
    ({"points": [*SQUARE, (1, 2, 3)]}, "a point that is not"),
    ({"points": [*SQUARE, 5]}, "a point that is not"),
    ({"points": [*SQUARE, ("1", "2")]}, "a point that is not"),
    ({"points": [*SQUARE, (1, True)]}, "a point that is not"),
    ({"points": [*SQUARE, (1, math.nan)]}, "a point that is not"),
    ({"points": [*SQUARE, (1, -math.inf)]}, "a point that is not"),
    ({"points": [*SQUARE, (1, 10**400)]}, "a point that is not"),
    ({"points": [*SQUARE, (1, 1.1e6)]}, "a point that is not"),
    ({"points": SQUARE[:2], "shape_type": "mask"}, "is a mask without a picture"),
    ({"points": SQUARE[:2], "shape_type": "mask", "mask": "AAAA"}, "whose picture cannot be read"),
    ({"points": [SQUARE[0]], "shape_type": "linestrip"}, "has 1 point"),
    ({"points": [SQUARE[0]] * 3, "shape_type": "linestrip"}, "without a length"),
]


@pytest.mark.parametrize(("entry", "words"), ODD, ids=[str(k) for k in range(len(ODD))])
def test_an_odd_shape_costs_itself_and_is_named(entry: object, words: str) -> None:
    content = json.loads(labelme())
    content["shapes"] += [{**content["shapes"][0], **entry} if isinstance(entry, dict) else entry]
    content["shapes"].append(content["shapes"][0])
    annotation = read_labelme(json.dumps(content))
    assert len(annotation.shapes) == 2
    assert len(annotation.left_out) == 1
    assert words in annotation.left_out[0]
    assert annotation.notice.startswith("1 shape is left out: ")
    assert annotation.notice.count(". ") == 0
    assert len(annotation.notice) < 250


def test_a_group_that_is_no_number_is_no_group() -> None:
    groups = [s.group for s in read_labelme(labelme({"group_id": "1"}, {"group_id": 10**30}, {"group_id": 3})).shapes]
    assert groups == [None, None, None, 3]


def test_a_crossing_outline_holds_what_the_even_odd_rule_says() -> None:
    bow = read_labelme(labelme({"points": BOW}))
    assert not bow.left_out
    assert drawn(rasterize(bow.shapes[1:], (5, 6), {"a": 0})) == ["...#..", "#.##..", "#.##..", "...#..", "......"]


class TestRefused:
    """Everything else is refused in one sentence."""

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "not a LabelMe file"),
            (b"\xff\xfe\xff", "not a LabelMe file"),
            ("[" * 100_000, "not a LabelMe file"),
            ('{"a":' * 100_000, "not a LabelMe file"),
            ('{"shapes": [], "imageHeight": ' + "9" * 5000 + "}", "not a LabelMe file"),
            ("[]", "list of shapes"),
            ("null", "list of shapes"),
            ('{"shapes": {}}', "list of shapes"),
            (labelme(imageHeight=True), "imageHeight"),
            (labelme(imageHeight=-1), "imageHeight"),
            (labelme(imageWidth=MAX_SIDE + 1), "imageWidth: wanted a whole number from 1 to 65535"),
            (labelme(imageWidth=6.5), "imageWidth"),
            (labelme(imageWidth="6"), "imageWidth"),
            (labelme(*[{}] * MAX_SHAPES), "has 2001 shapes"),
            (labelme({"label": "a" * MAX_TEXT}), "has 6.0 MB of shapes"),
            (labelme(imageData="A" * MAX_FILE), "has 40.0 MB"),
            (labelme({"points": [(9 * i, 0) for i in range(MAX_SHAPES + 1)], "shape_type": "points"}), "parts"),
        ],
        ids=lambda value: "" if len(value) > 60 else None,
    )
    def test_in_one_sentence(self, data: bytes | str, words: str) -> None:
        start = time.process_time()
        with pytest.raises(BadAnnotation) as caught:
            read_labelme(data)
        told = str(caught.value)
        assert words in told
        assert told.endswith(".")
        assert told.count(". ") == 0
        assert len(told) < 250
        assert time.process_time() - start < 2

    @settings(max_examples=100, deadline=None)
    @given(st.integers(0, 300), st.text('[]{}",:0123456789eE.-truefalsn \\u', max_size=6))
    def test_nothing_but_bad_annotation_leaves(self, place: int, text: str) -> None:
        data = labelme()
        with suppress(BadAnnotation):
            for found in read_labelme(data[:place] + text + data[place + len(text) :]).shapes:
                assert found.points.shape[0] >= 3
                assert np.isfinite(found.points).all()


def crosses(points: np.ndarray) -> bool:
    """Whether two sides cross properly, side by side, the plain way."""

    def turn(a, b, c) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    sides = list(zip(points, np.roll(points, -1, axis=0), strict=True))
    return any(
        turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0
        for k, (a, b) in enumerate(sides)
        for c, d in sides[:k]
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=8))
def test_crossings_are_found(points: list[tuple[int, int]]) -> None:
    place = crossing(np.array(points, float))
    assert (place is not None) == crosses(np.array(points))


class TestClasses:
    """The table that gives fine labels their meaning."""

    def test_table_is_sorted_and_names_classes(self) -> None:
        lines = (ANNOTATIONS / "classes.csv").read_text(encoding="utf-8").splitlines()
        fine = [line.split(",")[0] for line in lines[1:]]
        assert lines[0] == "fine,everyday,street"
        assert fine == sorted(set(fine))
        for meaning in fine_classes().values():
            assert meaning.keys() == LABEL_SETS.keys()
            assert all(name in ("", *LABEL_SETS[labels].classes) for labels, name in meaning.items())

    @pytest.mark.parametrize("labels", LABEL_SETS.values(), ids=LABEL_SETS)
    def test_a_class_means_itself(self, labels) -> None:
        indices = class_indices(labels)
        assert [indices[name] for name in labels.classes] == list(range(len(labels)))
        assert indices["void"] == IGNORE
        # Where a fine label has the name of a class, the table must not say otherwise.
        for name in labels.classes:
            assert fine_classes().get(name, {labels.name: name})[labels.name] == name

    def test_some_meanings(self) -> None:
        assert class_indices(EVERYDAY)["space suit"] == EVERYDAY.index("person")
        assert class_indices(STREET)["space suit"] == STREET.index("pedestrian")
        assert class_indices(STREET)["coffee"] == IGNORE

    def test_no_row_is_left_over(self) -> None:
        drawn_labels = {s.label for name in NAMES for s in load_annotation(name).shapes}
        assert fine_classes().keys() == drawn_labels - {"void"}


def test_no_such_annotation() -> None:
    for name in ("../../pyproject", "nobody"):
        with pytest.raises(ValueError, match="there are astronaut, camera"):
            load_annotation(name)


@pytest.mark.parametrize("name", NAMES)
class TestOurAnnotations:
    """What we ship as ground truth is whole."""

    def test_no_outline_crosses_itself_and_all_is_read(self, name: str) -> None:
        annotation = load_annotation(name)
        assert not annotation.left_out
        assert not [s.label for s in annotation.shapes if crossing(s.points)]

    def test_size_is_the_photos(self, name: str) -> None:
        with Image.open(photo_path(name)) as photo:
            assert load_annotation(name).size == (photo.height, photo.width)

    def test_every_label_is_mapped(self, name: str) -> None:
        labels = {s.label for s in load_annotation(name).shapes}
        assert labels <= fine_classes().keys() | {"void"}

    def test_every_shape_shows(self, name: str) -> None:
        found = load_annotation(name)
        numbers = np.full(found.size, -1)
        for number, each in enumerate(found.shapes):
            numbers[inside(each.points, slice(0, found.size[0]), slice(0, found.size[1]))] = number
        hidden = set(range(len(found.shapes))) - set(np.unique(numbers).tolist())
        assert not hidden, [(number, found.shapes[number].label) for number in sorted(hidden)]

    def test_no_two_are_the_same(self, name: str) -> None:
        corners = [frozenset(map(tuple, s.points.tolist())) for s in load_annotation(name).shapes]
        assert len(set(corners)) == len(corners)

    def test_points_lie_on_the_photo(self, name: str) -> None:
        found = load_annotation(name)
        for each in found.shapes:
            assert (each.points >= -1).all()
            assert (each.points <= np.array(found.size[::-1]) + 1).all()

    def test_little_is_void(self, name: str) -> None:
        found = load_annotation(name)
        assert np.mean(rasterize(found.shapes, found.size, class_indices(EVERYDAY)) == IGNORE) < 0.25
