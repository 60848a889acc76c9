"""From a stroke to a new picture, beside the texton model on the same strokes: ``python -m benchmarks.teach``.

The bundled photo china, 640x427 pixels, three simulated strokes in each of four classes. What a photo costs once
(features; textons) and what every stroke costs (a head, applied; a classifier of windows, applied) are timed apart,
wall and processor time, the methods taking turns within each round. Where napari-convpaint can be imported it is
timed, too, with its defaults: VGG16's first layer at three scales, and a hundred boosted trees that are learnt at every
stroke. It would fetch VGG16's weights; here they are random, so its time counts and its answer does not.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torchvision

from benchmarks import publish, spread
from seglib.annotation.polygons import load_annotation
from seglib.before_convnets import scribbles
from seglib.before_convnets.classifier import enlarge, label_cells
from seglib.labels import IGNORE
from seglib.photos import load_photo
from seglib.teach.answer import segment
from seglib.teach.lesson import own_classes
from seglib.teach.nets import imagenet_net, photo_features
from seglib.teach.results import FOUR, TEXTON_KINDS, TEXTON_RADIUS
from seglib.teach.strokes import simulated_strokes, teach
from seglib.teach.truth import EXAMPLES, truth_from_polygons

PHOTO = "china"
PEER = "napari_convpaint"
CONVPAINT = "photo and stroke, napari-convpaint"


def parts() -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    torch.set_num_threads(1)
    image, own = load_photo(PHOTO), own_classes(list(EXAMPLES[PHOTO]))
    strokes = simulated_strokes(truth_from_polygons(load_annotation(PHOTO), image.shape[:2], own))
    net = imagenet_net()
    features, words = photo_features(image, net), scribbles.read_photo(image)

    def stroke() -> np.ndarray:
        return segment(features, teach([(features, strokes)], FOUR)).labels

    def texton_stroke() -> np.ndarray:
        model = scribbles.learn(words.cells, strokes, own, TEXTON_KINDS, TEXTON_RADIUS)
        small = label_cells(model, words.cells, [TEXTON_RADIUS], scribbles.CELL, words.texton_map.shape, "linear")
        return enlarge(small, image.shape[:2])

    ours = {
        "features of a photo": lambda: photo_features(image, net),
        "textons of a photo": lambda: scribbles.read_photo(image),
        "a stroke": stroke,
        "a stroke, textons": texton_stroke,
    }
    return ours | convpaint(image, strokes)


def convpaint(image: np.ndarray, strokes: np.ndarray) -> dict[str, Callable[[], object]]:
    """The peer, if it is installed. It wants the channels first, and counts classes from 1: 0 is unpainted."""
    try:
        module = importlib.import_module(f"{PEER}.convpaint_model")
        layers = importlib.import_module(f"{PEER}.feature_extractors.nnlayers")
    except ImportError:
        return {}
    channels_first, annotation = np.moveaxis(image, -1, 0), np.where(strokes == IGNORE, 0, strokes.astype(int) + 1)
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "random.pth"
        torch.save(torchvision.models.vgg16().state_dict(), weights)
        layers.guided_model_download = lambda *_: str(weights)
        model = module.ConvpaintModel("vgg")
    model.set_params(channel_mode="rgb")

    def train_and_segment() -> np.ndarray:
        with contextlib.redirect_stdout(io.StringIO()):  # a line for each of a hundred trees
            model.train(channels_first, annotation)
        return model.segment(channels_first)

    return {CONVPAINT: train_and_segment}


def measure(rounds: int) -> dict:
    """Medians and quartiles in milliseconds, and how many times as long the others take."""
    runs = parts()
    for run in runs.values():
        run()
    wall, cpu = ({name: np.zeros(rounds) for name in runs} for _ in range(2))
    for number in range(rounds):
        for name, run in runs.items():
            started = time.perf_counter(), time.process_time()
            run()
            wall[name][number] = 1000 * (time.perf_counter() - started[0])
            cpu[name][number] = 1000 * (time.process_time() - started[1])
    ratios = {
        "a stroke / a stroke, textons": spread(cpu["a stroke"] / cpu["a stroke, textons"]),
        "features / textons of a photo": spread(cpu["features of a photo"] / cpu["textons of a photo"]),
    }
    if CONVPAINT in runs:
        ours = cpu["features of a photo"] + cpu["a stroke"]
        ratios["photo and stroke / napari-convpaint"] = spread(ours / cpu[CONVPAINT], 4)
    return {
        "photo": PHOTO,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),  # where it is far above the cores, wall times tell of others' work
        "wall_ms": {name: spread(times, 1) for name, times in wall.items()},
        "cpu_ms": {name: spread(times, 1) for name, times in cpu.items()},
        "ratios": ratios,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.teach", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--out", type=Path, help="also write the report to this JSON file")
    args = parser.parse_args()
    publish(measure(args.rounds), args.out)


if __name__ == "__main__":
    main()
