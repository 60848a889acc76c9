"""The duel: pairs on which metrics disagree, and the pixels behind a cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seglib.labels import EVERYDAY
from seglib.metrics import confusion_matrix, mean_dice, mean_iou, pixel_accuracy
from seglib.metrics.duel import METRICS, Faults, cell_pixels, cheats, fight, find_disagreement, spotlight
from seglib.metrics.imbalance import Window

COMMON = np.array([[96, 0], [4, 0]])  # everything is class 0: 96 % accurate
FAIR = np.array([[86, 10], [0, 4]])  # 90 % accurate, and finds the rare class


def test_ninety_six_per_cent_accuracy_loses_to_ninety() -> None:
    pair = find_disagreement({"fair": FAIR, "common": COMMON})
    assert (pair.winner, pair.loser) == ("common", "fair")
    assert pair.accuracy_lead == pytest.approx(0.06)
    assert pair.iou_lead == pytest.approx((86 / 96 + 4 / 14) / 2 - 0.96 / 2)


def test_no_pair_where_all_agree() -> None:
    assert find_disagreement({}) is None
    assert find_disagreement({"a": FAIR, "b": FAIR}) is None
    assert find_disagreement({"a": np.diag([5, 5]), "b": np.array([[3, 2], [2, 3]])}) is None


@settings(deadline=None)
@given(st.lists(hnp.arrays(np.int64, (3, 3), elements=st.integers(1, 30)), min_size=2, max_size=5))
def test_the_clearest_pair_by_brute_force(matrices) -> None:
    named = {str(number): cm for number, cm in enumerate(matrices)}
    leads = [min(pixel_accuracy(a) - pixel_accuracy(b), mean_iou(b) - mean_iou(a)) for a in matrices for b in matrices]
    pair = find_disagreement(named)
    if max(leads) <= 0:
        assert pair is None
    else:
        assert min(pair.accuracy_lead, pair.iou_lead) == pytest.approx(max(leads))


def test_five_metrics_each_with_a_formula() -> None:
    assert list(METRICS) == ["Pixel accuracy", "Class accuracy", "Mean IoU", "Frequency-weighted IoU", "Dice"]
    assert all(r"\frac" in metric.formula for metric in METRICS.values())
    assert METRICS["Dice"].score(FAIR) == mean_dice(FAIR) == pytest.approx((2 * 86 / 182 + 2 * 4 / 18) / 2)


def test_the_pixels_of_the_cells_are_those_counted_and_light_up() -> None:
    rng = np.random.default_rng(0)
    truth, prediction = rng.integers(3, size=(2, 20, 30))
    cm = confusion_matrix(truth, prediction, 3)
    for i in range(3):
        for j in range(3):
            assert cell_pixels(truth, prediction, i, j).sum() == cm[i, j]
    image = rng.integers(60, 255, size=(20, 30, 3), dtype=np.uint8)
    lit = spotlight(image, truth == 0)
    np.testing.assert_array_equal(lit[truth == 0], image[truth == 0])
    assert lit[truth != 0].max() < 0.35 * 255
    assert lit.dtype == np.uint8


def test_all_are_scored_on_the_window_and_in_the_regrouped_classes() -> None:
    rng = np.random.default_rng(8)
    truth, prediction = rng.integers(0, 4, (2, 40, 50)).astype(np.uint8)
    window = Window(slice(5, 25), slice(10, 40), 0.25)
    outcome = fight(truth, {"net": prediction}, EVERYDAY, 2, window, "This | the rest", Faults(pixels=1))
    here, there = truth[5:25, 10:40] == 2, prediction[5:25, 10:40] == 2
    np.testing.assert_array_equal(outcome.truth, here)
    assert outcome.label_set.classes == ("the rest", EVERYDAY.classes[2])
    assert outcome.matrices["net"].tolist() == confusion_matrix(here.astype(int), there.astype(int), 2).tolist()
    assert set(outcome.predictions) == {"net", *cheats(truth[5:25, 10:40], EVERYDAY, 2, Faults(pixels=1))}
