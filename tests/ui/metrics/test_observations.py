"""Both faces of each sentence on the page of metrics, from counts made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.metrics.calibration import Reliability
from seglib.metrics.objects import ObjectScore
from seglib.ui.metrics import observations

RADII = (1, 2, 32, 40)
SWITCHES = {"micro": {"micro": True}, "void is an error": {"void_is_error": True}}


def _photo(*rows: list[int]) -> np.ndarray:
    """Counts of one photo, a row a true class and one for void."""
    return np.array(rows)


def test_absent_classes_are_counted_in_labels_and_answers() -> None:
    one = _photo([5, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 9])  # what is said of void names nothing that counts
    two = _photo([5, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0])
    assert "has 1.5 of 3 classes on average" in observations.absent_classes(np.stack([one, two])).words


def test_absent_classes_decide_or_another_switch_does() -> None:
    sparse = np.stack([_photo([8, 0, 0], [2, 0, 0], [0, 0, 0], [0, 0, 0])])
    holds = observations.absent_decides(sparse, SWITCHES)
    assert holds.holds
    assert "by 33.3 points whether an absent class counts as 0 or as 1" in holds.words
    assert "“micro” moves it most, by 26.7" in holds.words  # from (0.8 + 0) / 2 to 8 / 12
    full = np.stack([_photo([8, 0, 0], [0, 1, 1], [1, 0, 0], [9, 0, 0])])
    otherwise = observations.absent_decides(full, SWITCHES)
    assert not otherwise.holds
    assert "by 0.0 points" in otherwise.words
    assert "it is not the absent classes that decide" in otherwise.words


@pytest.mark.parametrize(
    ("near", "option"),
    [
        (24, "below 25 %"),
        (25, "25 to 50 %"),
        (49, "25 to 50 %"),
        (50, "over 50 %"),
        (100, "over 50 %"),
        (0, "below 25 %"),
    ],
)
def test_every_share_of_mistakes_is_one_of_the_options(near: int, option: str) -> None:
    right, because = observations.mistakes_near(near, 100, "fcn4s")
    assert right == option
    assert f"Of 100 mistakes of fcn4s, {near} lie within 4 px of a border: {near:.1f} %." in because
    assert observations.mistakes_near(0, 0, "fcn4s") is None


def test_curves_rise_and_flatten_out_or_it_is_said_which_do_not() -> None:
    rises = [0.3, 0.4, 0.7, 0.72]
    holds = observations.curves_rise({"fcn32s": rises, "fcn4s": rises}, RADII, "Mean IoU")
    assert holds.holds
    assert "Mean IoU of fcn4s is 30.0 % within 1 px of a border, and 72.0 % within 40 px" in holds.words
    falls = observations.curves_rise({"fcn32s": [0.5, 0.4, 0.4, 0.4], "fcn4s": rises}, RADII, "Mean IoU")
    assert not falls.holds
    assert "not every curve rises away from the border: fcn32s ends no higher" in falls.words
    level = observations.curves_rise({"fcn32s": [0.5] * 4, "fcn4s": [0.5, 0.51, 0.51, 0.509]}, RADII, "Mean IoU")
    assert not level.holds
    assert "fcn32s, fcn4s end no higher" in level.words
    steep = observations.curves_rise({"fcn4s": [0.3, 0.31, 0.5, 0.9]}, RADII, "Mean IoU")
    assert not steep.holds
    assert "those of fcn4s do not flatten out" in steep.words
    assert observations.curves_rise({"fcn4s": [np.nan] * 4}, RADII, "Mean IoU") is None


def test_finer_nets_gain_most_at_the_border_or_do_not() -> None:
    coarse = [0.3, 0.4, 0.7, 0.72]
    holds = observations.finer_gain_at_the_border({"fcn32s": coarse, "fcn4s": [0.5, 0.6, 0.8, 0.8]}, RADII, "Mean IoU")
    assert holds.holds
    assert "From fcn32s to fcn4s mean IoU changes by +20.0 points within 1 px of a border, and by +8.0" in holds.words
    lowest = observations.finer_gain_at_the_border(
        {"fcn32s": coarse, "fcn8s": coarse, "fcn4s": [0.2, 0.4, 0.7, 0.6]}, RADII, "Pixel accuracy"
    )
    assert not lowest.holds  # it loses more on the right, and still gains nothing on the left
    assert "pixel accuracy changes by -10.0 points within 1 px" in lowest.words
    assert observations.finer_gain_at_the_border({"fcn4s": coarse}, RADII, "Mean IoU") is None


def test_mistakes_far_from_every_border_are_counted() -> None:
    total, inside = np.array([[80, 20], [0, 50]]), np.array([[10, 5], [0, 5]])
    some = observations.mistakes_far_off(total, inside, 40, "fcn4s")
    assert some.holds
    assert "Farther than 40 px from any border fcn4s is wrong on 11.5 % of the pixels" in some.words  # 15 of 130
    none = observations.mistakes_far_off(np.array([[80, 5], [0, 50]]), inside, 40, "fcn4s")
    assert not none.holds
    assert "makes no mistake" in none.words
    assert observations.mistakes_far_off(inside, inside, 40, "fcn4s") is None


def _objects(recalls: dict[int, float]) -> list[ObjectScore]:
    return [ObjectScore(0, pixels, (0, 0), recall, recall) for pixels, recall in recalls.items()]


def test_small_objects_are_lost_first_or_fare_no_worse() -> None:
    holds = observations.small_objects(_objects({30: 0.0, 20: 0.2, 400: 0.5, 500: 0.5, 9000: 0.9, 8000: 0.7}), "fcn4s")
    assert holds.holds
    assert (
        "Of 6 objects, fcn4s finds 80.0 % of the pixels of one in the largest third on average, and 10.0 %"
        in holds.words
    )
    otherwise = observations.small_objects(_objects({30: 0.8, 400: 0.5, 9000: 0.4}), "fcn4s")
    assert not otherwise.holds
    assert "fare no worse" in otherwise.words
    assert observations.small_objects(_objects({30: 0.8, 400: 0.5}), "fcn4s") is None


def test_small_objects_have_room_for_few_scores() -> None:
    words = observations.room_for_scores(_objects({32: 0.0, 368: 0.5, 9600: 0.9}), "fcn8s", 8).words
    assert "an object of 32 pixels, the median of the smallest third, has the area of 0.5 of its squares" in words
    assert "That third holds 0.3 % of the pixels of all objects" in words
    assert observations.room_for_scores([], "fcn8s", 8) is None


@pytest.mark.parametrize(
    ("confidence", "right", "words"),
    [
        (9.0, 9, "about as sure as it is right"),
        (9.0, 7, "surer than it is right"),
        (6.0, 9, "less sure than it is right"),
    ],
)
def test_a_net_is_as_sure_as_it_is_right_or_it_is_said_which_is_more(confidence: float, right: int, words: str) -> None:
    bins = Reliability(np.array([0, 10]), np.array([0.0, confidence]), np.array([0, right]))
    sentence = observations.as_sure_as_right(bins, "fcn8s")
    assert sentence.holds == ("about" in words)
    assert words in sentence.words
    assert f"fcn8s is {10 * confidence:.1f} % sure on average and {10 * right:.1f} % right" in sentence.words
    empty = Reliability(np.array([0, 0]), np.array([0.0, 0.0]), np.array([0, 0]))
    assert observations.as_sure_as_right(empty, "fcn8s") is None


def test_absent_classes_and_phantoms_of_one_photo_are_named() -> None:
    counts = np.array([[4, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 2], [0, 0, 0, 0]])
    words = observations.absent_here(counts, ("sky", "tree", "cat", "road"), "fcn8s")
    assert "1 of 4 classes are neither in the human labels nor in the answer of fcn8s: cat." in words
    assert "Named though not there, so 0 by every convention: tree." in words
    words = observations.absent_here(np.diag([1, 1, 1, 1]), ("sky", "tree", "cat", "road"), "fcn8s")
    assert words.startswith("0 of 4")
    assert "none that is not there" in words
