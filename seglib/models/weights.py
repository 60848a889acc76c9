"""Trained weights on disk: half-precision safetensors, each with a card that says what it is.

``assets/weights/<label set>-<name>.safetensors`` holds the tensors, the JSON file of the same name the card:
data, recipe, seed, figures, and the sha256 of the tensors' file. Loading checks that sum, never unpickles,
and is strict: a missing or left-over tensor is an error.
"""

from __future__ import annotations

from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import nn

from seglib.labels import LABEL_SETS
from seglib.models import create_model
from seglib.models.cards import WeightsError, read_card, read_with_card, weights_path, write_with_card
from seglib.models.family import check_name
from seglib.models.folding import fold_norms

MAX_BYTES = 32 * 2**20  # a net of the family weighs 8 MB


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Tensors of a weights file, checked against its card's sha256."""
    data, _ = read_with_card(path, MAX_BYTES)
    try:
        return safetensors.torch.load(data)
    except SafetensorError as error:
        raise WeightsError(f"{path.name} is not a safetensors file: {error}") from error


def save_weights(path: Path, model: nn.Module, card: dict) -> None:
    """Write a net in half precision, and its card with the sum of the file."""
    # Counters stay whole numbers; only measured values are rounded.
    tensors = {
        key: (value.half() if value.is_floating_point() else value).contiguous().cpu()
        for key, value in model.state_dict().items()
    }
    write_with_card(path, safetensors.torch.save(tensors), card)


def load_model(name: str, labels: str = "everyday", path: Path | None = None, fold: bool = True) -> nn.Module:
    """A trained net, ready to predict (eval mode, float32).

    ``name`` is one of `seglib.MODELS`, ``labels`` the name of one of `seglib.LABEL_SETS`; ``path`` takes weights
    of your own instead of the shipped ones; ``fold=False`` leaves batch norms as they are, see
    `seglib.models.folding`. Raises `ValueError` on a wrong name, `WeightsError` on a bad file.

    >>> load_model("fcn8s", "street").num_classes
    11
    """
    if labels not in LABEL_SETS:
        raise ValueError(f"no label set {labels!r}: there are {', '.join(LABEL_SETS)}")
    check_name(name)
    path = path or weights_path(name, labels)
    tensors, card = read_tensors(path), read_card(path)
    model = create_model(name, len(LABEL_SETS[labels]))
    if (card.get("name"), card.get("labels")) != (name, labels):
        raise WeightsError(
            f"{path.name} holds {card.get('name')} for {card.get('labels')} photos: wanted {name} for {labels}"
        )
    try:
        model.load_state_dict(tensors, strict=True)
    except RuntimeError as error:
        raise WeightsError(f"{path.name} does not fit {name}, whatever its card says") from error
    return fold_norms(model) if fold else model.eval().to(memory_format=torch.channels_last)
