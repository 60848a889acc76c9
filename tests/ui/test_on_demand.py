"""A picture on demand is drawn for whoever first needs its pixels, and for nobody after that."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from seglib.ui import cache
from seglib.ui.components import encoding
from seglib.ui.components.encoding import CACHE_BYTES, EncodedArrays, Parcel
from seglib.ui.on_demand import pixels

drawn: list[int] = []


@cache.on_demand
def stripes(width: int, grey: int) -> np.ndarray:
    drawn.append(grey)
    return np.full((40, width, 3), grey, np.uint8)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has been encoded yet."""
    drawn.clear()
    monkeypatch.setattr(encoding, "_encoded", EncodedArrays(CACHE_BYTES))


def add(grey: int, pixelated: bool = False, width: int = 30) -> dict:
    parcel = Parcel(None)
    return parcel.pictures[parcel.add_picture(stripes(width, grey), pixelated)]


def test_it_is_drawn_once_for_all_who_are_sent_it() -> None:
    assert [add(grey)["content"] for grey in (10, 20, 10)] == [add(grey)["content"] for grey in (10, 20, 10)]
    assert drawn == [10, 20]


def test_what_is_sent_is_what_is_drawn() -> None:
    sent = add(77)["content"].partition("base64,")[2]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(sent)))), pixels(stripes(30, 77)))


@pytest.mark.parametrize(("width", "pixelated", "kind"), [(30, False, "png"), (300, False, "jpeg"), (300, True, "png")])
def test_it_travels_as_it_would_had_it_been_drawn_before(width: int, pixelated: bool, kind: str) -> None:
    parcel = Parcel(None)
    there = parcel.pictures[parcel.add_picture(pixels(stripes(width, 5)), pixelated)]
    assert there == add(5, pixelated, width)
    assert there["content"].startswith(f"data:image/{kind};")


def test_two_ways_to_send_one_picture_do_not_meet() -> None:
    assert add(9, pixelated=False, width=300) != add(9, pixelated=True, width=300)


def test_it_goes_by_what_it_is_drawn_from() -> None:
    scores = np.zeros((3, 4))
    keys = [cache.score_picture(values, limit).key for values in (scores, scores + 1) for limit in (1.0, 2.0)]
    assert len(set(keys)) == 4
    assert cache.score_picture(scores.copy(), 1.0).key == keys[0]


def test_one_that_is_no_picture_is_refused() -> None:
    @cache.on_demand
    def flat() -> np.ndarray:
        return np.zeros((3, 4))

    with pytest.raises(ValueError, match="a picture is"):
        Parcel(None).add_picture(flat(), False)
