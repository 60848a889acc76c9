"""Measure what photos a net knows: ``python -m seglib.training.familiar --help``.

Mean and covariance of the features of training photos; the threshold from photos held back; and, as a proof, how well
the distance tells these from pictures of another kind: what scikit-image brings along that is no scene (pages, cells,
retina, moon, bricks), and patterns that are drawn here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import safetensors.numpy
from skimage import color, data, util
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from seglib.datasets import Pair, find_pairs
from seglib.labelled_folder import read_photo
from seglib.labels import LABEL_SETS
from seglib.models.cards import read_card, weights_path, write_with_card
from seglib.models.familiar import NET, STRIDE, Familiar, familiar_path, mean_features
from seglib.models.weights import load_model
from seglib.training.held_out import VALIDATION
from seglib.training.views import MIXTURE

PHOTOS = 300  # of each training set at most
KNOWN = 0.98  # share of the photos held back that count as known
SHRINKAGE = 0.05  # of the covariance towards a multiple of the identity, so that it can be inverted
# No scenes, and in the box of scikit-image, so that nothing is fetched.
STRANGE = (
    "brick", "cell", "clock", "colorwheel", "gravel", "grass", "hubble_deep_field", "immunohistochemistry", "logo",
    "microaneurysms", "moon", "page", "shepp_logan_phantom", "retina", "text",
)  # fmt: skip
SIDE = (360, 480)


def strange_pictures() -> Iterator[tuple[str, np.ndarray]]:
    """Name and picture ``(H, W, 3)`` uint8 of what is no everyday scene."""
    for name in STRANGE:
        picture = util.img_as_ubyte(getattr(data, name)())
        picture = picture[..., :3] if picture.ndim == 3 else color.gray2rgb(picture)
        yield name, picture
    rng, (rows, cols) = np.random.default_rng(0), np.mgrid[: SIDE[0], : SIDE[1]]
    drawn = {
        "noise": rng.integers(0, 256, (*SIDE, 3)),
        "checkers": (rows // 20 + cols // 20) % 2 * 255,
        "stripes": 127 + 127 * np.sin(cols / 6),
        "gradient": cols * 255 / SIDE[1],
        "one grey": np.full(SIDE, 128),
        "blobs": data.binary_blobs(SIDE[1], rng=0)[: SIDE[0]] * 255,
    }
    for name, picture in drawn.items():
        yield name, (picture if picture.ndim == 3 else color.gray2rgb(picture)).astype(np.uint8)


def some(pairs: list[Pair], most: int) -> list[Pair]:
    """At most so many photos, spread over the whole list."""
    return [pairs[i] for i in np.unique(np.linspace(0, len(pairs) - 1, most).round().astype(int))]


def measure(label_set_name: str, folder: Path) -> tuple[Familiar, dict]:
    """What is known of a label set's photos, and the figures that go on the card."""
    model = load_model(NET, label_set_name)

    def features(pairs: list[Pair], title: str) -> np.ndarray:
        photos = tqdm(pairs, unit="photo", desc=title, disable=None)
        return np.stack([mean_features(model, read_photo(pair.image)) for pair in photos])

    learnt = [some(find_pairs(folder / name, "train"), PHOTOS) for name in MIXTURE[label_set_name]]
    held_back = [find_pairs(folder / name, "val") for name in VALIDATION[label_set_name]]
    known = np.concatenate([features(pairs, "train") for pairs in learnt]).astype(np.float64)
    covariance = np.cov(known.T)
    size = np.trace(covariance) / len(covariance)
    covariance = (1 - SHRINKAGE) * covariance + SHRINKAGE * size * np.eye(len(covariance))
    familiar = Familiar(known.mean(0), np.linalg.inv(covariance), np.inf, {})
    near = [familiar.distance(f) for f in features([pair for pairs in held_back for pair in pairs], "val")]
    far = {name: familiar.distance(mean_features(model, picture)) for name, picture in strange_pictures()}
    farthest = float(np.quantile(near, KNOWN))
    card = {
        "labels": label_set_name,
        "net": {"name": NET, "sha256": read_card(weights_path(NET, label_set_name))["sha256"], "stride": STRIDE},
        "photos": {"train": len(known), "validation": len(near), "strange": len(far)},
        "farthest": round(farthest, 3),
        "auroc": round(float(roc_auc_score([0] * len(near) + [1] * len(far), [*near, *far.values()])), 4),
        "taken_for_known": [name for name, distance in far.items() if distance <= farthest],
        "distances": {name: round(distance, 1) for name, distance in far.items()},
    }
    return familiar, card


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.training.familiar", description=__doc__.splitlines()[0])
    parser.add_argument("--labels", choices=LABEL_SETS, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--out", type=Path, help="file to write, .safetensors; default: the shipped one")
    args = parser.parse_args(argv)
    try:
        familiar, card = measure(args.labels, args.data)
    except ValueError as error:
        sys.exit(f"familiar: {error}")
    tensors = {"mean": familiar.mean.astype(np.float32), "precision": familiar.precision.astype(np.float32)}
    write_with_card(args.out or familiar_path(args.labels), safetensors.numpy.save(tensors), card)
    print({key: card[key] for key in ("auroc", "farthest", "taken_for_known")})


if __name__ == "__main__":
    main()
