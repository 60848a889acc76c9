"""The fully connected CRF, timed and held against exact sums: ``python -m benchmarks.crf``.

480x360 pixels, 11 classes, 5 iterations, the default kernels. Set-up (both kernels) and inference are timed apart;
with pydensecrf, the C++ reference, in the same rounds where it can be imported: ``pip install -r
benchmarks/requirements.txt`` builds pydensecrf2, a fork that is maintained, and nothing else needs it. Printed are
medians and quartiles of wall and processor time, and the ratios. Agreement with exact inference is counted on bundled
photos and on noise, 48x36 pixels: for all pairs in float32, which `mean_field` takes at that size, for the low rank
that it takes above, and for the lattice that photos of this benchmark's size take; "exact" is a second implementation
in float64.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import scipy

from benchmarks import publish, spread
from seglib.crf.mean_field import as_maps, mean_field, unary_energy, update
from seglib.crf.pairwise import CRFParams, pairwise_kernels
from seglib.photos import PHOTOS, load_photo

SIZE, NUM_CLASSES, ITERATIONS = (360, 480), 11, 5
SMALL = (36, 48)
PARAMS = CRFParams()


def some_probabilities(image: np.ndarray, seed: int = 0) -> np.ndarray:
    """Probabilities ``(K, H, W)`` as a net might give them: blobs, unsure at their borders."""
    rng = np.random.default_rng(seed)
    size = image.shape[:2]
    logits = rng.normal(size=(NUM_CLASSES, *size)).astype(np.float32)
    width = max(size) / 20
    logits = np.stack([cv2.GaussianBlur(plane, (0, 0), width) for plane in logits])
    logits *= 4 / logits.std()
    logits = np.exp(logits - logits.max(0))
    return logits / logits.sum(0)


def ours(image: np.ndarray, probabilities: np.ndarray, method: str) -> tuple[Callable, Callable]:
    """Set-up and inference of ours; the inference takes what the set-up returns."""

    def inference(kernels: list) -> np.ndarray:
        unary = unary_energy(probabilities)
        q = np.ascontiguousarray(probabilities.reshape(len(probabilities), -1).T)
        for _ in range(ITERATIONS):
            q = update(unary, kernels, q)
        return as_maps(q, probabilities.shape)

    return lambda: pairwise_kernels(image, PARAMS, method), inference


def reference(library: ModuleType, image: np.ndarray, probabilities: np.ndarray) -> tuple[Callable, Callable]:
    """Set-up and inference of pydensecrf, the same kernels."""
    height, width = image.shape[:2]
    unary = np.ascontiguousarray(unary_energy(probabilities).T)

    def set_up() -> object:
        crf = library.DenseCRF2D(width, height, len(probabilities))
        crf.setUnaryEnergy(unary)
        crf.addPairwiseGaussian(sxy=PARAMS.smoothness_width, compat=PARAMS.smoothness_weight)
        crf.addPairwiseBilateral(
            sxy=PARAMS.appearance_width, srgb=PARAMS.colour_width, rgbim=image, compat=PARAMS.appearance_weight
        )
        return crf

    return set_up, lambda crf: np.array(crf.inference(ITERATIONS)).reshape(probabilities.shape)


def measure(contenders: dict[str, tuple[Callable, Callable]], rounds: int) -> dict[str, dict[str, np.ndarray]]:
    """Milliseconds of wall and processor time of each, in each round, after one that does not count."""
    times = {name: {key: [] for key in ("set-up", "inference", "all", "all, processor")} for name in contenders}
    for number in range(rounds + 1):
        for name, (set_up, inference) in contenders.items():
            wall, processor = time.perf_counter(), time.process_time()
            state = set_up()
            middle = time.perf_counter()
            inference(state)
            end, used = time.perf_counter(), time.process_time() - processor
            if number:
                for key, seconds in zip(times[name], (middle - wall, end - middle, end - wall, used), strict=True):
                    times[name][key].append(1000 * seconds)
    return {name: {key: np.array(each) for key, each in found.items()} for name, found in times.items()}


def exact(probabilities: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Mean field by the letter, all pairs in float64: what everything here is held against."""
    height, width = image.shape[:2]
    at = np.indices((height, width), np.float64).reshape(2, -1)
    colours = image.reshape(-1, 3).T.astype(np.float64)

    def squares(features: np.ndarray) -> np.ndarray:
        return ((features[:, :, None] - features[:, None]) ** 2).sum(0)

    distance = squares(at)
    smoothness = np.exp(-distance / (2 * PARAMS.smoothness_width**2))
    appearance = np.exp(-distance / (2 * PARAMS.appearance_width**2) - squares(colours) / (2 * PARAMS.colour_width**2))
    total = np.zeros_like(distance)
    for weight, kernel in ((PARAMS.smoothness_weight, smoothness), (PARAMS.appearance_weight, appearance)):
        scale = 1 / np.sqrt(kernel.sum(1))
        total += weight * scale[:, None] * kernel * scale
    unary = np.log(np.clip(probabilities.reshape(len(probabilities), -1).T.astype(np.float64), 1e-5, 1))
    q = np.exp(unary)
    for _ in range(ITERATIONS + 1):
        q /= q.sum(1, keepdims=True)
        logits = unary + total @ q
        last, q = q, np.exp(logits - logits.max(1, keepdims=True))
    return last.T.reshape(probabilities.shape)


def small_cases() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Bundled photos shrunk, and noise."""
    cases = {}
    for number, name in enumerate(PHOTOS):
        image = cv2.resize(load_photo(name), SMALL[::-1], interpolation=cv2.INTER_AREA)
        cases[name] = image, some_probabilities(image, number)
    rng = np.random.default_rng(0)
    for number in range(3):
        noise = rng.integers(0, 256, (*SMALL, 3), dtype=np.uint8)
        cases[f"noise {number}"] = noise, rng.dirichlet(np.ones(NUM_CLASSES), SMALL).transpose(2, 0, 1)
    return cases


def agreement(library: ModuleType | None = None) -> dict[str, dict]:
    """Share of labels as in exact inference, and the largest distance of a probability, worst case and mean."""
    methods = ("exact", "low rank", "lattice", *(["pydensecrf"] if library else []))
    found = {method: {"photos": [], "noise": []} for method in methods}
    for name, (image, probabilities) in small_cases().items():
        wanted = exact(probabilities, image)
        for method, kinds in found.items():
            if method == "pydensecrf":
                set_up, inference = reference(library, image, probabilities)
                got = inference(set_up())
            else:
                got = mean_field(probabilities, image, PARAMS, ITERATIONS, method=method)
            same = float((got.argmax(0) == wanted.argmax(0)).mean())
            kinds["noise" if name.startswith("noise") else "photos"].append((same, float(np.abs(got - wanted).max())))
    return {
        method: {
            kind: {
                "labels, mean": round(float(np.mean([same for same, _ in pairs])), 4),
                "labels, worst": round(min(same for same, _ in pairs), 4),
                "probability off by, worst": round(max(off for _, off in pairs), 5),
            }
            for kind, pairs in kinds.items()
        }
        for method, kinds in found.items()
    }


def report(times: dict[str, dict[str, np.ndarray]]) -> dict:
    """Medians, quartiles, and the time of each as a multiple of the lattice's."""
    return {
        "size": SIZE,
        "classes": NUM_CLASSES,
        "iterations": ITERATIONS,
        "cores": os.cpu_count(),
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "python": platform.python_version()},
        "milliseconds": {
            name: {key: spread(each, 1) | {"least": round(float(each.min()), 1)} for key, each in found.items()}
            for name, found in times.items()
        },
        "ratios": {
            f"{name} / lattice{words}": spread(found[key] / times["lattice"][key])
            for name, found in times.items()
            for key, words in (("all", ""), ("all, processor", ", processor time"))
            if name != "lattice"
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crf", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--photo", choices=PHOTOS, default="china")
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    image = cv2.resize(load_photo(args.photo), SIZE[::-1], interpolation=cv2.INTER_AREA)
    probabilities = some_probabilities(image)
    contenders = {"lattice": ours(image, probabilities, "lattice")}
    library = None
    try:
        library = importlib.import_module("pydensecrf.densecrf")
    except ImportError as error:
        peer = f"not run: {error}"
    else:
        contenders["pydensecrf"] = reference(library, image, probabilities)
        peer = "run beside ours"
    figures = report(measure(contenders, args.rounds)) | {
        "pydensecrf": peer,
        "agreement with exact": agreement(library),
    }
    publish(figures, args.out)


if __name__ == "__main__":
    main()
