"""What does this unit find? Units against human classes: ``python -m seglib.inside.dissection --data DIR``.

A unit's map, cut at a threshold, is a mask. Its IoU with the pixels that people labelled as one class says how well
the unit finds that class. Among thousands of masks some fit by luck, so the unit, its sign and its threshold are
chosen on every second photo and scored on the others; both figures are kept, for their distance is the luck. Beside
them stand the same figures of a net with random weights.

Source: Bau, Zhou, Khosla, Oliva & Torralba, "Network dissection", CVPR 2017, section 2. Departures: there one
threshold, the strongest 0.5 % of places, and no second half of the photos; places are compared at every `STEP`-th
pixel here.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from tqdm import tqdm

from seglib.assets import read_json
from seglib.datasets import Pair, find_pairs
from seglib.inside.files import UNITS
from seglib.models.imagenet import load_imagenet
from seglib.models.lite0 import CHANNELS, Lite0Classifier
from seglib.models.prediction import to_input
from seglib.training.evaluate import half

SHARES = (0.01, 0.04, 0.12)  # of the places that a mask keeps, the strongest ones
SIGNS = (1, -1)  # the bottleneck's features are not rectified: a unit may also stand for what it is most against
STEP = 8  # pixels between two places that are compared
SAMPLES = 256  # places of each photo that thresholds are read from
MIN_PHOTOS = 3  # in each half that show a class, or the class is left out
MIN_PLACES = 8  # of a class in a photo that shows it
HEAD = "head"  # the 1280 units before the classifier
STAGES = (*(str(stride) for stride in CHANNELS), HEAD)

CLASSES = {  # in index order; None: no class to be found
    "msrc": (
        "building", "grass", "tree", "cow", None, "sheep", "sky", None, "aeroplane", "water", "face", "car", "bicycle",
        "flower", "sign", "bird", "book", "chair", "road", "cat", "dog", "body", "boat",
    ),
    "voc": (
        None, "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable",
        "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
    ),
    "nyu": (
        "wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf", "picture",
        "counter", "blinds", "desk", "shelves", "curtain", "dresser", "pillow", "mirror", "floor mat", "clothes",
        "ceiling", "books", "refridgerator", "television", "paper", "towel", "shower curtain", "box", "whiteboard",
        "person", "night stand", "toilet", "sink", "lamp", "bathtub", "bag", None, None, None,
    ),
}  # fmt: skip


@torch.no_grad()
def activations(classifier: Lite0Classifier, image: np.ndarray) -> dict[str, np.ndarray]:
    """Every unit's value at every `STEP`-th pixel, ``{stage: (units, places)}`` float32; coarse grids interpolated."""
    trunk = classifier.trunk(to_input(torch.from_numpy(image.copy())[None]))
    maps = {str(stride): features for stride, features in trunk.items()}
    maps[HEAD] = classifier.head(trunk[max(CHANNELS)])  # before ReLU6, whose ceiling makes ties
    rows, cols = (np.arange(0, n, STEP) for n in image.shape[:2])
    by_stage = {}
    for stage, features in maps.items():
        stride = max(CHANNELS) if stage == HEAD else int(stage)
        if stride <= STEP:
            values = features[0][:, rows // stride][:, :, cols // stride]
        else:
            whole = tuple((n - 1) * stride // STEP + 1 for n in features.shape[-2:])
            finer = F.interpolate(features, size=whole, mode="bilinear", align_corners=True)[0]
            # Beyond the last unit there is none to interpolate with: the last one goes on.
            values = finer[:, np.minimum(rows // STEP, whole[0] - 1)][:, :, np.minimum(cols // STEP, whole[1] - 1)]
        by_stage[stage] = values.flatten(1).numpy()
    return by_stage


@dataclass(frozen=True)
class Overlaps:
    """Places counted over photos: of each mask, of each class, of both."""

    masks: np.ndarray  # (U, M) int64, M = len(SIGNS) * len(SHARES)
    classes: np.ndarray  # (K,)
    both: np.ndarray  # (U, M, K)

    def __add__(self, other: Overlaps) -> Overlaps:
        return Overlaps(self.masks + other.masks, self.classes + other.classes, self.both + other.both)

    def iou(self) -> np.ndarray:
        """IoU of every mask with every class, ``(U, M, K)``; 0 where both are empty."""
        union = self.masks[..., None] + self.classes - self.both
        return self.both / np.maximum(union, 1)


def thresholds(samples: np.ndarray) -> np.ndarray:
    """Where to cut each unit, ``(U, M)``, from its values at some places ``(U, S)``.

    For a sign of -1 the cut is of the negated values, so that a mask always keeps the largest.
    """
    return np.stack([np.quantile(sign * samples, 1 - share, axis=1) for sign in SIGNS for share in SHARES], 1)


def overlaps(values: np.ndarray, labels: np.ndarray, cuts: np.ndarray, num_classes: int) -> Overlaps:
    """Masks against classes on one photo: ``values (U, S)``, ``labels (S,)``; places with other labels are left out."""
    known = labels < num_classes
    values, labels = values[:, known], labels[known]
    signs = np.repeat(SIGNS, len(SHARES))
    masks = signs[None, :, None] * values[:, None] > cuts[..., None]  # (U, M, S)
    one_hot = np.eye(num_classes, dtype=np.float32)[labels]
    both = masks.astype(np.float32).reshape(-1, len(labels)) @ one_hot
    counts = np.bincount(labels, minlength=num_classes)
    return Overlaps(masks.sum(2), counts, np.rint(both).astype(np.int64).reshape(*cuts.shape, num_classes))


def read_photo(pair: Pair) -> tuple[np.ndarray, np.ndarray]:
    """A photo, and its labels at the places that are compared, ``(S,)``."""
    with Image.open(pair.image) as file:
        image = np.asarray(file.convert("RGB"))
    with Image.open(pair.labels) as file:
        labels = np.asarray(file)
    if labels.shape != image.shape[:2]:
        raise ValueError(f"{pair.labels.name} is {labels.shape}, its photo {image.shape[:2]}: they must match")
    return image, labels[::STEP, ::STEP].ravel()


def _photos(classifier: Lite0Classifier, pairs: list[Pair], title: str) -> Iterator[tuple[dict, np.ndarray]]:
    for pair in tqdm(pairs, unit="photo", desc=title, disable=None):
        image, labels = read_photo(pair)
        yield activations(classifier, image), labels


def random_classifier(pairs: list[Pair], seed: int = 0) -> Lite0Classifier:
    """Untrained weights, with norms that were measured on photos, so that what comes out is not nothing."""
    torch.manual_seed(seed)
    model = Lite0Classifier()
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = None  # a plain mean over the photos
    with torch.no_grad():
        for pair in pairs[:16]:
            model(to_input(torch.from_numpy(read_photo(pair)[0].copy())[None]))
    return model.eval()


def dissect(
    classifier: Lite0Classifier, chosen_on: list[Pair], scored_on: list[Pair], num_classes: int, title: str = ""
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    """IoU of every mask with every class on both halves, ``{stage: (U, M, K)}``; photos that show a class, ``(2, K)``.

    Thresholds are part of the choice, and come from the first half alone.
    """
    rng = np.random.default_rng(0)
    samples: dict[str, list] = {stage: [] for stage in STAGES}
    for values, labels in _photos(classifier, chosen_on, f"{title}, thresholds"):
        some = rng.choice(len(labels), min(SAMPLES, len(labels)), replace=False)
        for stage in STAGES:
            samples[stage].append(values[stage][:, some])
    cuts = {stage: thresholds(np.concatenate(parts, 1)) for stage, parts in samples.items()}
    tables, shows = [], np.zeros((2, num_classes), int)
    for number, pairs in enumerate((chosen_on, scored_on)):
        total: dict[str, Overlaps] = {}
        for values, labels in _photos(classifier, pairs, f"{title}, half {number + 1}"):
            shows[number] += np.bincount(labels, minlength=256)[:num_classes] >= MIN_PLACES
            for stage in STAGES:
                counted = overlaps(values[stage], labels, cuts[stage], num_classes)
                total[stage] = total[stage] + counted if stage in total else counted
        tables.append({stage: counted.iou() for stage, counted in total.items()})
    return tables[0], tables[1], shows


def best_masks(chosen: np.ndarray, scored: np.ndarray, k: int) -> dict:
    """The mask that fits class ``k`` best where it is chosen, and what it is worth elsewhere."""
    unit, mask = np.unravel_index(chosen[..., k].argmax(), chosen.shape[:2])
    sign, share = divmod(int(mask), len(SHARES))
    return {
        "unit": int(unit),
        "sign": SIGNS[sign],
        "share": SHARES[share],
        "chosen": round(float(chosen[unit, mask, k]), 4),
        "scored": round(float(scored[unit, mask, k]), 4),
    }


def best_classes(chosen: np.ndarray, scored: np.ndarray, usable: np.ndarray) -> list[list]:
    """For every unit its best class: index, sign, share, IoU where it was chosen, IoU on the other photos."""
    rows = []
    for unit in range(len(chosen)):
        allowed = np.where(usable, chosen[unit], -1)
        mask, k = np.unravel_index(allowed.argmax(), allowed.shape)
        sign, share = divmod(int(mask), len(SHARES))
        iou = (round(float(table[unit, mask, k]), 3) for table in (chosen, scored))
        rows.append([int(k), SIGNS[sign], SHARES[share], *iou])
    return rows


def report_set(name: str, data: Path, classifier: Lite0Classifier) -> dict:
    """All figures of one data set's validation photos."""
    names = CLASSES[name]
    pairs = find_pairs(data / name, "val")
    odd, even = half(pairs, "odd"), half(pairs, "even")
    nets = {"imagenet": classifier, "random": random_classifier(odd)}
    report: dict = {"photos": [len(odd), len(even)], "classes": list(names), "stages": {}}
    for net, model in nets.items():
        chosen, scored, shows = dissect(model, odd, even, len(names), f"{name}, {net}")
        usable = np.array([n is not None for n in names]) & (shows >= MIN_PHOTOS).all(0)
        report["shows"] = shows.tolist()
        for stage in STAGES:
            best = {names[k]: best_masks(chosen[stage], scored[stage], k) for k in np.flatnonzero(usable)}
            entry = {side: round(float(np.mean([b[side] for b in best.values()])), 4) for side in ("chosen", "scored")}
            entry |= {"units": len(chosen[stage]), "best": best}
            if net == "imagenet":
                entry["unit_classes"] = best_classes(chosen[stage], scored[stage], usable)
            report["stages"].setdefault(stage, {})[net] = entry
    return report


def read_dissection(path: Path = UNITS) -> Mapping | None:
    """What the command measured last; None without a file."""
    return read_json(path) if path.is_file() else None


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.inside.dissection", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--sets", nargs="+", choices=CLASSES, default=list(CLASSES))
    parser.add_argument("--out", type=Path, default=UNITS)
    args = parser.parse_args(argv)
    classifier, start = load_imagenet(), time.process_time()
    try:
        sets = {name: report_set(name, args.data, classifier) for name in args.sets}
    except ValueError as error:
        sys.exit(f"dissection: {error}")
    report = {"net": "imagenet", "step": STEP, "shares": SHARES, "min_photos": MIN_PHOTOS, "sets": sets}
    args.out.write_text(json.dumps(report | {"cpu_seconds": round(time.process_time() - start)}) + "\n")


if __name__ == "__main__":
    main()
