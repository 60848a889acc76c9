"""Score a net, or the texture model, on a folder of labelled photos: ``python -m seglib.evaluate --help``.

One confusion matrix for the whole split, as in the literature. Where a data set cannot tell some of our
classes apart (it says "vegetation" for tree, grass and flower) they are folded before counting;
see `seglib.meanings.NOT_FOLDED` for where such pixels are left out instead.
Photos are read one at a time, so memory does not grow with the folder, by the same functions as the app's folder page
(`seglib.labelled_folder`): at full size, or ``--shrunk`` as there, where they are large (`seglib.images.MAX_PIXELS`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from tqdm import tqdm

from seglib import metrics
from seglib.before_convnets.weights import NAME as TEXTURE
from seglib.before_convnets.weights import load_texture
from seglib.crf.mean_field import ITERATIONS, mean_field
from seglib.crf.pairwise import CRFParams
from seglib.datasets import Targets, find_pairs, left_out, read_as, read_pairs
from seglib.images import MAX_PIXELS, size_for_nets
from seglib.label_png import to_size
from seglib.labels import LABEL_SETS
from seglib.meanings import MEANING
from seglib.metrics.folder import fold
from seglib.models import MODELS
from seglib.models.prediction import predict
from seglib.models.weights import load_model

Segmenter = Callable[[np.ndarray], np.ndarray]  # image (H, W, 3) uint8 -> label map (H, W)


def sharpened(model: nn.Module, crf: CRFParams) -> Segmenter:
    """A net whose probabilities go through `mean_field`."""
    return lambda image: mean_field(predict(model, image).probabilities, image, crf, ITERATIONS).argmax(0)


def shrunk(segment: Segmenter) -> Segmenter:
    """Photos of more than `MAX_PIXELS` as small as that, and the answer back at their own size: as the app does."""

    def labels(image: np.ndarray) -> np.ndarray:
        photo = Image.fromarray(image)
        small = photo.resize(size_for_nets(photo.size), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return to_size(segment(np.array(small)), image.shape[:2])

    return labels


def segmenter(model: nn.Module | Segmenter) -> Segmenter:
    """A net's classes, or what makes a label map otherwise."""
    return (lambda image: predict(model, image).labels) if isinstance(model, nn.Module) else model


def evaluate(model: nn.Module | Segmenter, pairs: list, reading: Targets, progress: bool = False) -> np.ndarray:
    """Confusion matrix ``(G, G)`` over labelled photos, in the data set's groups of classes.

    ``model`` is a net, or anything else that makes a label map from an image.
    """
    segment = segmenter(model)
    total = np.zeros((len(reading.group_names),) * 2, np.int64)
    examples = tqdm(read_pairs(pairs, reading), total=len(pairs), unit="photo", disable=None if progress else True)
    for image, truth in examples:
        total += metrics.confusion_matrix(fold(truth, reading), fold(segment(image), reading), len(total))
    return total


def half(pairs: list, which: str | None) -> list:
    """The "odd" photos (first, third, ...), the "even" ones, or all: one half to choose by, one to report on.

    Files lie in order of theme, or of time: cut in the middle, one half would lack classes that the other has.
    """
    return {"odd": pairs[::2], "even": pairs[1::2], None: pairs}[which]


def crf_params(numbers: list[float] | None) -> CRFParams | None:
    """The five numbers after ``--crf``, or the defaults if there are none; None without the option."""
    if numbers is None:
        return None
    if numbers and len(numbers) != len(fields(CRFParams)):
        raise ValueError(f"--crf takes five numbers, or none for the defaults; it got {len(numbers)}")
    return CRFParams(*numbers)


def summary(cm: np.ndarray, class_names: tuple[str, ...], images: int) -> dict:
    """The usual figures as plain numbers, rounded to four places; absent classes are ``None``."""

    def plain(x: float) -> float | None:
        return None if np.isnan(x) else round(float(x), 4)

    return {
        "images": images,
        "pixel_accuracy": plain(metrics.pixel_accuracy(cm)),
        "class_accuracy": plain(metrics.class_accuracy(cm)),
        "mean_iou": plain(metrics.mean_iou(cm)),
        "frequency_weighted_iou": plain(metrics.frequency_weighted_iou(cm)),
        "iou": dict(zip(class_names, map(plain, metrics.iou_per_class(cm)), strict=True)),
    }


def load(name: str, label_set_name: str, weights: Path | None) -> nn.Module | Segmenter:
    """A net on the fastest device there is, or the texture model."""
    if name == TEXTURE:
        return load_texture(label_set_name, weights)
    return load_model(name, label_set_name, weights).to("cuda" if torch.cuda.is_available() else "cpu")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--labels", choices=LABEL_SETS, default="everyday")
    parser.add_argument("--model", choices=[*MODELS, TEXTURE], required=True)
    parser.add_argument("--weights", type=Path, help="weights of your own; default: the shipped ones")
    parser.add_argument("--data", type=Path, required=True, help="the data set's folder")
    parser.add_argument("--layout", choices=MEANING, required=True)
    parser.add_argument("--split", help="folder inside it that holds images/ and labels/, such as val")
    parser.add_argument("--half", choices=("odd", "even"), help="only every second photo")
    parser.add_argument(
        "--crf", type=float, nargs="*", metavar="X", help="a fully connected CRF after the net; five numbers: "
        + ", ".join(parameter.name.replace("_", " ") for parameter in fields(CRFParams)) + "; none: its defaults",
    )  # fmt: skip
    parser.add_argument(
        "--shrunk",
        action="store_true",
        help=f"at most {MAX_PIXELS:,} pixels a photo for the net, as in the app",
    )
    args = parser.parse_args(argv)
    try:
        params = crf_params(args.crf)
        reading = read_as(args.layout, LABEL_SETS[args.labels])
        pairs = half(find_pairs(args.data, args.split), args.half)
        if sentence := left_out(args.data, args.split):
            print(f"evaluate: {sentence}", file=sys.stderr)
        model = load(args.model, args.labels, args.weights)
        if params and not isinstance(model, nn.Module):
            raise ValueError(f"--crf needs a net's probabilities, and {args.model} has none")
        segment = segmenter(sharpened(model, params) if params else model)
        cm = evaluate(shrunk(segment) if args.shrunk else segment, pairs, reading, progress=True)
    except ValueError as error:
        sys.exit(f"evaluate: {error}")
    names = {
        "model": args.model,
        "labels": args.labels,
        "layout": args.layout,
        "split": args.split,
        "read_at": f"{MAX_PIXELS:,} pixels at most" if args.shrunk else "full size",
    }
    if args.half:
        names["half"] = args.half
    if params:
        names["crf"] = asdict(params) | {"iterations": ITERATIONS}
    print(json.dumps(names | summary(cm, reading.group_names, len(pairs)), indent=2))


if __name__ == "__main__":
    main()
