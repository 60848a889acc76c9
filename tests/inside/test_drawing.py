"""The drawn net: every arrow there, as wide as what passes along it, the cut ones marked."""

import xml.etree.ElementTree as ET

import pytest

from seglib.inside.drawing import BACKWARD, CUT, FORWARD, THINNEST, WIDEST, net_drawing

FORWARD_SIZES = {"4 to photo": 1.0, "8 to 4": 0.5, "scores 8": 4.0, "scores 4": 1.0}
BACKWARD_SIZES = {"4 to photo": 2.0, "8 to 4": 1.0, "scores 8": 0.5, "scores 4": 0.0}


def drawn(cuts=(), title="a net"):
    return ET.fromstring(net_drawing({4: 32, 8: 64}, [8, 4], FORWARD_SIZES, BACKWARD_SIZES, cuts, title))


def lines(drawing, color):
    return [float(line.get("stroke-width")) for line in drawing.iter("line") if line.get("stroke") == color]


def test_widths_are_proportional_each_kind_on_its_own_scale() -> None:
    drawing = drawn()
    assert lines(drawing, BACKWARD)[:2] == [WIDEST, WIDEST / 2]
    assert lines(drawing, BACKWARD).count(THINNEST) == 2  # nothing comes back to scores 4, on both sides of them
    assert sorted(lines(drawing, FORWARD), reverse=True)[:3] == [WIDEST] * 3  # the trunk's, and twice the scores'
    assert sum(width == pytest.approx(WIDEST / 4) for width in lines(drawing, FORWARD)) == 2


def test_every_red_arrow_can_be_clicked_by_its_name() -> None:
    assert {group.get("data-arrow") for group in drawn().iter("g")} == set(BACKWARD_SIZES)


def test_a_cut_arrow_is_drawn_as_one() -> None:
    drawing = drawn(["8 to 4"])
    assert len(lines(drawing, CUT)) == 1
    assert [text.text for text in drawing.iter("text")].count("cut") == 1


def test_the_drawing_says_what_it_is_and_takes_any_title() -> None:
    drawing = drawn(title='<script>"')
    assert drawing.get("role") == "img"
    assert drawing.get("aria-label") == '<script>"'
    assert "stride 8" in [text.text for text in drawing.iter("text")]
    nothing = dict.fromkeys(BACKWARD_SIZES, 0.0)
    ET.fromstring(net_drawing({4: 32, 8: 64}, [8, 4], nothing, nothing))
