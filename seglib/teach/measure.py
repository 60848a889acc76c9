"""How well do strokes teach? ``python -m seglib.teach.measure --data DATA`` measures it on MSRC, VOC and NYU photos.

Strokes are simulated (`seglib.teach.strokes.simulated_strokes`), three a class, classes below 2 % of a photo left out.
A head taught on one photo is scored on that photo's other pixels, and, unchanged, on two more photos with two of its
classes at least, there on the pixels of the classes it knows. Scores are mean IoU over the classes that are there.

Photos take turns: even ones choose the layers' shares among `CHOICES`, for each net its own; odd ones are reported.
Labels are the data sets' own, VOC's "background" among them: whatever it has no class for.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from seglib.before_convnets import scribbles
from seglib.before_convnets.classifier import enlarge, label_cells
from seglib.crf.mean_field import mean_field
from seglib.datasets import find_pairs
from seglib.labels import IGNORE, LabelSet
from seglib.metrics import confusion_matrix, iou_per_class
from seglib.photos import PHOTOS, load_photo
from seglib.teach.answer import segment
from seglib.teach.features import LAYERS, Features
from seglib.teach.heads import SHARES
from seglib.teach.nets import FrozenNet, imagenet_net, photo_features, random_net
from seglib.teach.results import CRF, FOUR, METHODS, RESULTS, TEXTON_KINDS, TEXTON_RADIUS, TEXTONS
from seglib.teach.strokes import simulated_strokes, teach

SETS = ("msrc", "voc", "nyu")
SMALLEST = 0.02  # of a photo; smaller classes are left out
OTHERS = 2  # photos that a head is taken to
NUM_CLASSES = 64  # more than any of the sets has
CHOICES = (  # shares of the layers, in the order of `LAYERS`
    (1, 1, 1, 1, 1),
    (1, 2, 1, 1, 1),
    (1, 2, 1, 1, 0.5),
    (1, 2, 0.5, 1, 0.5),
    (1, 2, 0.5, 0.5, 0.5),
    (1, 1.5, 0.5, 1, 0.5),
    (1, 2, 0.5, 1, 0.25),
)


@dataclass(frozen=True)
class Task:
    """A photo to teach on, and others to take the head to; names within a data set."""

    data_set: str
    photo: str
    others: tuple[str, ...]


class Photos:
    """Labelled photos of the three sets, read and looked at once."""

    def __init__(self, data: Path, nets: Mapping[str, FrozenNet]) -> None:
        self.pairs = {name: {pair.name: pair for pair in find_pairs(data / name, "val")} for name in SETS}
        self.nets = nets
        self._features: dict[tuple[str, str, str], Features] = {}

    def image(self, data_set: str, photo: str) -> np.ndarray:
        with Image.open(self.pairs[data_set][photo].image) as file:
            return np.asarray(file.convert("RGB"))

    def truth(self, data_set: str, photo: str) -> np.ndarray:
        """Labels without the classes that are too small."""
        with Image.open(self.pairs[data_set][photo].labels) as file:
            labels = np.asarray(file)
        count = np.bincount(labels.ravel(), minlength=256)
        kept = count >= SMALLEST * labels.size
        return np.where(kept[labels], labels, IGNORE).astype(np.uint8)

    def features(self, data_set: str, photo: str, net: str) -> Features:
        key = data_set, photo, net
        if key not in self._features:
            self._features[key] = photo_features(self.image(data_set, photo), self.nets[net])
        return self._features[key]

    def tasks(self, count: int, seed: int = 0) -> list[Task]:
        """So many photos of each set, evenly over the list of those with two classes, each with its others."""
        rng, tasks = np.random.default_rng(seed), []
        for data_set, pairs in self.pairs.items():
            classes = {name: set(np.unique(self.truth(data_set, name))) - {IGNORE} for name in pairs}
            names = [name for name, there in classes.items() if len(there) >= 2]
            for index in np.linspace(0, len(names) - 1, min(count, len(names))).astype(int):
                photo = names[index]
                shared = [name for name in names if name != photo and len(classes[name] & classes[photo]) >= 2]
                others = rng.permutation(shared)[:OTHERS]
                tasks.append(Task(data_set, photo, tuple(str(name) for name in others)))
        return tasks


def mean_iou(truth: np.ndarray, labels: np.ndarray) -> float:
    """Mean IoU over the classes that are in the truth."""
    iou = iou_per_class(confusion_matrix(truth, labels, NUM_CLASSES))
    return float(np.mean(iou[np.setdiff1d(truth, [IGNORE])]))


def scores(
    photos: Photos, task: Task, seed: int, net: str, layers: tuple[int, ...], shares: Mapping[int, float]
) -> tuple[float, list[float]]:
    """Mean IoU of one head on its own photo, and on each of the others."""
    truth = photos.truth(task.data_set, task.photo)
    strokes = simulated_strokes(truth, seed)
    features = photos.features(task.data_set, task.photo, net)
    head = teach([(features, strokes)], layers, shares, seed=seed)
    own = mean_iou(_known(scribbles.unseen(truth, strokes), head.classes), segment(features, head).labels)
    others = []
    for name in task.others:
        known = _known(photos.truth(task.data_set, name), head.classes)
        if (known != IGNORE).any():
            others.append(mean_iou(known, segment(photos.features(task.data_set, name, net), head).labels))
    return own, others


def crf_score(photos: Photos, task: Task, seed: int, shares: Mapping[int, float]) -> float:
    """Mean IoU of four layers on their own photo, after the fully connected CRF with its default parameters."""
    truth, image = photos.truth(task.data_set, task.photo), photos.image(task.data_set, task.photo)
    strokes = simulated_strokes(truth, seed)
    features = photos.features(task.data_set, task.photo, "ImageNet")
    head = teach([(features, strokes)], FOUR, shares, seed=seed)
    after = mean_field(segment(features, head).probabilities, image)
    return mean_iou(_known(scribbles.unseen(truth, strokes), head.classes), head.classes[after.argmax(0)])


def texton_score(photos: Photos, task: Task, seed: int) -> float:
    """Mean IoU of the texton model on the same strokes; its words are this photo's, so it is taken to no other."""
    truth = photos.truth(task.data_set, task.photo)
    strokes = simulated_strokes(truth, seed)
    names = tuple(map(str, range(NUM_CLASSES)))
    label_set = LabelSet("numbers", "Numbers", names, tuple((k, k, k) for k in range(NUM_CLASSES)))
    words = scribbles.read_photo(photos.image(task.data_set, task.photo))
    model = scribbles.learn(words.cells, strokes, label_set, TEXTON_KINDS, TEXTON_RADIUS, seed)
    small = label_cells(model, words.cells, [TEXTON_RADIUS], scribbles.CELL, words.texton_map.shape, "linear")
    labels = enlarge(small, truth.shape)
    return mean_iou(_known(scribbles.unseen(truth, strokes), model.classes), labels)


def _known(truth: np.ndarray, classes: np.ndarray) -> np.ndarray:
    return np.where(np.isin(truth, classes), truth, IGNORE).astype(np.uint8)


def row(results: list[tuple[str, int, float, list[float]]]) -> dict:
    """Figures in per cent from (data set, seed, own, others): sets count alike, then the spread over seeds."""

    def mean(seed: int | None, which: str) -> dict[str, float]:
        by_set: dict[str, list[float]] = {}
        for data_set, of_seed, own, others in results:
            if seed in (None, of_seed):
                by_set.setdefault(data_set, []).extend([own] if which == "own" else others)
        return {name: float(np.mean(values)) for name, values in by_set.items() if values}

    seeds, figures = sorted({seed for _, seed, _, _ in results}), {}
    for which in ("own", "others"):
        by_set = mean(None, which)
        if by_set:
            figures[which] = {
                "mean_iou": _percent(np.mean(list(by_set.values()))),
                "seeds": [_percent(np.mean(list(mean(seed, which).values()))) for seed in seeds if mean(seed, which)],
                "sets": {name: _percent(value) for name, value in by_set.items()},
            }
    return figures


def _percent(share: float) -> float:
    return round(100 * float(share), 1)


def choose(photos: Photos, tasks: list[Task], net: str) -> list[dict]:
    """Each of `CHOICES` on some photos, the best first: by the mean of own and other photos, with colour and not."""
    choices = []
    for shares in CHOICES:
        by_layer = dict(zip(LAYERS, shares, strict=True))
        choice: dict = {"shares": list(shares)}
        for name, layers in (("four layers", FOUR), ("four layers and colour", LAYERS)):
            figures = row([(task.data_set, 0, *scores(photos, task, 0, net, layers, by_layer)) for task in tasks])
            choice[name] = [figures[which]["mean_iou"] for which in ("own", "others")]
        choice["mean"] = round(float(np.mean(choice["four layers"] + choice["four layers and colour"])), 2)
        choices.append(choice)
        print(net, choice, flush=True)
    return sorted(choices, key=lambda choice: -choice["mean"])


def measure(
    photos: Photos, tasks: list[Task], seeds: range, shares: Mapping[str, Mapping[int, float]]
) -> Iterator[tuple[str, dict]]:
    """Each method's name and figures, with the shares ``{net: {stride: share}}``."""
    runs = [(task, seed) for task in tasks for seed in seeds]
    for name, (net, layers) in METHODS.items():
        yield name, row([(t.data_set, seed, *scores(photos, t, seed, net, layers, shares[net])) for t, seed in runs])
    yield CRF, row([(t.data_set, seed, crf_score(photos, t, seed, shares["ImageNet"]), []) for t, seed in runs])
    yield TEXTONS, row([(t.data_set, seed, texton_score(photos, t, seed), []) for t, seed in runs])


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.teach.measure", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--photos", type=int, default=24, help="of each data set; half of them are reported")
    parser.add_argument("--seeds", type=int, default=3, help="sets of strokes on each photo")
    parser.add_argument("--out", type=Path, default=RESULTS)
    args = parser.parse_args(argv)
    nets = {net.name: net for net in (imagenet_net(), random_net(map(load_photo, PHOTOS)))}
    photos = Photos(args.data, nets)
    tasks = photos.tasks(args.photos)
    choices = {net: choose(photos, tasks[::2], net) for net in nets}
    shares = {
        net: dict(zip(LAYERS, sorted_choices[0]["shares"], strict=True)) for net, sorted_choices in choices.items()
    }
    if shares["ImageNet"] != SHARES:
        print(f"note: SHARES in seglib.teach.heads are {SHARES}", file=sys.stderr)
    rows = {}
    for name, figures in measure(photos, tasks[1::2], range(args.seeds), shares):
        rows[name] = figures
        print(f"{name:28}", json.dumps(figures), flush=True)
    report = {
        "command": f"python -m seglib.teach.measure --data DATA --photos {args.photos} --seeds {args.seeds}",
        "photos": {name: sum(task.data_set == name for task in tasks[1::2]) for name in SETS},
        "seeds": args.seeds,
        "choices": choices,
        "shares": shares,
        "rows": rows,
    }
    args.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
