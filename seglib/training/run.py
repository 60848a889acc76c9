"""One training run of a net: all the state there is, what one step does with it, and how it is written and read."""

from __future__ import annotations

import copy
import os
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader
from tqdm import tqdm

from seglib.labels import LABEL_SETS
from seglib.models import create_model
from seglib.models.cards import read_card
from seglib.models.prediction import to_input
from seglib.models.weights import read_tensors
from seglib.training.averaging import update_average
from seglib.training.depthwise import train_depthwise_fast
from seglib.training.losses import class_weights, overlap_loss, partial_label_loss
from seglib.training.recipe import Recipe
from seglib.training.together import share_norms
from seglib.training.views import Views


def start_from(model: nn.Module, path: Path) -> None:
    """Take over the trunk of another net, as deep as it is needed, and the score layers that both have.

    Score layers that the other net lacks keep their start; a trunk that lacks anything is a `ValueError`, and so are
    layers of another shape: those of a net that is not of the family, or scores of other classes.
    """
    tensors = read_tensors(path)
    for key, own in model.state_dict().items():
        if key in tensors and tensors[key].shape != own.shape:
            raise ValueError(
                f"cannot start from {path.name}: its {key} is {tuple(tensors[key].shape)}, wanted {tuple(own.shape)}"
            )
    missing, _ = model.load_state_dict(tensors, strict=False)
    if lacking := [key for key in missing if not key.startswith("score.")]:
        raise ValueError(f"cannot start from {path.name}: its trunk lacks {len(lacking)} tensors, {lacking[0]} first")


def build_optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW over two groups, what is scored with and the trunk, each at its own peak rate."""
    trunk = set(model.trunk.parameters())
    groups = [
        {"params": [p for p in model.parameters() if p not in trunk], "lr": recipe.learning_rate},
        {"params": list(model.trunk.parameters()), "lr": recipe.learning_rate * recipe.trunk_rate},
    ]
    return torch.optim.AdamW(groups, weight_decay=recipe.weight_decay)


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
        self.optimizer = build_optimizer(self.model, recipe)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer,
            [group["lr"] for group in self.optimizer.param_groups],
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
        if recipe.trunk_rate == 0:
            self.model.trunk.requires_grad_(False).eval()  # as it is, its norms' statistics too
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
