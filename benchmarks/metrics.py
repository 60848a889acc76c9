"""A confusion matrix of 1 megapixel and 21 classes, ours and two peers': ``python -m benchmarks.metrics``.

Every round times each once, in turn, so that a busy moment of the machine hits all alike; printed are medians,
quartiles, and the median over the rounds of each peer's time divided by ours. All count the same label maps, blocks of
64 pixels with a fifth of the prediction wrong: 64-bit integers, the type that torchmetrics and scikit-learn expect,
and bytes, the type that label PNGs have.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import sklearn
import sklearn.metrics
import torch
import torchmetrics
from torchmetrics.functional.classification import multiclass_confusion_matrix

from benchmarks import publish, spread
from seglib.metrics import confusion_matrix

SIDE, BLOCK, NUM_CLASSES = 1024, 64, 21


def label_maps(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Truth and prediction, ``(SIDE, SIDE)`` int64."""
    rng = np.random.default_rng(seed)
    truth = np.kron(rng.integers(NUM_CLASSES, size=(SIDE // BLOCK,) * 2), np.ones((BLOCK, BLOCK), np.int64))
    wrong = rng.random(truth.shape) < 0.2
    return truth, np.where(wrong, rng.integers(NUM_CLASSES, size=truth.shape), truth)


def contenders() -> dict[str, Callable[[], np.ndarray]]:
    """What is timed, by name; each returns the same matrix."""
    truth, prediction = label_maps()
    small = truth.astype(np.uint8), prediction.astype(np.uint8)
    target, preds = torch.from_numpy(truth), torch.from_numpy(prediction)
    theirs = partial(multiclass_confusion_matrix, preds, target, NUM_CLASSES)
    flat, classes = (truth.ravel(), prediction.ravel()), np.arange(NUM_CLASSES)
    return {
        "seglib, bytes": lambda: confusion_matrix(*small, NUM_CLASSES),
        "seglib": lambda: confusion_matrix(truth, prediction, NUM_CLASSES),
        "torchmetrics": lambda: theirs().numpy(),
        "torchmetrics, validate_args=False": lambda: theirs(validate_args=False).numpy(),
        "scikit-learn": lambda: sklearn.metrics.confusion_matrix(*flat, labels=classes),
    }


def measure(functions: dict[str, Callable[[], np.ndarray]], rounds: int, warm_up: int = 2) -> dict[str, np.ndarray]:
    """Milliseconds of each in each round; all must agree."""
    wanted = functions["seglib"]()
    times: dict[str, list[float]] = {name: [] for name in functions}
    for number in range(warm_up + rounds):
        for name, function in functions.items():
            start = time.perf_counter()
            matrix = function()
            if number >= warm_up:
                times[name].append(1000 * (time.perf_counter() - start))
            assert np.array_equal(matrix, wanted), name
    return {name: np.array(each) for name, each in times.items()}


def report(times: dict[str, np.ndarray]) -> dict:
    """Medians, quartiles, and the ratios that this project promises: at least 3."""
    return {
        "size": (SIDE, SIDE),
        "classes": NUM_CLASSES,
        "threads": torch.get_num_threads(),
        "cores": os.cpu_count(),
        "versions": {each.__name__: each.__version__ for each in (np, torch, torchmetrics, sklearn)},
        "milliseconds": {name: spread(each, 2) for name, each in times.items()},
        "ratios": {
            f"{name} / seglib": spread(each / times["seglib"])
            for name, each in times.items()
            if not name.startswith("seglib")
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.metrics", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="for torch; the others use one")
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    publish(report(measure(contenders(), args.rounds)), args.out)


if __name__ == "__main__":
    main()
