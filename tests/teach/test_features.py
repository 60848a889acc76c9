"""Features lie where the net put them, to the pixel, whatever the photo's size."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seglib.models.fcn import padded_side, upsample
from seglib.models.imagenet import load_imagenet
from seglib.models.lite0 import Lite0Trunk
from seglib.models.prediction import to_input
from seglib.photos import load_photo
from seglib.teach.features import LAYERS, SIDE, Features, colours, shrink
from seglib.teach.nets import (
    STATISTICS,
    FrozenNet,
    frozen,
    imagenet_net,
    measure_statistics,
    photo_features,
    random_net,
    raw_grids,
    read_statistics,
    write_statistics,
)


def test_pixels_under_strokes_are_the_nets_own(known_net: FrozenNet) -> None:
    """On a ramp, bilinear interpolation is exact: the known net's features under a pixel are that pixel's values."""
    rows, cols = np.mgrid[:65, :97]
    image = np.stack([rows * 2, cols * 2, rows + cols], -1).astype(np.uint8)
    points = np.argwhere(np.ones((65, 97)))
    under = photo_features(image, known_net).at(points)
    wanted = to_input(torch.from_numpy(image)[None])[0].numpy().reshape(3, -1).T
    for stride in (4, 8, 16, 32):
        np.testing.assert_allclose(under[stride], wanted, atol=1e-5)


@given(st.integers(32, 140), st.integers(32, 140), st.integers(0, 2**32 - 1))
def test_any_size_against_torch(height: int, width: int, seed: int) -> None:
    """Between units: what torch's upsampling of the whole grid gives at these pixels."""
    rng = np.random.default_rng(seed)
    stride = int(rng.choice([4, 8, 16, 32]))
    whole = padded_side(height), padded_side(width)
    grid = rng.normal(size=(2, *((side - 1) // stride + 1 for side in whole))).astype(np.float32)
    points = np.stack([rng.integers(height, size=20), rng.integers(width, size=20)], 1)
    found = Features((height, width), (height, width), {stride: grid}).at(points)[stride]
    wanted = upsample(torch.from_numpy(grid)[None], whole)[0].numpy()[:, points[:, 0], points[:, 1]].T
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_a_large_photo_is_shrunk_and_its_pixels_stay_where_they_are(known_net: FrozenNet) -> None:
    image = np.zeros((1000, 800, 3), np.uint8)
    image[500:] = 200
    features = photo_features(image, known_net)
    assert features.seen == (640, 512)
    under = features.at(np.array([(470, 10), (530, 10)]))[4][:, 0]
    np.testing.assert_allclose(under, [(0 - 127) / 128, (200 - 127) / 128], atol=1e-6)
    assert shrink(image[:SIDE, :SIDE]).shape == (SIDE, SIDE, 3)


def test_imagenet_features_are_those_of_its_trunk() -> None:
    """The frozen trunk, padded and standardised, against the trunk itself, run by hand on an image needing no pad."""
    image = load_photo("chelsea")[:129, :193]
    features, statistics = photo_features(image, imagenet_net()), read_statistics()
    with torch.inference_mode():
        wanted = load_imagenet().trunk(to_input(torch.from_numpy(image.copy())[None]))
    for stride, grid in wanted.items():
        mean, deviation = (values[:, None, None] for values in statistics[stride])
        np.testing.assert_allclose(features.grids[stride] * deviation + mean, grid[0].numpy(), rtol=1e-3, atol=2e-3)
    assert list(features.grids) == list(LAYERS)
    assert [len(grid) for grid in features.grids.values()] == [320, 112, 40, 24, 9]


def test_a_frozen_trunk_says_the_same() -> None:
    torch.manual_seed(0)
    trunk = Lite0Trunk(8).train()
    x = torch.randn(2, 3, 65, 65)
    trunk(x)  # norms that are not the identity
    trunk.eval()
    with torch.inference_mode():
        for ours, wanted in zip(frozen(trunk)(x).values(), trunk(x).values(), strict=True):
            torch.testing.assert_close(ours, wanted, rtol=1e-4, atol=1e-4)
    assert not any(parameter.requires_grad for parameter in frozen(trunk).parameters())


def test_colours_of_a_grey_image_have_no_hue() -> None:
    grid = colours(np.full((33, 33, 3), 119, np.uint8))
    np.testing.assert_allclose(grid[0], 0.5, atol=0.005)  # L* of sRGB 119 is 50
    np.testing.assert_allclose(grid[1:3], 0, atol=1e-3)
    np.testing.assert_allclose(grid[3], grid[0] ** 2, atol=1e-6)


def test_statistics_are_means_over_photos(known_net: FrozenNet) -> None:
    dark, light = (np.full((65, 65, 3), value, np.uint8) for value in (63, 191))
    mean, deviation = measure_statistics(known_net.trunk, [dark, light])[16]
    np.testing.assert_allclose(mean, 0, atol=1e-6)
    np.testing.assert_allclose(deviation, 0.5, atol=1e-6)


def test_shipped_statistics_are_those_of_the_bundled_photos() -> None:
    """One photo of the ten stands for all: its features are of the size that the statistics say."""
    shipped = read_statistics(STATISTICS)
    for stride, grid in raw_grids(load_photo("china"), imagenet_net().trunk).items():
        mean, deviation = shipped[stride]
        standard = (grid - mean[:, None, None]) / deviation[:, None, None]
        assert 0.5 < standard.std() < 2
        assert abs(standard.mean()) < 0.5


def test_statistics_can_be_kept(tmp_path, known_net: FrozenNet) -> None:
    image = np.random.default_rng(0).integers(256, size=(65, 65, 3), dtype=np.uint8)
    measured = measure_statistics(known_net.trunk, [image])
    write_statistics(tmp_path / "statistics.json", measured)
    for stride, (mean, deviation) in read_statistics(tmp_path / "statistics.json").items():
        np.testing.assert_allclose(mean, measured[stride][0], rtol=1e-5)
        np.testing.assert_allclose(deviation, measured[stride][1], rtol=1e-5)


def test_random_weights_are_alive_and_the_same_for_a_seed() -> None:
    image = load_photo("coffee")[:161, :193]
    one, again, other = (photo_features(image, random_net([image], seed)) for seed in (0, 0, 1))
    for stride in (4, 8, 16, 32):
        assert np.array_equal(one.grids[stride], again.grids[stride])
        assert not np.array_equal(one.grids[stride], other.grids[stride])
        # An image measured on itself has mean 0 and deviation 1 in every channel.
        np.testing.assert_allclose(one.grids[stride][:, :, :].std(), 1, atol=0.2)


def test_not_an_image() -> None:
    with pytest.raises(ValueError, match="an image is"):
        photo_features(np.zeros((10, 10), np.uint8), imagenet_net())
