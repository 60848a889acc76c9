"""A pyramid net: one small-windowed trunk looks at the photo at three sizes, and a linear classifier at all it saw.

The photo's Laplacian pyramid has three levels, each half the size of the one before. The same trunk, with the same
weights, runs on each: its window, small on the finest level, covers twice as many pixels of the photo on the next and
four times as many on the last. Features are upsampled to the finest level's grid, concatenated, and classified by a
1x1 convolution. A skip net gets its coarse scores from *deeper layers*, this one from *smaller pictures*.

The trunk is cut at stride 8. There its window is 67 px, a fifth of a photo's width or less (46 of 320 px in the
paper), and what gradients reach most is less than that: enough for texture, not for the scene. So `pyramid1`,
the same net with one level, is a fair control: a Laplacian pyramid of one level is the photo itself, so both nets
are shown the same, and only the window differs. Cut at stride 4 the window would be 19 px and the features hardly
more than edges; at stride 16 it would be 339 px, and one level alone would see most of the photo.

Concatenating and then classifying is written the other way round: each level is scored with its own part of the
classifier, scores are upsampled and added. Both are linear and give the same numbers, but the second is cheaper and
shows what each level has to say; levels become streams at strides 8, 16 and 32, to be fused like those of an FCN. The
classifier has no bias: a level that is switched off adds nothing, and the rest are the logits.

Source: Farabet, Couprie, Najman & LeCun, "Learning hierarchical features for scene labeling", TPAMI 2013, section 3.
Departures: another trunk, from ImageNet; linear classifier, where theirs has a hidden layer; bands are locally
normalised as theirs, the residual is not, for it would lose its colours; RGB instead of YUV.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from seglib.models.fcn import contributions, fuse
from seglib.models.lite0 import CHANNELS, Lite0Trunk, layer_table
from seglib.pyramid import laplacian_pyramid, normalize_locally
from seglib.receptive_field import Layer, receptive_field

LEVELS = {"pyramid": 3, "pyramid1": 1}
STRIDE = 8  # where the trunk is cut
CONTRAST_FLOOR = 0.05  # of input units, 6 grey levels: fainter contrasts are not blown up


def level_inputs(x: torch.Tensor, levels: int) -> list[torch.Tensor]:
    """What the trunk is shown, finest first: ``x (N, 3, H, W)`` to ``(N, 3, STRIDE * m + 1, ...)`` a level.

    Levels are padded right and below with zeros, to sizes in which all their grids line up: half of 32 m + 1 pixels
    is 16 m + 1.
    """
    *bands, residual = laplacian_pyramid(x.contiguous(), levels)  # rows are added up fastest when they lie in one piece
    shown = [*(normalize_locally(band, CONTRAST_FLOOR) for band in bands), residual]
    grid = STRIDE * 2 ** (levels - 1)
    units = [-(-(side - 1) // grid) for side in x.shape[-2:]]
    padded = []
    for number, level in enumerate(shown):
        height, width = (unit * grid // 2**number + 1 for unit in units)
        full = F.pad(level, (0, width - level.shape[-1], 0, height - level.shape[-2]))
        padded.append(full.contiguous(memory_format=torch.channels_last))
    return padded


def longest_path(levels: int) -> list[Layer]:
    """From the photo to the features of the coarsest of so many levels: its reductions, then the trunk."""
    reductions = [Layer(5, stride=2, padding=2, name="reduction", channels=3)] * (levels - 1)
    return [*reductions, *layer_table(STRIDE)]


def level_window(level: int) -> int:
    """Pixels of the photo, along one axis, that a unit of this level sees at most (0: finest)."""
    return receptive_field(longest_path(level + 1)).size


def share(trunk: nn.Module, levels: list[torch.Tensor]) -> list[torch.Tensor]:
    """A trunk on several pictures at once: a list of levels in, a list of its last features out.

    Every weight is shared, and so are the statistics of batch normalisation: in training, mean and variance are those
    over all levels together. If levels ran one after another, each would be trained with its own statistics, and
    predict with a running mean of all.
    """
    levels = [F.relu6(x) for x in _together(trunk.stem, levels)]
    for block in (block for stage in trunk.stages.values() for block in stage):
        *inner, last = block.chain
        wide = levels
        for layer in inner:
            wide = [F.relu6(x) for x in _together(layer, wide)]
        added = _together(last, wide)
        levels = [a + b for a, b in zip(levels, added, strict=True)] if block.shortcut else added
    return levels


def _together(module: nn.Module, levels: list[torch.Tensor]) -> list[torch.Tensor]:
    """Convolve each level, and normalise all of them as one batch."""
    convolution, norm = module
    convolved = [convolution(x) for x in levels]
    if not norm.training:
        return [norm(x) for x in convolved]
    n, channels = convolved[0].shape[:2]
    rows = [x.permute(0, 2, 3, 1).reshape(n, -1, channels) for x in convolved]  # (N, H * W, C)
    joined = torch.cat(rows, 1)[:, :, None].permute(0, 3, 1, 2)  # (N, C, all units, 1)
    parts = norm(joined).permute(0, 2, 3, 1).split([part.shape[1] for part in rows], 1)
    pairs = zip(parts, convolved, strict=True)
    return [part.reshape(n, *x.shape[2:], channels).permute(0, 3, 1, 2) for part, x in pairs]


class Pyramid(nn.Module):
    """A shared trunk on ``levels`` levels of the picture's Laplacian pyramid, and a linear classifier over all.

    Pictures are ``(N, 3, H, W)`` float32, ``(rgb - 127) / 128``, of any size from 1x1 up.
    """

    def __init__(self, num_classes: int, levels: int = LEVELS["pyramid"]) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.levels = levels
        self.strides = tuple(STRIDE * 2**level for level in reversed(range(levels)))
        self.trunk = Lite0Trunk(STRIDE)
        self.score = nn.Conv2d(levels * CHANNELS[STRIDE], num_classes, 1, bias=False)  # over the concatenation

    def features(self, x: torch.Tensor) -> list[torch.Tensor]:
        """The trunk's features of each level on its own grid, ``(N, C, h, w)``, finest first."""
        return share(self.trunk, level_inputs(x, self.levels))

    def streams(self, x: torch.Tensor) -> dict[int, torch.Tensor]:
        """Class scores of each level on its own grid, ``{stride on the photo: (N, K, h, w)}``, coarsest first."""
        weights = self.score.weight.chunk(self.levels, 1)
        scores = [F.conv2d(x, weight) for x, weight in zip(self.features(x), weights, strict=True)]
        return dict(zip(self.strides, reversed(scores), strict=True))

    def contributions(self, x: torch.Tensor) -> dict[int, torch.Tensor]:
        """What each level adds to the logits, ``{stride: (N, K, H, W)}``; they sum to the logits."""
        return contributions(self.streams(x), x.shape[-2:])

    def forward(self, x: torch.Tensor, every: int = 1) -> torch.Tensor:
        """Logits ``(N, K, H, W)``, or of every ``every``-th row and column alone, see `fuse`."""
        return fuse(self.streams(x), x.shape[-2:], every)
