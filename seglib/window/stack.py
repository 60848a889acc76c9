"""A stack of layers as a person writes it, checked before use; the window of each layer, and what it costs.

``3:64 3/2:64 p2/2 3d4:128`` are four layers: a 3x3 convolution with 64 channels, one that subsamples by 2, a 2x2
pooling that subsamples by 2, a 3x3 convolution of dilation 4 with 128 channels. ``g32`` makes 32 groups (as many as
channels: depthwise), ``+1`` pads by 1 px on each side, ``c`` counts a last window that is only begun.

Without ``+`` a layer that keeps the grid keeps the size, too, padded by half of what its kernel spans. One that
subsamples is padded as published nets pad it: a convolution by half its kernel, but by 3 at most (ResNet's 7/2 gives
112 units of 224 px, AlexNet's 11/4 gives 55), and not at all where its kernel equals its stride (the patches of ViT
and ConvNeXt); a pooling not at all, as in torch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from seglib.quoting import quoted
from seglib.receptive_field import Layer, output_size, receptive_field

MAX_LAYERS = 40
MAX_TEXT = 1000  # characters; forty layers need fewer than five hundred
LIMITS = {
    "kernel": (1, 31),
    "stride": (1, 32),
    "dilation": (1, 128),
    "groups": (1, 4096),
    "padding": (0, 128),
    "channels": (1, 4096),
}
_TOKEN = re.compile(r"(p?)(\d+)(?:/(\d+))?(?:d(\d+))?(?:g(\d+))?(?:\+(\d+))?(c?)(?::(\d+))?", re.ASCII)
_ADAPTIVE = re.compile(r"a\d*|gap|pa\d*", re.ASCII)
MOST_PADDING = 3  # of a convolution that subsamples, unless the stack says otherwise
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
    groups: int = 1  # of channels that do not see each other
    padding: int | None = None  # px on each side; None for what is usual
    ceil: bool = False  # a last window that is only begun counts

    @property
    def layer(self) -> Layer:
        """As `seglib.receptive_field` takes it."""
        padding = self.padding
        if padding is None:
            padding = (self.kernel - 1) * self.dilation // 2 if self.kernel % 2 else 0
            if self.stride > 1:
                patches = self.kernel == self.stride and self.dilation == 1
                padding = 0 if self.pool or patches else min(padding, MOST_PADDING * self.dilation)
        return Layer(self.kernel, self.stride, self.dilation, padding, ceil=self.ceil)

    def __str__(self) -> str:
        parts = [
            "p" if self.pool else "",
            str(self.kernel),
            f"/{self.stride}" if self.stride > 1 else "",
            f"d{self.dilation}" if self.dilation > 1 else "",
            f"g{self.groups}" if self.groups > 1 else "",
            f"+{self.padding}" if self.padding is not None else "",
            "c" if self.ceil else "",
            "" if self.pool else f":{self.channels}",
        ]
        return "".join(parts)


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
    if _ADAPTIVE.fullmatch(token):
        raise BadStack(
            f"Layer {number} pools adaptively, so its windows depend on the photo's size and differ among each other: "
            "write the pooling that it amounts to, for example p7/7."
        )
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise BadStack(
            f"Layer {number}, {quoted(token[:20])}, is not a layer: wanted kernel, /stride, d and dilation, g and "
            "groups, + and padding, : and channels, for example 3/2d1:64, or p2/2 for pooling."
        )
    kernel, stride, dilation, groups, padding, ceil, channels = match.groups()[1:]
    pool = bool(match[1])
    if pool and (channels or groups):
        plain = re.sub(r"g\d+|:.*", "", token)
        raise BadStack(f"Layer {number} pools: it has as many channels as come in, so write {plain}.")
    values = {}
    for (what, (least, most)), digits in zip(
        LIMITS.items(), (kernel, stride, dilation, groups, padding, channels), strict=True
    ):
        if digits is None:
            continue
        if len(digits) > 6 or not least <= int(digits) <= most:
            shown = digits if len(digits) <= 12 else f"{digits[:9]}… ({len(digits)} digits)"
            raise BadStack(f"Layer {number}: {what} is {shown}, wanted {least} to {most}.")
        values[what] = int(digits)
    row = Row(**values, pool=pool, ceil=bool(ceil))
    patches = row.kernel == row.stride and row.dilation == 1
    if row.kernel % 2 == 0 and row.padding is None and not patches and (not pool or row.dilation > 1):
        raise BadStack(
            f"Layer {number}: a kernel of {row.kernel} has no middle, so its output would lie half a pixel aside: "
            f"wanted {row.kernel - 1} or {row.kernel + 1}, a stride of {row.kernel}, or a padding, as in "
            f"{row.kernel}/2+{row.kernel // 2 - 1}."
        )
    if pool and (row.padding or 0) > row.kernel // 2:
        raise BadStack(f"Layer {number}: a pooling of {row.kernel} is padded by {row.kernel // 2} px at most.")
    return row


def write_stack(rows: Sequence[Row]) -> str:
    """The text that `parse_stack` reads back."""
    return " ".join(map(str, rows))


def costs(rows: Sequence[Row], size: tuple[int, int], channels: int = 3) -> list[LayerCost]:
    """What each layer sees and costs on a photo of ``size`` = (H, W) with ``channels`` channels.

    A convolution has ``kernel² * channels in / groups * channels out`` weights and a bias for each channel, and needs
    that many multiply-adds for every unit of its output. A stack that begins with more groups than the photo has
    channels is a piece of a net: one channel for each group comes in. `BadStack` if a layer is left without a unit.
    """
    table, layers = [], []
    if rows and rows[0].groups > channels:
        channels = rows[0].groups
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
        if channels % row.groups or out % row.groups:
            raise BadStack(
                f"Layer {number}: {row.groups} groups cannot share {channels} channels that come in and {out} that go "
                "out evenly."
            )
        weights = 0 if row.pool else row.kernel**2 * (channels // row.groups) * out
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
