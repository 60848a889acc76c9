"""Both faces of each sentence in the metric duel, from label maps made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seglib.labels import EVERYDAY, IGNORE
from seglib.metrics import confusion_matrix, duel, mean_iou, pixel_accuracy
from seglib.ui.metrics import duel_observations

TRUTH = np.array([[0] * 6 + [1] * 3 + [2]])


def _matrix(*labels: int) -> np.ndarray:
    return confusion_matrix(TRUTH, np.array([labels]), 4)


ALL = {"all building": _matrix(*[0] * 10)}
POOR, FAIR = _matrix(0, 0, 0, 0, 0, 1, 2, 2, 2, 1), _matrix(0, 0, 0, 0, 0, 0, 1, 1, 2, 2)  # 50 % and 90 %


def test_one_class_beats_a_net_or_none() -> None:
    right, because = duel_observations.one_class_beats_a_net(ALL | {"poor": POOR, "fair": FAIR}, ("poor", "fair"))
    assert right == "yes"
    assert "“all building” has 60.0 % pixel accuracy, the nets from 50.0 % (poor) to 90.0 % (fair)" in because
    assert because.endswith("it beats 1 of 2 nets.")
    right, because = duel_observations.one_class_beats_a_net(ALL | {"fair": FAIR, "noise": POOR}, ("fair",))
    assert right == "no"  # that it beats the noise is another matter
    assert because.endswith("it beats no net.")


def test_as_good_is_not_better_and_without_nets_there_is_no_answer() -> None:
    alike = _matrix(0, 0, 0, 0, 0, 0, 2, 2, 2, 1)
    assert duel_observations.one_class_beats_a_net(ALL | {"net": alike}, ("net",))[0] == "no"
    assert duel_observations.one_class_beats_a_net(ALL, ()) is None


def test_mean_iou_of_one_class_is_its_accuracy_over_the_classes() -> None:
    words = duel_observations.one_class_everywhere(ALL | {"fair": FAIR}).words
    assert "60.0 % pixel accuracy; divided by the 3 classes that are here, that is its mean IoU, 20.0 %" in words
    assert mean_iou(ALL["all building"]) == pytest.approx(0.6 / 3)
    assert duel_observations.one_class_everywhere({"all building": FAIR}) is None  # cut in four
    alone = confusion_matrix(np.zeros((1, 4), int), np.zeros((1, 4), int), 2)
    assert duel_observations.one_class_everywhere({"all building": alone}) is None


@given(
    truth=arrays(np.int64, (4, 6), elements=st.integers(0, 3)),
    said=arrays(np.int64, (4, 6), elements=st.integers(1, 3)),
)
def test_nothing_that_never_says_a_class_gets_beyond_the_bounds(truth: np.ndarray, said: np.ndarray) -> None:
    sentence = duel_observations.never_said(truth, EVERYDAY, "building")
    matrix, classes = confusion_matrix(truth, said, 4), len(np.unique(truth))
    share = (truth == 0).mean()
    if not 0 < share < 1:
        assert sentence is None
        return
    assert f"{100 * (1 - share):.1f} % pixel accuracy here" in sentence.words
    assert f"one of {classes} classes lost no more than {100 * (1 - 1 / classes):.1f} % mean IoU" in sentence.words
    assert pixel_accuracy(matrix) <= 1 - share + 1e-12
    assert mean_iou(matrix) <= 1 - 1 / classes + 1e-12


def test_of_a_class_that_is_merged_or_cut_nothing_is_said() -> None:
    for grouping in ("Things | stuff", "This in four"):
        regrouped = duel.regroup(EVERYDAY, 0, grouping)
        assert duel_observations.never_said(regrouped.apply(TRUTH), regrouped.label_set, "building") is None
    rest = duel.regroup(EVERYDAY, 0, "This | the rest")
    assert "40.0 % pixel accuracy here, but with one of 2 classes lost no more than 50.0 %" in (
        duel_observations.never_said(rest.apply(TRUTH), rest.label_set, "building").words
    )


def test_ignoring_a_class_pays_in_a_window_or_does_not() -> None:
    whole = np.array([[0] * 3 + [1] * 3])
    holds = duel_observations.ignoring_pays(whole, np.array([[0] * 3 + [1] + [2]]), 1, EVERYDAY)
    assert holds.holds
    assert "Saying the commonest class but wall everywhere, here building, has 50.0 %" in holds.words
    assert "60.0 % in this window: what ignores the class climbs" in holds.words
    otherwise = duel_observations.ignoring_pays(whole, np.array([[0, 2, 3, 4, 1]]), 1, EVERYDAY)
    assert not otherwise.holds
    assert "20.0 % in this window: what ignores the class does not climb" in otherwise.words


def test_of_ignoring_nothing_is_said_of_the_whole_photo_or_one_class() -> None:
    assert duel_observations.ignoring_pays(TRUTH, TRUTH, 1, EVERYDAY) is None
    assert duel_observations.ignoring_pays(TRUTH, np.array([[1, 1, IGNORE]]), 1, EVERYDAY) is None


def test_regrouping_is_arithmetic() -> None:
    assert duel_observations.regrouping().holds
