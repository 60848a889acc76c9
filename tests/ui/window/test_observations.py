"""Sentences of the page about the window: each in both faces, from data made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seglib.costs.bill import Item
from seglib.ui.window import observations
from seglib.ui.window.observations import Sides
from seglib.window.stack import costs, parse_stack


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        ("3", "Layer 1 adds 2 px to the window: (3 − 1) x dilation 1 x 1 px"),
        ("3/2 p2/2 3d4", "Layer 3 adds 32 px to the window: (3 − 1) x dilation 4 x 4 px"),
        ("5 1", "Layer 2 adds 0 px to the window: (1 − 1) x dilation 1 x 1 px"),
    ],
)
def test_what_a_layer_adds_is_what_the_table_says(stack: str, words: str) -> None:
    rows = parse_stack(stack)
    assert observations.growth(rows, costs(rows, (64, 64))).words.startswith(words)


def test_rates_leave_holes_or_none() -> None:
    whole = observations.holes([1, 2, 5])
    assert whole.holds
    assert whole.words == "Rates 1, 2, 5: a window of 17 px without a hole."
    holes = observations.holes([2, 2, 2])
    assert not holes.holds
    assert "a window of 13 px, of which 71.0 % are never looked at" in holes.words  # 1 - (7 / 13)²


def bill(**seconds: float | None) -> list[Item]:
    """Lines by name and stride, ``dilated8=0.2``."""
    lines = []
    for name, value in seconds.items():
        net = "fcn8s" if name.startswith("fcn8s") else name.rstrip("0123456789")
        stride = int(name.removeprefix(net))
        lines.append(Item(net, stride, 10**9, 10**7, value, None if value is None else 10**7))
    return lines


def test_dilation_keeps_the_window_or_not() -> None:
    windows = {("fcn8s", 32): 500, ("dilated", 8): 500, ("dilated", 1): 480, ("plain", 8): 150, ("plain", 1): 30}
    kept = observations.window_kept(windows)
    assert kept.holds
    assert "(500 px at stride 8, 480 px at stride 1); plain nets lose it (150 px at stride 8, 30 px" in kept.words
    assert not observations.window_kept({("dilated", 8): 90, ("plain", 8): 150}).holds
    assert observations.window_kept({("dilated", 8): None, ("plain", 8): 150}) is None
    assert observations.window_kept({("dilated", 8): 90}) is None


def test_dilation_is_nearly_free_or_not() -> None:
    free = observations.as_dear_as_plain(bill(dilated8=1.1, plain8=1.0, dilated4=4.8, plain4=4.0, dilated2=9.0))
    assert free.holds
    assert "1.10 to 1.20 times" in free.words
    dear = observations.as_dear_as_plain(bill(dilated8=2.0, plain8=1.0))
    assert not dear.holds
    assert "2.00 times as long" in dear.words
    assert observations.as_dear_as_plain(bill(dilated8=2.0, plain4=1.0)) is None


def test_resolution_is_dear_or_affordable() -> None:
    dear = observations.resolution_is_dear(bill(fcn8s32=0.1, dilated8=0.4, dilated1=30.0))
    assert dear.holds
    assert "Stride 8 takes 4.0 times as long as fcn8s, stride 1 300 times" in dear.words
    assert not observations.resolution_is_dear(bill(fcn8s32=0.1, dilated8=0.4, dilated1=1.0)).holds
    assert observations.resolution_is_dear(bill(fcn8s32=0.1, dilated8=0.4, dilated1=None)) is None
    assert observations.resolution_is_dear(bill(dilated8=0.4, dilated1=1.0)) is None


SIDES = Sides(unit=300, theory=(250, 300), cut=True, effective=120, needed=90)


def test_the_effective_field_is_smaller_or_fills_the_window() -> None:
    small = observations.effective_is_smaller(SIDES)
    assert small.holds
    assert "250 x 300 px, where the photo's edge cuts it (a unit's whole window has 300 px)" in small.words
    assert "a square of 120 px holds 95 %" in small.words
    full = observations.effective_is_smaller(replace(SIDES, effective=290, cut=False))
    assert not full.holds
    assert "edge cuts" not in full.words
    assert observations.effective_is_smaller(replace(SIDES, effective=0)) is None


def test_what_is_needed_lies_inside_the_effective_field_or_not() -> None:
    assert observations.needs_little(SIDES).holds
    more = observations.needs_little(replace(SIDES, needed=200))
    assert not more.holds
    assert "from a crop of 200 px on" in more.words
    assert observations.needs_little(replace(SIDES, effective=0)) is None


def test_beyond_the_window_the_curve_is_flat_or_moves() -> None:
    flat = observations.flat_beyond_theory([11, 51, 101, 201], [0.2, 0.5, 0.7, 0.7], 101)
    assert flat.holds
    moves = observations.flat_beyond_theory([11, 51, 101, 201], [0.2, 0.5, 0.7, 0.72], 101)
    assert not moves.holds
    assert "moves by 2.00 points" in moves.words
    assert observations.flat_beyond_theory([11, 51], [0.2, 0.5], 51) is None


def test_a_larger_window_pays_or_does_not() -> None:
    scores = {"shallow8": 0.3, "fcn8s": 0.5}
    sentence = observations.window_pays(scores, "shallow8", "fcn8s")
    assert sentence.holds
    assert "fcn8s 50.0 %, shallow8 30.0 % mean IoU" in sentence.words
    assert not observations.window_pays(scores, "fcn8s", "shallow8").holds
    assert observations.window_pays(scores, "plain8", "dilated8") is None


def test_who_sees_least_and_most_is_said() -> None:
    words = observations.short_sighted({"fcn32s": 851, "shallow8": 67, "plain8": 355}).words
    assert "shallow8 sees least, 67 px a side; fcn32s most, 851 px" in words


def test_what_imagenet_taught_pays_or_does_not() -> None:
    assert (
        "does not pay"
        in observations.imagenet_pays({"fcn8s": 0.3, "fcn8s_scratch": 0.4}, "fcn8s_scratch", "fcn8s").words
    )
    pays = observations.imagenet_pays({"fcn8s": 0.5, "fcn8s_scratch": 0.4}, "fcn8s_scratch", "fcn8s")
    assert pays.holds
    assert "fcn8s 50.0 %, from random weights 40.0 %" in pays.words
    assert observations.imagenet_pays({"fcn8s": 0.5}, "fcn8s_scratch", "fcn8s") is None
