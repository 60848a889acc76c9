"""Claims about nets on several validation sets: each set alone, and how long nets were trained, in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seglib.claims import about_nets, counts
from seglib.claims.counts import Bench
from seglib.models import cards
from tests.claims.test_claims import camvid


def photos(data: Path, name: str, number: int, size: tuple[int, int]) -> None:
    for kind in ("images", "labels"):
        (data / name / "val" / kind).mkdir(parents=True)
        for i in range(number):
            mode = "RGB" if kind == "images" else "L"
            Image.new(mode, size).save(data / name / "val" / kind / f"{i}.png")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """One photo of one set, three of the second, two of the third."""
    for name, number, size in (("msrc", 1, (32, 21)), ("voc", 3, (40, 30)), ("nyu", 2, (33, 44))):
        photos(tmp_path, name, number, size)
    return tmp_path


def test_photos_of_each_set_are_told_apart_in_the_order_they_are_counted(data: Path) -> None:
    bench = Bench(data, data)
    assert bench.short_sides("everyday").tolist() == [21, 30, 30, 30, 33, 33]
    matrices = np.arange(6)[:, None, None] * np.ones((1, 2, 2), int)
    apart = bench.by_set("everyday", matrices)
    assert {name: part[:, 0, 0].tolist() for name, part in apart.items()} == {
        "msrc": [0],
        "voc": [1, 2, 3],
        "nyu": [4, 5],
    }


def test_each_set_alone_has_its_own_gains(data: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(counts, "RESAMPLES", 20)
    bench = Bench(data, data)
    right, half = np.diag([10, 10, 0]), np.array([[10, 0, 0], [10, 0, 0], [0, 0, 0]])
    coarse = np.stack([half] * 6)
    fine = np.stack([half, right, right, right, half, half])
    words = about_nets._in_each_set(bench, "everyday", {"fcn32s": coarse, "fcn16s": fine})
    assert words == {
        "everyday, msrc alone": "fcn16s over fcn32s +0.0 (+0.0 to +0.0)",
        "everyday, voc alone": "fcn16s over fcn32s +75.0 (+75.0 to +75.0)",
        "everyday, nyu alone": "fcn16s over fcn32s +0.0 (+0.0 to +0.0)",
    }
    street = Bench(camvid(tmp_path / "street", 2), tmp_path)
    assert about_nets._in_each_set(street, "street", {"fcn32s": coarse[:2], "fcn16s": fine[:2]}) == {}


def test_classes_that_a_set_does_not_show_cost_nothing() -> None:
    """Ten of ten pixels of class 0 are right; five of class 1 are called 2, which the truth does not have."""
    cm = np.array([[10, 0, 0], [0, 5, 5], [0, 0, 0]])
    assert about_nets.mean_iou_of_true(cm) == pytest.approx((1 + 0.5) / 2)


def test_views_in_words(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(cards, "WEIGHTS", tmp_path)
    cards.write_with_card(tmp_path / "street-fcn8s.safetensors", b"", {"views_in_all": 3000, "init": {"name": "fcn4s"}})
    cards.write_with_card(
        tmp_path / "street-shallow8.safetensors", b"", {"epochs_in_all": 28, "recipe": {"views": 100}, "init": None}
    )
    words = about_nets.views_trained_on(("shallow8", "fcn8s"), "street")
    assert words == "shallow8 2,800 (alone from the first), fcn8s 3,000"


def test_where_skips_gain_most_is_named() -> None:
    words = about_nets._where_the_gain_lies("everyday", {1: 1.0, 3: 2.0, 5: 4.0, 10: 9.0, 20: 8.0})
    assert "largest within 10 px of a border (+9.0), within 3 px it is +2.0" in words
