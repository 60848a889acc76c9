"""Both faces of each sentence on the page Skip connections, from scores and labels made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.labels import IGNORE
from seglib.metrics import confusion_matrix
from seglib.metrics.boundary import border_distance
from seglib.ui.skips import observations

WIDTH = 60
TRUTH = np.repeat([[0] * 30 + [1] * 30], 4, axis=0)
DISTANCE = border_distance(TRUTH)
NEAR, FAR = DISTANCE <= 3, DISTANCE > 16


def test_streams_are_named_by_their_grids() -> None:
    assert observations.grids([32]).words == (
        "Stream 32 computes one score every 32 pixels, and interpolates between them."
    )
    assert "add scores every 16 and every 8 pixels." in observations.grids([32, 16, 8]).words


def test_finer_streams_speak_up_at_borders_or_do_not() -> None:
    coarse = np.full(TRUTH.shape, 5.0)
    loud = np.where(NEAR, -2.0, 0.5)  # against counts as much as for
    holds = observations.streams_at_borders({32: coarse, 16: loud / 2, 8: loud / 2}, DISTANCE, "sky")
    assert holds.holds
    assert "To the score for sky the finer streams add 2.00 on average" in holds.words
    assert "0.50 farther than 16 px" in holds.words
    otherwise = observations.streams_at_borders({32: coarse, 8: np.where(FAR, 1.0, 0.25)}, DISTANCE, "sky")
    assert not otherwise.holds
    assert "about as much as borders, or more" in otherwise.words
    hardly = observations.streams_at_borders({32: coarse, 8: np.where(NEAR, 1.05, 1.0)}, DISTANCE, "sky")
    assert not hardly.holds  # louder by a twentieth only


def test_of_streams_nothing_is_said_without_finer_ones_or_borders() -> None:
    plane = np.ones(TRUTH.shape)
    assert observations.streams_at_borders({32: plane}, DISTANCE, "sky") is None
    assert observations.streams_at_borders({32: plane, 16: plane}, None, "sky") is None
    assert observations.streams_at_borders({32: plane, 16: plane}, np.full(TRUTH.shape, np.inf), "sky") is None


def _with(wrong: np.ndarray) -> np.ndarray:
    return np.where(wrong, 1 - TRUTH, TRUTH)


@pytest.mark.parametrize(
    ("coarse", "fine", "holds", "words"),
    [
        (_with(NEAR | FAR), _with(FAR), True, "0.0 % of the pixels and fcn8s on 100.0 %"),
        (_with(NEAR | FAR), _with(NEAR), False, "gain nothing at borders"),
        (_with(DISTANCE <= 2), _with(DISTANCE == 2), True, "the skips gain most at borders"),
        (_with((DISTANCE == 3) | FAR), _with(DISTANCE > 60), False, "more inside than at borders"),
    ],
    ids=["corrects borders", "corrects insides", "corrects half of a border", "corrects insides more"],
)
def test_where_skips_correct(coarse: np.ndarray, fine: np.ndarray, holds: bool, words: str) -> None:
    sentence = observations.right_at_borders(coarse, fine, TRUTH, DISTANCE, "fcn8s")
    assert sentence.holds == holds
    assert words in sentence.words


def test_of_corrections_nothing_is_said_of_the_coarsest_net_or_without_labels() -> None:
    assert observations.right_at_borders(TRUTH, TRUTH, TRUTH, DISTANCE, "fcn32s") is None
    assert observations.right_at_borders(TRUTH, TRUTH, None, None, "fcn8s") is None
    void = np.where(NEAR, IGNORE, TRUTH)
    assert observations.right_at_borders(TRUTH, TRUTH, void, DISTANCE, "fcn8s") is None


def test_skips_help_or_it_says_why_not() -> None:
    right, half = confusion_matrix(TRUTH, TRUTH, 4), confusion_matrix(TRUTH, np.zeros_like(TRUTH), 4)
    holds = observations.skips_help(half, right, "fcn8s", "everyday")
    assert holds.holds
    assert "100.0 % mean IoU here, +75.0 points" in holds.words  # from (1/2 + 0) / 2
    otherwise = observations.skips_help(right, half, "fcn8s", "everyday")
    assert not otherwise.holds
    assert "25.0 % mean IoU, -75.0 points" in otherwise.words
    assert "validation photos fcn32s has" in otherwise.words
    assert "count as a 0" not in otherwise.words


def test_classes_that_a_net_invents_are_the_reason_where_they_are() -> None:
    coarse = confusion_matrix(TRUTH, _with(NEAR), 4)
    invents = TRUTH.copy()
    invents[0, 0] = 3
    sentence = observations.skips_help(coarse, confusion_matrix(TRUTH, invents, 4), "fcn8s", "everyday")
    assert not sentence.holds
    assert "it names 1 of them, fcn32s 0" in sentence.words
    # over the two true classes: 0.9 of each are right, 1.1 in the union; and 119 / 120 and 1
    change = 100 * ((119 / 120 + 1) / 2 - 0.9 / 1.1)
    assert f"it changes by {change:+.1f} points" in sentence.words
    assert observations.skips_help(None, None, "fcn8s", "everyday") is None
    assert observations.skips_help(coarse, coarse, "fcn32s", "everyday") is None


def test_the_best_net_at_the_border_of_a_square() -> None:
    labels = {"fcn32s": _with(NEAR), "fcn8s": TRUTH, "fcn4s": _with(FAR)}
    right, because = observations.best_at_border(labels, TRUTH, DISTANCE, "fcn4s")
    assert right == "fcn4s"  # as good as fcn8s, and guessed
    assert "fcn32s 0.0 %, fcn8s 100.0 %, fcn4s 100.0 %, fcn8s and fcn4s alike." in because
    assert observations.best_at_border(labels, TRUTH, DISTANCE, None)[0] == "fcn8s"
    assert observations.best_at_border({"a": TRUTH, "b": TRUTH}, TRUTH, DISTANCE, "b") == (
        "b",
        "Right within 3 px of a border in this square: a 100.0 %, b 100.0 %, all alike.",
    )
    assert observations.best_at_border(labels, TRUTH, np.full(TRUTH.shape, np.inf), None) is None


def test_streams_turn_more_right_than_wrong_or_say_which_does_not() -> None:
    counts = {("fcn32s", "fcn16s"): np.array([30, 10, 5]), ("fcn16s", "fcn8s"): np.array([12, 10, 0])}
    sentence = observations.streams_turn(counts, 200)
    assert sentence.holds
    assert "fcn32s to fcn16s +10.0 points, fcn16s to fcn8s +1.0 points" in sentence.words
    counts["fcn16s", "fcn8s"] = np.array([10, 12, 0])
    sentence = observations.streams_turn(counts, 200)
    assert not sentence.holds
    assert "not every stream gains here" in sentence.words
    assert observations.streams_turn({}, 200) is None
