"""At which scale does a net know its things? ``python -m seglib.training.input_scale --data DIR``.

A net from photos of some 400 pixels has seen a face as 60 of them, not as 200: enlarged, the same photo shows it parts
where it knows wholes. Every validation photo is enlarged, segmented, and the answer brought back to the photo's own
size. What comes out is why `seglib.images.MAX_PIXELS` is what it is.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from torch import nn
from tqdm import tqdm

from seglib import metrics
from seglib.labels import LABEL_SETS
from seglib.metrics.folder import fold
from seglib.models import MODELS
from seglib.models.prediction import predict
from seglib.models.weights import load_model
from seglib.training.held_out import Labelled, group_names, held_out, read_held_out

SCALES = (0.75, 1.0, 1.2, 1.5, 2.0, 3.0)


def labels_at(model: nn.Module, image: np.ndarray, scale: float) -> np.ndarray:
    """Classes of a photo ``(H, W, 3)`` that is shown to a net ``scale`` times as large, at its own size, ``(H, W)``."""
    height, width = image.shape[:2]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    shown = cv2.resize(image, (round(scale * width), round(scale * height)), interpolation=way)
    return cv2.resize(predict(model, shown).labels, (width, height), interpolation=cv2.INTER_NEAREST)


def score_scales(
    model: nn.Module, photos: Sequence[Labelled], label_set_name: str, scales: Sequence[float] = SCALES
) -> dict[float, dict]:
    """Pixels a photo on average, pixel accuracy and mean IoU in per cent, by scale; all photos counted together."""
    k = len(group_names(label_set_name))
    matrices, pixels = {scale: np.zeros((k, k), np.int64) for scale in scales}, 0
    for image, targets, reading in tqdm(read_held_out(photos), total=len(photos), unit="photo", disable=None):
        pixels += image.shape[0] * image.shape[1] / len(photos)
        truth = fold(targets, reading)
        for scale in scales:
            answer = fold(labels_at(model, image, scale), reading)
            matrices[scale] += metrics.confusion_matrix(truth, answer, k)
    return {
        scale: {
            "pixels": round(scale**2 * pixels),
            "pixel_accuracy": round(100 * metrics.pixel_accuracy(cm), 1),
            "mean_iou": round(100 * metrics.mean_iou(cm), 1),
        }
        for scale, cm in matrices.items()
    }


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.training.input_scale", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--labels", choices=LABEL_SETS, default="everyday")
    parser.add_argument("--model", choices=MODELS, default="fcn8s")
    args = parser.parse_args(argv)
    try:
        photos = held_out(args.data, args.labels)
        figures = score_scales(load_model(args.model, args.labels), photos, args.labels)
    except ValueError as error:
        sys.exit(f"input_scale: {error}")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
