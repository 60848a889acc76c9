"""Stacks whose window is worth a look: published nets with published windows, and plain stacks of dilated layers.

Sources of the windows: google-research/receptive_field, RECEPTIVE_FIELD_TABLE.md, the table behind Araujo, Norris &
Sim, Distill 2019 (alexnet_v2 195, vgg_16 212 at pool5, resnet_v1_50 483); Chen et al., DeepLab, ICLR 2015, section 3.1
(VGG16: 404 where the net is applied convolutionally) and table 2 (LargeFOV: 224 for the kernel of fc6).
"""

from __future__ import annotations

from dataclasses import dataclass

from seglib.window.stack import Row

# Convolutions of VGG16 between its poolings: Simonyan & Zisserman, ICLR 2015, configuration D.
_VGG16 = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


@dataclass(frozen=True)
class Preset:
    """A stack with what is said of it in print."""

    rows: tuple[Row, ...]
    words: str
    published: int | None = None  # window in px, counted as we count


def _vgg16() -> list[Row]:
    """VGG16 up to and including pool5."""
    rows = []
    for convolutions, channels in _VGG16:
        rows += [Row(3, channels=channels)] * convolutions + [Row(2, stride=2, pool=True)]
    return rows


def _large_fov() -> list[Row]:
    """VGG16 without its last two subsamplings, dilation in their place, and a small fc6 that reaches far."""
    rows = [Row(3, channels=channels) for convolutions, channels in _VGG16 for _ in range(convolutions)]
    for at in (2, 5, 9):  # pool1 to pool3; the last two poolings do not subsample, and are 3x3
        rows.insert(at, Row(2, stride=2, pool=True))
    rows.insert(13, Row(3, pool=True))
    rows[14:] = [Row(3, dilation=2, channels=512)] * 3
    return [*rows, Row(3, pool=True), Row(3, dilation=12, channels=1024), Row(1, channels=1024)]


def _resnet50() -> list[Row]:
    """The longest path; as in TF-Slim the last unit of a stage subsamples, where the paper's first does."""
    rows = [Row(7, stride=2, channels=64), Row(3, stride=2, pool=True, padding=1)]
    for stage, blocks in enumerate((3, 4, 6, 3)):
        for block in range(blocks):
            width, last = 64 * 2**stage, block == blocks - 1 and stage < 3
            rows += [
                Row(1, channels=width),
                Row(3, stride=2 if last else 1, channels=width),
                Row(1, channels=4 * width),
            ]
    return rows


def field_of_view(kernel: int, dilation: int, stride: int = 8, cell: int = 32) -> int:
    """What Chen et al. (ICLR 2015, table 2) call the field of view of fc6: its taps on cells of ``cell`` px.

    pool5's own window of 212 px is not counted, so VGG16's 404 px are 224 in this count.

    >>> field_of_view(7, 4), field_of_view(3, 12)
    (224, 224)
    """
    return (kernel - 1) * dilation * stride + cell


PRESETS = {
    "VGG16 (FCN)": Preset(
        (*_vgg16(), Row(7, channels=4096), Row(1, channels=4096)),
        "Published: 212 px at pool5 (Araujo et al. 2019), 404 px at fc6 and fc7 (Chen et al. 2015). Look at fc6, the "
        "7x7 layer: most of the window and of the parameters come from it.",
        404,
    ),
    "ResNet-50 (longest path)": Preset(
        tuple(_resnet50()),
        "Published: 483 px (Araujo et al. 2019, the layout of TF-Slim). The short cuts see less; they are not drawn.",
        483,
    ),
    "DeepLab-LargeFOV": Preset(
        tuple(_large_fov()),
        "The paper prints 224 px for its 3x3 kernel of dilation 12: it counts that kernel's taps on cells of 32 px "
        "((3 − 1) · 12 · 8 + 32) and leaves out what pool5 sees itself. Counted to the end, as here, the window is "
        "wider; VGG16's 404 px are 224 in the paper's count.",
    ),
    "3x3, dilation 1": Preset((Row(3),) * 6, "Six plain layers: the window grows by 2 px each."),
    "3x3, dilation 1, 2, 4, 8, …": Preset(
        tuple(Row(3, dilation=2**n) for n in range(6)),
        "Six layers whose dilation doubles: as many parameters, no subsampling, and the window doubles with each layer "
        "(Yu & Koltun 2016).",
        127,
    ),
    "3x3, stride 2 each": Preset(
        (Row(3, stride=2),) * 6,
        "Six layers that subsample: as wide as dilation, on a grid of one unit every 64 px.",
        127,
    ),
}
