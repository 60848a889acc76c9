"""Both faces of each sentence in the metric duel, from label maps made by hand."""

from __future__ import annotations

import numpy as np

from seglib.labels import EVERYDAY, IGNORE
from seglib.metrics import confusion_matrix, mean_iou
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
    words = duel_observations.pixels_or_classes(ALL | {"fair": FAIR}).words
    assert "60.0 % pixel accuracy, and divided by the 3 classes that are here that is its mean IoU, 20.0 %" in words
    assert mean_iou(ALL["all building"]) == 0.6 / 3
    assert duel_observations.pixels_or_classes({"all building": FAIR}) is None  # cut in four


def test_ignoring_a_class_pays_where_it_is_rare_or_does_not() -> None:
    whole = np.array([[0] * 3 + [1] * 3])
    holds = duel_observations.ignoring_pays(whole, np.array([[0] * 3 + [1] + [2]]), 1, EVERYDAY)
    assert holds.holds
    assert "What ignores wall and says the commonest other class everywhere, here building" in holds.words
    assert "50.0 % pixel accuracy and 25.0 % mean IoU on the whole photo, 60.0 % and 20.0 % in this" in holds.words
    otherwise = duel_observations.ignoring_pays(whole, np.array([[0] * 3 + [1]]), 1, EVERYDAY)
    assert not otherwise.holds  # its mean IoU rises along, from 25.0 to 37.5
    assert "75.0 % and 37.5 % in this window: here the two do not part" in otherwise.words


def test_of_ignoring_nothing_is_said_of_the_whole_photo_or_one_class() -> None:
    assert duel_observations.ignoring_pays(TRUTH, TRUTH, 1, EVERYDAY) is None
    assert duel_observations.ignoring_pays(TRUTH, np.array([[1, 1, IGNORE]]), 1, EVERYDAY) is None


def test_regrouping_is_arithmetic() -> None:
    assert duel_observations.regrouping().holds
