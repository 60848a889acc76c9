"""Both faces of each sentence on the page of the CRF, from pictures and labels made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.crf.pairwise import CRFParams
from seglib.labels import IGNORE
from seglib.ui.crf import observations

IMAGE = np.zeros((2, 6, 3), np.uint8)
IMAGE[:, 3:] = 60  # an edge between columns 2 and 3
ON_EDGE, BESIDE = (np.repeat([[0] * n + [1] * (6 - n)], 2, axis=0) for n in (3, 2))
TRUTH = np.array([[0] * 6 + [1] * 3 + [2]])
THIN = TRUTH > 0


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (CRFParams(), "those that are near, or near and of like colour, whatever they are."),
        (CRFParams(smoothness_weight=0), "those that are near and of like colour, whatever they are."),
        (CRFParams(appearance_weight=0), "those that are near, whatever they are."),
        (CRFParams(smoothness_weight=0, appearance_weight=0), "no pixel hears another"),
    ],
    ids=["both", "appearance", "smoothness", "none"],
)
def test_kernels_that_are_on_are_named(params: CRFParams, words: str) -> None:
    assert words in observations.kernels(params).words


def test_borders_move_to_edges_or_away_from_them() -> None:
    holds = observations.borders_on_edges(IMAGE, BESIDE, ON_EDGE)
    assert holds.holds
    assert "differ by 60.0 grey levels a channel on average, by 0.0 before" in holds.words
    otherwise = observations.borders_on_edges(IMAGE, ON_EDGE, BESIDE)
    assert not otherwise.holds
    assert "do not move" in otherwise.words
    assert "differ by 0.0 grey levels a channel on average, by 60.0 before" in otherwise.words


def test_of_borders_nothing_is_said_where_nothing_moved_or_there_are_none() -> None:
    assert observations.borders_on_edges(IMAGE, ON_EDGE, ON_EDGE) is None
    assert observations.borders_on_edges(IMAGE, ON_EDGE, np.zeros_like(ON_EDGE)) is None


def test_upright_and_level_borders_count_alike() -> None:
    assert observations.contrast(IMAGE.transpose(1, 0, 2), ON_EDGE.T) == 60.0


def test_crumbs_are_small_regions_of_one_class() -> None:
    labels = np.zeros((30, 30), np.uint8)
    labels[3, 3] = labels[4, 4] = 1  # one crumb, for corners touch
    labels[20:, 20:] = 2  # 100 pixels: none
    labels[0, 29] = 3
    assert observations.count_crumbs(labels) == 2


def test_crumbs_vanish_or_do_not() -> None:
    holds = observations.crumbs_vanish(7, 2)
    assert holds.holds
    assert "there were 7, and there are 2" in holds.words
    more, none = observations.crumbs_vanish(2, 3), observations.crumbs_vanish(0, 0)
    assert not more.holds
    assert "the CRF makes crumbs" in more.words
    assert not none.holds
    assert "crumbs do not vanish: of regions below 100 pixels there were 0, and there are 0" in none.words


def test_most_comes_first_or_later() -> None:
    holds = observations.first_changes_most(np.array([0.06, 0.03, 0.01]))
    assert holds.holds
    assert "in 3 iterations the first changes 60.0 %: most of it" in holds.words
    otherwise = observations.first_changes_most(np.array([0.04, 0.04, 0.02]))
    assert not otherwise.holds
    assert "40.0 %, here the most of any, but not half" in otherwise.words
    assert "20.0 %, here less than another" in observations.first_changes_most(np.array([0.02, 0.06, 0.02])).words
    assert observations.first_changes_most(np.zeros(3)) is None


@pytest.mark.parametrize(
    ("before", "after", "right"),
    [
        ([[0] * 9 + [2]], [[0] * 6 + [1] * 3 + [2]], "more than before"),
        ([[0] * 6 + [1] * 3 + [2]], [[0] * 9 + [2]], "fewer than before"),
        ([[0] * 9 + [2]], [[1] * 6 + [0] * 3 + [2]], "as many"),
    ],
)
def test_the_guess_about_thin_parts_is_judged_by_counting(before: list, after: list, right: str) -> None:
    said, because = observations.thin_found(TRUTH, np.array(before), np.array(after), THIN, 5)
    assert said == right
    assert said in observations.THIN_OPTIONS
    assert "Of 4 pixels in thin parts" in because
    assert "after 5 iterations" in because


def test_without_thin_parts_there_is_no_answer() -> None:
    assert observations.thin_found(TRUTH, TRUTH, TRUTH, THIN & False, 5) is None
    void = np.where(THIN, IGNORE, TRUTH)
    assert observations.thin_found(void, void, void, THIN, 5) is None
    assert observations.thin_parts_lose(void, TRUTH, TRUTH - TRUTH, THIN, ("sky", "mast", "rope")) is None


def test_thin_parts_lose_or_come_back() -> None:
    lost, classes = np.array([[0] * 9 + [2]]), ("sky", "mast", "rope")
    holds = observations.thin_parts_lose(TRUTH, TRUTH, lost, THIN, classes)
    assert holds.holds
    assert "most of all thin parts of mast: 3 of their pixels are lost" in holds.words
    otherwise = observations.thin_parts_lose(TRUTH, lost, TRUTH, THIN, classes)
    assert not otherwise.holds
    assert (
        "75.0 % of their pixels were wrong to begin with, and the CRF brings back 3 pixels of mast" in otherwise.words
    )
    elsewhere = np.where(TRUTH == 0, 1, lost)
    assert "brings back" not in observations.thin_parts_lose(TRUTH, lost, elsewhere, THIN, classes).words
    assert observations.thin_parts_lose(TRUTH, lost, lost, THIN, classes) is None


def test_all_together_beat_the_plain_net_or_do_not() -> None:
    sentence = observations.together_better({"fcn32s": 0.5, "fcn8s": 0.7, "deeplab + CRF": 0.6})
    assert sentence.holds
    assert "deeplab + CRF has 60.0 % mean IoU, fcn32s 50.0 %" in sentence.words
    sentence = observations.together_better({"fcn32s": 0.6, "deeplab + CRF": 0.5})
    assert not sentence.holds
    assert "do not beat" in sentence.words
    assert observations.together_better({}) is None


def test_the_largest_step_is_named_and_losses_beside_it() -> None:
    words = observations.largest_step({"fcn32s": 0.5, "fcn8s": 0.625, "deeplab": 0.6}).words
    assert "fcn8s's: +12.5 points; less than the line before: deeplab -2.5 points" in words
    assert "less" not in observations.largest_step({"fcn32s": 0.5, "fcn8s": 0.6}).words
    assert observations.largest_step({"fcn32s": 0.5}) is None
