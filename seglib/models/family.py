"""The family of nets, by name: each differs from its neighbour in one thing only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import nn

from seglib.labels import LABEL_SETS
from seglib.models import dense, pyramid
from seglib.models.dense import FILLED, DeepLab, DenseNet
from seglib.models.dilated import dilated_table
from seglib.models.fcn import FCN, SHALLOW, STREAMS
from seglib.models.lite0 import layer_table
from seglib.models.pyramid import LEVELS, Pyramid
from seglib.receptive_field import Layer

MODELS: dict[str, Callable[..., nn.Module]] = (
    {name: partial(FCN, strides=strides) for name, strides in (STREAMS | SHALLOW).items()}
    | {name: partial(DenseNet, fill=fill) for name, fill in FILLED.items()}
    | {name: partial(Pyramid, levels=levels) for name, levels in LEVELS.items()}
    | {"deeplab": DeepLab}
)


def check_name(name: str) -> None:
    """`ValueError`, with the names there are, unless a net of the family is called so."""
    if name not in MODELS:
        raise ValueError(f"no model {name!r}: there are {', '.join(MODELS)}")


def create_model(name: str, num_classes: int) -> nn.Module:
    """An untrained net of the family; `ValueError` lists the names there are."""
    check_name(name)
    return MODELS[name](num_classes)


def layer_table_of(name: str, labels: str = "everyday") -> list[Layer]:
    """A net's longest path from the picture to its coarsest scores, whose window holds those of all other paths.

    Its scores are of a label set's classes; `ValueError` lists the names there are.
    """
    check_name(name)
    if labels not in LABEL_SETS:
        raise ValueError(f"no label set {labels!r}: there are {', '.join(LABEL_SETS)}")
    if name in LEVELS:
        table = pyramid.longest_path(LEVELS[name])
    elif name in FILLED:
        table = dilated_table(dense.STRIDE, FILLED[name])
    elif name == "deeplab":
        table = [*dilated_table(dense.STRIDE), dense.LARGE_FIELD]
    else:
        table = layer_table(max((STREAMS | SHALLOW)[name]))
    return [*table, Layer(1, name="score", channels=len(LABEL_SETS[labels]))]
