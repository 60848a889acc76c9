"""A stack of layers as a person writes it, checked before use; the window of each layer, and what it costs.

``3:64 3/2:64 p2/2 3d4:128`` are four layers: a 3x3 convolution with 64 channels, one that subsamples by 2, a 2x2
pooling that subsamples by 2, a 3x3 convolution of dilation 4 with 128 channels. Convolutions keep the size of their
input (padding half of what the kernel spans), as in every net of this project; so does pooling with an odd kernel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from seglib.receptive_field import Layer, output_size, receptive_field

MAX_LAYERS = 40
MAX_TEXT = 1000  # characters; forty layers need fewer than five hundred
LIMITS = {"kernel": (1, 31), "stride": (1, 32), "dilation": (1, 128), "channels": (1, 4096)}
_TOKEN = re.compile(r"(p?)(\d+)(?:/(\d+))?(?:d(\d+))?(?::(\d+))?", re.ASCII)
BYTES = 4  # of a float32


class BadStack(ValueError):  # noqa: N818 - says what it is
    """A stack that cannot be built; the message is one sentence for the person who wrote it."""


@dataclass(frozen=True)
class Row:
    """One layer of a stack."""

    kernel: int
    stride: int = 1
    dilation: int = 1
    channels: int = 64
    pool: bool = False  # a pooling layer: no weights, as many channels as come in

    @property
    def layer(self) -> Layer:
        """As `seglib.receptive_field` takes it."""
        padding = (self.kernel - 1) * self.dilation // 2 if self.kernel % 2 else 0
        return Layer(self.kernel, self.stride, self.dilation, padding)

    def __str__(self) -> str:
        stride = f"/{self.stride}" if self.stride > 1 else ""
        dilation = f"d{self.dilation}" if self.dilation > 1 else ""
        return f"{'p' if self.pool else ''}{self.kernel}{stride}{dilation}{'' if self.pool else f':{self.channels}'}"


@dataclass(frozen=True)
class LayerCost:
    """One layer of a stack on one photo."""

    size: int  # window, px
    jump: int  # one unit every so many px
    output: tuple[int, int]  # rows, columns
    channels: int
    parameters: int
    multiply_adds: int
    activation_bytes: int  # of its output, float32


def parse_stack(text: str) -> list[Row]:
    """The layers that ``text`` names, all within `LIMITS`; `BadStack` says in one sentence what is wrong.

    >>> [str(row) for row in parse_stack("3 3/2:32 p2/2 3d4:128")]
    ['3:64', '3/2:32', 'p2/2', '3d4:128']
    """
    if len(text) > MAX_TEXT:
        raise BadStack(f"This stack is {len(text)} characters long: at most {MAX_TEXT} are read.")
    tokens = text.replace(",", " ").split()
    if not tokens:
        raise BadStack("This stack has no layer: write one, for example 3:64.")
    if len(tokens) > MAX_LAYERS:
        raise BadStack(f"This stack has {len(tokens)} layers: at most {MAX_LAYERS} are drawn.")
    return [_parse(number, token) for number, token in enumerate(tokens, 1)]


def _parse(number: int, token: str) -> Row:
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise BadStack(
            f"Layer {number}, “{token[:20]}”, is not a layer: wanted kernel, /stride, d and dilation, : and channels, "
            "for example 3/2d1:64, or p2/2 for pooling."
        )
    pool = bool(match[1])
    if pool and match[5]:
        raise BadStack(f"Layer {number} pools: it has as many channels as come in, so write {token.partition(':')[0]}.")
    values = {}
    for (what, (least, most)), digits in zip(LIMITS.items(), match.groups()[1:], strict=True):
        if digits is None:
            continue
        if len(digits) > 6 or not least <= int(digits) <= most:
            shown = digits if len(digits) <= 12 else f"{digits[:9]}… ({len(digits)} digits)"
            raise BadStack(f"Layer {number}: {what} is {shown}, wanted {least} to {most}.")
        values[what] = int(digits)
    row = Row(**values, pool=pool)
    if row.kernel % 2 == 0 and (not pool or row.dilation > 1):
        raise BadStack(
            f"Layer {number}: a kernel of {row.kernel} has no middle, so its output would lie half a pixel aside: "
            f"wanted {row.kernel - 1} or {row.kernel + 1}."
        )
    return row


def write_stack(rows: Sequence[Row]) -> str:
    """The text that `parse_stack` reads back."""
    return " ".join(map(str, rows))


def costs(rows: Sequence[Row], size: tuple[int, int], channels: int = 3) -> list[LayerCost]:
    """What each layer sees and costs on a photo of ``size`` = (H, W) with ``channels`` channels.

    A convolution has ``kernel² * channels in * channels out`` weights and a bias each, and needs that many
    multiply-adds for every unit of its output. `BadStack` if a layer is left without a unit.
    """
    table, layers = [], []
    for number, row in enumerate(rows, 1):
        layers.append(row.layer)
        try:
            height, width = (output_size(layers, side) for side in size)
        except ValueError:
            above = table[-1].output if table else size
            raise BadStack(
                f"Layer {number}: its kernel of {row.kernel} is larger than the {above[1]} x {above[0]} units that "
                "are left of the photo, so less than one unit would come out."
            ) from None
        out = channels if row.pool else row.channels
        weights = 0 if row.pool else row.kernel**2 * channels * out
        field = receptive_field(layers)
        table.append(
            LayerCost(
                size=field.size,
                jump=field.jump,
                output=(height, width),
                channels=out,
                parameters=weights + (0 if row.pool else out),
                multiply_adds=weights * height * width,
                activation_bytes=BYTES * out * height * width,
            )
        )
        channels = out
    return table
