"""What each kind of words adds, and which classifier to keep: ``python -m benchmarks.texture --data DATA``.

All rows learn from the same windows of the training photos and are scored on the same windows of the validation photos,
one pixel each. ``--out`` writes the figures that the page before convnets shows.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.kernel_approximation import AdditiveChi2Sampler
from sklearn.linear_model import SGDClassifier

from benchmarks import publish
from seglib.before_convnets.classifier import PLACES, fit
from seglib.datasets import find_pairs, read_as
from seglib.labels import LABEL_SETS
from seglib.metrics import confusion_matrix
from seglib.training.evaluate import summary
from seglib.training.held_out import VALIDATION
from seglib.training.train_texture import Recipe, learn_words, read_shrunk, sample_windows

# Rows of the table: which blocks of the histograms are used. Windows are the patch (0) and its surroundings (1).
WORDS = {
    "textons": [("texture", 0)],
    "colours": [("colour", 0)],
    "places": [("place", 0)],
    "textons and colours": [("texture", 0), ("colour", 0)],
    "textons, colours, places": [("texture", 0), ("colour", 0), ("place", 0)],
    "all three, and the surroundings": [(kind, window) for kind in ("texture", "colour", "place") for window in (0, 1)],
}


def blocks(words: dict[str, np.ndarray], recipe: Recipe) -> dict[tuple[str, int], slice]:
    """Where each kind of words in each window lies in a histogram."""
    places, start = {}, 0
    for kind in recipe.kinds:
        count = PLACES * PLACES if kind == "place" else len(words[kind])
        for window in range(len(recipe.windows)):
            places[kind, window] = slice(start, start + count)
            start += count
    return places


def score(predicted: np.ndarray, truth: np.ndarray, num_classes: int, seconds: float) -> dict:
    cm = confusion_matrix(truth[None].astype(int), predicted[None].astype(int), num_classes)
    figures = summary(cm, tuple(map(str, range(num_classes))), 0)
    kept = {key: figures[key] for key in ("pixel_accuracy", "class_accuracy", "mean_iou")}
    return kept | {"seconds": round(seconds, 1)}


def classifiers(seed: int) -> dict:
    """Classifiers of scikit-learn that the kept one is compared with; each takes histograms."""
    chi_square = AdditiveChi2Sampler(sample_steps=2)
    linear = SGDClassifier(loss="log_loss", alpha=1e-5, average=True, max_iter=10, tol=None, random_state=seed)
    boosting = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=15, random_state=seed, early_stopping=False)
    return {
        "linear on the additive chi-square map": (lambda x: chi_square.fit_transform(x).astype(np.float32), linear),
        "histogram gradient boosting": (lambda x: x, boosting),
    }


def run(labels: str, data: Path, recipe: Recipe, boosting_windows: int) -> dict:
    """All rows."""
    label_set, name = LABEL_SETS[labels], VALIDATION[labels][0]
    reading = read_as(name, label_set)
    rng = np.random.default_rng(recipe.seed)
    photos = {"train": find_pairs(data / name, "train"), "val": find_pairs(data / name, "val")}
    photos["train"] = [photos["train"][i] for i in rng.permutation(len(photos["train"]))[: recipe.photos]]
    words = learn_words({name: photos["train"]}, labels, recipe)
    found = {
        split: sample_windows(
            read_shrunk(pairs, reading, recipe.side), words, recipe, recipe.patches // len(photos["train"]), rng
        )
        for split, pairs in photos.items()
    }
    found = {split: (x[y < len(label_set)], y[y < len(label_set)]) for split, (x, y) in found.items()}
    (learn_from, classes), (score_on, truth) = found["train"], found["val"]
    at, rows = blocks(words, recipe), {}
    for title, chosen in WORDS.items():
        columns = np.concatenate([np.arange(at[block].start, at[block].stop) for block in chosen])
        started = time.process_time()
        model = fit(learn_from[:, columns], classes, seed=recipe.seed)
        predicted = model.classes[model.scores(score_on[:, columns], "linear").argmax(1)]
        rows[title] = score(predicted, truth, len(label_set), time.process_time() - started)
        print(title, rows[title], flush=True)
    predicted = model.classes[model.scores(score_on, "nearest").argmax(1)]
    rows["all, nearest neighbour by chi-square"] = score(predicted, truth, len(label_set), 0.0)
    few = rng.permutation(len(classes))[:boosting_windows]
    for title, (mapped, classifier) in classifiers(recipe.seed).items():
        started = time.process_time()
        kept = few if "boosting" in title else slice(None)
        classifier.fit(mapped(learn_from[kept]), classes[kept])
        predicted = classifier.predict(mapped(score_on))
        rows[f"all, {title}"] = score(predicted, truth, len(label_set), time.process_time() - started)
        print(title, rows[f"all, {title}"], flush=True)
    return {"labels": labels, "learnt_from": len(classes), "windows": len(truth), "rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.texture", description=__doc__.splitlines()[0])
    parser.add_argument("--labels", choices=LABEL_SETS, default="everyday")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--photos", type=int, default=160)
    parser.add_argument("--patches", type=int, default=24_000)
    parser.add_argument("--boosting-windows", type=int, default=6000, help="boosting takes minutes for more")
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    recipe = replace(Recipe(), photos=args.photos, patches=args.patches, word_photos=args.photos)
    publish(run(args.labels, args.data, recipe, args.boosting_windows), args.out)


if __name__ == "__main__":
    main()
