"""Lessons: what is saved comes back, and what is damaged or hostile is one sentence."""

import base64
import json
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.labels import IGNORE
from seglib.teach.heads import fit
from seglib.teach.lesson import (
    CHANNELS,
    MAX_BYTES,
    MAX_CLASSES,
    BadLesson,
    Lesson,
    own_classes,
    read_lesson,
    remap,
    write_lesson,
)


def a_lesson(seed: int = 0) -> Lesson:
    rng = np.random.default_rng(seed)
    strokes = rng.choice(np.array([0, 1, 2, IGNORE], np.uint8), size=(40, 50))
    targets = np.arange(12) % 3
    head = fit({stride: rng.normal(size=(12, c)).astype(np.float32) for stride, c in CHANNELS.items()}, targets)
    return Lesson(own_classes(["cup", "table", "Katze*"]), {"coffee": strokes, "upload-1": strokes.T.copy()}, head)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_what_is_saved_comes_back(seed: int) -> None:
    lesson = a_lesson(seed)
    again = read_lesson(write_lesson(lesson))
    assert again.label_set == lesson.label_set
    assert list(again.strokes) == list(lesson.strokes)
    assert all(np.array_equal(again.strokes[key], strokes) for key, strokes in lesson.strokes.items())
    assert again.head.classes.tolist() == [0, 1, 2]
    assert all(np.array_equal(again.head.weight[stride], lesson.head.weight[stride]) for stride in CHANNELS)
    assert np.array_equal(again.head.bias, lesson.head.bias)


def test_a_lesson_without_a_head_or_strokes() -> None:
    again = read_lesson(write_lesson(Lesson(own_classes(["cup"]), {})))
    assert (again.label_set.classes, again.strokes, again.head) == (("cup",), {}, None)


def test_a_lesson_is_small() -> None:
    strokes = np.full((800, 1200), IGNORE, np.uint8)
    strokes[100:106, 200:400] = 0
    lesson = a_lesson()
    assert len(write_lesson(Lesson(lesson.label_set, {"photo": strokes}, lesson.head))) < 20_000


def spoil(**changes: object) -> bytes:
    return json.dumps(json.loads(write_lesson(a_lesson())) | changes).encode()


def bomb(pixels: int) -> dict:
    packed = base64.b64encode(zlib.compress(bytes(50_000_000), 9)).decode()
    return {"key": "x", "size": [1, pixels], "strokes": packed}


def head(**changes: object) -> dict:
    return json.loads(write_lesson(a_lesson()))["head"] | changes


RED = {"name": "a", "color": [255, 0, 0]}
HOSTILE = {
    "empty": b"",
    "no JSON": b"\x80\x04\x95cos\nsystem\n",
    "nested": b"[" * 100_000,
    "a long number": b"9" * 6000,
    "a list": b"[]",
    "another format": spoil(format="seglib lesson 2"),
    "too long": b" " * (MAX_BYTES + 1),
    "no classes": spoil(classes=[]),
    "too many classes": spoil(classes=[{"name": str(k), "color": [0, 0, 0]} for k in range(MAX_CLASSES + 1)]),
    "a class without a name": spoil(classes=[{"color": [0, 0, 0]}]),
    "a name that is a number": spoil(classes=[{"name": 3, "color": [0, 0, 0]}]),
    "an empty name": spoil(classes=[RED | {"name": "  "}]),
    "a name with a newline": spoil(classes=[RED | {"name": "a\nb"}]),
    "a name that is void": spoil(classes=[RED | {"name": "Void"}]),
    "a name twice": spoil(classes=[RED, RED | {"name": "A"}]),
    "a colour of two": spoil(classes=[RED | {"color": [1, 2]}]),
    "a colour of truths": spoil(classes=[RED | {"color": [True, True, True]}]),
    "a colour out of range": spoil(classes=[RED | {"color": [0, 0, 256]}]),
    "photos of no list": spoil(photos={}),
    "too many photos": spoil(photos=[{}] * 100),
    "a photo that is a number": spoil(photos=[3]),
    "a photo without a name": spoil(photos=[{"key": "", "size": [1, 1], "strokes": ""}]),
    "a size too large": spoil(photos=[{"key": "x", "size": [8000, 8000], "strokes": ""}]),
    "a size of nothing": spoil(photos=[{"key": "x", "size": [0, 5], "strokes": ""}]),
    "a negative size": spoil(photos=[{"key": "x", "size": [-1, -5], "strokes": ""}]),
    "strokes that unfold": spoil(photos=[bomb(1000)]),
    "strokes that are no base64": spoil(photos=[{"key": "x", "size": [2, 2], "strokes": "€€€€"}]),
    "strokes that are a number": spoil(photos=[{"key": "x", "size": [2, 2], "strokes": 4}]),
    "strokes of no class": spoil(classes=[RED]),
    "a head that is a number": spoil(head=3),
    "a head of one class": spoil(head=head(classes=[0])),
    "a head of classes that are none": spoil(head=head(classes=[0, 1, 7])),
    "a head of classes out of order": spoil(head=head(classes=[1, 0, 2])),
    "a head without layers": spoil(head=head(layers={})),
    "a head of other layers": spoil(head=head(layers={"64": ""})),
    "a head cut short": spoil(head=head(layers={"4": "AAAA"})),
    "a head of no numbers": spoil(head=head(bias=base64.b64encode(np.full(3, np.nan, "<f4").tobytes()).decode())),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_no_lesson_is_one_sentence(data: bytes) -> None:
    with pytest.raises(BadLesson) as caught:
        read_lesson(data)
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 200


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_a_byte_changed_anywhere(seed: int) -> None:
    """Read or refused in a sentence; never anything else."""
    rng = np.random.default_rng(seed)
    data = bytearray(write_lesson(a_lesson()))
    for at in rng.integers(len(data), size=rng.integers(1, 4)):
        data[at] = rng.integers(256)
    try:
        lesson = read_lesson(bytes(data[: rng.integers(1, len(data) + 1)] if seed % 3 == 0 else data))
    except BadLesson:
        return
    assert all(strokes.dtype == np.uint8 for strokes in lesson.strokes.values())


def test_own_classes() -> None:
    label_set = own_classes([" cup ", "table"])
    assert label_set.classes == ("cup", "table")
    with pytest.raises(BadLesson, match="two classes are called 'cup'".capitalize()):
        own_classes(["cup", "CUP"])
    with pytest.raises(BadLesson, match="wanted 1 to"):
        own_classes([])


def test_colours_of_twelve_classes_differ() -> None:
    assert len(set(own_classes([str(k) for k in range(MAX_CLASSES)]).colors)) == MAX_CLASSES


def test_strokes_follow_their_classes() -> None:
    strokes = np.array([[0, 1, 2, IGNORE]], np.uint8)
    assert remap(strokes, {0: 1, 2: 0}).tolist() == [[1, IGNORE, 0, IGNORE]]
