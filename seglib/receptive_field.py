"""How much of the photo a unit can see, from the layer table alone.

Going up through the layers, a unit's window grows by ``(kernel - 1) * dilation`` steps of the grid below,
and that grid's spacing, the "jump", multiplies with every stride. So three numbers describe a layer:
the size of its window, its jump, and where the window of unit 0 starts. Where paths part and meet again
(residual blocks, skips, inception), a unit sees what it sees along any of them: the union of their windows.

Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", 2016;
Araujo, Norris & Sim, "Computing receptive fields of convolutional neural networks", Distill 2019.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias

import numpy as np


@dataclass(frozen=True)
class Layer:
    """One convolution or pooling layer; ``padding`` is in pixels of its own input, on each side."""

    kernel: int
    stride: int = 1
    dilation: int = 1
    padding: int = 0
    name: str = ""
    channels: int = 0  # of its output; 0 where only windows are of interest
    ceil: bool = False  # a last window that is only begun counts, as in Caffe's poolings

    def __post_init__(self) -> None:
        for what, least in (("kernel", 1), ("stride", 1), ("dilation", 1), ("padding", 0)):
            if getattr(self, what) < least:
                raise ValueError(f"{what} is {getattr(self, what)}: wanted at least {least}")


@dataclass(frozen=True)
class Upsample:
    """Bilinear interpolation by a whole factor, corner units on corner units: each unit looks at its nearest two."""

    factor: int

    def __post_init__(self) -> None:
        if self.factor < 1:
            raise ValueError(f"factor is {self.factor}: wanted at least 1")


@dataclass(frozen=True)
class Branches:
    """Paths side by side from one grid, their results added or concatenated; an empty path is a short cut."""

    paths: tuple[tuple[Step, ...], ...]

    def __post_init__(self) -> None:
        if not self.paths:
            raise ValueError("branches without a path: wanted one or more")


Step: TypeAlias = Layer | Upsample | Branches


@dataclass(frozen=True)
class ReceptiveField:
    """The window of a layer's units, in input pixels, along one axis.

    Unit ``i`` sees pixels ``start + i * jump`` up to, not including, ``start + i * jump + size``.
    """

    size: int
    jump: int
    start: int

    def window(self, unit: int) -> tuple[int, int]:
        """First pixel seen by unit ``unit``, and the pixel after the last; may reach into the padding."""
        first = self.start + unit * self.jump
        return first, first + self.size


PIXEL = ReceptiveField(size=1, jump=1, start=0)  # what a pixel of the photo sees of it


def receptive_field(steps: Iterable[Step]) -> ReceptiveField:
    """Window of the last of ``steps``, a chain from the input up, in which `Branches` may part and meet.

    Exact for chains and for branches without upsampling. An upsampled unit sees its nearest two, more on one side or
    the other depending on where it lies between them: the window returned holds for all of them; `reached` tells apart.

    >>> receptive_field([Layer(3, stride=2), Layer(3)])
    ReceptiveField(size=7, jump=2, start=0)
    >>> residual = Branches(((Layer(3, padding=1), Layer(3, padding=1)), ()))
    >>> receptive_field([Layer(3, stride=2), residual])
    ReceptiveField(size=11, jump=2, start=-4)
    """
    return reduce(_grow, steps, PIXEL)


def _grow(below: ReceptiveField, step: Step) -> ReceptiveField:
    """The window one step up."""
    size, jump, start = below.size, below.jump, below.start
    if isinstance(step, Layer):
        size += (step.kernel - 1) * step.dilation * jump
        return ReceptiveField(size, jump * step.stride, start - step.padding * jump)
    if isinstance(step, Upsample):
        if jump % step.factor:
            raise ValueError(f"a grid of one unit every {jump} px cannot be made {step.factor} times finer")
        finer = jump // step.factor
        return ReceptiveField(size + 2 * (jump - finer), finer, start - (jump - finer))
    fields = [reduce(_grow, path, below) for path in step.paths]
    if len(jumps := {field.jump for field in fields}) > 1:
        grids = " and ".join(map(str, sorted(jumps)))
        raise ValueError(f"paths end on grids of one unit every {grids} px: wanted the same grid, to add them on")
    first, end = min(field.start for field in fields), max(field.start + field.size for field in fields)
    return ReceptiveField(end - first, fields[0].jump, first)


def output_size(steps: Sequence[Step], size: int) -> int:
    """Units along an axis that come out where ``size`` pixels go in; `ValueError` where a layer is left with none."""
    for number, step in enumerate(steps, 1):
        if isinstance(step, Layer):
            room = size + 2 * step.padding - (step.kernel - 1) * step.dilation - 1
            units = room // step.stride + 1
            # As in torch, a window that begins beyond the picture is none.
            if step.ceil and room % step.stride and units * step.stride < size + step.padding:
                units += 1
            if units < 1:
                raise ValueError(
                    f"layer {number}: its window is larger than the {size} units below it, nothing is left"
                )
            size = units
        elif isinstance(step, Upsample):
            size = (size - 1) * step.factor + 1
        else:
            sizes = {output_size(path, size) for path in step.paths}
            if len(sizes) > 1:
                raise ValueError(f"step {number}: its paths end with {sorted(sizes)} units: wanted the same number")
            size = sizes.pop()
    return size


def reached(steps: Sequence[Step], unit: int, size: int) -> np.ndarray:
    """Along how many ways each of ``size`` pixels reaches unit ``unit`` of the last step, ``(size,)`` float64.

    Zero where a pixel is not seen, inside the window, too: the holes of dilation and of large strides. Padding is no
    pixel, so this is exact at the border as well.

    >>> reached([Layer(3, dilation=2), Layer(3, dilation=2)], unit=0, size=9)
    array([1., 0., 2., 0., 3., 0., 2., 0., 1.])
    """
    units = output_size(steps, size)
    if not 0 <= unit < units:
        raise ValueError(f"unit {unit}: there are {units}, from 0 to {units - 1}")
    ways = np.zeros(units)
    ways[unit] = 1
    return _descend(tuple(steps), size, ways)


def _descend(steps: tuple[Step, ...], size: int, ways: np.ndarray) -> np.ndarray:
    """Ways from the input of ``steps`` to the unit, from those from their output to it."""
    for depth in range(len(steps) - 1, -1, -1):
        step, units = steps[depth], np.arange(len(ways))
        below = np.zeros(output_size(steps[:depth], size))
        if isinstance(step, Branches):
            below = sum(_descend(path, len(below), ways) for path in step.paths)
        else:
            if isinstance(step, Layer):
                first = units * step.stride - step.padding
                taps = [first + tap * step.dilation for tap in range(step.kernel)]
            else:
                taps = [units // step.factor, -(-units // step.factor)]
                taps[1] = np.where(taps[1] == taps[0], -1, taps[1])  # on a unit of the coarse grid there is one only
            for at in taps:
                inside = (at >= 0) & (at < len(below))
                np.add.at(below, at[inside], ways[inside])
        ways = below
    return ways


def window_at(steps: Sequence[Step], pixel: int, size: int) -> tuple[int, int]:
    """First pixel and the one after the last, of ``size``, that the scores at ``pixel`` can depend on, upsampled.

    ``steps`` lead to a net's scores; these are interpolated back to one a pixel.
    """
    seen = np.flatnonzero(reached([*steps, Upsample(receptive_field(steps).jump)], pixel, size))
    return int(seen[0]), int(seen[-1]) + 1


def without_subsampling(layers: Iterable[Layer], output_stride: int, fill: bool = True) -> list[Layer]:
    """The chain with subsampling removed once ``output_stride`` is reached, for the same kernels on a denser grid.

    With ``fill`` every later kernel is exploded by what was removed before it (the à trous algorithm: Holschneider et
    al., 1989; Chen et al., DeepLab, ICLR 2015, section 3.1), and its padding with it: on every ``removed``-th unit the
    numbers stay what they were, and so does the window. Without, nothing is put in its place and the window shrinks.

    >>> chain = [Layer(3, stride=2, padding=1), Layer(3, stride=2, padding=1), Layer(3, padding=1)]
    >>> [(layer.stride, layer.dilation) for layer in without_subsampling(chain, output_stride=2)]
    [(2, 1), (1, 1), (1, 2)]
    """
    stride, removed, changed = 1, 1, []
    for layer in layers:
        rate = removed if fill else 1
        stops = removed > 1 or stride * layer.stride > output_stride  # and from there on for good
        if stops:
            removed *= layer.stride
        else:
            stride *= layer.stride
        exploded = {"dilation": layer.dilation * rate, "padding": layer.padding * rate}
        changed.append(replace(layer, stride=1 if stops else layer.stride, **exploded))
    if stride != output_stride:
        raise ValueError(f"output stride {output_stride}: this chain can stop at {stride}, by whole layers only")
    return changed
