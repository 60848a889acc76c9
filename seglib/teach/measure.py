"""How well do strokes teach? ``python -m seglib.teach.measure --data DATA`` measures it on MSRC, VOC and NYU photos.

Strokes are simulated (`seglib.teach.strokes.simulated_strokes`), three a class, classes below 2 % of a photo left out.
A head taught on one photo is scored on that photo's other pixels, and, unchanged, on two more photos with two of its
classes at least, there on the pixels of the classes it knows. Scores are mean IoU over the classes that are there, on
the same 2000 random pixels for all methods: features between units are interpolated, so these are the scores that the
whole map has there.

The layers' shares are chosen among `CHOICES`, for each net its own, by cross-validation: photos take turns, those of
one half are reported with the shares that were best on the other half. The app takes the best on both. Labels are the
data sets' own, VOC's "background" among them: whatever it has no class for.

``--only ROW ...`` measures single rows anew and leaves the others of the file as they are.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from seglib.before_convnets import scribbles
from seglib.before_convnets.classifier import enlarge, label_cells
from seglib.crf.mean_field import mean_field
from seglib.labels import IGNORE, LabelSet
from seglib.metrics import confusion_matrix, iou_per_class
from seglib.photos import PHOTOS, load_photo
from seglib.teach.answer import segment
from seglib.teach.features import LAYERS
from seglib.teach.heads import SHARES, Head, fit
from seglib.teach.measure_photos import SETS, Photos, Task
from seglib.teach.nets import imagenet_net, photo_features, random_net
from seglib.teach.results import CRF, FOUR, METHODS, RESULTS, TEXTON_KINDS, TEXTON_RADIUS, TEXTONS

NUM_CLASSES = 64  # more than any of the sets has
CHOICES = (  # shares of the layers, in the order of `LAYERS`
    (1, 1, 1, 1, 1),
    (1, 1.5, 0.5, 1, 0.5),
    (0.7, 1.5, 0.5, 0.7, 0.5),
)

Shares = Mapping[int, float]
Result = tuple[Task, int, float, list[float]]  # task, seed, mean IoU on its own photo, on each of the others


def mean_iou(truth: np.ndarray, labels: np.ndarray, classes: np.ndarray) -> float | None:
    """Mean IoU over those of the classes that are in the truth; None if none is. Other truth is left out."""
    known = np.where(np.isin(truth, classes), truth, IGNORE).reshape(1, -1)
    there = np.setdiff1d(known, [IGNORE])
    if not len(there):
        return None
    return float(np.mean(iou_per_class(confusion_matrix(known, labels.reshape(1, -1), NUM_CLASSES))[there]))


def truth_at(photos: Photos, data_set: str, photo: str) -> np.ndarray:
    """Labels of the scored pixels, ``(P,)``."""
    return photos.truth(data_set, photo)[tuple(photos.pixels(data_set, photo).T)]


def unpainted(photos: Photos, task: Task, seed: int) -> np.ndarray:
    """The same of the task's own photo, `IGNORE` where strokes told the class."""
    strokes = photos.strokes(task.data_set, task.photo, seed)[tuple(photos.pixels(task.data_set, task.photo).T)]
    return np.where(strokes == IGNORE, truth_at(photos, task.data_set, task.photo), IGNORE)


def labels_under(head: Head, under: Mapping[int, np.ndarray]) -> np.ndarray:
    """Classes ``(P,)`` from features ``{stride: (P, C)}``."""
    scores = head.bias + sum(under[stride] @ weight.T for stride, weight in head.weight.items())
    return head.classes[scores.argmax(1)]


def scores(photos: Photos, task: Task, seed: int, net: str, layers: Sequence[int], shares: Shares) -> Result:
    """What a head of the strokes of this seed reaches on its own photo and on the others."""
    under, examples = photos.looked(task.data_set, task.photo, net)
    x, targets = examples[seed]
    head = fit({stride: x[stride] for stride in layers}, targets, shares)
    own = mean_iou(unpainted(photos, task, seed), labels_under(head, under), head.classes)
    others = [
        mean_iou(
            truth_at(photos, task.data_set, name),
            labels_under(head, photos.looked(task.data_set, name, net)[0]),
            head.classes,
        )
        for name in task.others
    ]
    return task, seed, own, [other for other in others if other is not None]


def crf_score(photos: Photos, task: Task, seed: int, shares: Shares) -> Result:
    """Four layers on their own photo, after the fully connected CRF with its default parameters."""
    image = photos.image(task.data_set, task.photo)
    x, targets = photos.looked(task.data_set, task.photo, "ImageNet")[1][seed]
    head = fit({stride: x[stride] for stride in FOUR}, targets, shares)
    after = mean_field(segment(photo_features(image, photos.nets["ImageNet"]), head).probabilities, image)
    labels = head.classes[after.argmax(0)][tuple(photos.pixels(task.data_set, task.photo).T)]
    return task, seed, mean_iou(unpainted(photos, task, seed), labels, head.classes), []


def texton_scores(photos: Photos, task: Task) -> list[Result]:
    """The texton model on the same strokes; its words are this photo's, so it is taken to no other."""
    names = tuple(map(str, range(NUM_CLASSES)))
    label_set = LabelSet("numbers", "Numbers", names, tuple((k, k, k) for k in range(NUM_CLASSES)))
    words, results = scribbles.read_photo(photos.image(task.data_set, task.photo)), []
    for seed in range(photos.seeds):
        strokes = photos.strokes(task.data_set, task.photo, seed)
        model = scribbles.learn(words.cells, strokes, label_set, TEXTON_KINDS, TEXTON_RADIUS, seed)
        small = label_cells(model, words.cells, [TEXTON_RADIUS], scribbles.CELL, words.texton_map.shape, "linear")
        labels = enlarge(small, strokes.shape)[tuple(photos.pixels(task.data_set, task.photo).T)]
        results.append((task, seed, mean_iou(unpainted(photos, task, seed), labels, model.classes), []))
    return results


def row(results: Sequence[Result]) -> dict:
    """Figures in per cent of results: sets count alike, then the spread over seeds."""

    def mean(seed: int | None, which: str) -> dict[str, float]:
        by_set: dict[str, list[float]] = {}
        for task, of_seed, own, others in results:
            if seed in (None, of_seed):
                by_set.setdefault(task.data_set, []).extend([own] if which == "own" else others)
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


class Measurement:
    """All results, each computed once."""

    def __init__(self, photos: Photos, tasks: Sequence[Task]) -> None:
        self.photos, self.tasks = photos, tasks
        self.results = cache(self._results)

    def _results(self, net: str, layers: tuple[int, ...], choice: tuple[float, ...]) -> list[Result]:
        shares = dict(zip(LAYERS, choice, strict=True))
        runs = [(task, seed) for task in self.tasks for seed in range(self.photos.seeds)]
        return [scores(self.photos, task, seed, net, layers, shares) for task, seed in runs]

    def quality(self, net: str, choice: tuple[float, ...], halves: Sequence[int]) -> dict:
        """How good a choice of shares is on some of the photos: own and others, without colour and with."""
        found: dict = {"shares": list(choice)}
        for name, layers in (("four layers", FOUR), ("four layers and colour", LAYERS)):
            figures = row([result for result in self.results(net, layers, choice) if result[0].half in halves])
            found[name] = [figures[which]["mean_iou"] for which in ("own", "others") if which in figures]
        found["mean"] = round(float(np.mean(found["four layers"] + found["four layers and colour"])), 2)
        return found

    def best(self, net: str, halves: Sequence[int]) -> tuple[float, ...]:
        """The choice with the highest mean."""
        return max(CHOICES, key=lambda choice: self.quality(net, choice, halves)["mean"])

    def reported(self, net: str, layers: tuple[int, ...]) -> dict:
        """Figures of each half, with the shares that were best on the other."""
        return row(
            [
                result
                for half in (0, 1)
                for result in self.results(net, layers, self.best(net, [1 - half]))
                if result[0].half == half
            ]
        )

    def after_crf(self) -> dict:
        """As `reported`, of four layers and then the CRF."""
        shares = {half: dict(zip(LAYERS, self.best("ImageNet", [1 - half]), strict=True)) for half in (0, 1)}
        runs = [(task, seed) for task in self.tasks for seed in range(self.photos.seeds)]
        return row([crf_score(self.photos, task, seed, shares[task.half]) for task, seed in runs])


ROWS = (*METHODS, CRF, TEXTONS)


def measured_row(measurement: Measurement, name: str) -> dict:
    """One of `ROWS`."""
    if name == CRF:
        return measurement.after_crf()
    if name == TEXTONS:
        return row([result for task in measurement.tasks for result in texton_scores(measurement.photos, task)])
    return measurement.reported(*METHODS[name])


def measured_choices(measurement: Measurement) -> dict:
    """How good each choice of shares is for each net, and the shares that are best for ImageNet's."""
    choices = {}
    for net in measurement.photos.nets:
        choices[net] = [measurement.quality(net, choice, (0, 1)) for choice in CHOICES]
        print(net, *choices[net], sep="\n", flush=True)
    best = dict(zip(LAYERS, measurement.best("ImageNet", (0, 1)), strict=True))
    if best != SHARES:
        print(f"note: the best shares are {best}, SHARES in seglib.teach.heads {SHARES}", file=sys.stderr)
    return {"choices": choices, "shares": {str(stride): share for stride, share in best.items()}}


def report_before(out: Path, command: str) -> dict:
    """The report that single rows are added to; `ValueError` if it is none of the same photos and strokes."""
    if not out.is_file():
        raise ValueError(f"there is no {out.name} to add rows to: measure all of them first")
    report = json.loads(out.read_text())
    if report["command"] != command:
        raise ValueError(f"{out.name} is of `{report['command']}`: rows of other photos or strokes do not fit in")
    return report


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.teach.measure", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--photos", type=int, default=12, help="of each data set")
    parser.add_argument("--seeds", type=int, default=3, help="sets of strokes on each photo")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument(
        "--only", nargs="+", choices=ROWS, metavar="ROW", help=f"rows to measure anew: {'; '.join(ROWS)}"
    )
    args = parser.parse_args(argv)
    command = f"python -m seglib.teach.measure --data DATA --photos {args.photos} --seeds {args.seeds}"
    try:
        report = report_before(args.out, command) if args.only else {"command": command}
    except ValueError as error:
        parser.error(str(error))
    nets = [imagenet_net()]
    if any(METHODS[name][0] != "ImageNet" for name in args.only or ROWS if name in METHODS):
        nets.append(random_net(map(load_photo, PHOTOS)))
    photos = Photos(args.data, {net.name: net for net in nets}, args.seeds)
    tasks = photos.tasks(args.photos)
    measurement = Measurement(photos, tasks)
    if not args.only:
        report["photos"] = {name: sum(task.data_set == name for task in tasks) for name in SETS}
        report |= {"seeds": args.seeds} | measured_choices(measurement)
    rows = report.get("rows", {})
    for name in args.only or ROWS:
        rows[name] = measured_row(measurement, name)
        print(f"{name:28}", json.dumps(rows[name]), flush=True)
    report["rows"] = {name: rows[name] for name in ROWS if name in rows}
    args.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
