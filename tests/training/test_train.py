"""Training: whole small runs are finite, repeatable, resumable, and the same in parallel."""

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

from seglib.datasets import find_pairs, read_as
from seglib.labels import STREET
from seglib.models import create_model
from seglib.models.cards import read_card
from seglib.models.weights import load_model, save_weights
from seglib.training import run as running
from seglib.training import train as training
from seglib.training.averaging import update_average
from seglib.training.evaluate import evaluate, summary
from seglib.training.recipe import Recipe
from seglib.training.train import main
from seglib.training.views import Views

ROOT = Path(__file__).resolve().parent.parent.parent
STARTED = {"name": "fcn32s", "recipe": {}, "minutes": 0, "epochs_in_all": 0}  # the card of a net to start from
TOGETHER = 1e-3  # share of what was learnt by which a net trained by two processes may differ from one trained by one


def street(data: Path, out: Path, *more: str) -> list[str]:
    """Arguments of a run of two epochs of two steps, on views of 65 pixels a side: a fraction of the usual time."""
    common = ["--labels", "street", "--model", "fcn32s", "--epochs", "2", "--views", "4", "--batch", "2"]
    common += ["--crop", "65"]
    return [*common, "--data", str(data), "--out", str(out), *more]


def losses(printed: str) -> list[float]:
    """The loss of each epoch, from the log."""
    return [float(value) for value in re.findall(r"^epoch \d+/\d+ loss (\S+)", printed, re.MULTILINE)]


def test_a_run_ends_with_a_finite_loss_weights_and_a_card(data, tmp_path, capsys):
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
    assert card["views_in_all"] == 8
    json.dumps(card, allow_nan=False)
    assert not out.with_suffix(".checkpoint").exists()


def test_every_epoch_draws_new_views(data, tmp_path, monkeypatch):
    drawn, draw = [], Views.__getitem__
    monkeypatch.setattr(Views, "__getitem__", lambda views, index: drawn.append(index) or draw(views, index))
    main(street(data, tmp_path / "net.safetensors", "--views", "5"))
    assert drawn == [0, 1, 2, 3, 5, 6, 7, 8]  # two batches of two; the fifth view does not fill one


def test_the_average_gets_slower_from_step_to_step(data, tmp_path, monkeypatch):
    decays = []
    monkeypatch.setattr(running, "update_average", lambda old, new, decay: decays.append(decay))
    main(street(data, tmp_path / "net.safetensors", "--average", "0.25"))
    assert decays == pytest.approx([1 / 10, 2 / 11, 3 / 12, 0.25])  # 4 / 13 is over the recipe's limit


def test_training_on_all_data_sets_lowers_the_loss(data, tmp_path, capsys):
    out = tmp_path / "everyday-shallow8.safetensors"
    arguments = ["--labels", "everyday", "--epochs", "3", "--views", "24", "--learning-rate", "0.01"]
    main(street(data, out, *arguments, "--model", "shallow8", "--init", "imagenet"))
    values = losses(capsys.readouterr().out)
    assert values[-1] < values[0]
    card = read_card(out)
    assert set(card["data"]["train"]) == {"msrc", "voc", "nyu", "labelmefacade", "people", "camvid"}
    assert card["data"]["validation"] == "msrc + voc + nyu"
    assert card["figures"]["images"] == 3 * 2
    alone = card["figures"]["sets"].values()
    assert [figures["images"] for figures in alone] == [2, 2, 2]


def test_the_same_seed_gives_the_same_net_and_another_seed_does_not(data, tmp_path):
    runs = {"first": "0", "again": "0", "other": "1"}
    for name, seed in runs.items():
        main(street(data, tmp_path / f"{name}.safetensors", "--epochs", "1", "--seed", seed))
    first, again, other = ((tmp_path / f"{name}.safetensors").read_bytes() for name in runs)
    assert first == again
    assert first != other


def test_norm_views_change_the_norms_statistics_and_nothing_else(data, tmp_path):
    paths = [tmp_path / f"{name}.safetensors" for name in ("as trained", "measured")]
    for path, views in zip(paths, ("0", "4"), strict=True):
        main(street(data, path, "--epochs", "1", "--norm-views", views))
    left, measured = (load_model("fcn32s", "street", path, fold=False).state_dict() for path in paths)
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

        monkeypatch.setattr(running, "update_average", counting)

    return arrange


def test_a_killed_run_goes_on_to_exactly_the_same_net(data, tmp_path, kill_in_step, capsys):
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


def test_a_run_killed_while_it_saves_its_weights_still_gets_its_figures(data, tmp_path, monkeypatch):
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
def checkpoint(data, tmp_path, kill_in_step) -> Path:
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


def test_a_frozen_trunk_stays_as_it_is_and_what_is_on_it_learns(data, tmp_path):
    start, out = tmp_path / "start.safetensors", tmp_path / "out.safetensors"
    main(street(data, start, "--epochs", "1"))
    main(street(data, out, "--model", "deeplab", "--init", str(start), "--trunk-rate", "0", "--average", "0"))
    before, after = load_model("fcn32s", "street", start, fold=False), load_model("deeplab", "street", out, fold=False)
    learnt = after.state_dict()
    for key, old in before.trunk.state_dict().items():  # weights and the norms' statistics
        assert torch.equal(learnt[f"trunk.{key}"], old), key
    torch.manual_seed(0)
    untaught = create_model("deeplab", len(STREET.classes)).state_dict()
    scored_with = [key for key in learnt if key.startswith("score.") and key.endswith("weight")]
    assert scored_with
    assert not any(torch.equal(learnt[key], untaught[key].half().float()) for key in scored_with)


def test_a_finer_net_starts_from_a_coarser_one(data, tmp_path):
    coarse, fine = tmp_path / "coarse.safetensors", tmp_path / "fine.safetensors"
    main(street(data, coarse, "--epochs", "1"))
    # A learning rate of almost nothing shows what the net started from.
    frozen = ["--epochs", "1", "--learning-rate", "1e-9", "--weight-decay", "0"]
    main(street(data, fine, "--model", "fcn16s", "--init", str(coarse), *frozen))
    before, after = (
        load_model(name, "street", path, fold=False) for name, path in (("fcn32s", coarse), ("fcn16s", fine))
    )
    for key, old in before.named_parameters():
        torch.testing.assert_close(after.get_parameter(key), old, rtol=1e-3, atol=1e-6, msg=key)
    assert after.score["16"].weight.abs().max() < 1e-6
    card = read_card(fine)
    assert card["init"]["name"] == "fcn32s"
    assert card["epochs_in_all"] == 2
    assert card["views_in_all"] == 8


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


def test_a_start_whose_card_lacks_its_recipe_is_refused_before_training(data, tmp_path):
    start = tmp_path / "start.safetensors"
    save_weights(start, create_model("fcn32s", len(STREET)), {"name": "fcn32s"})
    with pytest.raises(SystemExit, match=r"train: .*start.json"):
        main(street(data, tmp_path / "net.safetensors", "--epochs", "1", "--init", str(start)))


def test_ten_steps_with_one_of_warm_up_are_a_valid_schedule(data, tmp_path):
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
    """What a run of its own prints, in double precision, shared by so many processes."""
    launch = [sys.executable, "-m"]
    if processes > 1:  # what `torchrun` calls
        launch += ["torch.distributed.run", "--standalone", "--nproc-per-node", str(processes), "-m"]
    result = subprocess.run(
        [*launch, "tests.training.in_double", *arguments],
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
    torch.manual_seed(0)
    save_weights(start, create_model("fcn32s", len(STREET)), STARTED)
    more = ["--init", str(start), "--epochs", "1", "--views", "8", "--batch", "4", "--average", "0"]
    printed = {path: run_training(street(data, path, *more), n) for path, n in ((alone, 1), (pair, 2))}
    assert len(losses(printed[pair])) == 1  # one of the two reports
    np.testing.assert_allclose(losses(printed[pair]), losses(printed[alone]), rtol=1e-3)
    first, one, two = (load_file(path) for path in (start, alone, pair))
    learnt = distance(one, first)
    assert distance(two, one) < TOGETHER * learnt
