"""A run's parts: what a net starts from, the optimiser's rates, a checkpoint that is the run itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from seglib.models import create_model
from seglib.models.imagenet import SHIPPED, load_imagenet
from seglib.models.weights import save_weights
from seglib.training.recipe import Recipe
from seglib.training.run import Run, build_optimizer, start_from
from seglib.training.views import Views


def test_a_coarser_net_starts_from_a_finer_one_without_its_finer_scores(tmp_path):
    path, finer = tmp_path / "fine.safetensors", create_model("fcn8s", 11)
    save_weights(path, finer, {})
    start_from(coarser := create_model("fcn32s", 11), path)
    for key, tensor in coarser.state_dict().items():
        torch.testing.assert_close(tensor, finer.state_dict()[key], rtol=1e-3, atol=1e-6, msg=key)  # half precision


@pytest.mark.parametrize("name", ["fcn4s", "shallow8", "deeplab", "pyramid"])
def test_a_net_starts_from_what_imagenet_taught(name):
    start_from(model := create_model(name, 11), SHIPPED)
    wanted = load_imagenet().trunk.state_dict()
    assert all(torch.equal(tensor, wanted[key]) for key, tensor in model.trunk.state_dict().items())


@pytest.mark.parametrize("name", ["shallow8", "plain8", "dilated8", "pyramid", "deeplab"])
def test_every_net_of_the_family_starts_from_the_same_trunk(tmp_path, name):
    path, trunk = tmp_path / "trunk.safetensors", create_model("fcn4s", 11)
    save_weights(path, trunk, {})
    start_from(model := create_model(name, 11), path)
    for key, tensor in model.trunk.state_dict().items():
        torch.testing.assert_close(tensor, trunk.trunk.state_dict()[key], rtol=1e-3, atol=1e-6, msg=key)


def test_a_net_cannot_start_from_another_trunk(tmp_path):
    path = tmp_path / "other.safetensors"
    save_weights(path, nn.ModuleDict({"trunk": nn.ModuleDict({"stem": nn.Conv2d(3, 8, 3)})}), {})
    with pytest.raises(
        ValueError, match=r"cannot start from other.safetensors: its trunk lacks \d+ tensors, trunk.stem.0.weight first"
    ):
        start_from(create_model("fcn32s", 11), path)


def test_a_net_cannot_start_from_a_trunk_with_layers_of_another_shape(tmp_path):
    path, other = tmp_path / "thin.safetensors", create_model("fcn4s", 11)
    other.trunk.stem[0] = nn.Conv2d(3, 24, 3, bias=False)
    save_weights(path, other, {})
    with pytest.raises(
        ValueError,
        match=r"thin.safetensors: its trunk.stem.0.weight is \(24, 3, 3, 3\), wanted \(32, 3, 3, 3\)",
    ):
        start_from(create_model("fcn32s", 11), path)


def test_a_net_cannot_start_from_scores_of_other_classes(tmp_path):
    path = tmp_path / "few.safetensors"
    save_weights(path, create_model("fcn32s", 3), {})
    with pytest.raises(ValueError, match=r"its score.32.weight is \(3, 320, 1, 1\), wanted \(11, 320, 1, 1\)"):
        start_from(create_model("fcn32s", 11), path)


@pytest.mark.parametrize("name", ["fcn8s", "deeplab", "pyramid"])
def test_the_trunk_learns_at_its_share_of_the_rate_and_every_parameter_is_in_one_group(name):
    net = create_model(name, 5)
    scores, trunk = build_optimizer(net, Recipe(learning_rate=0.004, trunk_rate=0.25, weight_decay=0.1)).param_groups
    assert (scores["lr"], trunk["lr"]) == (0.004, 0.001)
    assert scores["weight_decay"] == trunk["weight_decay"] == 0.1
    names = {parameter: name for name, parameter in net.named_parameters()}
    assert {names[p] for p in trunk["params"]} == {name for name in names.values() if name.startswith("trunk.")}
    assert {names[p] for p in scores["params"]} == {name for name in names.values() if name.startswith("score.")}
    assert len(scores["params"]) + len(trunk["params"]) == len(names)


@pytest.fixture
def views(data):
    recipe = Recipe(epochs=2, views=4, batch=2, crop=33, warm_up=0.5, trunk_rate=0.5, learning_rate=0.01)
    return recipe, Views("street", data, recipe.augmentation, seed=0)


def test_both_groups_rise_to_their_own_peak_and_fall(views):
    recipe, shown = views
    run, rates = Run("fcn8s", shown, recipe, "street", None), []
    for number in range(4):
        rates.append([group["lr"] for group in run.optimizer.param_groups])
        pictures, targets = (torch.from_numpy(part[None]).repeat(2, 1, 1, *[1] * (part.ndim - 2)) for part in shown[0])
        run.step(number, pictures, targets)
    scores, trunk = zip(*rates, strict=True)
    assert max(scores) == pytest.approx(0.01, rel=0.05)
    assert scores[0] < scores[1] > scores[2] > scores[3]
    assert [rate / 2 for rate in scores] == pytest.approx(list(trunk))


def test_what_is_saved_is_resumed_to_the_last_number(views, tmp_path):
    recipe, shown = views
    run, again = (Run("shallow8", shown, recipe, "street", None) for _ in range(2))
    pictures, targets = (torch.stack([torch.from_numpy(shown[i][part]) for i in range(2)]) for part in range(2))
    run.model.train()
    run.step(0, pictures, targets)
    run.epoch, run.seconds = 1, 7.5
    run.keep_if_best({"mean_iou": 0.5})
    run.save(tmp_path / "run.checkpoint")
    again.resume(tmp_path / "run.checkpoint")
    again.model.train()
    assert (again.epoch, again.seconds, again.best["figures"]) == (1, 7.5, {"mean_iou": 0.5})
    assert run.step(1, pictures, targets) == again.step(1, pictures, targets)
    for part in ("model", "average"):
        states = zip(getattr(run, part).state_dict().items(), getattr(again, part).state_dict().values(), strict=True)
        for (key, mine), theirs in states:
            assert torch.equal(mine, theirs), key
    rates = [[group["lr"] for group in each.optimizer.param_groups] for each in (run, again)]
    assert rates[0] == rates[1]


@pytest.mark.parametrize("other", [{"trunk_rate": 1.0}, {"learning_rate": 0.02}, {"seed": 1}, {"norm_views": 2}])
def test_a_run_by_another_recipe_is_not_resumed(views, tmp_path, other):
    recipe, shown = views
    Run("shallow8", shown, recipe, "street", None).save(tmp_path / "run.checkpoint")
    with pytest.raises(ValueError, match=r"run.checkpoint belongs to another recipe"):
        Run("shallow8", shown, replace(recipe, **other), "street", None).resume(tmp_path / "run.checkpoint")
