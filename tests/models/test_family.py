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
from seglib.models.lite0 import Lite0Trunk
from seglib.models.trunk import Trunk
from seglib.models.trunks import LITE0, OF_LABEL_SET, RESIDUAL, TRUNKS, kind_of

GOLDEN = Path(__file__).parent / "golden"
K = 5
NAMES = pytest.mark.parametrize("name", MODELS)
KINDS = pytest.mark.parametrize("trunk", TRUNKS)
FCNS = pytest.mark.parametrize("name", STREAMS)


def random_net(name: str, seed: int = 0, trunk: str = LITE0) -> nn.Module:
    """A net in eval mode whose every tensor, the skips' scores too, is drawn from NumPy's generator."""
    rng = np.random.default_rng(seed)
    net = create_model(name, K, trunk).eval()
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


@KINDS
@NAMES
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (2, 3), (31, 32), (33, 33), (64, 65), (70, 90)])
def test_a_picture_of_any_size_gets_logits_of_its_size(name, size, trunk):
    with torch.no_grad():
        logits = random_net(name, trunk=trunk)(picture(*size, batch=2))
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


@KINDS
@FCNS
def test_contributions_of_the_streams_add_up_to_the_logits(name, trunk):
    net, x = random_net(name, trunk=trunk), picture(50, 70)
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


@KINDS
@pytest.mark.parametrize("name", [name for name in STREAMS if name != "fcn32s"])
def test_an_untrained_finer_net_says_what_the_coarse_one_says(name, trunk):
    coarse = random_net("fcn32s", trunk=trunk)
    fine = create_model(name, K, trunk).eval()
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


@KINDS
def test_the_trunk_hands_out_features_centred_on_their_pixel(trunk):
    """A picture mirrored about its middle column gives mirrored features: the grid has no drift."""
    trunk = kind_of(trunk).build().double().eval()
    for module in trunk.modules():
        if isinstance(module, nn.Conv2d):  # kernels that do not tell left from right
            module.weight.data = module.weight.data + module.weight.data.flip(-1)
    x = picture(33, 65).double()
    with torch.no_grad():
        features, mirrored = trunk(x), trunk(x.flip(-1))
    for stride, value in features.items():
        torch.testing.assert_close(mirrored[stride], value.flip(-1), msg=f"stride {stride}")


@KINDS
@NAMES
def test_a_net_has_at_most_four_million_parameters(name, trunk):
    assert sum(parameter.numel() for parameter in create_model(name, 11, trunk).parameters()) <= 4_000_000


@KINDS
def test_features_are_as_many_and_as_coarse_as_the_kind_says(trunk):
    kind = kind_of(trunk)
    with torch.no_grad():
        features = kind.build()(picture(65, 97))
        early = kind.build(8)(picture(65, 97))
    assert {s: x.shape[1:] for s, x in features.items()} == {
        s: (channels, 64 // s + 1, 96 // s + 1) for s, channels in kind.channels.items()
    }
    assert list(early) == [4, 8]


def test_what_the_two_trunks_are():
    assert kind_of(LITE0).channels == {4: 24, 8: 40, 16: 112, 32: 320}
    assert kind_of(RESIDUAL).channels == {4: 32, 8: 64, 16: 128, 32: 192}
    parameters = {name: sum(p.numel() for p in kind.build().parameters()) for name, kind in TRUNKS.items()}
    head, classifier = 320 * 1280 + 2 * 1280, 1280 * 1000 + 1000
    # Published of EfficientNet-Lite0, head and classifier included: 4.7 million.
    assert parameters == {LITE0: 4_652_008 - head - classifier, RESIDUAL: 1_936_632}


def test_nets_stand_on_the_trunk_that_is_named():
    assert type(create_model("fcn8s", K).trunk) is type(create_model("fcn8s", K, "lite0").trunk) is Lite0Trunk
    assert type(create_model("fcn8s", K, "residual").trunk) is Trunk


@pytest.mark.parametrize("name", MODELS)
def test_an_unknown_trunk_lists_those_there_are(name):
    with pytest.raises(ValueError, match="no trunk 'vgg16': there are lite0, residual"):
        create_model(name, K, "vgg16")


@pytest.mark.parametrize("labels", LABEL_SETS)
@NAMES
def test_the_longest_path_is_that_of_the_label_sets_trunk_and_ends_with_its_classes(name, labels):
    table = layer_table_of(name, labels)
    reductions = [layer for layer in table if layer.name == "reduction"]
    assert table[len(reductions)].channels == kind_of(OF_LABEL_SET[labels]).layer_table()[0].channels  # the stem
    assert table[-1].channels == len(LABEL_SETS[labels])


def test_a_path_of_unknown_names_lists_those_there_are():
    with pytest.raises(ValueError, match="no model 'fcn64s': there are fcn32s"):
        layer_table_of("fcn64s")
    with pytest.raises(ValueError, match="no label set 'moon': there are everyday, street"):
        layer_table_of("fcn8s", "moon")


@KINDS
@NAMES
def test_every_parameter_gets_a_gradient(name, trunk):
    """One step away from the zero start of the skips, nothing may be left out of the graph."""
    net = random_net(name, trunk=trunk).train()
    net(picture(33, 33, batch=2)).square().sum().backward()
    idle = [key for key, p in net.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert idle == []


def test_an_unknown_name_lists_the_names_there_are():
    with pytest.raises(ValueError, match="no model 'fcn64s': there are fcn32s, fcn16s, fcn8s, fcn4s"):
        create_model("fcn64s", K)


@KINDS
def test_a_net_of_fixed_weights_gives_its_golden_output(trunk):
    """Refresh after an intended change with ``UPDATE_GOLDEN=1 python -m pytest -k golden``."""
    x = picture(33, 33)
    if trunk == RESIDUAL:  # `Trunk.prepare` makes the picture of it: that golden output is older than the function
        x = (63.75 * x + 0.5) / 128
    with torch.no_grad():
        logits = random_net("fcn8s", trunk=trunk)(x)[0].numpy()
    path = GOLDEN / f"fcn8s-{trunk}.npz"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        np.savez_compressed(path, logits=logits)
    assert path.is_file(), f"no {path.name}: make it with UPDATE_GOLDEN=1 python -m pytest -k golden"
    assert path.stat().st_size < 50_000
    np.testing.assert_allclose(logits, np.load(path)["logits"], rtol=1e-3, atol=1e-3)
