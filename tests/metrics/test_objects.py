"""Objects: regions counted by hand, scikit-image's labelling as the oracle."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.measure
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seglib.labels import EVERYDAY, IGNORE, STREET
from seglib.metrics import confusion_matrix, iou_per_class
from seglib.metrics.objects import score_objects, separate_objects, things_and_stuff

VOID = IGNORE
# Two objects of class 1: four pixels (two touch at a corner only), and one pixel.
TRUTH = np.array(
    [
        [1, 1, 0, 1],
        [0, 0, 1, 0],
        [0, 0, 1, VOID],
        [2, 2, 0, 0],
    ]
)
TRUTH[0, 3] = 0
PREDICTION = np.array(
    [
        [1, 0, 0, 0],
        [1, 0, 1, 0],
        [0, 0, 1, 1],
        [0, 0, 0, 0],
    ]
)


def test_the_case_worked_by_hand() -> None:
    scores = score_objects(TRUTH, PREDICTION, [1, 2], smallest=1)
    first, second = scores
    assert (first.class_index, first.pixels, first.recall) == (1, 4, 3 / 4)
    # It shares 2 pixels with the right predicted region (2 pixels without void), 1 with the left one (2 pixels).
    assert first.iou == pytest.approx(2 / 4)
    assert (second.class_index, second.pixels, second.recall, second.iou) == (2, 2, 0, 0)
    assert second.centre in {(3, 0), (3, 1)}
    assert [each.pixels for each in score_objects(TRUTH, PREDICTION, [1, 2], smallest=3)] == [4]
    assert score_objects(TRUTH, PREDICTION, [3]) == []


@given(
    hnp.arrays(np.int64, (9, 10), elements=st.sampled_from([0, 0, 1, IGNORE]), fill=st.just(0)),
    hnp.arrays(np.int64, (9, 10), elements=st.sampled_from([0, 0, 1]), fill=st.just(0)),
)
@settings(max_examples=40, deadline=None)
def test_regions_agree_with_scikit_image(truth, prediction) -> None:
    scores = score_objects(truth, prediction, [1], smallest=1)
    true = skimage.measure.label(truth == 1, connectivity=2)
    said = skimage.measure.label((prediction == 1) & (truth != IGNORE), connectivity=2)
    wanted = []
    for region in range(1, true.max() + 1):
        mask = true == region
        ious = [(mask & (said == s)).sum() / (mask | (said == s)).sum() for s in range(1, said.max() + 1)]
        wanted.append((mask.sum(), (mask & (said > 0)).sum() / mask.sum(), max(ious, default=0)))
    np.testing.assert_allclose(
        sorted((each.pixels, each.recall, each.iou) for each in scores) or np.zeros((0, 3)),
        sorted(wanted) or np.zeros((0, 3)),
    )
    assert [each.pixels for each in scores] == sorted((each.pixels for each in scores), reverse=True)


def test_things_and_stuff_apart() -> None:
    car, sky, road = (STREET.index(name) for name in ("car", "sky", "road"))
    truth = np.array([[sky, sky, sky, car], [road, road, car, car]])
    prediction = np.array([[sky, sky, car, car], [road, road, road, car]])
    cm = confusion_matrix(truth, prediction, len(STREET))
    parts, iou = things_and_stuff(cm, STREET), iou_per_class(cm)
    assert parts["things"]["Pixel accuracy"] == pytest.approx(2 / 3)
    assert parts["things"]["Mean IoU"] == pytest.approx(iou[car])
    assert parts["stuff"]["Pixel accuracy"] == pytest.approx(4 / 5)
    assert parts["stuff"]["Class accuracy"] == pytest.approx((2 / 3 + 1) / 2)
    assert parts["stuff"]["Mean IoU"] == pytest.approx((iou[sky] + iou[road]) / 2)


def test_no_things_no_score() -> None:
    cm = np.zeros((len(STREET),) * 2, int)
    cm[0, 0] = 5
    assert np.isnan(list(things_and_stuff(cm, STREET)["things"].values())).all()


def test_objects_are_told_apart_and_numbered_by_size() -> None:
    truth = np.zeros((12, 20), np.uint8)
    cat, dog = EVERYDAY.index("cat"), EVERYDAY.index("dog")
    truth[1:5, 1:6], truth[1:9, 10:18], truth[9:12, 1:9] = cat, cat, dog
    truth[10, 19] = dog  # a crumb
    labels, names = separate_objects(truth, EVERYDAY)
    assert names.classes == ("cat 1", "dog 1", "cat 2")
    assert [int((labels == k).sum()) for k in range(3)] == [64, 24, 20]
    assert set(np.unique(labels)) == {0, 1, 2, IGNORE}
    assert len(separate_objects(np.zeros_like(truth), EVERYDAY)[1]) == 0
