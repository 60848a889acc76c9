"""Both faces of each sentence on the page of annotation, from numbers made by hand."""

from __future__ import annotations

from seglib.ui.annotation import observations


def test_folding_is_arithmetic() -> None:
    assert observations.folding().holds


def test_a_tail_is_heavy_or_it_is_not() -> None:
    holds = observations.heavy_tail({"sky": 0.7, "road": 0.299, "sign": 0.0007, "pole": 0.0003})
    assert holds.holds
    assert "sky has 2,333 times the pixels of pole" in holds.words
    assert "the rarer half of the classes, 2 of 4, together 0.10 % of all" in holds.words
    even = observations.heavy_tail({"sky": 0.5, "road": 0.3, "sign": 0.2})
    assert not even.holds
    assert "sky has 2 times the pixels of sign" in even.words
    assert "1 of 3, together 20.00 % of all: among these classes the tail is not that heavy" in even.words


def test_a_tail_that_is_long_but_not_thin_is_not_heavy() -> None:
    assert not observations.heavy_tail({"sky": 0.6, "road": 0.3, "sign": 0.099, "pole": 0.001}).holds
    assert observations.heavy_tail({"sky": 1.0}) is None


def test_people_agree_better_than_nets_do_or_not() -> None:
    nets = {"fcn32s": 0.4, "fcn8s": 0.5}
    holds = observations.people_above_nets(0.9, nets, imagined=False)
    assert holds.holds
    assert "agree to 90.0 % mean IoU, and fcn8s, the best net, with them to 50.0 %" in holds.words
    otherwise = observations.people_above_nets(0.45, nets, imagined=False)
    assert not otherwise.holds
    assert "here a net agrees with these people better" in otherwise.words
    assert "imagined" in observations.people_above_nets(0.45, nets, imagined=True).words


def test_of_people_nothing_is_said_without_nets_or_without_classes_in_common() -> None:
    assert observations.people_above_nets(0.9, {}, imagined=False) is None
    assert observations.people_above_nets(0.9, {"fcn8s": float("nan")}, imagined=False) is None
    assert observations.people_above_nets(float("nan"), {"fcn8s": 0.5}, imagined=False) is None
