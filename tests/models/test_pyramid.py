"""The pyramid nets: one trunk for all levels, shares that add up, windows that double."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from seglib.models import create_model
from seglib.models.fcn import fuse_on_grid, upsample
from seglib.models.lite0 import CHANNELS, Lite0Trunk, layer_table
from seglib.models.prediction import image_tensor, predict
from seglib.models.pyramid import LEVELS, STRIDE, level_inputs, level_window, share
from seglib.models.streams import fused_logits, stream_contributions, stream_scores
from seglib.photos import load_photo
from seglib.pyramid import laplacian_pyramid
from seglib.receptive_field import receptive_field
from tests.models.test_family import K, picture, random_net

NAMES = pytest.mark.parametrize("name", LEVELS)


@NAMES
def test_levels_lie_on_grids_that_line_up(name):
    net = random_net(name)
    with torch.no_grad():
        streams = net.streams(picture(50, 71))
    grids = {"pyramid": {32: (3, 4), 16: (5, 7), 8: (9, 13)}, "pyramid1": {8: (8, 10)}}
    assert {stride: scores.shape for stride, scores in streams.items()} == {
        stride: (1, K, *grid) for stride, grid in grids[name].items()
    }
    assert tuple(streams) == net.strides


@NAMES
@pytest.mark.parametrize("size", [(1, 1), (50, 70)])
def test_contributions_of_the_levels_add_up_to_the_logits(name, size):
    net, x = random_net(name), picture(*size)
    with torch.no_grad():
        shares, logits = net.contributions(x), net(x)
    assert all(share.abs().max() > 1e-3 for share in shares.values())  # each has something to add
    torch.testing.assert_close(sum(shares.values()), logits, rtol=1e-4, atol=1e-4)


def test_scores_added_are_the_features_concatenated_and_classified():
    """The paper's order, word for word: upsample, concatenate, classify."""
    net, x = random_net("pyramid"), picture(64, 97)
    with torch.no_grad():
        features = net.features(x)
        size = features[0].shape[-2:]
        paper = net.score(torch.cat([upsample(level, size) for level in features], 1))
        torch.testing.assert_close(fuse_on_grid(net.streams(x)), paper, rtol=1e-4, atol=1e-4)


def test_a_level_without_features_adds_nothing():
    net, x = random_net("pyramid"), picture(40, 40)
    with torch.no_grad():
        before = net.contributions(x)
        first = CHANNELS[STRIDE]
        net.score.weight[:, :first] = 0  # the finest level's part of the classifier
        after = net.contributions(x)
    assert after[8].abs().max() == 0
    torch.testing.assert_close(net(x), before[32] + before[16], rtol=1e-4, atol=1e-4)


@NAMES
@pytest.mark.parametrize("every", [2, 4])
@pytest.mark.parametrize("size", [(1, 1), (31, 66)])
def test_every_second_pixel_is_computed_alone(name, every, size):
    net, x = random_net(name), picture(*size)
    with torch.no_grad():
        torch.testing.assert_close(net(x, every=every), net(x)[..., ::every, ::every], rtol=1e-4, atol=1e-4)


def test_one_level_is_shown_the_photo_itself():
    x = picture(17, 25)
    assert torch.equal(level_inputs(x, 1)[0], x)


@pytest.mark.parametrize("name", ["china", "rocket", "camera"])
def test_bands_have_about_the_spread_of_the_residual(name):
    """So that one trunk meets similar numbers on every level, whatever the contrast of the photo."""
    x = image_tensor(load_photo(name))
    assert all(0.2 < float(level.std()) < 0.7 for level in level_inputs(x, 3))
    assert all(float(band.std()) < 0.2 for band in laplacian_pyramid(x, 3)[:2])


def test_weights_are_shared_by_the_levels():
    """In eval mode the trunk of a list is the plain trunk of each; the finest scores do not know the others."""
    net, x = random_net("pyramid"), picture(65, 65)
    plain = Lite0Trunk().eval()
    missing, unexpected = plain.load_state_dict(net.trunk.state_dict(), strict=False)
    assert not unexpected
    assert all(key.startswith(("stages.16.", "stages.32.")) for key in missing)
    with torch.no_grad():
        for level, features in zip(level_inputs(x, 3), net.features(x), strict=True):
            torch.testing.assert_close(features, plain(level)[STRIDE], rtol=1e-4, atol=1e-4)


def test_gradients_reach_the_trunk_from_every_level():
    x = picture(65, 65)
    seen = []
    for stride in (8, 16, 32):
        net = random_net("pyramid")
        net.contributions(x)[stride].square().sum().backward()
        seen.append(net.trunk.stem[0].weight.grad)
        assert seen[-1].abs().max() > 0
    together = random_net("pyramid")
    sum(share.sum() for share in together.contributions(x).values()).backward()
    separate = 0
    for stride in (8, 16, 32):
        net = random_net("pyramid")
        net.contributions(x)[stride].sum().backward()
        separate = separate + net.trunk.stem[0].weight.grad
    torch.testing.assert_close(together.trunk.stem[0].weight.grad, separate, rtol=1e-3, atol=1e-2)


def test_normalisation_knows_all_levels_at_once():
    """The stem's running mean after one step from zero, momentum 0.1: a tenth of the mean over all units."""
    torch.manual_seed(0)
    trunk = Lite0Trunk(STRIDE).train()
    levels = [picture(33, 49, batch=2), 3 + 2 * picture(17, 25, batch=2)]
    units = torch.cat([trunk.stem[0](x).permute(1, 0, 2, 3).flatten(1) for x in levels], 1)
    share(trunk, levels)
    torch.testing.assert_close(trunk.stem[1].running_mean, 0.1 * units.mean(1))
    torch.testing.assert_close(trunk.stem[1].running_var, 0.9 + 0.1 * units.var(1))


def test_in_training_one_level_is_the_plain_trunk():
    torch.manual_seed(0)
    trunk, plain = Lite0Trunk(STRIDE).train(), Lite0Trunk().train()
    x = picture(33, 33, batch=2)
    plain.load_state_dict(trunk.state_dict(), strict=False)
    torch.testing.assert_close(share(trunk, [x])[0], plain(x)[STRIDE], rtol=1e-4, atol=1e-4)


def test_the_trunk_can_start_from_an_fcns():
    fcn, net = random_net("fcn4s"), create_model("pyramid", K)
    missing, unexpected = net.load_state_dict(fcn.state_dict(), strict=False)
    assert missing == ["score.weight"]
    deeper = tuple(f"trunk.stages.{stride}." for stride in CHANNELS if stride > STRIDE)
    assert all(key.startswith(("score.", *deeper)) for key in unexpected)


def test_the_window_doubles_from_level_to_level():
    plain = receptive_field(layer_table(STRIDE)).size
    assert level_window(0) == plain
    assert level_window(1) == 2 * plain + 3  # the reduction's own five taps: 2 * (plain - 1) + 5
    assert level_window(2) == 2 * level_window(1) + 3


def test_windows_of_the_levels():
    assert [level_window(level) for level in range(3)] == [67, 137, 277]


def test_the_net_sees_as_far_as_its_window():
    """Gradients of one unit of the residual, at the picture: they fill the window and stop there."""
    net = random_net("pyramid").double()
    x = torch.zeros(1, 3, 449, 449, dtype=torch.float64).normal_().requires_grad_()
    net.streams(x)[32][0, :, 7, 7].sum().backward()
    touched = x.grad.abs().sum((0, 1)).amax(0).nonzero().ravel()
    assert 0.8 * level_window(2) < touched.max() - touched.min() + 1 <= level_window(2)


@NAMES
def test_the_functions_that_explain_an_fcn_explain_it_too(name):
    net = random_net(name)
    image = np.random.default_rng(0).integers(0, 256, (50, 71, 3), dtype=np.uint8)
    streams = stream_scores(net, image)
    logits = fused_logits(streams, image.shape[:2])
    np.testing.assert_array_equal(logits.argmax(0), predict(net, image).labels)
    shares = stream_contributions(streams, image.shape[:2], 2)
    np.testing.assert_allclose(sum(shares.values()), logits[2], atol=1e-4)
