"""Train a net of the family: ``python -m seglib.train --help``.

One recipe for every member, so that they differ in architecture alone. The trunk comes from ImageNet, as the FCN
paper's, and goes on in a long run of fcn4s, all streams at once. From there (``--init``) each net is trained
alone, all for just as long, so that what sets them apart is their skips, not their schedule.

Of the validated epochs the best one is kept, as is usual; with one scene of validation photos, that flatters.

A killed run goes on from its last epoch: each view is drawn from (seed, its number), so the result is the
same as without the pause. Several GPUs or processes: ``torchrun --nproc-per-node N -m seglib.train ...``.
"""

from __future__ import annotations

import argparse
import copy
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import update_bn
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from seglib.datasets import find_pairs, left_out, read_as, read_pairs
from seglib.labels import LABEL_SETS
from seglib.models import MODELS, create_model
from seglib.models.cards import read_card, weights_path
from seglib.models.prediction import to_input
from seglib.models.weights import read_tensors, save_weights
from seglib.training.augment import Augmentation, random_view
from seglib.training.depthwise import train_depthwise_fast
from seglib.training.held_out import VALIDATION, score_held_out
from seglib.training.losses import class_weights, overlap_loss, partial_label_loss
from seglib.training.together import share_norms

# {label set: {data set: share of the views drawn from it}}. MSRC is small but the most varied.
MIXTURE = {
    "street": {"camvid": 1.0},
    "everyday": {"msrc": 0.25, "voc": 0.37, "nyu": 0.18, "labelmefacade": 0.08, "people": 0.06, "camvid": 0.06},
}


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome besides data, net and seed."""

    epochs: int = 100
    views: int = 368  # an epoch is so many views; 368 = CamVid's training photos once
    batch: int = 8
    crop: int = 257  # side of a view in pixels, 32 m + 1
    smallest: float = 0.5  # scale of a view against its photo, at least
    largest: float = 1.6  # and at most
    learning_rate: float = 1e-3  # AdamW's peak, in one cycle
    trunk_rate: float = 0.5  # the trunk's, as a share of it: what ImageNet taught should not be forgotten
    weight_decay: float = 0.03
    warm_up: float = 0.1  # share of the steps before the peak
    average: float = 0.998  # decay of the moving average of the weights, which is what is kept
    forget: int = 9  # steps it takes the average to leave a random start behind; 0 for a net already trained
    balance: str = "log"  # class weights, see `seglib.training.losses`
    overlap: float = 1.0  # weight of `seglib.training.losses.overlap_loss` beside cross-entropy
    norm_views: int = 0  # plain views for `measure_norms`, on the net that is kept; 0: as training left them
    seed: int = 0

    def __post_init__(self) -> None:
        if not (self.epochs > 0 and 0 < self.batch <= self.views and self.epochs * self.steps > 1):
            raise ValueError(
                f"{self.epochs} epochs of {self.views} views in batches of {self.batch}: wanted two steps at least"
            )
        if self.norm_views and self.norm_views < self.batch:
            raise ValueError(f"{self.norm_views} views for the norms: wanted a batch of {self.batch} at least, or 0")

    @property
    def steps(self) -> int:
        """Steps of the optimiser in one epoch."""
        return self.views // self.batch


class Views(Dataset):
    """An endless numbered sequence of random views; number ``i`` of a seed is always the same view."""

    def __init__(self, label_set_name: str, data: Path, how: Augmentation, seed: int) -> None:
        self.how, self.seed = how, seed
        self.shares = list(MIXTURE[label_set_name].values())
        self.photos = []
        self.frequency = 0.0  # of each target among the labelled pixels of a view
        for name, share in MIXTURE[label_set_name].items():
            reading = read_as(name, LABEL_SETS[label_set_name])
            photos = list(read_pairs(find_pairs(data / name, "train"), reading))
            if sentence := left_out(data / name, "train"):
                print(f"{name}: {sentence}", file=sys.stderr)
            counts = sum(np.bincount(truth.ravel(), minlength=256) for _, truth in photos)[: len(reading.members)]
            self.photos.append(photos)
            self.frequency = self.frequency + share * counts / counts.sum()
        self.members = torch.from_numpy(reading.members)

    def plain(self) -> Views:
        """Views of the same photos as they are, see `Augmentation.plain`."""
        views = copy.copy(self)
        views.how = self.how.plain()
        return views

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([self.seed, index])
        photos = self.photos[rng.choice(len(self.photos), p=self.shares)]
        return random_view(*photos[rng.integers(len(photos))], self.how, rng)


def start_from(model: nn.Module, path: Path) -> None:
    """Take over the trunk of another net, as deep as it is needed, and the score layers that both have.

    Score layers that the other net lacks keep their start; a trunk that lacks anything is a `ValueError`.
    """
    missing, _ = model.load_state_dict(read_tensors(path), strict=False)
    if lacking := [key for key in missing if not key.startswith("score.")]:
        raise ValueError(f"cannot start from {path.name}: its trunk lacks {len(lacking)} tensors, {lacking[0]} first")


@torch.no_grad()
def update_average(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Move the averaged weights towards the current ones; counters are copied."""
    for old, new in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        if old.is_floating_point():
            old.lerp_(new, 1 - decay)
        else:
            old.copy_(new)


def measure_norms(model: nn.Module, views: Views, number: int, batch: int) -> None:
    """Measure every batch normalisation's mean and variance anew, on the first ``number`` of ``views``.

    What training leaves is the statistics of *other* weights, those before averaging, on stretched and
    recoloured views. The nets meet photos as they are.

    Source: Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018,
    section 3.2, for the weights; Touvron et al., "Fixing the train-test resolution discrepancy", NeurIPS 2019,
    section 3.2, for the views.
    """
    device = next(model.parameters()).device
    firsts = range(0, number - number % batch, batch)
    stacks = (np.stack([views[index][0] for index in range(first, first + batch)]) for first in firsts)
    update_bn((to_input(torch.from_numpy(stack).to(device)) for stack in stacks), model)


class Run:
    """One training run: the net, its moving average, the optimiser, and how far they have come.

    The only state there is; `save` and `resume` write and read all of it.
    """

    def __init__(self, name: str, views: Views, recipe: Recipe, label_set_name: str, init: Path | None) -> None:
        self.rank, self.world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
        self.cuda = torch.cuda.is_available()
        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if self.cuda else torch.device("cpu")
        if recipe.batch % self.world:
            raise ValueError(f"a batch of {recipe.batch} cannot be shared by {self.world} processes: wanted a multiple")
        self.views, self.recipe = views, recipe
        self.epoch, self.seconds = 0, 0.0
        self.best: dict = {}  # figures, epoch and weights of the best validation so far

        torch.manual_seed(recipe.seed)
        model = create_model(name, len(LABEL_SETS[label_set_name]))
        if init:
            start_from(model, init)
        # What a checkpoint must agree on before it is continued.
        start = init and read_card(init)["sha256"]
        self.identity = {"name": name, "labels": label_set_name, "init": start} | asdict(recipe)
        self.model = model.to(self.device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        if not self.cuda:
            train_depthwise_fast(self.model)
        if self.world > 1:
            share_norms(self.model)
        self.parallel = (
            DistributedDataParallel(self.model, device_ids=[self.device.index] if self.cuda else None)
            if self.world > 1
            else self.model
        )
        self.weights = class_weights(views.frequency, recipe.balance).to(self.device)
        self.members = views.members.to(self.device)
        trunk = set(self.model.trunk.parameters())
        groups = [
            {"params": [p for p in self.model.parameters() if p not in trunk], "lr": recipe.learning_rate},
            {"params": list(self.model.trunk.parameters()), "lr": recipe.learning_rate * recipe.trunk_rate},
        ]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=recipe.weight_decay)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer,
            [group["lr"] for group in groups],
            total_steps=recipe.epochs * recipe.steps,
            pct_start=recipe.warm_up + 1e-6,  # a ramp of exactly one step would make it divide by zero
        )

    def step(self, number: int, pictures: torch.Tensor, targets: torch.Tensor) -> float:
        """One step of the optimiser on one batch; returns the loss."""
        pictures, targets = (batch.to(self.device, non_blocking=True) for batch in (pictures, targets))
        with torch.autocast(self.device.type, torch.bfloat16):  # a third faster, on a CPU that knows it too
            # Every second pixel: a quarter of the work for nearly the same gradient.
            logits = self.parallel(to_input(pictures), every=2).float()
        targets = targets[:, ::2, ::2].long()
        loss = partial_label_loss(logits, targets, self.members, self.weights)
        if self.recipe.overlap:
            loss = loss + self.recipe.overlap * overlap_loss(logits, targets, self.members)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        # Early on the average follows fast, or it would remember the start.
        settled = (1 + number) / (1 + self.recipe.forget + number)
        update_average(self.average, self.model, min(self.recipe.average, settled))
        return loss.item()

    def train_epoch(self, bar: tqdm, workers: int) -> float:
        """One epoch; returns its mean loss."""
        started, recipe = time.monotonic(), self.recipe
        first = self.epoch * recipe.views
        numbers = range(first + self.rank, first + recipe.steps * recipe.batch, self.world)
        loader = DataLoader(
            self.views,
            batch_size=recipe.batch // self.world,
            sampler=numbers,
            num_workers=workers,
            pin_memory=self.cuda,
        )
        self.model.train()
        losses = []
        for number, (pictures, targets) in enumerate(loader, start=self.epoch * recipe.steps):
            losses.append(self.step(number, pictures, targets))
            bar.update()
        self.epoch += 1
        self.seconds += time.monotonic() - started
        return float(np.mean(losses))

    def keep_if_best(self, figures: dict) -> None:
        """Remember the averaged weights if no earlier ones had a higher mean IoU."""
        if not self.best or figures["mean_iou"] > self.best["figures"]["mean_iou"]:
            weights = {key: value.clone() for key, value in self.average.state_dict().items()}
            self.best = {"figures": figures, "epoch": self.epoch, "weights": weights}

    def _parts(self) -> dict:
        return {
            "model": self.model,
            "average": self.average,
            "optimizer": self.optimizer,
            "schedule": self.schedule,
        }

    def save(self, path: Path) -> None:
        """Write the run; a kill halfway leaves the previous file."""
        state = {key: part.state_dict() for key, part in self._parts().items()}
        partial = path.with_suffix(".partial")
        path.parent.mkdir(parents=True, exist_ok=True)
        state |= {"epoch": self.epoch, "seconds": self.seconds, "best": self.best, "identity": self.identity}
        torch.save(state, partial)
        partial.replace(path)

    def resume(self, path: Path) -> None:
        """Go on where the run in ``path`` stopped; `ValueError` if that was another net, start or recipe."""
        saved = torch.load(path, map_location=self.device, weights_only=True)
        if saved["identity"] != self.identity:
            raise ValueError(f"{path} belongs to another recipe, {saved['identity']}: remove it, or use that one")
        for key, part in self._parts().items():
            part.load_state_dict(saved[key])
        self.epoch, self.seconds, self.best = saved["epoch"], saved["seconds"], saved["best"]


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
    augmentation = Augmentation(crop=recipe.crop, scale=(recipe.smallest, recipe.largest))
    run = Run(name, Views(label_set_name, data, augmentation, recipe.seed), recipe, label_set_name, init)
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
        "recipe": asdict(recipe) | {"augmentation": asdict(augmentation)},
        "init": before and {key: before[key] for key in ("name", "recipe", "minutes", "sha256")},
        "epochs_in_all": recipe.epochs + (before["epochs_in_all"] if before else 0),
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
    parser.add_argument("--init", help="start from this net: a name in assets/weights, or a .safetensors file")
    for key, default in asdict(Recipe()).items():
        parser.add_argument(f"--{key.replace('_', '-')}", type=type(default), default=default)
    parser.add_argument("--validate-every", type=int, default=10, help="epochs between two validations")
    parser.add_argument("--workers", type=int, default=0, help="processes that prepare views; useful with a GPU")
    args = parser.parse_args(argv)
    init = None
    if args.init:
        init = Path(args.init) if args.init.endswith(".safetensors") else weights_path(args.init, args.labels)
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
