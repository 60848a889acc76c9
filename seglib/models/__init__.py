"""The family of nets, by name: each differs from its neighbour in one thing only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import nn

from seglib.models.fcn import FCN, STREAMS
from seglib.models.trunk import layer_table
from seglib.receptive_field import Layer

MODELS: dict[str, Callable[[int], nn.Module]] = {
    name: partial(FCN, strides=strides) for name, strides in STREAMS.items()
}


def create_model(name: str, num_classes: int) -> nn.Module:
    """An untrained net of the family; `ValueError` lists the names there are."""
    if name not in MODELS:
        raise ValueError(f"no model {name!r}: there are {', '.join(MODELS)}")
    return MODELS[name](num_classes)


def layer_table_of(name: str, num_classes: int = 11) -> list[Layer]:
    """A net's longest path from the picture to its coarsest scores, whose window holds those of all other paths."""
    if name not in MODELS:
        raise ValueError(f"no model {name!r}: there are {', '.join(MODELS)}")
    return [*layer_table(STREAMS[name][0]), Layer(1, name="score", channels=num_classes)]
