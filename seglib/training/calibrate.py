"""Make a net as sure as it is right: ``python -m seglib.training.calibrate --help``.

One temperature a net, chosen on every second validation photo and judged on the others. It is multiplied into the last
layer's weights, so that whoever loads the net gets probabilities that can be believed: no class that it says changes,
for all scores of a pixel are divided by the same number. The card says what the error was before and is after.

Only pixels whose label says one class count; VOC's background, which may be any of eleven, tells nothing here.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from seglib.labels import IGNORE, LABEL_SETS
from seglib.metrics.calibration import Reliability, best_temperature, reliability
from seglib.models import MODELS, create_model
from seglib.models.cards import read_card, weights_path
from seglib.models.prediction import image_tensor
from seglib.models.weights import load_model, read_tensors, save_weights
from seglib.training.held_out import Labelled, held_out, read_held_out

PIXELS = 400  # of each photo, that the temperature is chosen by
LAST_LAYER = "score."  # how its tensors' names begin


@torch.inference_mode()
def sample_logits(model: nn.Module, photos: list[Labelled], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits ``(N, K)`` and true classes ``(N,)`` of some pixels of each photo."""
    rng, logits, classes = np.random.default_rng(seed), [], []
    for image, truth, _ in tqdm(read_held_out(photos), total=len(photos), unit="photo", disable=None):
        known = np.argwhere(truth < model.num_classes)
        if len(known):
            rows, cols = known[rng.choice(len(known), min(PIXELS, len(known)), replace=False)].T
            logits.append(model(image_tensor(image))[0, :, rows, cols].numpy().T)
            classes.append(truth[rows, cols])
    return np.concatenate(logits).astype(np.float64), np.concatenate(classes)


@torch.inference_mode()
def measure(model: nn.Module, photos: list[Labelled], temperatures: tuple[float, ...]) -> list[Reliability]:
    """Reliability over all photos, at each of some temperatures."""
    totals: list[Reliability | None] = [None] * len(temperatures)
    for image, truth, _ in tqdm(read_held_out(photos), total=len(photos), unit="photo", disable=None):
        logits = model(image_tensor(image))[0]
        labels = logits.argmax(0).numpy()
        exact = np.where(truth < model.num_classes, truth, IGNORE)
        for at, temperature in enumerate(temperatures):
            confidence = (logits / temperature).softmax(0).amax(0).numpy()
            bins = reliability(confidence, labels, exact)
            totals[at] = bins if totals[at] is None else totals[at] + bins
    return totals


def cool(model: nn.Module, temperature: float) -> None:
    """Divide a net's logits by ``temperature``, in its last layer; norms on the way there keep their part."""
    with torch.no_grad():
        for layer in last_layers(model):
            layer.weight /= temperature
            if layer.bias is not None:
                layer.bias /= temperature


def last_layers(model: nn.Module) -> list[nn.Conv2d]:
    """The convolutions whose outputs are summed to logits."""
    scores = [model.score] if isinstance(model.score, nn.Conv2d) else list(model.score.children())
    return [layer if isinstance(layer, nn.Conv2d) else layer[-1] for layer in scores]


def calibrate(name: str, label_set_name: str, data: Path, path: Path) -> dict:
    """Calibrate the net in ``path``, write it anew, and return what its card says of that."""
    card = read_card(path)
    if "calibration" in card:
        raise ValueError(f"{path.name} is calibrated already: its card says so")
    model = load_model(name, label_set_name, path)
    temperature = round(best_temperature(*sample_logits(model, held_out(data, label_set_name, "odd"))), 4)
    before, after = measure(model, held_out(data, label_set_name, "even"), (1.0, temperature))
    calibration = {
        "temperature": temperature,
        "chosen_on": "odd validation photos, pixels of one class",
        "error": {"before": round(before.error, 4), "after": round(after.error, 4)},
        "bins": {"before": before.as_lists(), "after": after.as_lists()},
    }
    tensors = read_tensors(path)
    whole = create_model(name, len(LABEL_SETS[label_set_name]))
    whole.load_state_dict(tensors)
    cool(whole, temperature)
    save_weights(path, whole, card | {"calibration": calibration})
    return calibration


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.training.calibrate", description=__doc__.splitlines()[0])
    parser.add_argument("--labels", choices=LABEL_SETS, required=True)
    parser.add_argument("--model", choices=MODELS, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--weights", type=Path, help="weights file to calibrate; default: the one in the box")
    args = parser.parse_args(argv)
    path = args.weights or weights_path(args.model, args.labels)
    try:
        calibration = calibrate(args.model, args.labels, args.data, path)
    except ValueError as error:
        sys.exit(f"calibrate: {error}")
    print({key: calibration[key] for key in ("temperature", "error")})


if __name__ == "__main__":
    main()
