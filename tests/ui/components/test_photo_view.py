"""What `photo_view` sends and what it believes; what it draws is tested in tests/browser/."""

from __future__ import annotations

import base64
import io
import json
import zlib

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from seglib.labels import EVERYDAY, IGNORE
from seglib.ui.components import encoding
from seglib.ui.components.encoding import EncodedArrays, Parcel
from seglib.ui.components.photo_view import read_pin

NOISE = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
RAMP = np.stack(np.broadcast_arrays(*np.ogrid[:200, :255], 90), axis=-1).astype(np.uint8)


def picture_of(asset: dict) -> tuple[str, np.ndarray]:
    """Kind and pixels of a data URL."""
    head, content = asset["content"].split(",")
    return head, np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))


def map_of(asset: dict) -> np.ndarray:
    """What the browser unpacks."""
    values = np.frombuffer(zlib.decompress(base64.b64decode(asset["content"])), np.uint8)
    return values.reshape(asset["height"], asset["width"])


def test_label_map_survives_the_journey():
    labels = np.random.default_rng(1).integers(0, 11, (37, 53))
    labels[3:5] = IGNORE
    parcel = Parcel(num_classes=11)
    name = parcel.add_labels(labels)
    np.testing.assert_array_equal(map_of(parcel.maps[name]), labels)


def test_pixelated_and_small_pictures_are_lossless_and_photos_nearly():
    parcel = Parcel(None)
    exact = [parcel.add_picture(NOISE, pixelated=True), parcel.add_picture(NOISE[:8, :9], pixelated=False)]
    for name, wanted in zip(exact, (NOISE, NOISE[:8, :9]), strict=True):
        head, pixels = picture_of(parcel.pictures[name])
        assert head == "data:image/png;base64"
        np.testing.assert_array_equal(pixels, wanted)
    head, pixels = picture_of(parcel.pictures[parcel.add_picture(RAMP, pixelated=False)])
    assert head == "data:image/jpeg;base64"
    assert np.abs(pixels.astype(int) - RAMP).mean() < 2


def test_confidence_is_thinned_out_but_keeps_whole_per_cents():
    confidence = np.linspace(0, 1, 1000 * 700).reshape(1000, 700).astype(np.float32)
    parcel = Parcel(None)
    sent = map_of(parcel.maps[parcel.add_confidence(confidence)])
    assert max(sent.shape) <= encoding.CONFIDENCE_SIDE
    assert np.abs(sent / 255 - confidence[::4, ::4]).max() <= 0.5 / 255 + 1e-6


def test_each_array_travels_once():
    parcel = Parcel(num_classes=11)
    labels = np.zeros((20, 30), int)
    names = {parcel.add_labels(labels), parcel.add_labels(labels.copy()), parcel.add_labels(labels.astype(np.uint8))}
    assert len(names) == len(parcel.maps) == 1
    assert parcel.add_labels(labels.reshape(30, 20)) not in names
    assert parcel.add_picture(NOISE, False) == parcel.add_picture(NOISE.copy(), False)
    assert parcel.add_picture(NOISE, True) != parcel.add_picture(NOISE, False)


def test_encoding_is_done_once_and_forgotten_in_order():
    calls = []

    def encode(array: np.ndarray) -> dict:
        calls.append(int(array[0]))
        return {"content": "x" * 40}

    cache = EncodedArrays(max_bytes=100)
    one, two, three = (np.full(4, value) for value in (1, 2, 3))
    for array in (one, two, one, three, one, two):  # three pushes out two, which lay longest
        cache.get("map", array, encode)
    assert calls == [1, 2, 3, 2]
    assert cache.bytes == 80


@pytest.mark.parametrize(
    ("add", "array", "message"),
    [
        ("add_labels", np.full((4, 5), 11), "class index 11"),
        ("add_labels", np.zeros((4, 5)), "float64"),
        ("add_confidence", np.zeros((4, 5, 6)), r"\(4, 5, 6\)"),
        ("add_picture", np.zeros((4, 5, 3)), "float64"),
        ("add_picture", np.zeros((4, 5), np.uint8), r"\(4, 5\)"),
    ],
)
def test_wrong_arrays_are_refused_with_what_came(add, array, message):
    rest = (False,) if add == "add_picture" else ()
    with pytest.raises(ValueError, match=message):
        getattr(Parcel(num_classes=11), add)(array, *rest)


def test_labels_need_a_label_set():
    with pytest.raises(ValueError, match="label_set"):
        Parcel(None).add_labels(np.zeros((4, 5), int))


@pytest.mark.parametrize("pin", [(0, 0), (59, 89)])
def test_pin_within_the_picture_is_believed(pin):
    assert read_pin({"row": pin[0], "col": pin[1]}, (60, 90)) == pin


@pytest.mark.parametrize(
    "value",
    [
        None,
        [3, 4],
        "3,4",
        {},
        {"row": 3},
        {"row": 60, "col": 0},
        {"row": 0, "col": 90},
        {"row": -1, "col": 0},
        {"row": 3.0, "col": 4},
        {"row": True, "col": 4},
        {"row": "3", "col": "4"},
        {"row": [3], "col": {}},
        {"row": 10**40, "col": 0},
    ],
)
def test_anything_else_is_no_pin(value):
    assert read_pin(value, (60, 90)) is None


def page() -> None:
    """A script for `AppTest`, which runs it as a file of its own."""
    import numpy as np  # noqa: PLC0415
    import streamlit as st  # noqa: PLC0415

    from seglib.labels import EVERYDAY  # noqa: PLC0415
    from seglib.ui.components.photo_view import Panel, photo_view  # noqa: PLC0415

    labels = np.zeros((6, 9), int)
    panels = [Panel("one", "first", labels=labels), Panel("two", "second", labels=labels, compare=Panel("x", "third"))]
    pinned = photo_view(panels, key="view", size=(6, 9), label_set=EVERYDAY, truth=labels, pin=(np.int64(1), 2))
    st.text(f"pinned {pinned}")


def sent(at: AppTest) -> dict:
    """The data of the one component on the page."""
    proto = at.get("bidi_component")[0].proto
    return json.loads(proto.mixed.json or proto.json)


def test_page_sends_one_map_and_its_pin():
    at = AppTest.from_function(page).run()
    assert not at.exception
    data = sent(at)
    assert len(data["maps"]) == 1
    assert {data["truth"]} == {panel["labels"] for panel in data["panels"]} == set(data["maps"])
    assert data["pin"] == [1, 2]
    assert data["columns"] == 2
    assert [entry["name"] for entry in data["classes"]] == list(EVERYDAY.classes)
    assert at.text[0].value == "pinned None"
