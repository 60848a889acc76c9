"""How much gradient reaches each layer of the app's own trunk: ``python -m seglib.inside.own_flow``.

EfficientNet-Lite0 has short cuts and norms, so its early layers should get gradient with skips or without. Measured on
photos of the box, the whole photo in one piece, with the loss that the nets are trained by: at the start, the trunk as
ImageNet left it under fresh score layers, and at the end, the nets that ship, each with its skips (fcn4s), without
(fcn32s), and with the skips' arrows cut, see `seglib.inside.gradient_flow.split_norms`. Skips start with weights of
zero, so at the very start nothing at all comes back through them. Departure from a step of training: norms use their
running averages, as in prediction.

What it finds is written into the file of `seglib.inside.gradient_flow`, beside the plain trunks'.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from seglib.inside.files import FLOW
from seglib.inside.gradient_flow import NETS, PHASES, convolutions, read_flow, rounded, split_norms
from seglib.labels import LABEL_SETS
from seglib.models import create_model
from seglib.models.imagenet import SHIPPED
from seglib.models.prediction import image_tensor
from seglib.models.weights import load_model
from seglib.photos import load_photo, photo_truth
from seglib.training.losses import overlap_loss, partial_label_loss
from seglib.training.run import start_from

LABELS = "everyday"
PHOTOS = ("china", "chelsea", "coffee", "motorcycle_left")
SEEDS = (0, 1, 2)  # of the fresh score layers


def fresh(net: str, seed: int) -> nn.Module:
    """The net as training on `LABELS` begins: ImageNet's trunk, score layers at random, skips at zero."""
    torch.manual_seed(seed)
    model = create_model(net, len(LABEL_SETS[LABELS]))
    start_from(model, SHIPPED)
    return model.eval()


def norms_on(model: nn.Module, photo: str) -> dict:
    """Loss and gradient norms, see `split_norms`, of a whole photo of the box."""
    label_set = LABEL_SETS[LABELS]
    truth = photo_truth(photo, label_set)
    targets = torch.from_numpy(truth[None, ::2, ::2].astype(np.int64))
    members, even = torch.eye(len(label_set), dtype=torch.bool), torch.ones(len(label_set))
    losses = []

    def loss_of(logits: torch.Tensor) -> torch.Tensor:
        loss = partial_label_loss(logits, targets, members, even) + overlap_loss(logits, targets, members)
        losses.append(loss.item())
        return loss

    norms = split_norms(model, loss_of, image_tensor(load_photo(photo)))
    return norms | {"loss": losses[0]}


def measure() -> dict:
    """``{net: runs}``, a run a photo, in the form of `gradient_flow`; the start is a mean over fresh score layers."""
    nets: dict[str, list[dict]] = {net: [] for net in NETS}
    bar = tqdm(total=len(NETS) * len(PHOTOS), unit="photo", disable=None)
    for net in NETS:
        models = {"start": [fresh(net, seed) for seed in SEEDS], "end": [load_model(net, LABELS, fold=False)]}
        for photo in PHOTOS:
            run: dict = {"photo": photo, "loss": {}}
            for phase in PHASES:
                measured = [norms_on(model, photo) for model in models[phase]]
                run["loss"][phase] = round(float(np.mean([norms["loss"] for norms in measured])), 3)
                run[phase] = rounded(measured)
            nets[net].append(run)
            bar.update()
    bar.close()
    return nets


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.inside.own_flow", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=FLOW, help="file of seglib.inside.gradient_flow to write into")
    args, start = parser.parse_args(argv), time.process_time()
    flow = read_flow(args.out)
    if flow is None:
        parser.exit(1, f"own_flow: no {args.out.name} yet: run python -m seglib.inside.gradient_flow first\n")
    flow["ours"] = {
        "labels": LABELS,
        "photos": list(PHOTOS),
        "seeds": list(SEEDS),
        "layers": list(convolutions(create_model(NETS[0], 2).trunk)),
        "nets": measure(),
        "cpu_seconds": round(time.process_time() - start),
    }
    args.out.write_text(json.dumps(flow) + "\n")


if __name__ == "__main__":
    main()
