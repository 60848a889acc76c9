"""The family of nets, by name: each differs from its neighbour in one thing only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import nn

from seglib.models import dense, pyramid
from seglib.models.dense import FILLED, DeepLab, DenseNet
from seglib.models.dilated import dilated_table
from seglib.models.fcn import FCN, SHALLOW, STREAMS
from seglib.models.pyramid import LEVELS, Pyramid
from seglib.models.trunk import layer_table
from seglib.receptive_field import Layer

MODELS: dict[str, Callable[[int], nn.Module]] = (
    {name: partial(FCN, strides=strides) for name, strides in (STREAMS | SHALLOW).items()}
    | {name: partial(DenseNet, fill=fill) for name, fill in FILLED.items()}
    | {name: partial(Pyramid, levels=levels) for name, levels in LEVELS.items()}
    | {"deeplab": DeepLab}
)


def create_model(name: str, num_classes: int) -> nn.Module:
    """An untrained net of the family; `ValueError` lists the names there are."""
    if name not in MODELS:
        raise ValueError(f"no model {name!r}: there are {', '.join(MODELS)}")
    return MODELS[name](num_classes)


def layer_table_of(name: str, num_classes: int = 11) -> list[Layer]:
    """A net's longest path from the picture to its coarsest scores, whose window holds those of all other paths."""
    if name not in MODELS:
        raise ValueError(f"no model {name!r}: there are {', '.join(MODELS)}")
    if name in LEVELS:
        table = pyramid.longest_path(LEVELS[name])
    elif name in FILLED:
        table = dilated_table(dense.STRIDE, FILLED[name])
    elif name == "deeplab":
        table = [*dilated_table(dense.STRIDE), dense.LARGE_FIELD]
    else:
        table = layer_table(max((STREAMS | SHALLOW)[name]))
    return [*table, Layer(1, name="score", channels=num_classes)]
