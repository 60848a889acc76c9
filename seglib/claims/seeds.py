"""The same nets from three seeds: ``python -m seglib.claims.seeds --data DIR``.

A bootstrap over photos says what other photos would have given, not what another training run would have. So the
street nets that the lecture compares are trained three times, from other random scores and on other views: from
ImageNet a trunk with all streams at once, then each net alone from it, all by one short recipe, which is all they
share with the shipped ones. What differs between two nets of one seed is their architecture; between seeds, luck. One
core needs hours; a killed run goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from scipy import stats

from seglib import metrics
from seglib.assets import ASSETS
from seglib.claims.counts import Bench, percent
from seglib.claims.ledger import Figure
from seglib.metrics.boundary import BORDER
from seglib.models.cards import read_card
from seglib.models.imagenet import SHIPPED as IMAGENET
from seglib.models.prediction import predict
from seglib.models.weights import load_model
from seglib.training.recipe import Recipe
from seglib.training.train import train

FILE = ASSETS / "statistics" / "seeds.json"
LABEL_SET_NAME = "street"
KIND = "lite0 from ImageNet"  # of trunk, as the shipped nets'
SEEDS = (0, 1, 2)
TRUNK = ("fcn4s", Recipe(epochs=24, crop=193))
BRANCH = Recipe(epochs=4, crop=193, learning_rate=1e-3)
NETS = ("fcn32s", "fcn8s", "plain8", "dilated8", "shallow8", "pyramid1", "pyramid")
SCORES = ("pixel_accuracy", "class_accuracy", "mean_iou")


def train_all(data: Path, folder: Path, seed: int) -> dict[str, Path]:
    """Weights of every net from one seed, trained unless they lie in ``folder`` already."""
    name, recipe = TRUNK
    trunk = folder / f"trunk-{seed}.safetensors"
    if not trunk.is_file():
        train(name, LABEL_SET_NAME, data, trunk, recipe=replace(recipe, seed=seed), init=IMAGENET)
    paths = {net: folder / f"{net}-{seed}.safetensors" for net in NETS}
    for net, path in paths.items():
        if not path.is_file():
            train(net, LABEL_SET_NAME, data, path, recipe=replace(BRANCH, seed=seed), init=trunk)
    return paths


def measure(bench: Bench, net: str, path: Path) -> dict[str, float]:
    """Scores of one trained net on the validation photos, in per cent; mean IoU near borders, too."""
    model = load_model(net, LABEL_SET_NAME, path)
    key = read_card(path)["sha256"]
    counts = bench.of(lambda image: predict(model, image).labels, LABEL_SET_NAME, key, path.stem)
    scores = {name: percent(getattr(metrics, name), counts.everywhere) for name in SCORES}
    scores["mean_iou_at_borders"] = percent(metrics.mean_iou, counts.within(BORDER))
    return {name: round(value, 2) for name, value in scores.items()}


def read_seeds(path: Path = FILE) -> dict[str, list[dict[str, float]]]:
    """Scores by net, one entry a seed; none without a file."""
    return json.loads(path.read_text())["nets"] if path.is_file() else {}


def _on_another_trunk(path: Path) -> str:
    """A word on runs older than the trunk that the shipped nets stand on; their files name none."""
    return "" if json.loads(path.read_text()).get("kind") == KIND else " on the former trunk, without ImageNet"


def lead(ours: str, theirs: str, score: str = "mean_iou", path: Path = FILE) -> list[Figure]:
    """How many points one net is ahead of another, seed by seed, with the 95 % interval of their mean.

    Student's t over pairs: both nets of a pair grew from one trunk. No figure where a net was not trained so.
    """
    nets = read_seeds(path)
    if ours not in nets or theirs not in nets:
        return []
    ahead = np.array([a[score] - b[score] for a, b in zip(nets[ours], nets[theirs], strict=True)])
    half = stats.t.ppf(0.975, len(ahead) - 1) * ahead.std(ddof=1) / np.sqrt(len(ahead))
    title = score.replace("_", " ").replace("iou", "IoU")
    name = f"{LABEL_SET_NAME}, {len(ahead)} seeds{_on_another_trunk(path)}: {ours} over {theirs}, {title}"
    mean = ahead.mean()
    return [Figure(name, *(round(float(value), 2) for value in (mean, mean - half, mean + half)))]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.claims.seeds", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--work", type=Path, default=Path("runs/seeds"), help="folder for weights and counts")
    args = parser.parse_args(argv)
    bench = Bench(args.data, args.work)
    nets: dict[str, list] = {net: [] for net in NETS}
    try:
        for seed in SEEDS:
            for net, path in train_all(args.data, args.work, seed).items():
                nets[net].append(measure(bench, net, path))
                print(f"seed {seed}, {net}: {nets[net][-1]}", flush=True)
    except ValueError as error:
        sys.exit(f"seeds: {error}")
    report = {
        "labels": LABEL_SET_NAME,
        "kind": KIND,
        "seeds": SEEDS,
        "trunk": {"net": TRUNK[0]} | asdict(TRUNK[1]),
        "each net from it": asdict(BRANCH),
        "nets": nets,
    }
    args.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
