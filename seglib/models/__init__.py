"""The family of nets, by name: each differs from its neighbour in one thing only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import nn

from seglib.models.fcn import FCN, STREAMS
from seglib.models.pyramid import LEVELS, Pyramid

MODELS: dict[str, Callable[[int], nn.Module]] = {
    name: partial(FCN, strides=strides) for name, strides in STREAMS.items()
} | {name: partial(Pyramid, levels=levels) for name, levels in LEVELS.items()}


def create_model(name: str, num_classes: int) -> nn.Module:
    """An untrained net of the family; `ValueError` lists the names there are."""
    if name not in MODELS:
        raise ValueError(f"no model {name!r}: there are {', '.join(MODELS)}")
    return MODELS[name](num_classes)
