"""Training: the moving average worked by hand, then whole small runs: finite, repeatable, resumable, in parallel."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from seglib.datasets import find_pairs, read_as
from seglib.labels import EVERYDAY, LABEL_SETS, STREET
from seglib.models import create_model
from seglib.models.cards import read_card
from seglib.models.prediction import to_input
from seglib.models.weights import load_model, save_weights
from seglib.training import train as training
from seglib.training.augment import Augmentation
from seglib.training.evaluate import evaluate, summary
from seglib.training.train import MIXTURE, VALIDATION, Recipe, Views, main, measure_norms, start_from, update_average

ROOT = Path(__file__).resolve().parent.parent.parent
TOGETHER = 0.02  # share of what was learnt by which a net trained by two processes may differ from one trained by one


@pytest.fixture
def small_views(monkeypatch):
    """Views of 65 pixels a side instead of 225: the same code in a tenth of the time."""
    monkeypatch.setattr(training, "Augmentation", lambda crop: Augmentation(crop=65))


def street(data: Path, out: Path, *more: str) -> list[str]:
    """Arguments of a run of two epochs of two steps."""
    common = ["--labels", "street", "--model", "fcn32s", "--epochs", "2", "--views", "4", "--batch", "2"]
    return [*common, "--data", str(data), "--out", str(out), *more]


def losses(printed: str) -> list[float]:
    """The loss of each epoch, from the log."""
    return [float(value) for value in re.findall(r"^epoch \d+/\d+ loss (\S+)", printed, re.MULTILINE)]


def test_the_average_moves_a_share_of_the_way_and_counters_are_copied():
    old, new = (torch.nn.BatchNorm1d(1) for _ in range(2))
    old.weight.data[:], new.weight.data[:] = 1.0, 2.0
    new.num_batches_tracked += 7
    update_average(old, new, decay=0.9)
    assert old.weight.item() == pytest.approx(1.1)
    assert old.num_batches_tracked == 7


@pytest.mark.parametrize("labels", LABEL_SETS)
def test_the_mixture_is_whole_and_every_set_in_it_can_be_read(labels):
    assert sum(MIXTURE[labels].values()) == pytest.approx(1)
    for name in {*MIXTURE[labels], VALIDATION[labels]}:
        assert read_as(name, LABEL_SETS[labels])


def test_view_number_i_is_always_the_same_view(data):
    how = Augmentation(crop=33)
    views, again = (Views("everyday", data, how, seed=1) for _ in range(2))
    other = Views("everyday", data, how, seed=2)
    for index in (0, 7):
        np.testing.assert_array_equal(views[index][0], again[index][0])
        np.testing.assert_array_equal(views[index][1], again[index][1])
        assert not np.array_equal(views[index][0], other[index][0])
    assert not np.array_equal(views[0][0], views[1][0])


def test_views_know_how_often_each_target_occurs(data):
    views = Views("everyday", data, Augmentation(crop=33), seed=0)
    reading = read_as("people", EVERYDAY)
    assert views.frequency.sum() == pytest.approx(1)
    not_person = reading.lookup[0]
    # Only the people set says "not person", and about every second block of it.
    assert views.frequency[not_person] == pytest.approx(MIXTURE["everyday"]["people"] / 2, rel=0.5)


def test_a_run_ends_with_a_finite_loss_weights_and_a_card(data, tmp_path, small_views, capsys):
    out = tmp_path / "street-fcn32s.safetensors"
    main(street(data, out))
    values = losses(capsys.readouterr().out)
    assert len(values) == 2
    assert np.isfinite(values).all()
    assert not load_model("fcn32s", "street", out).training
    card = read_card(out)
    assert card["classes"] == list(STREET.classes)
    assert card["recipe"]["epochs"] == 2
    assert card["recipe"]["seed"] == 0
    assert card["recipe"]["augmentation"]["crop"] == 65
    assert card["figures"]["images"] == 2
    assert 0 <= card["figures"]["mean_iou"] <= 1
    assert card["epochs_in_all"] == 2
    json.dumps(card, allow_nan=False)
    assert not out.with_suffix(".checkpoint").exists()


def test_every_epoch_draws_new_views(data, tmp_path, small_views, monkeypatch):
    drawn, draw = [], Views.__getitem__
    monkeypatch.setattr(Views, "__getitem__", lambda views, index: drawn.append(index) or draw(views, index))
    main(street(data, tmp_path / "net.safetensors", "--views", "5"))
    assert drawn == [0, 1, 2, 3, 5, 6, 7, 8]  # two batches of two; the fifth view does not fill one


def test_the_average_gets_slower_from_step_to_step(data, tmp_path, small_views, monkeypatch):
    decays = []
    monkeypatch.setattr(training, "update_average", lambda old, new, decay: decays.append(decay))
    main(street(data, tmp_path / "net.safetensors", "--average", "0.25"))
    assert decays == pytest.approx([1 / 10, 2 / 11, 3 / 12, 0.25])  # 4 / 13 is over the recipe's limit


def test_training_on_all_data_sets_lowers_the_loss(data, tmp_path, small_views, capsys):
    out = tmp_path / "everyday-fcn32s.safetensors"
    arguments = ["--labels", "everyday", "--epochs", "3", "--views", "24", "--learning-rate", "0.01"]
    main(street(data, out, *arguments))
    values = losses(capsys.readouterr().out)
    assert values[-1] < values[0]
    assert set(read_card(out)["data"]["train"]) == {"msrc", "labelmefacade", "people", "camvid"}


def test_the_same_seed_gives_the_same_net_and_another_seed_does_not(data, tmp_path, small_views):
    runs = {"first": "0", "again": "0", "other": "1"}
    for name, seed in runs.items():
        main(street(data, tmp_path / f"{name}.safetensors", "--epochs", "1", "--seed", seed))
    first, again, other = ((tmp_path / f"{name}.safetensors").read_bytes() for name in runs)
    assert first == again
    assert first != other


def test_norms_are_measured_on_whole_batches_of_the_views():
    photos = np.random.default_rng(0).integers(256, size=(5, 9, 9, 3), dtype=np.uint8)
    views = [(photo, None) for photo in photos]
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)).eval()
    measure_norms(net, views, number=5, batch=2)
    with torch.no_grad():
        pairs = [net[0](to_input(torch.from_numpy(photos[first : first + 2]))) for first in (0, 2)]
    mean, variance = (torch.stack([f(x, (0, 2, 3)) for x in pairs]).mean(0) for f in (torch.mean, torch.var))
    torch.testing.assert_close(net[1].running_mean, mean)
    torch.testing.assert_close(net[1].running_var, variance)
    assert not net.training


def test_norm_views_change_the_norms_statistics_and_nothing_else(data, tmp_path, small_views):
    paths = [tmp_path / f"{name}.safetensors" for name in ("as trained", "measured")]
    for path, views in zip(paths, ("0", "4"), strict=True):
        main(street(data, path, "--epochs", "1", "--norm-views", views))
    left, measured = (load_model("fcn32s", "street", path).state_dict() for path in paths)
    changed = {key for key in left if not torch.equal(left[key], measured[key])}
    # (batches are counted, too: two steps of training, two of measuring)
    assert changed == {key for key in left if "running_" in key}
    # The card's figures are those of the net that is written.
    reading = read_as("camvid", STREET)
    held_out = find_pairs(data / "camvid", "val")
    found = summary(evaluate(load_model("fcn32s", "street", paths[1]), held_out, reading), reading.group_names, 2)
    assert read_card(paths[1])["figures"]["pixel_accuracy"] == pytest.approx(found["pixel_accuracy"], abs=0.01)


class Killed(BaseException):
    """Stands in for a kill: nothing in the library may catch it."""


@pytest.fixture
def kill_in_step(monkeypatch):
    """A function that makes the next run end in the given step, counted from 1."""

    def arrange(step: int) -> None:
        steps = iter(range(1, 100))

        def counting(*arguments) -> None:
            update_average(*arguments)
            if next(steps) == step:
                raise Killed

        monkeypatch.setattr(training, "update_average", counting)

    return arrange


def test_a_killed_run_goes_on_to_exactly_the_same_net(data, tmp_path, small_views, kill_in_step, capsys):
    whole, pieces = tmp_path / "whole.safetensors", tmp_path / "pieces.safetensors"
    main(street(data, whole))
    unbroken = losses(capsys.readouterr().out)
    kill_in_step(3)  # the first of epoch 2
    with pytest.raises(Killed):
        main(street(data, pieces))
    assert losses(capsys.readouterr().out) == unbroken[:1]
    assert not pieces.exists()
    kill_in_step(0)  # never
    main(street(data, pieces))
    assert losses(capsys.readouterr().out) == unbroken[1:]  # epoch 1 was not repeated
    assert pieces.read_bytes() == whole.read_bytes()
    cards = read_card(whole), read_card(pieces)
    assert cards[0] | {"minutes": 0} == cards[1] | {"minutes": 0}


def test_a_run_killed_while_it_saves_its_weights_still_gets_its_figures(data, tmp_path, small_views, monkeypatch):
    def killed(*_) -> None:
        raise Killed

    out = tmp_path / "net.safetensors"
    monkeypatch.setattr(training, "save_weights", killed)
    with pytest.raises(Killed):
        main(street(data, out, "--epochs", "1"))
    monkeypatch.setattr(training, "save_weights", save_weights)
    main(street(data, out, "--epochs", "1"))
    assert read_card(out)["figures"]["images"] == 2


@pytest.fixture
def checkpoint(data, tmp_path, small_views, kill_in_step) -> Path:
    """The output path of a run that was killed in epoch 2."""
    out = tmp_path / "net.safetensors"
    kill_in_step(3)
    with pytest.raises(Killed):
        main(street(data, out))
    kill_in_step(0)
    return out


def test_a_checkpoint_of_another_recipe_is_refused(data, checkpoint):
    with pytest.raises(SystemExit, match=r"train: .*net.checkpoint belongs to another recipe"):
        main(street(data, checkpoint, "--learning-rate", "0.5"))


def test_a_checkpoint_of_another_net_is_refused(data, checkpoint):
    with pytest.raises(SystemExit, match=r"train: .*net.checkpoint"):
        main(street(data, checkpoint, "--model", "fcn8s"))


def test_a_checkpoint_for_another_label_set_is_refused(data, checkpoint):
    with pytest.raises(SystemExit, match=r"train: .*net.checkpoint"):
        main(street(data, checkpoint, "--labels", "everyday"))


def test_a_finer_net_starts_from_a_coarser_one(data, tmp_path, small_views):
    coarse, fine = tmp_path / "coarse.safetensors", tmp_path / "fine.safetensors"
    main(street(data, coarse, "--epochs", "1"))
    # A learning rate of almost nothing shows what the net started from.
    frozen = ["--epochs", "1", "--learning-rate", "1e-9", "--weight-decay", "0"]
    main(street(data, fine, "--model", "fcn16s", "--init", str(coarse), *frozen))
    before, after = load_model("fcn32s", "street", coarse), load_model("fcn16s", "street", fine)
    for key, old in before.named_parameters():
        torch.testing.assert_close(after.get_parameter(key), old, rtol=1e-3, atol=1e-6, msg=key)
    assert after.score["16"].weight.abs().max() < 1e-6
    card = read_card(fine)
    assert card["init"]["name"] == "fcn32s"
    assert card["epochs_in_all"] == 2


def test_a_coarser_net_starts_from_a_finer_one_without_its_finer_scores(tmp_path):
    path, finer = tmp_path / "fine.safetensors", create_model("fcn8s", 11)
    save_weights(path, finer, {})
    start_from(coarser := create_model("fcn32s", 11), path)
    for key, tensor in coarser.state_dict().items():
        torch.testing.assert_close(tensor, finer.state_dict()[key], rtol=1e-3, atol=1e-6, msg=key)  # half precision


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


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--init", "none.safetensors"], "train: no weights at none.safetensors"),
        (["--data", "nowhere"], "train: nowhere/camvid/train should hold the folders images and labels"),
        (["--norm-views", "1"], "train: 1 views for the norms: wanted a batch of 2 at least, or 0"),
        (["--norm-views", "-8"], "train: -8 views for the norms"),
        (["--balance", "fair"], "train: no balance 'fair': there are natural, log, inverse"),
    ],
)
def test_errors_exit_with_one_sentence(data, tmp_path, more, message):
    with pytest.raises(SystemExit) as stop:
        main(street(data, tmp_path / "net.safetensors", *more))
    assert str(stop.value).startswith(message)
    assert "\n" not in str(stop.value)


def test_a_start_whose_card_lacks_its_recipe_is_refused_before_training(data, tmp_path, small_views):
    start = tmp_path / "start.safetensors"
    save_weights(start, create_model("fcn32s", len(STREET)), {"name": "fcn32s"})
    with pytest.raises(SystemExit, match=r"train: .*start.json"):
        main(street(data, tmp_path / "net.safetensors", "--epochs", "1", "--init", str(start)))


def test_ten_steps_with_one_of_warm_up_are_a_valid_schedule(data, tmp_path, small_views):
    main(street(data, tmp_path / "net.safetensors", "--epochs", "5"))


def test_recipe_numbers_are_arguments_of_the_command_line(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    for key in Recipe.__dataclass_fields__:
        assert f"--{key.replace('_', '-')}" in printed


def distance(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    """How far two nets' learnt weights are apart: the length of their difference."""
    learnt = [key for key in one if key.endswith(("weight", "bias"))]
    return float(torch.cat([(one[key].double() - other[key].double()).flatten() for key in learnt]).norm())


def run_training(arguments: list[str], processes: int) -> str:
    """What a run of its own prints, in float32, shared by so many processes."""
    launch = [sys.executable, "-m"]
    if processes > 1:  # what `torchrun` calls
        launch += ["torch.distributed.run", "--standalone", "--nproc-per-node", str(processes), "-m"]
    result = subprocess.run(
        [*launch, "tests.training.in_float32", *arguments],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout


def test_two_processes_train_the_same_net_as_one(data, tmp_path):
    start, alone, pair = (tmp_path / f"{name}.safetensors" for name in ("start", "alone", "pair"))
    torch.manual_seed(0)  # as the runs do, whose first weights these are
    save_weights(start, create_model("fcn32s", len(STREET)), {})
    more = ["--epochs", "1", "--views", "8", "--batch", "4", "--crop", "65", "--average", "0"]
    printed = {path: run_training(street(data, path, *more), n) for path, n in ((alone, 1), (pair, 2))}
    assert len(losses(printed[pair])) == 1  # one of the two reports
    np.testing.assert_allclose(losses(printed[pair]), losses(printed[alone]), rtol=1e-3)
    first, one, two = (load_file(path) for path in (start, alone, pair))
    learnt = distance(one, first)
    assert distance(two, one) < TOGETHER * learnt
