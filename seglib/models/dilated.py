"""A trunk without subsampling after some stride, with dilation in its place or with nothing.

The exploded filter: take the trunk, which subsamples, stop subsampling at ``output_stride``, and space the taps of all
later kernels by the factor that is missing. Every weight stays as it was; on the units that the old, coarse grid had,
the features are the same numbers, and between them there are now new ones. Without dilation ("plain") the layers are
the same ones and have as many multiply-adds, but their windows shrink.

Source: Chen et al., "Semantic image segmentation with deep convolutional nets and fully connected CRFs", ICLR 2015,
section 3.1; Yu, Koltun & Funkhouser, "Dilated residual networks", CVPR 2017, section 2.
"""

from __future__ import annotations

import copy

from torch import nn

from seglib.models.lite0 import layer_table
from seglib.receptive_field import Layer, without_subsampling


def dilated_table(output_stride: int, fill: bool = True) -> list[Layer]:
    """The trunk's longest path as `dilate` changes it; `ValueError` for a stride that the trunk never has."""
    table, strides = layer_table(), [1]
    for layer in table:
        strides.append(strides[-1] * layer.stride)
    if output_stride not in strides:
        raise ValueError(f"output stride {output_stride}: there are {', '.join(map(str, sorted(set(strides))))}")
    return without_subsampling(table, output_stride, fill)


def dilate(trunk: nn.Module, output_stride: int, fill: bool = True) -> nn.Module:
    """A copy of ``trunk``, weights included, that stops subsampling at ``output_stride``.

    Features keep the names of their stages, ``{4: ..., 8: ..., 16: ..., 32: ...}``, but their grid is never coarser
    than ``output_stride``. On pictures of ``32 m + 1`` pixels a side, with ``fill``, every
    ``stage // output_stride``-th unit of the features holds the numbers of the trunk that was given.
    """
    changed = copy.deepcopy(trunk)
    table = iter(dilated_table(output_stride, fill))
    _set(changed.stem[0], next(table))
    for block in (block for stage in changed.stages.values() for block in stage):
        _set(block.depthwise[0], next(table))
    return changed


def _set(convolution: nn.Conv2d, layer: Layer) -> None:
    """Strides, rates and margins are read at every call of a convolution, so they can be changed on the spot."""
    convolution.stride = (layer.stride,) * 2
    convolution.dilation = (layer.dilation,) * 2
    convolution.padding = (layer.padding,) * 2
    # What the constructor derives from the padding, kept true although only other padding modes read it.
    convolution._reversed_padding_repeated_twice = [layer.padding] * 4
