"""One step on one pixel: downhill, exact, and never on the net that others see."""

import numpy as np
import pytest
import torch

from seglib.inside.one_step import compare, pixel_probability, slope, stepped
from seglib.inside.wrong_pixels import wrong_pixels
from seglib.models import create_model
from seglib.models.prediction import predict
from tests.inside.test_paths import lively, photo

POINT, TARGET = (20, 31), 2


@pytest.fixture(scope="module")
def model():
    return lively(create_model("fcn8s", 5), 7)


def bits(net: torch.nn.Module) -> list[bytes]:
    return [value.numpy().tobytes() for value in net.state_dict().values()]


@pytest.mark.parametrize("only", [None, 32, 16, 8])
def test_a_small_step_takes_away_the_share_it_promised(model, only) -> None:
    image = photo(7)
    downhill = slope(model, image, POINT, TARGET, only)
    loss = -np.log(pixel_probability(model, image, POINT, TARGET))
    assert downhill.loss == pytest.approx(loss, rel=1e-4)
    after = -np.log(pixel_probability(stepped(model, downhill, downhill.rate(0.01)), image, POINT, TARGET))
    assert after == pytest.approx(0.99 * loss, rel=2e-3)


def test_only_the_stream_that_was_asked_for_moves(model) -> None:
    downhill = slope(model, photo(7), POINT, TARGET, 16)
    moved = stepped(model, downhill, 1.0)
    differ = {name for name, value in moved.state_dict().items() if not torch.equal(value, model.state_dict()[name])}
    assert differ == {"score.16.weight", "score.16.bias"}


def test_the_net_of_the_others_stays_as_it_was_bit_for_bit(model) -> None:
    before, answer = bits(model), predict(model, photo(7))
    downhill = slope(model, photo(7), POINT, TARGET)
    moved = stepped(model, downhill, downhill.rate(1.0))
    assert not np.array_equal(predict(moved, photo(7)).probabilities, answer.probabilities)
    assert bits(model) == before
    assert all(value.grad is None for value in model.parameters())
    assert np.array_equal(predict(model, photo(7)).probabilities, answer.probabilities)


def test_a_step_of_rate_zero_changes_no_bit(model) -> None:
    assert bits(stepped(model, slope(model, photo(7), POINT, TARGET), 0.0)) == bits(model)


def test_without_a_slope_there_is_no_rate() -> None:
    sure = lively(create_model("fcn32s", 5), 1)
    with torch.no_grad():
        sure.score["32"].bias[3] += 1e4
    assert slope(sure, photo(1), POINT, 3).rate(0.5) == 0


def test_a_stream_that_is_not_there_is_refused(model) -> None:
    with pytest.raises(ValueError, match="no score layer 4"):
        slope(model, photo(7), POINT, TARGET, 4)


def test_changes_are_counted_class_by_class() -> None:
    before = np.array([[0, 0, 1, 2]])
    after = np.array([[1, 0, 1, 0]])
    truth = np.array([[1, 0, 1, 255]])
    change = compare(before, after, truth, 3)
    assert change.changed.tolist() == [[True, False, False, True]]
    assert (change.mended.tolist(), change.broken.tolist()) == ([0, 1, 0], [0, 0, 0])
    assert (change.gained.tolist(), change.lost.tolist()) == ([1, 1, 0], [1, 0, 1])
    back = compare(after, before, truth, 3)
    assert (back.mended.tolist(), back.broken.tolist()) == ([0, 0, 0], [0, 1, 0])
    assert compare(before, after, None, 3).mended.sum() == 0


def test_wrong_pixels_lie_deepest_in_the_largest_wrong_regions() -> None:
    truth, prediction = np.zeros((20, 30), np.uint8), np.zeros((20, 30), np.uint8)
    prediction[2:9, 2:9] = 1  # 7 x 7
    prediction[12:15, 20:25] = 1  # 3 x 5, the same classes, apart
    truth[15:20, 0:5] = 255  # void is never wrong
    prediction[15:20, 0:5] = 2
    assert wrong_pixels(prediction, truth) == [(5, 5), (13, 21)]
    assert wrong_pixels(truth, truth) == []
    assert len(wrong_pixels(prediction, truth, most=1)) == 1


def test_a_region_at_the_edge_is_not_taken_for_deep() -> None:
    truth, prediction = np.zeros((20, 20), np.uint8), np.zeros((20, 20), np.uint8)
    prediction[:, :3] = 1
    assert wrong_pixels(prediction, truth)[0][1] == 1
