"""How much of the photo a unit can see, from the layer table alone.

Going up through the layers, a unit's window grows by ``(kernel - 1) * dilation`` steps of the grid below,
and that grid's spacing, the "jump", multiplies with every stride. So three numbers describe a layer:
the size of its window, its jump, and where the window of unit 0 starts.

Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", 2016;
Araujo, Norris & Sim, "Computing receptive fields of convolutional neural networks", Distill 2019.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Layer:
    """One convolution or pooling layer; ``padding`` is in pixels of its own input, on each side."""

    kernel: int
    stride: int = 1
    dilation: int = 1
    padding: int = 0
    name: str = ""

    def __post_init__(self) -> None:
        for what, least in (("kernel", 1), ("stride", 1), ("dilation", 1), ("padding", 0)):
            if getattr(self, what) < least:
                raise ValueError(f"{what} is {getattr(self, what)}: wanted at least {least}")


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


def receptive_field(layers: Iterable[Layer]) -> ReceptiveField:
    """Window of the last of ``layers``, a chain from the input up.

    >>> receptive_field([Layer(3, stride=2), Layer(3)])
    ReceptiveField(size=7, jump=2, start=0)
    """
    size, jump, start = 1, 1, 0
    for layer in layers:
        size += (layer.kernel - 1) * layer.dilation * jump
        start -= layer.padding * jump
        jump *= layer.stride
    return ReceptiveField(size, jump, start)


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
