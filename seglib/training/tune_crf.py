"""Choose the CRF's parameters on half of the validation photos, report on the rest: ``python -m seglib.tune_crf``.

A search along one parameter at a time, round and round until nothing improves the mean IoU: what Chen et al. (ICLR
2015, section 5.1) search by a coarse-to-fine grid on 100 photos. As there the smoothness width stays at 3 pixels. A
weight of 0 is among the values, so "no CRF" may win. The photos that parameters are chosen by are never reported on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from seglib import metrics
from seglib.crf.chosen import CHOSEN_BY, REPORTED_ON
from seglib.crf.mean_field import ITERATIONS, mean_field
from seglib.crf.pairwise import CRFParams
from seglib.datasets import Targets, find_pairs, read_as, read_pairs
from seglib.labels import LABEL_SETS
from seglib.meanings import MEANING
from seglib.metrics.boundary import band_curve, border_pixels
from seglib.models import MODELS
from seglib.models.prediction import predict
from seglib.models.weights import load_model
from seglib.training.evaluate import fold, half, summary

START = CRFParams()
GRID = {
    "appearance_weight": (0.0, 1.0, 2.0, 4.0, 7.0, 10.0),
    "colour_width": (3.0, 5.0, 8.0, 13.0, 20.0),
    "appearance_width": (10.0, 25.0, 50.0, 80.0, 120.0),
    "smoothness_weight": (0.0, 1.0, 3.0, 5.0),
}
BAND = 4  # pixels
ROUNDS = 3


@dataclass(frozen=True, eq=False)
class Example:
    """A photo, what the net says of it, and its truth in the data set's groups."""

    image: np.ndarray
    probabilities: np.ndarray  # (K, H, W) float32
    truth: np.ndarray


def search(
    score: Callable[[CRFParams], float], start: CRFParams = START, grid: dict[str, tuple[float, ...]] | None = None
) -> tuple[CRFParams, dict[CRFParams, float]]:
    """The best parameters found along one axis of the grid at a time, and the score of all that were tried."""
    tried = {start: score(start)}
    best = start
    for _ in range(ROUNDS):
        before = best
        for name, values in (grid or GRID).items():
            for value in values:
                params = replace(best, **{name: value})
                if params not in tried:
                    tried[params] = score(params)
            best = max(tried, key=tried.get)
        if best == before:
            break
    return best, tried


def score_all(examples: Iterable[Example], reading: Targets, params: CRFParams | None) -> tuple[np.ndarray, np.ndarray]:
    """Confusion matrices ``(G, G)`` of all pixels, and of those within `BAND` pixels of a true border."""
    groups = len(reading.group_names)
    total, band = np.zeros((2, groups, groups), np.int64)
    for example in examples:
        probabilities = example.probabilities
        if params is not None:
            probabilities = mean_field(probabilities, example.image, params, ITERATIONS)
        labels = fold(probabilities.argmax(0).astype(np.uint8), reading)
        total += metrics.confusion_matrix(example.truth, labels, groups)
        if border_pixels(example.truth).any():
            band += band_curve(example.truth, labels, (BAND,), groups)[0]
    return total, band


def examples(model: torch.nn.Module, pairs: list, reading: Targets) -> Iterable[Example]:
    """Photos one at a time, segmented by a net."""
    for image, truth in read_pairs(pairs, reading):
        yield Example(image, predict(model, image).probabilities, fold(truth, reading))


def figures(cms: tuple[np.ndarray, np.ndarray], reading: Targets, photos: int) -> dict:
    """The usual figures, and the mean IoU at the borders."""
    total, band = cms
    at_borders = metrics.mean_iou(band)
    known = None if np.isnan(at_borders) else round(at_borders, 4)
    return summary(total, reading.group_names, photos) | {f"mean_iou_within_{BAND}_px_of_a_border": known}


def choose(model: torch.nn.Module, pairs: list, reading: Targets) -> tuple[CRFParams, dict[CRFParams, float]]:
    """`search` for the highest mean IoU on these photos; the net segments them once, and they stay in memory."""
    kept = list(examples(model, pairs, reading))
    with tqdm(unit="setting") as bar:

        def score(params: CRFParams) -> float:
            bar.update()
            return float(np.nan_to_num(metrics.mean_iou(score_all(kept, reading, params)[0])))

        return search(score)


def compare(
    model: torch.nn.Module, pairs: list, reading: Targets, settings: dict[str, CRFParams | None]
) -> dict[str, np.ndarray]:
    """`score_all` of every setting on these photos, ``(2, G, G)`` each, read and segmented one at a time."""
    groups = len(reading.group_names)
    cms = {name: np.zeros((2, groups, groups), np.int64) for name in settings}
    for example in tqdm(examples(model, pairs, reading), total=len(pairs), unit="photo"):
        for name, params in settings.items():
            cms[name] += score_all([example], reading, params)
    return cms


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.tune_crf", description=__doc__.splitlines()[0])
    parser.add_argument("--labels", choices=LABEL_SETS, default="street")
    parser.add_argument("--model", choices=MODELS, required=True)
    parser.add_argument("--weights", type=Path, help="weights of your own; default: the shipped ones")
    parser.add_argument("--data", type=Path, required=True, help="the data set's folder")
    parser.add_argument("--layout", choices=MEANING, required=True)
    parser.add_argument("--split", default="val")
    parser.add_argument("--photos", type=int, default=30, help="how many of the half to choose by, evenly spread")
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args(argv)
    try:
        reading = read_as(args.layout, LABEL_SETS[args.labels])
        pairs = find_pairs(args.data, args.split)
        chosen_by, reported = half(pairs, CHOSEN_BY), half(pairs, REPORTED_ON)
        if not chosen_by or args.photos < 1:
            raise ValueError(f"{len(pairs)} photos, {args.photos} to choose by: wanted two photos, and one, at least")
        spread = np.unique(np.linspace(0, len(chosen_by) - 1, args.photos).round().astype(int))
        model = load_model(args.model, args.labels, args.weights)
        model = model.to("cuda" if torch.cuda.is_available() else "cpu")
        best, tried = choose(model, [chosen_by[i] for i in spread], reading)
        settings = {"net alone": None, "authors' defaults": START, "chosen": best}
        cms = compare(model, reported, reading, settings)
    except ValueError as error:
        sys.exit(f"tune_crf: {error}")
    report = {
        "model": args.model,
        "labels": args.labels,
        "layout": args.layout,
        "split": args.split,
        "iterations": ITERATIONS,
        "chosen_by": {
            "half": CHOSEN_BY,
            "photos": len(spread),
            "settings": len(tried),
            "mean_iou": round(tried[best], 4),
        },
        "reported_on": {"half": REPORTED_ON, "photos": len(reported)},
        "params": asdict(best),
        "figures": {name: figures(tuple(matrices), reading, len(reported)) for name, matrices in cms.items()},
    }
    text = json.dumps(report, indent=2)
    print(text)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
