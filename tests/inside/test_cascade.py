"""The cascade of shuffled weights: by hand, against nets shuffled one part at a time, and on the real trunk."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from seglib.inside.cascade import INTACT, STEM, Cascade, cascade, parts_from_the_top
from seglib.inside.projections import RULES, correlation, project, shuffle, shuffled
from seglib.models.imagenet import load_imagenet
from tests.inside.test_units import noise

PIXELS = 6


class TwoStages(nn.Module):
    """A row of pixels. Stride 4 looks one pixel to the left; the stem and stride 8 only double what they see."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 1, 1, bias=False)
        look, double = nn.Conv2d(1, 1, (1, 2), padding=(0, 1), bias=False), nn.Conv2d(1, 1, 1, bias=False)
        self.stages = nn.ModuleDict({"4": look, "8": double})
        with torch.no_grad():
            self.stem.weight.fill_(2)
            double.weight.fill_(2)
            look.weight.copy_(torch.tensor([1.0, 0.0]).view_as(look.weight))

    def forward(self, x: torch.Tensor) -> dict[int, torch.Tensor]:
        x, features = torch.relu(self.stem(x)), {}
        for stride, stage in self.stages.items():
            features[int(stride)] = x = stage(x)
        return features


def last(steps) -> Cascade:
    *_, (found, share) = steps
    assert share == 1
    return found


@pytest.fixture(scope="module")
def trunk():
    return load_imagenet().trunk


def test_by_hand_a_picture_of_one_pixel_stays_or_moves_to_the_next() -> None:
    """One bright pixel among n; moved, it correlates by -1 / (n - 1). Order is lost at stride 4 alone."""
    found = last(cascade(TwoStages(), torch.ones(1, 3, 1, PIXELS), 8, 0, (0, 3), range(12)))
    assert found.depths == (INTACT, "8", "4", STEM)
    moved = -1 / (PIXELS - 1)
    for values in found.correlations.values():
        assert values.shape == (12, 4)
        assert values[:, :2] == pytest.approx(1)  # nothing shuffled; one weight has no other place to go
        assert {round(float(value), 6) for value in values[:, 2]} == {1, round(moved, 6)}  # two places: either
        assert values[:, 3] == pytest.approx(values[:, 2])
    stayed = (found.correlations["guided"][:, 2] > 0).mean()
    assert found.mean("guided")[2] == pytest.approx(stayed + (1 - stayed) * moved)


def test_a_unit_of_an_early_stage_loses_no_later_one(trunk) -> None:
    assert list(parts_from_the_top(trunk, 32)) == ["32", "16", "8", "4", STEM]
    assert list(parts_from_the_top(trunk, 8)) == ["8", "4", STEM]
    assert list(parts_from_the_top(TwoStages(), 8)) == ["8", "4", STEM]  # one that has nothing at stride 2
    every = [layer for parts in parts_from_the_top(trunk, 32).values() for part in parts for layer in part.modules()]
    assert {id(layer) for layer in every if isinstance(layer, nn.Conv2d)} == {
        id(layer) for layer in trunk.modules() if isinstance(layer, nn.Conv2d)
    }


def test_each_depth_is_that_of_a_net_shuffled_so_far_and_the_net_stays_whole(trunk) -> None:
    before = {name: value.clone() for name, value in trunk.state_dict().items()}
    x = noise(97)
    found = last(cascade(trunk, x, 8, 7, (5, 6), (4, 5)))
    assert all(torch.equal(value, before[name]) for name, value in trunk.state_dict().items())
    one, generator = copy.deepcopy(trunk), torch.Generator().manual_seed(5)
    for rule in RULES:
        top = project(shuffled(trunk, 8, seed=5), x, 8, 7, (5, 6), rule)
        assert found.correlations[rule][1, 1] == pytest.approx(
            correlation(project(trunk, x, 8, 7, (5, 6), rule), top), abs=1e-5
        )
    for part in (one.stages["8"], one.stages["4"], one.stages["2"], one.stem):
        shuffle(part, generator)
    for rule in RULES:  # another net altogether
        independent = project(one, x, 8, 7, (5, 6), rule)
        assert found.correlations[rule][1, -1] == pytest.approx(
            correlation(project(trunk, x, 8, 7, (5, 6), rule), independent), abs=1e-5
        )


def test_guided_backpropagation_outlives_its_unit_and_the_gradient_does_not(trunk) -> None:
    """The paper's finding, on this trunk, and what it takes to make guided backpropagation change."""
    found = last(cascade(trunk, noise(161), 32, 1, (2, 2), (0, 1)))
    guided, gradient = found.correlations["guided"], found.correlations["gradient"]
    assert guided[:, 1].min() > gradient[:, 1].max()
    assert found.mean("guided")[1] > 2 * abs(found.mean("guided")[-1])


def test_what_is_known_so_far_grows_and_flat_pictures_have_no_correlation(trunk) -> None:
    steps = list(cascade(trunk, noise(65), 4, 3, (8, 8), (0, 1)))
    assert [share for _, share in steps] == pytest.approx([0.25, 0.5, 0.75, 1])
    known = [int(np.isfinite(found.correlations["gradient"]).sum()) for found, _ in steps]
    assert known == [2, 3, 5, 6]
    flat = Cascade((INTACT, "4"), {"guided": np.array([[1, np.nan], [1, 0.5]]), "gradient": np.array([[1, np.nan]])})
    assert flat.mean("guided").tolist() == [1, 0.5]
    assert np.isnan(flat.mean("gradient")[1])
    with pytest.raises(ValueError, match="one at least"):
        next(cascade(trunk, noise(65), 4, 3, (8, 8), ()))
