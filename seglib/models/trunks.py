"""Which trunk a net stands on: EfficientNet-Lite0 from ImageNet, or, for street scenes, a residual one from scratch.

The street nets were trained before there was a trunk from ImageNet, and keep theirs until they are trained anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from torch import nn

from seglib.models import lite0, trunk
from seglib.receptive_field import Layer

LITE0, RESIDUAL = "lite0", "residual"


@dataclass(frozen=True)
class Kind:
    """What there is to know of a trunk to build nets on it."""

    build: Callable[..., nn.Module]  # ``build(last=32)``: the stages up to that stride
    channels: dict[int, int]  # of its features, by stride
    layer_table: Callable[..., list[Layer]]  # ``layer_table(stride=32)``: the longest path to those features
    conv_norm: Callable[..., nn.Sequential]  # a convolution and its norm, for layers on top


TRUNKS = {
    LITE0: Kind(lite0.Lite0Trunk, lite0.CHANNELS, lite0.layer_table, lite0.ConvNorm),
    RESIDUAL: Kind(trunk.Trunk, trunk.CHANNELS, trunk.layer_table, trunk.ConvNorm),
}
OF_LABEL_SET = {"everyday": LITE0, "street": RESIDUAL}  # of the nets in the box


def kind_of(name: str) -> Kind:
    """A trunk by name; `ValueError` lists those there are."""
    if name not in TRUNKS:
        raise ValueError(f"no trunk {name!r}: there are {', '.join(TRUNKS)}")
    return TRUNKS[name]


def trunk_of(tensor_names: Iterable[str]) -> str:
    """Which trunk a net stands on, from the names of its tensors: only Lite0 has depthwise convolutions."""
    return LITE0 if any(".depthwise." in name for name in tensor_names) else RESIDUAL
