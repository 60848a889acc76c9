"""Train a net of the family: ``python -m seglib.train --help``.

One recipe for every member, so that they differ in architecture alone. The trunk comes from ImageNet, as the FCN
paper's, and goes on in a long run of fcn4s, all streams at once. From there (``--init``) each net is trained
alone, the FCNs for just as long, so that what sets them apart is their skips, not their schedule.

Of the validated epochs the best one is kept, as is usual; with one scene of validation photos, that flatters.

A killed run goes on from its last epoch: each view is drawn from (seed, its number), so the result is the
same as without the pause. Several GPUs or processes: ``torchrun --nproc-per-node N -m seglib.train ...``.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from tqdm import tqdm

from seglib.datasets import find_pairs
from seglib.labels import LABEL_SETS
from seglib.models import MODELS
from seglib.models.cards import read_card, views_in_all, weights_path
from seglib.models.imagenet import SHIPPED as IMAGENET
from seglib.models.weights import save_weights
from seglib.training.averaging import measure_norms
from seglib.training.held_out import VALIDATION, score_held_out
from seglib.training.recipe import Recipe
from seglib.training.run import Run
from seglib.training.views import MIXTURE, Views


def train(
    name: str,
    label_set_name: str,
    data: Path,
    out: Path,
    *,
    recipe: Recipe,
    init: Path | None = None,
    validate_every: int = 10,
    workers: int = 0,
) -> None:
    """Train net ``name`` and write weights and card to ``out``; ``out``'s .checkpoint lets it resume."""
    run = Run(name, Views(label_set_name, data, recipe.augmentation, recipe.seed), recipe, label_set_name, init)
    checkpoint = out.with_suffix(".checkpoint")
    if checkpoint.is_file():
        run.resume(checkpoint)
    validate = validation(run.average, label_set_name, data)
    before = read_start(init)
    train_epochs(run, checkpoint, validate, validate_every, workers)
    if run.rank:
        return
    run.average.load_state_dict(run.best["weights"])
    figures = run.best["figures"]
    if recipe.norm_views:
        measure_norms(run.average, run.views.plain(), recipe.norm_views, recipe.batch)
        figures = validate()
    card = what_was_trained(run, name, label_set_name) | {
        "recipe": asdict(recipe) | {"augmentation": asdict(recipe.augmentation)},
        "init": before and {key: before[key] for key in ("name", "recipe", "minutes", "sha256")},
        "epochs_in_all": recipe.epochs + (before["epochs_in_all"] if before else 0),
        "views_in_all": recipe.epochs * recipe.views + (views_in_all(before) if before else 0),
        "epoch_kept": run.best["epoch"],
        "minutes": round(run.seconds / 60, 1),
        "figures": figures,
    }
    save_weights(out, run.average, card)
    checkpoint.unlink(missing_ok=True)


def validation(model: nn.Module, label_set_name: str, data: Path) -> Callable[[], dict]:
    """A function that scores ``model``, as it is then, on the validation photos of a label set."""
    photos = {name: find_pairs(data / name, "val") for name in VALIDATION[label_set_name]}  # missing ones: now
    return lambda: score_held_out(model, photos, label_set_name)


def path_of_start(init: str, label_set_name: str) -> Path:
    """The weights file that ``--init`` means: its own path, the net that ImageNet taught, or one of a label set."""
    if init.endswith(".safetensors"):
        return Path(init)
    return IMAGENET if init == "imagenet" else weights_path(init, label_set_name)


def read_start(init: Path | None) -> dict | None:
    """The card of the net that training starts from; `ValueError` now, not after hours, if it lacks what is needed."""
    if init is None:
        return None
    card = read_card(init)
    if lacking := {"name", "recipe", "minutes", "epochs_in_all", "sha256"} - set(card):
        raise ValueError(f"{init.with_suffix('.json').name} lacks {', '.join(sorted(lacking))}")
    return card


def train_epochs(run: Run, checkpoint: Path, validate: Callable[[], dict], validate_every: int, workers: int) -> None:
    """All epochs that are left, validated now and then, with a checkpoint after each; the first process reports."""
    figures: dict = {}
    main_process, recipe = run.rank == 0, run.recipe
    bar = tqdm(
        total=recipe.epochs * recipe.steps,
        initial=run.epoch * recipe.steps,
        unit="step",
        disable=None if main_process else True,  # None: off where there is no terminal
    )
    while run.epoch < recipe.epochs:
        loss = run.train_epoch(bar, workers)
        if main_process:
            if run.epoch == recipe.epochs or run.epoch % validate_every == 0:
                figures = validate()
                run.keep_if_best(figures)
            bar.set_postfix(loss=f"{loss:.3f}", mean_iou=figures.get("mean_iou"))
            if bar.disable:
                print(f"epoch {run.epoch}/{recipe.epochs} loss {loss:.4f} {figures.get('mean_iou')}", flush=True)
            run.save(checkpoint)
        if run.world > 1:
            dist.barrier()
    bar.close()


def what_was_trained(run: Run, name: str, label_set_name: str) -> dict:
    """The part of a card that says what the net is and which data it knows."""
    return {
        "name": name,
        "labels": label_set_name,
        "streams": list(run.model.strides),
        "classes": list(LABEL_SETS[label_set_name].classes),
        "parameters": sum(p.numel() for p in run.model.parameters()),
        "data": {"train": MIXTURE[label_set_name], "validation": " + ".join(VALIDATION[label_set_name])},
    }


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.train", description=__doc__.splitlines()[0])
    parser.add_argument("--labels", choices=LABEL_SETS, required=True)
    parser.add_argument("--model", choices=MODELS, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--out", type=Path, required=True, help="weights file to write, .safetensors")
    parser.add_argument(
        "--init", help="start from this: imagenet, another net in assets/weights, or a .safetensors file"
    )
    for key, default in asdict(Recipe()).items():
        parser.add_argument(f"--{key.replace('_', '-')}", type=type(default), default=default)
    parser.add_argument("--validate-every", type=int, default=10, help="epochs between two validations")
    parser.add_argument("--workers", type=int, default=0, help="processes that prepare views; useful with a GPU")
    args = parser.parse_args(argv)
    init = args.init and path_of_start(args.init, args.labels)
    if "RANK" in os.environ:
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        recipe = Recipe(**{key: getattr(args, key) for key in asdict(Recipe())})
        train(
            args.model,
            args.labels,
            args.data,
            args.out,
            recipe=recipe,
            init=init,
            validate_every=args.validate_every,
            workers=args.workers,
        )
    except ValueError as error:
        sys.exit(f"train: {error}")
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()


if __name__ == "__main__":
    main()
