"""Sentences of the page about pyramids: each in both faces, from data made by hand."""

from __future__ import annotations

import numpy as np

from seglib.labels import LabelSet
from seglib.metrics import confusion_matrix
from seglib.ui.pyramids import observations

LABELS = LabelSet("tests", "Tests", ("sky", "mast"), ((0, 0, 0), (9, 9, 9)))


def test_levels_give_the_photo_back_or_something_is_missing() -> None:
    whole = observations.given_back(0.0, [])
    assert whole.holds
    assert "0.0 of 255" in whole.words
    part = observations.given_back(-87.3, ["full size", "half"])
    assert not part.holds
    assert "Without full size, half the sum differs from the photo by up to 87 of 255" in part.words


def test_the_coarse_level_decides_or_the_fine_one() -> None:
    whole, same, other = np.array([[0, 0, 1, 1]]), np.array([[0, 0, 1, 0]]), np.array([[1, 1, 1, 0]])
    coarse = observations.coarse_level_decides({"full size": other, "half": same, "quarter": same}, whole)
    assert coarse.holds
    assert "full size 25.0 %, half 75.0 %, quarter 75.0 %" in coarse.words
    assert not observations.coarse_level_decides({"full size": same, "quarter": other}, whole).holds
    assert observations.coarse_level_decides({"full size": same}, whole) is None


def matrices() -> tuple[np.ndarray, np.ndarray]:
    """Of a perfect answer, and of one with half of a class right."""
    truth = np.array([[0, 0, 1, 1]])
    return confusion_matrix(truth, truth, 2), confusion_matrix(truth, np.array([[0, 0, 0, 1]]), 2)


def test_levels_help_here_or_usually() -> None:
    good, bad = matrices()
    assert observations.levels_help(good, bad, ("pyramid", "pyramid1"), "Usually.").holds
    not_here = observations.levels_help(bad, good, ("pyramid", "pyramid1"), "Usually so.")
    assert not not_here.holds
    assert "pyramid has 58.3 % mean IoU here, pyramid1 100.0 %" in not_here.words  # (2/3 + 1/2) / 2
    assert not_here.words.endswith("Usually so.")


def test_three_levels_cost_a_third_more_or_grids_are_rounded_up() -> None:
    third = observations.third_more(1.34, 3)
    assert third.holds
    assert "1 + 1/4 + 1/16 stays below 4/3. Counted is 1.34 times" in third.words
    tiny = observations.third_more(2.4, 3)
    assert not tiny.holds
    assert "so small a photo" in tiny.words
    assert "answers for 32 px of the photo, one of the finest for 8" in observations.sharpness([8, 16, 32]).words


def test_the_vote_gains_or_loses() -> None:
    good, bad = matrices()
    assert observations.vote_gains(bad, good).holds
    loses = observations.vote_gains(good, bad)
    assert not loses.holds
    assert "from 100.0 % to 75.0 %" in loses.words


def test_speckles_go_or_none_do() -> None:
    speckled, plain = np.array([[0, 1, 0], [0, 0, 0]]), np.zeros((2, 3), int)
    gone = observations.speckles_go(speckled, plain)
    assert gone.holds
    assert "of 2 separate regions of one class 1 are left" in gone.words
    assert not observations.speckles_go(plain, plain).holds


def test_something_thin_goes_or_nothing_does() -> None:
    good, bad = matrices()
    thin = observations.thin_goes(bad, LABELS)
    assert not observations.thin_goes(good, LABELS).words.startswith("What is thin")
    assert thin.holds
    assert "mast keeps 50.0 % IoU" in thin.words
    assert not observations.thin_goes(good, LABELS).holds
    assert observations.thin_goes(np.zeros((2, 2), int), LABELS) is None
