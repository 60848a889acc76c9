"""Detectors on the photos in the box, and what may be asked of a box."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.before_convnets.boxes import (
    DETECTORS,
    RIM,
    SMALLEST_SIDE,
    BadBox,
    Box,
    check_box,
    class_inside,
    class_iou,
    detect,
    grown,
    share_outside,
    stuff_box,
    thing_box,
)
from seglib.labels import EVERYDAY, IGNORE, STREET
from seglib.photos import load_photo, photo_truth

VOTES = 5  # the page's own start
# Corners of our polygons under assets/annotations: the two people's faces; the cat's from ears to the photo's edge.
FACES = {
    ("Face", "astronaut"): Box(64, 180, 180, 272),
    ("Face", "grace_hopper"): Box(125, 165, 332, 358),
    ("Cat face", "chelsea"): Box(0, 50, 300, 402),
}
SAME = 0.6  # IoU of two boxes that are called the same; a cascade's box is square, a face is not


def box_iou(a: Box, b: Box) -> float:
    """Intersection over union by counting pixels."""
    one, other = (box.mask((700, 700)) for box in (a, b))
    return (one & other).sum() / (one | other).sum()


@pytest.mark.parametrize(("detector", "photo"), FACES)
def test_it_finds_the_faces_in_the_box_and_nothing_else(detector: str, photo: str) -> None:
    found = [it for it in detect(load_photo(photo), DETECTORS[detector]) if it.votes >= VOTES]
    assert len(found) == 1
    assert box_iou(found[0].box, FACES[detector, photo]) > SAME


@pytest.mark.parametrize(("detector", "photo"), [("Face", "chelsea"), ("Face", "coffee"), ("Cat face", "astronaut")])
def test_where_there_is_none_it_finds_none(detector: str, photo: str) -> None:
    assert not [it for it in detect(load_photo(photo), DETECTORS[detector]) if it.votes >= VOTES]


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize("size", [(1, 1), (8, 160), (64, 48)])
def test_a_photo_of_one_colour_or_tiny_has_no_things(name: str, size: tuple[int, int]) -> None:
    assert detect(np.full((*size, 3), 90, np.uint8), DETECTORS[name]) == []


def test_boxes_lie_in_the_photo_and_the_surest_comes_first() -> None:
    image = load_photo("coins")
    for name in ("Upper body", "Whole people"):
        found = detect(image, DETECTORS[name])
        assert found
        assert [it.votes for it in found] == sorted((it.votes for it in found), reverse=True)
        assert all(check_box(it.box, image.shape[:2]) == it.box for it in found)


def test_detectors_name_classes_that_exist() -> None:
    sets = {labels.name: labels for labels in (EVERYDAY, STREET)}
    for detector in DETECTORS.values():
        for labels, name in detector.classes.items():
            assert name in sets[labels].things


@settings(deadline=None)
@given(st.lists(st.integers(-50, 200), min_size=4, max_size=4))
def test_a_box_is_cut_to_the_photo_or_refused_in_a_sentence(sides: list[int]) -> None:
    box = Box(*sides)
    rows, cols = np.mgrid[:90, :120]
    covered = (rows >= box.top) & (rows < box.bottom) & (cols >= box.left) & (cols < box.right)
    tall, wide = covered.any(1).sum(), covered.any(0).sum()
    if min(tall, wide) < SMALLEST_SIDE or covered.all():
        with pytest.raises(BadBox, match=r"^[^.]{20,150}\.$"):
            check_box(box, (90, 120))
    else:
        np.testing.assert_array_equal(covered, check_box(box, (90, 120)).mask((90, 120)))


@pytest.mark.parametrize(
    ("box", "words"),
    [
        (Box(10, 10, 10, 40), "no area"),
        (Box(40, 10, 10, 40), "no area"),
        (Box(95, 10, 200, 40), "outside the photo"),
        (Box(-50, -50, -1, -1), "outside the photo"),
        (Box(10, 10, 12, 40), "30 x 2 pixels"),
        (Box(-5, 0, 90, 500), "whole photo"),
    ],
)
def test_what_is_wrong_with_a_box_is_said(box: Box, words: str) -> None:
    with pytest.raises(BadBox, match=words):
        check_box(box, (90, 120))


@settings(deadline=None)
@given(
    st.integers(0, 80), st.integers(0, 100), st.integers(6, 90), st.integers(6, 90), st.sampled_from(sorted(DETECTORS))
)
def test_a_grown_box_holds_the_part_but_for_a_rim(top: int, left: int, tall: int, wide: int, name: str) -> None:
    size, detector = (90, 120), DETECTORS[name]
    part = Box(top, left, min(top + tall, 90), min(left + wide, 120))
    whole, rim = grown(part, detector, size), round(RIM * 90)
    if not any(detector.grow):
        assert whole == part
        return
    assert max(whole.top, rim) <= max(part.top, rim)
    assert max(whole.left, rim) <= max(part.left, rim)
    assert whole.bottom >= part.bottom
    assert whole.right >= min(part.right, 120 - rim)
    assert whole.top >= rim
    assert rim <= whole.left
    assert whole.right <= 120 - rim


def test_iou_of_a_class_by_hand() -> None:
    truth = np.array([[6, 6, 1, 1], [6, IGNORE, 1, 1]])
    found = np.array([[1, 0, 1, 0], [1, 1, 0, 0]], bool)
    # Void left out: both say person in two pixels, one says it in four.
    assert class_iou(truth, found, 6) == pytest.approx(2 / 4)
    assert class_iou(truth, found, 6, Box(0, 0, 2, 2)) == pytest.approx(2 / 3)
    assert np.isnan(class_iou(truth, np.zeros_like(found), 9))


def test_what_is_inside_and_just_outside() -> None:
    labels = np.full((40, 40), 3, np.uint8)
    labels[10:30, 10:30] = 6
    labels[:, 30:] = IGNORE
    box = Box(12, 12, 28, 28)
    assert class_inside(labels, box) == 6
    # A strip two wide lies in the square all round; four wide, a part of it is sky, and a part void.
    assert share_outside(labels, box, 6, width=2) == 1
    strip = labels[8:32, 8:32].astype(int)
    strip[4:20, 4:20] = IGNORE
    assert share_outside(labels, box, 6, width=4) == pytest.approx((strip == 6).sum() / (strip != IGNORE).sum())
    assert class_inside(np.full((5, 5), IGNORE, np.uint8), Box(0, 0, 5, 5)) is None
    assert np.isnan(share_outside(labels, Box(0, 0, 40, 40), 6))


def test_a_box_round_stuff_is_in_the_midst_of_it() -> None:
    for photo, stuff in (("china", "sky"), ("rocket", "sky"), ("camera", "grass")):
        truth = photo_truth(photo, EVERYDAY)
        box, k = stuff_box(truth, EVERYDAY), EVERYDAY.index(stuff)
        assert (truth[box.view] == k).all()
        assert share_outside(truth, box, k) == 1
    assert stuff_box(photo_truth("astronaut", EVERYDAY), EVERYDAY) is None
    assert stuff_box(np.full((50, 50), IGNORE, np.uint8), EVERYDAY) is None


def test_a_box_round_the_largest_thing_is_where_a_person_would_draw_it() -> None:
    labels = np.full((100, 200), EVERYDAY.index("grass"), np.uint8)
    labels[20:60, 50:100] = EVERYDAY.index("dog")
    labels[70:90, 150:170] = EVERYDAY.index("cat")
    labels[0:100, 190:200] = EVERYDAY.index("tree")  # stuff, whatever its size
    assert thing_box(labels, EVERYDAY) == Box(18, 48, 62, 102)  # 3 % of 50 columns is 2 pixels
    labels[20:60, 50:100] = EVERYDAY.index("grass")
    assert thing_box(labels, EVERYDAY) == Box(69, 149, 91, 171)


@pytest.mark.parametrize(
    ("rows", "cols"),
    [
        (slice(50, 60), slice(50, 60)),  # half a per cent of the photo
        (slice(0, 100), slice(0, 200)),  # all of it
        (slice(0, 0), slice(0, 0)),  # none
    ],
)
def test_a_region_that_nobody_would_cut_out_gets_no_box(rows: slice, cols: slice) -> None:
    labels = np.full((100, 200), EVERYDAY.index("grass"), np.uint8)
    labels[rows, cols] = EVERYDAY.index("dog")
    assert thing_box(labels, EVERYDAY) is None


def test_a_thing_that_fills_little_of_its_box_gets_none() -> None:
    labels = np.full((100, 200), EVERYDAY.index("grass"), np.uint8)
    labels[10:90, 20:180] = EVERYDAY.index("furniture")
    labels[20:80, 30:170] = EVERYDAY.index("floor")  # a frame
    assert thing_box(labels, EVERYDAY) is None
