"""The ImageNet classifier: its table, what it says about photos, and what its command refuses."""

import numpy as np
import pytest
import torch
from torchvision.models import MobileNet_V2_Weights

from seglib.models.cards import WeightsError, read_card
from seglib.models.imagenet import CARD, PACKAGE_SHA256, SHIPPED, convert, load_imagenet, main
from seglib.models.lite0 import CHANNELS, GROUPS, Lite0Classifier, Lite0Trunk, layer_table
from seglib.models.prediction import to_input
from seglib.photos import load_photo
from seglib.receptive_field import receptive_field

CATEGORIES = MobileNet_V2_Weights.IMAGENET1K_V1.meta["categories"]


@pytest.fixture(scope="module")
def net() -> Lite0Classifier:
    return load_imagenet()


@pytest.mark.parametrize(("photo", "wanted"), [("chelsea", "Egyptian cat"), ("coffee", "espresso")])
def test_it_knows_what_is_on_a_photo(net, photo, wanted):
    with torch.inference_mode():
        logits = net(to_input(torch.from_numpy(load_photo(photo).copy())[None]))
    assert CATEGORIES[int(logits.argmax())] == wanted


def test_half_precision_changes_no_answer_by_much(net):
    x = to_input(torch.from_numpy(load_photo("chelsea").copy())[None])
    with torch.inference_mode():
        p = net(x).softmax(1)
        for parameter in net.parameters():
            assert torch.equal(parameter, parameter.half().float())
    assert p.sum().item() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("last", CHANNELS)
def test_features_have_the_channels_and_grids_of_the_table(last):
    features = Lite0Trunk(last).eval()(torch.zeros(1, 3, 65, 97))
    assert {s: tuple(f.shape[1:]) for s, f in features.items()} == {
        s: (c, 64 // s + 1, 96 // s + 1) for s, c in CHANNELS.items() if s <= last
    }


@pytest.mark.parametrize("stride", CHANNELS)
def test_the_table_bounds_the_window_that_gradients_reach(stride):
    trunk = Lite0Trunk(stride).double().train()  # fresh norms, all units alive often enough
    torch.manual_seed(0)
    size = 32 * 30 + 1
    x = torch.randn(1, 3, 9 if stride > 8 else 129, size, dtype=torch.float64, requires_grad=True)
    trunk.eval()
    features = trunk(x)[stride]
    unit = features.shape[-1] // 2
    features[..., unit].sum().backward()
    touched = np.flatnonzero(x.grad.abs().sum((0, 1, 2)).numpy())
    first, end = receptive_field(layer_table(stride)).window(unit)
    assert first <= touched[0]
    assert touched[-1] < end
    assert (touched[0], touched[-1] + 1) == (first, end) or stride > 8  # far ends die out behind ReLU6 there


def test_seventeen_layers_look_beyond_their_own_unit():
    assert len(layer_table()) == 1 + sum(group.blocks for group in GROUPS) == 17
    with pytest.raises(ValueError, match="no features at stride 2: there are 4, 8, 16, 32"):
        layer_table(2)


def test_converting_keeps_the_order_and_refuses_other_nets(net):
    state = {f"other.{number}": tensor for number, tensor in enumerate(net.state_dict().values())}
    for ours, theirs in zip(convert(state).state_dict().values(), net.state_dict().values(), strict=True):
        assert torch.equal(ours, theirs)
    state["other.0"] = torch.zeros(24, 3, 3, 3)
    with pytest.raises(WeightsError, match="not EfficientNet-Lite0"):
        convert(state)


def test_the_command_refuses_a_file_that_is_not_the_packages(tmp_path):
    path = tmp_path / "other.pth"
    path.write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(SystemExit, match="wanted " + PACKAGE_SHA256):
        main([str(path), "--out", str(tmp_path / "out.safetensors")])
    assert not (tmp_path / "out.safetensors").exists()


def test_the_card_says_where_it_comes_from():
    card = read_card(SHIPPED)
    assert {key: card[key] for key in CARD} == CARD
    assert "Apache License 2.0" in card["notice"]
    assert SHIPPED.with_name("imagenet-LICENSE.txt").is_file()


def test_a_damaged_file_is_a_weights_error(tmp_path):
    path = tmp_path / "imagenet.safetensors"
    path.write_bytes(SHIPPED.read_bytes()[:-1])
    path.with_suffix(".json").write_text(SHIPPED.with_suffix(".json").read_text())
    with pytest.raises(WeightsError, match="damaged"):
        load_imagenet(path)
