"""How much gradient reaches the early layers: ``python -m seglib.inside.gradient_flow --data DIR``.

Small trunks that differ in their short cuts and norms alone (`seglib.inside.plain`), each under fcn32s and under
fcn4s, learn street scenes from the same start and the same views. Of every convolution the norm of the loss'
gradient is noted at the start and at the end of training, and of fcn4s also what is left of it if the arrows through
its skips are cut, so that stride 32 alone answers: the same net on the same views, where the skips alone can make
the difference.

The app's own trunk is measured by `seglib.inside.own_flow`, into the same file.

Source of the question: Shelhamer, Long & Darrell, TPAMI 2017, section 4.3, and He et al., CVPR 2016, section 4.1.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from seglib.assets import read_json
from seglib.inside.files import FLOW
from seglib.inside.plain import KINDS, PlainFCN
from seglib.labels import LABEL_SETS
from seglib.models.fcn import FCN, STREAMS, fuse, pad_to_grid
from seglib.models.prediction import to_input
from seglib.training.augment import Augmentation
from seglib.training.losses import overlap_loss, partial_label_loss
from seglib.training.views import Views

LABELS = "street"
NETS = ("fcn32s", "fcn4s")
PHASES = ("start", "end")


@dataclass(frozen=True)
class FlowRecipe:
    """What decides the outcome besides trunk, net and seed."""

    steps: int = 80
    batch: int = 4
    crop: int = 97
    learning_rate: float = 1e-3  # AdamW, a tenth of it after two thirds
    phase: int = 10  # steps at the start, and at the end, whose gradients are averaged
    seeds: tuple[int, ...] = (0, 1, 2)


def convolutions(trunk: nn.Module) -> dict[str, nn.Conv2d]:
    """Every convolution of a trunk by name, from the picture up."""
    return {name: part for name, part in trunk.named_modules() if isinstance(part, nn.Conv2d)}


def split_norms(
    model: FCN, loss_of: Callable[[torch.Tensor], torch.Tensor], pictures: torch.Tensor
) -> dict[str, list[float]]:
    """Gradient norms of every convolution of the trunk, and what they owe to the skips.

    ``norm``: of the whole gradient. ``deep``: of what comes back through the coarsest stream alone, the skips' arrows
    cut. ``share``: the skips' projection on the whole, as a share of its length; deep and skips share out 1.
    """
    weights = [part.weight for part in convolutions(model.trunk).values()]
    streams = model.score_features(model.trunk(pad_to_grid(pictures)))
    loss = loss_of(fuse(streams, pictures.shape[-2:], every=2))
    at_scores = torch.autograd.grad(loss, list(streams.values()), retain_graph=True)
    coarsest = max(streams)
    whole = torch.autograd.grad(loss, weights, retain_graph=True)
    deep = torch.autograd.grad(streams[coarsest], weights, at_scores[0])
    return {
        "norm": [float(g.norm()) for g in whole],
        "deep": [float(g.norm()) for g in deep],
        "share": [
            float(1 - (d * g).sum() / g.square().sum().clamp_min(1e-30)) for d, g in zip(deep, whole, strict=True)
        ],
    }


def watch(kind: str, net: str, views: Views, recipe: FlowRecipe, seed: int) -> Iterator[tuple[int, float, dict | None]]:
    """Train; yields step, loss, and in the two phases `split_norms`."""
    torch.manual_seed(seed)
    model = PlainFCN(len(LABEL_SETS[LABELS]), STREAMS[net], kind).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), recipe.learning_rate, weight_decay=0.03)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2 * recipe.steps // 3, 0.1)
    members, even = views.members, torch.ones(len(views.members))
    for step in range(recipe.steps):
        batch = [views[step * recipe.batch + i] for i in range(recipe.batch)]
        pictures, targets = (torch.from_numpy(np.stack(part)) for part in zip(*batch, strict=True))
        x, targets = to_input(pictures), targets[:, ::2, ::2].long()

        def loss_of(logits: torch.Tensor, targets: torch.Tensor = targets) -> torch.Tensor:
            return partial_label_loss(logits, targets, members, even) + overlap_loss(logits, targets, members)

        measured = step < recipe.phase or step >= recipe.steps - recipe.phase
        norms = split_norms(model, loss_of, x) if measured else None
        loss = loss_of(model(x, every=2))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        yield step, loss.item(), norms


def measure(kind: str, net: str, views: Views, recipe: FlowRecipe, seed: int) -> dict:
    """Mean norms by phase and convolution of one training, and its mean loss in both phases."""
    kept: dict[str, list] = {phase: [] for phase in PHASES}
    losses: dict[str, list] = {phase: [] for phase in PHASES}
    for step, loss, norms in watch(kind, net, views, recipe, seed):
        if norms is not None:
            phase = PHASES[step >= recipe.phase]
            kept[phase].append(norms)
            losses[phase].append(loss)
    report: dict = {"seed": seed, "loss": {phase: round(float(np.mean(losses[phase])), 3) for phase in PHASES}}
    for phase in PHASES:
        report[phase] = rounded(kept[phase])
    return report


def rounded(measured: Sequence[dict[str, list[float]]]) -> dict[str, list[float]]:
    """Mean of several `split_norms`, to four digits."""
    return {
        name: [float(f"{value:.4g}") for value in np.mean([norms[name] for norms in measured], 0)]
        for name in ("norm", "deep", "share")
    }


def read_flow(path: Path = FLOW) -> dict | None:
    """What the command measured last; None without a file."""
    return read_json(path) if path.is_file() else None


def main(argv: list[str] | None = None, recipe: FlowRecipe | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.inside.gradient_flow", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--out", type=Path, default=FLOW)
    args = parser.parse_args(argv)
    recipe, start = recipe or FlowRecipe(), time.process_time()
    report: dict = {
        "labels": LABELS,
        "recipe": asdict(recipe),
        "layers": list(convolutions(PlainFCN(2, (32,)).trunk)),
        "nets": {kind: {net: [] for net in NETS} for kind in KINDS},
    }
    if ours := (read_flow(args.out) or {}).get("ours"):  # measured by `seglib.inside.own_flow`, which goes by itself
        report["ours"] = ours
    try:
        for seed in recipe.seeds:
            views = Views(LABELS, args.data, Augmentation(crop=recipe.crop), seed)
            for kind, net in tqdm(list(itertools.product(KINDS, NETS)), unit="training", disable=None):
                report["nets"][kind][net].append(measure(kind, net, views, recipe, seed))
            # All trainings of a seed or none: figures compare nets seed by seed.
            args.out.write_text(json.dumps(report | {"cpu_seconds": round(time.process_time() - start)}) + "\n")
            print(f"seed {seed} done", flush=True)
    except ValueError as error:
        sys.exit(f"gradient_flow: {error}")


if __name__ == "__main__":
    main()
