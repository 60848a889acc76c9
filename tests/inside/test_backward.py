"""Going back through a crop gives the gradient of the whole, wherever the pixel lies."""

import pytest
import torch

from seglib.inside import backward
from seglib.inside.backward import back_to_the_photo, margin, shallower
from seglib.inside.plain import PlainTrunk
from seglib.models.lite0 import Lite0Trunk, layer_table
from seglib.receptive_field import receptive_field

TRUNKS = {"lite0": Lite0Trunk, "plain": PlainTrunk, "short cuts": lambda: PlainTrunk("short cuts")}


@pytest.mark.parametrize("name", TRUNKS)
@pytest.mark.parametrize("place", [(0, 0), (0.5, 0.4), (1, 1), (0.9, 0)], ids=str)
@pytest.mark.parametrize("stride", [4, 8])
def test_a_crop_gives_what_the_whole_gives(name, place, stride, monkeypatch) -> None:
    torch.manual_seed(1)
    trunk = TRUNKS[name]().eval()
    x = torch.rand(1, 3, 193, 225, requires_grad=True)
    features = trunk(x)
    gradient = torch.zeros_like(features[stride])
    row, col = (round(share * (n - 1)) for share, n in zip(place, gradient.shape[-2:], strict=True))
    gradient[0, :, max(row - 1, 0) : row + 1, max(col - 1, 0) : col + 1] = 1
    monkeypatch.setattr(backward, "CROP_BELOW", 1.0)
    assert backward._box(trunk, x, stride, gradient) is not None
    cropped = back_to_the_photo(trunk, x, features, stride, gradient)
    monkeypatch.setattr(backward, "CROP_BELOW", 0.0)
    whole = back_to_the_photo(trunk, x, features, stride, gradient)
    assert list(cropped) == list(whole)
    for node, values in whole.items():
        assert cropped[node].shape == values.shape
        assert float((cropped[node] - values).norm()) <= 1e-5 * float(values.norm())


def test_the_margin_is_the_window_of_the_layer_table() -> None:
    for stride in (4, 8, 16, 32):
        assert 2 * margin(Lite0Trunk(), stride) + 1 == receptive_field(layer_table(stride)).size


def test_a_shallower_trunk_shares_its_layers_and_leaves_the_whole_one_alone() -> None:
    trunk = Lite0Trunk().eval()
    cut = shallower(trunk, 8)
    assert list(cut.stages) == ["2", "4", "8"]
    assert list(trunk.stages) == ["2", "4", "8", "16", "32"]
    assert cut.stages["8"] is trunk.stages["8"]


def test_nothing_comes_back_where_nothing_is_pulled_at() -> None:
    trunk = Lite0Trunk().eval()
    x = torch.rand(1, 3, 65, 97, requires_grad=True)
    features = trunk(x)
    found = back_to_the_photo(trunk, x, features, 8, torch.zeros_like(features[8]))
    assert not any(values.any() for values in found.values())
    assert found[1].shape == (3, 65, 97)
