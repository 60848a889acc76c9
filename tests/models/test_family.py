"""The nets: any size, sums of streams, upsampling worked by hand, grids that line up, golden output."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from seglib.labels import LABEL_SETS
from seglib.models import MODELS, create_model, layer_table_of
from seglib.models.fcn import GRID, STREAMS, contributions, contributions_at, fuse, fuse_on_grid, pad_to_grid, upsample
from seglib.models.lite0 import CHANNELS, STEM_CHANNELS, Lite0Trunk

GOLDEN = Path(__file__).parent / "golden"
K = 5
NAMES = pytest.mark.parametrize("name", MODELS)
FCNS = pytest.mark.parametrize("name", STREAMS)


def random_net(name: str, seed: int = 0) -> nn.Module:
    """A net in eval mode whose every tensor, the skips' scores too, is drawn from NumPy's generator."""
    rng = np.random.default_rng(seed)
    net = create_model(name, K).eval()
    for key, tensor in net.state_dict().items():
        if tensor.ndim > 1:  # a convolution: keep the size of what flows through
            values = rng.normal(0, (2 / tensor[0].numel()) ** 0.5, tensor.shape)
        elif key.endswith(("running_var", "1.weight")):  # a norm's spread
            values = rng.uniform(0.5, 1.5, tensor.shape)
        else:
            values = rng.normal(0, 0.1, tensor.shape)
        if tensor.is_floating_point():
            tensor.copy_(torch.from_numpy(values))
    return net


def picture(height: int, width: int, batch: int = 1) -> torch.Tensor:
    rng = np.random.default_rng(1)
    return torch.from_numpy(rng.normal(size=(batch, 3, height, width)).astype(np.float32))


def test_upsampling_two_units_to_five_pixels_interpolates_linearly():
    scores = torch.tensor([[[[0.0, 8.0]]]])  # (1, 1, 1, 2)
    assert upsample(scores, (1, 5)).tolist() == [[[[0, 2, 4, 6, 8]]]]


def test_padding_reaches_the_next_32_m_plus_1_with_zeros_right_and_below():
    x = torch.ones(1, 1, 33, 34)
    padded = pad_to_grid(x)
    assert padded.shape == (1, 1, 33, 65)
    assert padded[..., :34].min() == 1
    assert padded[..., 34:].abs().max() == 0


@pytest.mark.parametrize(("size", "padded"), [(1, 1), (2, 33), (32, 33), (33, 33), (34, 65), (481, 481)])
def test_padding_leaves_fitting_sizes_alone(size, padded):
    assert pad_to_grid(torch.zeros(1, 1, size, 1)).shape[-2:] == (padded, 1)
    assert padded % GRID == 1


@NAMES
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (2, 3), (31, 32), (33, 33), (64, 65), (70, 90)])
def test_a_picture_of_any_size_gets_logits_of_its_size(name, size):
    with torch.no_grad():
        logits = random_net(name)(picture(*size, batch=2))
    assert logits.shape == (2, K, *size)
    assert logits.isfinite().all()


@FCNS
def test_features_of_stride_s_are_s_times_smaller(name):
    net = random_net(name)
    with torch.no_grad():
        streams = net.streams(picture(65, 97))
    assert tuple(streams) == STREAMS[name]
    for stride, scores in streams.items():
        assert scores.shape == (1, K, 64 // stride + 1, 96 // stride + 1)


@FCNS
def test_contributions_of_the_streams_add_up_to_the_logits(name):
    net, x = random_net(name), picture(50, 70)
    with torch.no_grad():
        shares = contributions(net.streams(x), (50, 70))
        logits = net(x)
    assert tuple(shares) == STREAMS[name]
    assert all(share.abs().max() > 1e-3 for share in shares.values())  # each has something to add
    torch.testing.assert_close(sum(shares.values()), logits, rtol=1e-4, atol=1e-4)
    for row, col in [(0, 0), (49, 69), (31, 33), (8, 64)]:
        with torch.no_grad():
            alone = contributions_at(net.streams(x), (row, col))
        assert tuple(alone) == STREAMS[name]
        for stride, share in alone.items():
            torch.testing.assert_close(share, shares[stride][:, :, row, col], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", [name for name in STREAMS if name != "fcn32s"])
def test_an_untrained_finer_net_says_what_the_coarse_one_says(name):
    coarse = random_net("fcn32s")
    fine = create_model(name, K).eval()
    missing, unexpected = fine.load_state_dict(coarse.state_dict(), strict=False)
    assert all(key.startswith("score.") for key in missing)
    assert not unexpected
    x = picture(64, 90)
    with torch.no_grad():
        torch.testing.assert_close(fine(x), coarse(x), rtol=1e-4, atol=1e-4)


def test_fusing_two_streams_worked_by_hand():
    """One row: two coarse units of stride 32 on three fine ones of stride 16, then on 33 pixels."""
    streams = {32: torch.tensor([[[[0.0, 4.0]]]]), 16: torch.tensor([[[[0.0, 6.0, 0.0]]]])}
    assert fuse_on_grid(streams).tolist() == [[[[0, 2 + 6, 4]]]]
    logits = fuse(streams, (1, 30))[0, 0, 0]
    assert logits.shape == (30,)  # the padding is cut off
    assert logits[[0, 8, 16, 24]].tolist() == [0, 4, 8, 6]


@FCNS
@pytest.mark.parametrize("position", [(0, 0), (2, 1), (1, 3)])
def test_unit_i_of_stride_s_peaks_on_pixel_i_times_s(name, position):
    """Light one unit of each stream alone: the logits peak at its pixel with the unit's own value."""
    size = (97, 129)
    grids = {s: torch.zeros(1, 1, 96 // s + 1, 128 // s + 1) for s in STREAMS[name]}
    for stride, grid in grids.items():
        lit = torch.zeros_like(grid)
        lit[(0, 0, *position)] = 1
        logits = fuse(grids | {stride: lit}, size)[0, 0]
        peak = divmod(int(logits.argmax()), size[1])
        assert peak == tuple(i * stride for i in position)
        assert logits[peak] == pytest.approx(1, abs=1e-5)


def test_the_trunk_hands_out_features_centred_on_their_pixel():
    """A picture mirrored about its middle column gives mirrored features: the grid has no drift."""
    trunk = Lite0Trunk().double().eval()
    for module in trunk.modules():
        if isinstance(module, nn.Conv2d):  # kernels that do not tell left from right
            module.weight.data = module.weight.data + module.weight.data.flip(-1)
    x = picture(33, 65).double()
    with torch.no_grad():
        features, mirrored = trunk(x), trunk(x.flip(-1))
    for stride, value in features.items():
        torch.testing.assert_close(mirrored[stride], value.flip(-1), msg=f"stride {stride}")


@NAMES
def test_a_net_has_at_most_four_million_parameters(name):
    assert sum(parameter.numel() for parameter in create_model(name, 11).parameters()) <= 4_000_000


def test_features_are_as_many_and_as_coarse_as_the_table_says():
    with torch.no_grad():
        features = Lite0Trunk()(picture(65, 97))
        early = Lite0Trunk(8)(picture(65, 97))
    assert {s: x.shape[1:] for s, x in features.items()} == {
        s: (channels, 64 // s + 1, 96 // s + 1) for s, channels in CHANNELS.items()
    }
    assert list(early) == [4, 8]


def test_what_the_trunk_is():
    assert CHANNELS == {4: 24, 8: 40, 16: 112, 32: 320}
    head, classifier = 320 * 1280 + 2 * 1280, 1280 * 1000 + 1000
    # Published of EfficientNet-Lite0, head and classifier included: 4.7 million.
    assert sum(p.numel() for p in Lite0Trunk().parameters()) == 4_652_008 - head - classifier


@NAMES
def test_every_net_stands_on_it(name):
    assert type(create_model(name, K).trunk) is Lite0Trunk


@pytest.mark.parametrize("labels", LABEL_SETS)
@NAMES
def test_the_longest_path_begins_with_the_trunk_and_ends_with_the_classes(name, labels):
    table = layer_table_of(name, labels)
    reductions = [layer for layer in table if layer.name == "reduction"]
    assert table[len(reductions)].channels == STEM_CHANNELS
    assert table[-1].channels == len(LABEL_SETS[labels])


def test_a_path_of_unknown_names_lists_those_there_are():
    with pytest.raises(ValueError, match="no model 'fcn64s': there are fcn32s"):
        layer_table_of("fcn64s")
    with pytest.raises(ValueError, match="no label set 'moon': there are everyday, street"):
        layer_table_of("fcn8s", "moon")


@NAMES
def test_every_parameter_gets_a_gradient(name):
    """One step away from the zero start of the skips, nothing may be left out of the graph."""
    net = random_net(name).train()
    net(picture(33, 33, batch=2)).square().sum().backward()
    idle = [key for key, p in net.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert idle == []


def test_an_unknown_name_lists_the_names_there_are():
    with pytest.raises(ValueError, match="no model 'fcn64s': there are fcn32s, fcn16s, fcn8s, fcn4s"):
        create_model("fcn64s", K)


def test_a_net_of_fixed_weights_gives_its_golden_output():
    """Refresh after an intended change with ``UPDATE_GOLDEN=1 python -m pytest -k golden``."""
    with torch.no_grad():
        logits = random_net("fcn8s")(picture(33, 33))[0].numpy()
    path = GOLDEN / "fcn8s.npz"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        np.savez_compressed(path, logits=logits)
    assert path.is_file(), f"no {path.name}: make it with UPDATE_GOLDEN=1 python -m pytest -k golden"
    assert path.stat().st_size < 50_000
    np.testing.assert_allclose(logits, np.load(path)["logits"], rtol=1e-3, atol=1e-3)
