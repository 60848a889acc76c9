"""A texture model on disk: safetensors, and a card that says what it is, as for the nets.

``assets/weights/texture/<label set>.safetensors`` holds words, weights and examples in half precision; its card the
kinds of words, the windows, the recipe, the figures and the sum of the file. Loading believes neither: every array is
checked for its type, shape and bounds before it is used.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from seglib.before_convnets import textons
from seglib.before_convnets.classifier import KINDS, PLACES, TextureModel, WindowClassifier
from seglib.labels import LABEL_SETS
from seglib.models.cards import WEIGHTS, WeightsError, read_with_card, write_with_card

NAME = "texture"
MAX_BYTES = 8 * 2**20  # ours have a fraction of a megabyte
MAX_EXAMPLES = 4096
MOST_WINDOWS, LARGEST_RADIUS = 4, 64
CELLS, SIDES = (2, 16), (64, 1024)
ARRAYS = {"classes": 1, "weight": 2, "bias": 1, "examples": 2, "example_classes": 1}  # dimensions of each
WORD_SIZES = {"texture": textons.NUM_RESPONSES, "colour": 3}


def texture_path(label_set_name: str) -> Path:
    """Where the shipped model for a label set lies."""
    return WEIGHTS / "texture" / f"{label_set_name}.safetensors"


def save_texture(path: Path, model: TextureModel, card: dict) -> None:
    """Write a model in half precision, and its card with the sum of the file."""
    parts = {name: getattr(model.classifier, name) for name in ARRAYS}
    parts |= {f"words.{kind}": words for kind, words in model.words.items()}
    arrays = {
        name: np.ascontiguousarray(a.astype(np.float16) if a.dtype.kind == "f" else a) for name, a in parts.items()
    }
    settings = {"kinds": list(model.kinds), "radii": list(model.radii), "cell": model.cell, "side": model.side}
    card = {"name": NAME, "labels": model.label_set.name} | card | {"settings": settings}
    write_with_card(path, safetensors.numpy.save(arrays), card)


def load_texture(label_set_name: str, path: Path | None = None) -> TextureModel:
    """The texture model for a label set, shipped or from a ``path`` of your own.

    Raises `ValueError` on a wrong name, `WeightsError` on a file that is missing, damaged, or not such a model.
    """
    if label_set_name not in LABEL_SETS:
        raise ValueError(f"no label set {label_set_name!r}: there are {', '.join(LABEL_SETS)}")
    path = path or texture_path(label_set_name)
    data, card = read_with_card(path, MAX_BYTES)
    if (card.get("name"), card.get("labels")) != (NAME, label_set_name):
        raise WeightsError(
            f"{path.name} holds {card.get('name')} for {card.get('labels')} photos: wanted {NAME} for {label_set_name}"
        )
    try:
        arrays = safetensors.numpy.load(data)
        return _model(label_set_name, arrays, card.get("settings"))
    except (SafetensorError, KeyError) as error:  # KeyError: a type of number that NumPy lacks
        raise WeightsError(f"{path.name} is not a safetensors file of NumPy arrays: {error}") from error
    except _UnfitError as error:
        raise WeightsError(f"{path.name} is no texture model, whatever its card says: {error}") from error


class _UnfitError(ValueError):
    """What does not fit a texture model."""


def _model(label_set_name: str, arrays: dict[str, np.ndarray], settings: object) -> TextureModel:
    """Put a model together from arrays that anybody may have written."""
    if not isinstance(settings, dict) or not all(isinstance(settings.get(key), list) for key in ("kinds", "radii")):
        raise _UnfitError("the settings are missing")
    kinds, radii = settings["kinds"], settings["radii"]
    if not kinds or any(kinds.count(kind) > 1 or kind not in KINDS for kind in kinds):
        raise _UnfitError(f"kinds of words {kinds}: wanted some of {', '.join(KINDS)}, each once")
    if not 1 <= len(radii) <= MOST_WINDOWS or not all(_whole(r, 0, LARGEST_RADIUS) for r in radii):
        raise _UnfitError(f"windows {radii}: wanted 1 to {MOST_WINDOWS} radii of at most {LARGEST_RADIUS} cells")
    if not _whole(settings.get("cell"), *CELLS) or not _whole(settings.get("side"), *SIDES):
        raise _UnfitError(f"cells of {settings.get('cell')} pixels in photos of {settings.get('side')}")
    wanted = {f"words.{kind}": 2 for kind in kinds if kind in WORD_SIZES} | ARRAYS
    if arrays.keys() != wanted.keys():
        raise _UnfitError(f"it holds {', '.join(sorted(arrays))}: wanted {', '.join(sorted(wanted))}")
    for name, dimensions in wanted.items():
        whole = name in ("classes", "example_classes")
        if arrays[name].ndim != dimensions or arrays[name].dtype != (np.uint8 if whole else np.float16):
            raise _UnfitError(f"{name} is {arrays[name].shape} {arrays[name].dtype}")
        if not np.isfinite(arrays[name]).all():
            raise _UnfitError(f"{name} is not finite everywhere")
    words = {kind: arrays[f"words.{kind}"].astype(np.float32) for kind in kinds if kind in WORD_SIZES}
    for kind, vectors in words.items():
        if not 1 <= len(vectors) <= textons.MOST_WORDS or vectors.shape[1] != WORD_SIZES[kind]:
            raise _UnfitError(
                f"words of {kind} are {vectors.shape}: wanted up to {textons.MOST_WORDS} of {WORD_SIZES[kind]}"
            )
    _check_classifier(arrays, len(LABEL_SETS[label_set_name]), len(radii) * sum(_count(kind, words) for kind in kinds))
    classifier = WindowClassifier(
        **{name: arrays[name] if arrays[name].dtype == np.uint8 else arrays[name].astype(np.float32) for name in ARRAYS}
    )
    return TextureModel(
        LABEL_SETS[label_set_name], words, classifier, tuple(kinds), tuple(radii), settings["cell"], settings["side"]
    )


def _check_classifier(arrays: dict[str, np.ndarray], num_classes: int, num_words: int) -> None:
    classes, examples = arrays["classes"], arrays["examples"]
    if not 2 <= len(classes) <= num_classes or (np.diff(classes.astype(int)) <= 0).any() or classes[-1] >= num_classes:
        raise _UnfitError(f"classes {classes.tolist()[:20]}: wanted two or more, in order, below {num_classes}")
    if not len(classes) <= len(examples) <= MAX_EXAMPLES or (examples < 0).any():
        raise _UnfitError(f"{len(examples)} examples: wanted {len(classes)} to {MAX_EXAMPLES}, none of them negative")
    shapes = {
        "weight": (len(classes), num_words),
        "bias": (len(classes),),
        "examples": (len(examples), num_words),
        "example_classes": (len(examples),),
    }
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise _UnfitError(f"{name} is {arrays[name].shape}: wanted {shape}")
    if set(arrays["example_classes"].tolist()) != set(range(len(classes))):
        raise _UnfitError("not every class has examples")


def _count(kind: str, words: dict[str, np.ndarray]) -> int:
    return len(words[kind]) if kind in words else PLACES * PLACES


def _whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most  # not `isinstance`: True is an int too
