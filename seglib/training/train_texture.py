"""Learn the texture model from labelled photos: ``python -m seglib.training.train_texture --help``.

Two passes over the photos that the nets learn from: one for the words, one for histograms of windows at random places.
Where a data set leaves several classes open ("vegetation"), a classifier learnt from the rest chooses the likeliest of
them, and then all are learnt from together (hard expectation maximisation).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from seglib.before_convnets import textons
from seglib.before_convnets.classifier import (
    KINDS,
    TextureModel,
    WindowClassifier,
    count_words,
    describe,
    features,
    fit,
    radius_of,
    shrink,
)
from seglib.before_convnets.weights import load_texture, save_texture, texture_path
from seglib.datasets import Targets, find_pairs, read_as, read_pairs
from seglib.labels import IGNORE, LABEL_SETS
from seglib.training.held_out import VALIDATION, score_held_out
from seglib.training.views import MIXTURE

Example = tuple[np.ndarray, np.ndarray]  # photo (H, W, 3) and its targets (H, W)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome besides the data."""

    side: int = 320  # pixels, longest side: that of MSRC's photos
    cell: int = 4  # pixels
    windows: tuple[int, ...] = (28, 84)  # pixels: the patch itself, and its surroundings
    kinds: tuple[str, ...] = KINDS
    textons: int = 128
    colours: int = 64
    photos: int = 600  # at most, in the shares of the nets' mixture
    word_photos: int = 150  # of them, to learn the words from
    word_pixels: int = 300  # of each
    patches: int = 60_000  # windows to learn from
    examples: int = 24  # of each class, for the nearest neighbour
    seed: int = 0


def choose_photos(data: Path, label_set_name: str, recipe: Recipe) -> dict[str, list]:
    """Training photos of each data set of the nets' mixture, in its shares where there are enough."""
    rng = np.random.default_rng(recipe.seed)
    chosen = {}
    for name, share in MIXTURE[label_set_name].items():
        pairs = find_pairs(data / name, "train")
        count = max(1, min(len(pairs), round(share * recipe.photos)))
        chosen[name] = [pairs[i] for i in sorted(rng.permutation(len(pairs))[:count])]
    return chosen


def read_shrunk(pairs: Sequence, reading: Targets, side: int) -> Iterator[Example]:
    """Photos and their targets, shrunk to a longest side."""
    for image, target in read_pairs(list(pairs), reading):
        small = shrink(image, side)
        rows, cols = ((np.arange(n) + 0.5) * full / n for n, full in zip(small.shape[:2], target.shape, strict=True))
        yield small, target[rows.astype(int)][:, cols.astype(int)]


def learn_words(photos: dict[str, list], label_set_name: str, recipe: Recipe) -> dict[str, np.ndarray]:
    """Textons and colours of photos from all data sets."""
    rng = np.random.default_rng(recipe.seed)
    counts = {"texture": recipe.textons, "colour": recipe.colours}
    counts = {kind: count for kind, count in counts.items() if kind in recipe.kinds}
    samples: dict[str, list] = {kind: [] for kind in counts}
    for name, pairs in photos.items():
        few = pairs[:: max(1, round(sum(map(len, photos.values())) / recipe.word_photos))]
        for image, _ in read_shrunk(few, read_as(name, LABEL_SETS[label_set_name]), recipe.side):
            for kind, kept in samples.items():
                answers = describe(image, kind).reshape(image.shape[0] * image.shape[1], -1)
                kept.append(answers[rng.integers(len(answers), size=recipe.word_pixels)])
    return {
        kind: textons.learn_words(np.concatenate(samples[kind]), count, recipe.seed) for kind, count in counts.items()
    }


def sample_windows(
    examples: Iterator[Example], words: dict[str, np.ndarray], recipe: Recipe, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Histograms ``(N, F)`` and targets ``(N,)`` of ``count`` windows of each photo; void ones are left out."""
    radii = [radius_of(window, recipe.cell) for window in recipe.windows]
    histograms, targets = [], []
    for image, target in examples:
        cells = count_words(image, words, recipe.kinds, recipe.cell)
        grid = next(iter(cells.values())).shape[:2]
        middle = [
            np.minimum(np.arange(n) * recipe.cell + recipe.cell // 2, most - 1)
            for n, most in zip(grid, target.shape, strict=True)
        ]
        centres = target[middle[0]][:, middle[1]].ravel()
        labelled = np.flatnonzero(centres != IGNORE)
        kept = rng.permutation(labelled)[:count]
        histograms.append(features(cells, radii).reshape(centres.size, -1)[kept])
        targets.append(centres[kept])
    return np.concatenate(histograms), np.concatenate(targets)


def fit_partial(histograms: np.ndarray, targets: np.ndarray, members: np.ndarray, recipe: Recipe) -> WindowClassifier:
    """Learn from targets of which some allow several classes: the likeliest of them, once there is a classifier."""
    num_classes = members.shape[1]
    sure = targets < num_classes
    first = fit(histograms[sure], targets[sure], examples=recipe.examples, seed=recipe.seed)
    if sure.all():
        return first
    scores = np.full((np.count_nonzero(~sure), num_classes), -np.inf, np.float32)
    scores[:, first.classes] = first.scores(histograms[~sure], "linear")
    scores[~members[targets[~sure]]] = -np.inf
    known = np.isfinite(scores).any(1)  # else none of its classes has been seen
    chosen = np.flatnonzero(~sure)[known]
    classes = targets.copy()
    classes[chosen] = scores[known].argmax(1)
    kept = np.concatenate([np.flatnonzero(sure), chosen])
    return fit(histograms[kept], classes[kept], examples=recipe.examples, seed=recipe.seed)


def train(label_set_name: str, data: Path, out: Path, recipe: Recipe) -> dict:
    """Learn the model, score it on the validation photos, write it to ``out``; returns its figures."""
    started = time.process_time()
    photos = choose_photos(data, label_set_name, recipe)
    words = learn_words(photos, label_set_name, recipe)
    rng = np.random.default_rng(recipe.seed)
    parts = []
    bar = tqdm(total=sum(map(len, photos.values())), unit="photo", disable=None)
    for name, pairs in photos.items():
        reading = read_as(name, LABEL_SETS[label_set_name])
        count = round(MIXTURE[label_set_name][name] * recipe.patches / len(pairs))
        examples = read_shrunk(pairs, reading, recipe.side)
        parts.append(sample_windows(_counted(examples, bar), words, recipe, count, rng))
    bar.close()
    histograms, targets = (np.concatenate(part) for part in zip(*parts, strict=True))
    model = TextureModel(
        label_set=LABEL_SETS[label_set_name],
        words=words,
        classifier=fit_partial(histograms, targets, reading.members, recipe),
        kinds=recipe.kinds,
        radii=tuple(radius_of(window, recipe.cell) for window in recipe.windows),
        cell=recipe.cell,
        side=recipe.side,
    )
    seconds = time.process_time() - started
    card = {
        "data": {"train": MIXTURE[label_set_name], "validation": " + ".join(VALIDATION[label_set_name])},
        "photos": {name: len(pairs) for name, pairs in photos.items()},
        "windows": len(targets),
        "recipe": asdict(recipe),
        "minutes": round(seconds / 60, 1),
    }
    save_texture(out, model, card)
    photos = {name: find_pairs(data / name, "val") for name in VALIDATION[label_set_name]}
    # What is scored is what was saved, in half precision.
    figures = score_held_out(load_texture(label_set_name, out), photos, label_set_name)
    save_texture(out, model, card | {"figures": figures})
    return figures


def _counted(examples: Iterator[Example], bar: tqdm) -> Iterator[Example]:
    for example in examples:
        yield example
        bar.update()


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m seglib.training.train_texture", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--labels", choices=LABEL_SETS, default="everyday")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--out", type=Path, help="weights file to write, .safetensors; default: the shipped one")
    for key, default in asdict(Recipe()).items():
        if isinstance(default, int):
            parser.add_argument(f"--{key.replace('_', '-')}", type=int, default=default)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="words to count")
    parser.add_argument("--windows", nargs="+", type=int, default=list(Recipe().windows), help="pixels")
    args = parser.parse_args(argv)
    try:
        recipe = Recipe(**{k: tuple(v) if isinstance(v := getattr(args, k), list) else v for k in asdict(Recipe())})
        figures = train(args.labels, args.data, args.out or texture_path(args.labels), recipe)
    except ValueError as error:
        sys.exit(f"train_texture: {error}")
    print({key: value for key, value in figures.items() if key != "iou"})


if __name__ == "__main__":
    main()
