"""What the painter believes of a browser, and what it sends; what it paints is tested in tests/browser/."""

from __future__ import annotations

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seglib.labels import IGNORE
from seglib.ui.components.label_painter import Painting, read_box, read_painting

SIZE, K = (4, 6), 3
LABELS = np.full(SIZE, IGNORE, np.uint8)
LABELS[1, 2:5] = 2


def sent(labels: np.ndarray = LABELS, edition: int = 0, rev: int = 1, **changes: object) -> dict:
    """A message as the browser makes it."""
    content = base64.b64encode(zlib.compress(labels.tobytes())).decode()
    height, width = labels.shape
    return {"b64": content, "h": height, "w": width, "edition": edition, "rev": rev} | changes


@settings(deadline=None, max_examples=50)
@given(arrays(np.uint8, SIZE, elements=st.sampled_from([0, 1, 2, IGNORE])))
def test_a_map_arrives_as_it_was_painted(labels: np.ndarray) -> None:
    painting = read_painting(sent(labels), SIZE, K, None)
    np.testing.assert_array_equal(painting.labels, labels)
    assert (painting.edition, painting.rev) == (0, 1)


def test_noise_of_a_megapixel_arrives_too() -> None:
    noise = np.random.default_rng(0).integers(0, 250, (1000, 1000), dtype=np.uint8)
    np.testing.assert_array_equal(read_painting(sent(noise), (1000, 1000), 250, None).labels, noise)


@pytest.mark.parametrize(
    ("edition", "rev", "taken"), [(3, 8, True), (3, 7, False), (3, 6, False), (2, 99, False), (4, 8, False)]
)
def test_only_a_newer_state_of_the_same_edition_is_taken(edition: int, rev: int, taken: bool) -> None:
    known = Painting(LABELS, edition=3, rev=7)
    assert (read_painting(sent(edition=edition, rev=rev), SIZE, K, known) is not None) == taken


def base64_of(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content)).decode()


@pytest.mark.parametrize(
    "value",
    [
        None,
        "painting",
        [1, 2],
        {},
        sent(h=6, w=4),
        sent(h=4.0),
        sent(h=True),
        sent(w=-6),
        sent(rev=0),
        sent(rev=10**30),
        sent(rev="1"),
        sent(edition=None),
        sent(b64=None),
        sent(b64=7),
        sent(b64="no base64!"),
        sent(b64="ÄÖÜ"),
        sent(b64=base64.b64encode(b"not deflated").decode()),
        sent(b64=base64_of(bytes(23))),
        sent(b64=base64_of(bytes(25))),
        sent(b64=base64_of(bytes([3] * 24))),
        sent(b64=base64_of(bytes(50_000_000))),
        sent(b64="A" * 10_000),
        sent()["b64"],
        sent(b64=sent()["b64"][:-12]),
    ],
    ids=lambda value: str(value)[:60],
)
def test_anything_else_is_no_painting(value: object) -> None:
    assert read_painting(value, SIZE, K, None) is None


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked = []

    class Inflate:
        def __init__(self) -> None:
            self.real, self.eof = real(), False

        def decompress(self, data: bytes, most: int) -> bytes:
            unpacked.append(most)
            return self.real.decompress(data, most)

    real = zlib.decompressobj
    monkeypatch.setattr(zlib, "decompressobj", Inflate)
    assert read_painting(sent(b64=base64_of(bytes(500_000))), SIZE, K, None) is None
    assert unpacked == [25]


def box(**changes: object) -> dict:
    """A box as the browser sends it."""
    return {"top": 2, "left": 3, "bottom": 20, "right": 40, "rev": 5} | changes


def test_a_newer_box_is_taken_wherever_it_lies() -> None:
    assert read_box(box(), 4) == ((2, 3, 20, 40), 5)
    assert read_box(box(top=-7, bottom=-7), 0) == ((-7, 3, -7, 40), 5)
    assert read_box(box(), 5) is None


@pytest.mark.parametrize(
    "value",
    [
        None,
        "box",
        [2, 3, 20, 40],
        {},
        box(top=2.0),
        box(top=True),
        box(left=None),
        box(right=10**7),
        box(bottom="20"),
        box(rev=2**53),
        box(rev=5.0),
        box(rev=None),
    ],
    ids=str,
)
def test_anything_else_is_no_box(value: object) -> None:
    assert read_box(value, 0) is None
