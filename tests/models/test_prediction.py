"""Prediction: a one-layer net worked by hand, then what holds for any net, then refused images."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from seglib.models import create_model
from seglib.models.prediction import check_image, image_tensor, predict, to_input

K = 7


@pytest.fixture(scope="module")
def net() -> nn.Module:
    torch.manual_seed(0)
    return create_model("fcn8s", K).eval()


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(256, size=(37, 50, 3), dtype=np.uint8)


def strongest_channel() -> nn.Module:
    """A net whose three classes are red, green and blue: its logits are its input."""
    net = nn.Conv2d(3, 3, 1, bias=False)
    nn.init.dirac_(net.weight)
    return net.eval()


def test_a_red_and_a_blue_pixel_worked_by_hand():
    result = predict(strongest_channel(), np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8))
    assert result.labels.tolist() == [[0, 2]]
    bright, dark = np.exp(1), np.exp(-127 / 128)  # 255 is 1 to the net, 0 is -127 / 128
    sure = bright / (bright + 2 * dark)
    np.testing.assert_allclose(result.probabilities[:, 0, 0], [sure, (1 - sure) / 2, (1 - sure) / 2], rtol=1e-5)
    np.testing.assert_allclose(result.confidence, [[sure, sure]], rtol=1e-5)


def test_bytes_become_numbers_from_minus_one_to_one():
    x = to_input(torch.tensor([[[[0, 51, 255]]]], dtype=torch.uint8))  # (1, 1, 1, 3): one pixel
    assert x.shape == (1, 3, 1, 1)
    torch.testing.assert_close(x.flatten(), torch.tensor([-127 / 128, -76 / 128, 1.0]))


def test_image_tensor_keeps_rows_columns_and_channels_in_place():
    image = np.zeros((2, 3, 3), np.uint8)
    image[1, 2, 0] = 255
    x = image_tensor(image)
    assert x.shape == (1, 3, 2, 3)
    assert x[0, 0, 1, 2] == 1
    assert (x == 1).sum() == 1


def test_shapes_types_and_ranges(net, image):
    result = predict(net, image)
    assert result.labels.shape == result.confidence.shape == (37, 50)
    assert result.labels.dtype == np.uint8
    assert result.probabilities.shape == (K, 37, 50)
    assert result.probabilities.dtype == np.float32
    assert result.confidence.min() >= 1 / K - 1e-6


def test_probabilities_sum_to_one(net, image):
    np.testing.assert_allclose(predict(net, image).probabilities.sum(0), 1, atol=1e-5)


def test_labels_are_the_most_probable_classes(net, image):
    result = predict(net, image)
    chosen = np.take_along_axis(result.probabilities, result.labels[None].astype(int), 0)[0]
    np.testing.assert_array_equal(chosen, result.confidence)


def test_the_same_photo_gives_the_same_prediction(net, image):
    first, again = predict(net, image), predict(net, image)
    np.testing.assert_array_equal(first.probabilities, again.probabilities)


def test_prediction_leaves_net_and_photo_alone(net, image):
    state = {key: value.clone() for key, value in net.state_dict().items()}
    before = image.copy()
    predict(net, image)
    np.testing.assert_array_equal(image, before)
    assert all(torch.equal(value, state[key]) for key, value in net.state_dict().items())


def test_gradients_are_off():
    class Spy(nn.Conv2d):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.grad_was_on = torch.is_grad_enabled()
            return super().forward(x)

    spy = Spy(3, 2, 1).eval()
    predict(spy, np.zeros((2, 2, 3), np.uint8))
    assert not spy.grad_was_on


@pytest.mark.parametrize("view", [np.fliplr, np.flipud, lambda image: image[::2, 1::3], np.asfortranarray])
def test_any_memory_layout_is_fine(view, image):
    turned = view(image)
    np.testing.assert_array_equal(predict(strongest_channel(), turned).labels, turned.argmax(2))


def test_a_read_only_photo_is_fine(image):
    frozen = image.copy()
    frozen.flags.writeable = False
    assert predict(strongest_channel(), frozen).labels.shape == (37, 50)


@pytest.mark.parametrize("size", [(1, 1), (1, 70), (33, 2)])
def test_tiny_photos_are_fine(net, size):
    assert predict(net, np.zeros((*size, 3), np.uint8)).labels.shape == size


def test_a_valid_image_is_returned_unchanged(image):
    assert check_image(image) is image


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.zeros((4, 5), np.uint8), r"this one is \(4, 5\) uint8"),  # grey
        (np.zeros((4, 5, 4), np.uint8), r"this one is \(4, 5, 4\) uint8"),  # with alpha
        (np.zeros((4, 5, 1), np.uint8), r"\(4, 5, 1\)"),
        (np.zeros((4, 5, 3)), r"this one is \(4, 5, 3\) float64"),
        (np.zeros((4, 5, 3), np.int64), "int64"),
        (np.zeros((0, 5, 3), np.uint8), r"\(0, 5, 3\)"),
        (np.zeros((4, 0, 3), np.uint8), r"\(4, 0, 3\)"),
        (np.zeros((1, 4, 5, 3), np.uint8), r"\(1, 4, 5, 3\)"),
    ],
)
def test_what_is_not_an_rgb_image_in_bytes_is_refused(net, wrong, message):
    with pytest.raises(ValueError, match=r"an image is \(H, W, 3\) uint8 RGB.*" + message):
        predict(net, wrong)
