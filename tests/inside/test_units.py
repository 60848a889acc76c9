"""Units: their strongest places, their windows, what is left without them; projections and the test of them."""

import copy

import numpy as np
import pytest
import torch

from seglib.inside.projections import RULES, correlation, project, projection_picture, shuffled
from seglib.inside.units import best_of, crop_around, strongest, unit_map, without_units
from seglib.models.imagenet import load_imagenet
from seglib.models.lite0 import layer_table
from seglib.models.prediction import to_input
from seglib.receptive_field import receptive_field


@pytest.fixture(scope="module")
def trunk():
    return load_imagenet().trunk


def noise(side: int, seed: int = 0) -> torch.Tensor:
    image = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return to_input(torch.from_numpy(image)[None])


def test_strongest_places_of_a_map_made_by_hand() -> None:
    maps = torch.zeros(2, 3, 4)
    maps[0, 1, 2], maps[1, 0, 0], maps[1, 2, 3] = 5, 1, 9
    first, second = strongest(maps, 8, (17, 20), "a")
    assert (first.point, first.value) == ((8, 16), 5)
    assert (second.point, second.value) == ((0, 0), 1)  # the 9 sits at column 24, on padding
    assert [place.value for place in best_of([first, second], 1)] == [5]


def test_crops_stay_inside_the_photo() -> None:
    image = np.arange(10 * 12 * 3).reshape(10, 12, 3)
    crop, corner = crop_around(image, (9, 0), 5)
    assert (crop.shape, corner) == ((5, 5, 3), (5, 0))
    assert crop_around(image, (5, 5), 99)[0].shape == (10, 12, 3)


@pytest.mark.parametrize("stride", [4, 8])
def test_what_lies_outside_a_units_window_changes_nothing(trunk, stride) -> None:
    side, at = 129, 64 // stride
    first, end = receptive_field(layer_table(stride)).window(at)
    x = noise(side)
    covered = noise(side, seed=1)
    covered[..., max(first, 0) : end, max(first, 0) : end] = x[..., max(first, 0) : end, max(first, 0) : end]
    with torch.no_grad():
        one, other = (trunk(each)[stride][0, :, at, at] for each in (x, covered))
        covered[..., first + 1, 64] += 1  # just inside it something does
        third = trunk(covered)[stride][0, :, at, at]
    assert torch.equal(one, other)
    assert not torch.equal(one, third)


def test_switching_a_unit_off_is_running_the_net_with_a_zero_there(trunk) -> None:
    x = noise(65)
    with torch.no_grad():
        features = trunk(x)
    kept = {stride: maps.clone() for stride, maps in features.items()}
    changed = without_units(trunk, features, 8, [3, 5])

    def cut(_module: object, _inputs: object, found: torch.Tensor) -> torch.Tensor:
        found = found.clone()
        found[:, [3, 5]] = 0
        return found

    other = copy.deepcopy(trunk)
    other.stages["8"].register_forward_hook(cut)
    with torch.no_grad():
        direct = other(x)
    for stride, maps in changed.items():
        assert torch.equal(maps, direct[stride])
    assert torch.equal(changed[4], features[4])
    assert all(torch.equal(features[stride], kept[stride]) for stride in kept)


def test_a_unit_that_is_not_there_is_refused(trunk) -> None:
    with torch.no_grad():
        features = trunk(noise(33))
    with pytest.raises(ValueError, match="from 0 to 39"):
        unit_map(features, 8, 40)
    with pytest.raises(ValueError, match="no features at stride 2"):
        unit_map(features, 2, 0)
    with pytest.raises(ValueError, match="from 0 to 39"):
        without_units(trunk, features, 8, [0, 40])


def test_the_rule_gradient_is_autograds_own(trunk) -> None:
    x = noise(97).requires_grad_()
    (direct,) = torch.autograd.grad(trunk(x)[16][0, 7, 3, 3], x)
    assert np.allclose(project(trunk, x, 16, 7, (3, 3), "gradient"), direct[0].numpy(), atol=1e-6)


def test_guided_and_deconvnet_pass_what_they_say_they_pass() -> None:
    class Tiny(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> dict[int, torch.Tensor]:
            return {1: (torch.relu(x) * torch.tensor([1.0, -1.0, 1.0]).view(1, 3, 1, 1)).sum(1, keepdim=True)}

    x = torch.tensor([2.0, 2.0, -2.0]).view(1, 3, 1, 1)
    wanted = {"gradient": [1, -1, 0], "guided": [1, 0, 0], "deconvnet": [1, 0, 1]}
    for rule in RULES:
        assert project(Tiny(), x, 1, 0, (0, 0), rule).ravel().tolist() == wanted[rule]
    with pytest.raises(ValueError, match="gradient, guided, deconvnet"):
        project(Tiny(), x, 1, 0, (0, 0), "magic")


def test_shuffled_weights_are_the_same_numbers_elsewhere(trunk) -> None:
    other = shuffled(trunk, 32)
    for name, value in trunk.state_dict().items():
        same = other.state_dict()[name]
        if "stages.32" in name and value.ndim == 4:
            assert not torch.equal(value, same)
            assert torch.equal(value.flatten().sort().values, same.flatten().sort().values)
        else:
            assert torch.equal(value, same)


def test_guided_projections_hardly_tell_one_unit_from_another(trunk) -> None:
    """The lesson of the page: at stride 32 guided backpropagation shows the photo, not the unit."""
    x = noise(161)
    guided = [project(trunk, x, 32, unit, (2, 2), "guided") for unit in (1, 2)]
    plain = [project(trunk, x, 32, unit, (2, 2), "gradient") for unit in (1, 2)]
    assert correlation(*guided) > correlation(*plain)
    assert correlation(guided[0], guided[0]) == pytest.approx(1)
    assert np.isnan(correlation(guided[0], np.ones_like(guided[0])))
    assert projection_picture(guided[0]).shape == (161, 161, 3)
