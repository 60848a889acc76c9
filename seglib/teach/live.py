"""A small net, trained before your eyes: some ten photos, crops of them, an epoch a second.

Two nets of tens of thousands of weights. One learns everything from scratch: four convolutions of stride 2. The other
learns scores alone, on features that ImageNet taught. Both are FCNs: class scores at several strides, upsampled and
added, or, without skips, those of the coarsest stride only.

The same settings give the same run, to the bit: all chance comes from the seed. A run is a generator that yields after
each epoch and touches nothing else, so whoever drives it may pause, stop or forget it.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from torch import nn

from seglib.images import check_image
from seglib.labels import IGNORE, check_label_map
from seglib.metrics import confusion_matrix, mean_iou
from seglib.models.fcn import fuse, padded_side
from seglib.models.lite0 import CHANNELS
from seglib.models.prediction import to_input
from seglib.teach.live_settings import CROP, EPOCHS, SIDE, STEPS, Settings
from seglib.teach.nets import FrozenNet, photo_features
from seglib.training.losses import class_weights, overlap_loss, partial_label_loss

WIDTHS = {2: 16, 4: 24, 8: 40, 16: 64}  # channels of the net from scratch, {stride: channels}
HIDDEN = 24  # channels between a layer of ImageNet's features and its scores


@dataclass(frozen=True, eq=False)
class LivePhoto:
    """A labelled photo, shrunk to `SIDE` and padded to ``32 m + 1`` pixels a side; what is padded is void."""

    inputs: dict[int, torch.Tensor] = field(repr=False)  # {stride: (C, h, w)}: the picture at 1, or ImageNet's features
    labels: np.ndarray = field(repr=False)  # (h, w) uint8
    size: tuple[int, int]  # without padding


@dataclass(frozen=True, eq=False)
class Epoch:
    """What came of one epoch; number 0 is before the first step."""

    number: int
    loss: float  # mean over the epoch's steps; nan for number 0
    train_iou: float  # mean IoU on the epoch's crops; nan for number 0
    held_out_iou: float  # on the whole held-out photo; nan where it has no labels
    packed: bytes = field(repr=False)  # its labels, deflated
    size: tuple[int, int]

    @property
    def labels(self) -> np.ndarray:
        """The held-out photo's labels, ``(h, w)`` uint8, as small as the net saw it."""
        return np.frombuffer(zlib.decompress(self.packed), np.uint8).reshape(self.size)


def live_photo(image: np.ndarray, labels: np.ndarray, net: FrozenNet | None = None) -> LivePhoto:
    """Prepare a photo ``(H, W, 3)`` and its labels ``(H, W)``; with a ``net`` for training on its features."""
    labels = check_label_map(labels, IGNORE)
    if labels.shape != check_image(image).shape[:2]:
        raise ValueError(f"labels are {labels.shape}, their photo {image.shape[:2]}: they must match")
    scale = SIDE / max(labels.shape)
    height, width = size = tuple(max(1, round(side * scale)) for side in labels.shape)
    image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    labels = cv2.resize(labels.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    below, right = (padded_side(max(side, CROP)) - side for side in size)
    image = np.pad(image, ((0, below), (0, right), (0, 0)), mode="edge")
    labels = np.pad(labels, ((0, below), (0, right)), constant_values=IGNORE)
    if net is None:
        inputs = {1: to_input(torch.from_numpy(image)[None])[0]}
    else:
        grids = photo_features(image, net).grids
        inputs = {stride: torch.from_numpy(grids[stride]) for stride in sorted(CHANNELS, reverse=True)}
    return LivePhoto(inputs, labels, size)


class ScratchFCN(nn.Module):
    """Four convolutions of stride 2 and class scores at strides 16, 8 and 4, or at 16 alone."""

    def __init__(self, num_classes: int, skips: bool) -> None:
        super().__init__()
        widths = [3, *WIDTHS.values()]
        self.stages = nn.ModuleList(
            nn.Sequential(nn.Conv2d(before, after, 3, stride=2, padding=1), nn.GroupNorm(8, after), nn.ReLU())
            for before, after in itertools.pairwise(widths)
        )
        strides = (16, 8, 4) if skips else (16,)
        self.score = nn.ModuleDict({str(stride): nn.Conv2d(WIDTHS[stride], num_classes, 1) for stride in strides})

    def streams(self, inputs: Mapping[int, torch.Tensor]) -> dict[int, torch.Tensor]:
        """Class scores ``{stride: (N, K, h, w)}`` of pictures ``{1: (N, 3, H, W)}``, coarsest first."""
        x, features = inputs[1], {}
        for stride, stage in zip(WIDTHS, self.stages, strict=True):
            features[stride] = x = stage(x)
        return {int(stride): score(features[int(stride)]) for stride, score in self.score.items()}


class FeatureFCN(nn.Module):
    """Class scores from ImageNet's features at strides 32, 16, 8 and 4, or at 32 alone, by one hidden layer each."""

    def __init__(self, num_classes: int, skips: bool) -> None:
        super().__init__()
        strides = sorted(CHANNELS, reverse=True) if skips else [max(CHANNELS)]
        self.score = nn.ModuleDict(
            {
                str(stride): nn.Sequential(
                    nn.Conv2d(CHANNELS[stride], HIDDEN, 1), nn.ReLU(), nn.Conv2d(HIDDEN, num_classes, 1)
                )
                for stride in strides
            }
        )

    def streams(self, inputs: Mapping[int, torch.Tensor]) -> dict[int, torch.Tensor]:
        """Class scores ``{stride: (N, K, h, w)}`` of features ``{stride: (N, C, h, w)}``, coarsest first."""
        return {int(stride): score(inputs[int(stride)]) for stride, score in self.score.items()}


def create_net(settings: Settings, num_classes: int) -> nn.Module:
    """The net before its first step; the same for the same seed."""
    net = (FeatureFCN if settings.start == "ImageNet" else ScratchFCN)(num_classes, settings.skips)
    generator = torch.Generator().manual_seed(settings.seed)
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
            nn.init.zeros_(module.bias)
    return net


def count_weights(net: nn.Module) -> int:
    """How many numbers are learnt."""
    return sum(parameter.numel() for parameter in net.parameters())


def train_live(
    settings: Settings, photos: Sequence[LivePhoto], held_out: LivePhoto, num_classes: int
) -> Iterator[Epoch]:
    """Train on crops of some photos, yielding before the first step and after each of `EPOCHS` epochs."""
    if not any((photo.labels != IGNORE).any() for photo in photos):
        raise ValueError("no pixel of the training photos has a label: wanted one at least")
    rng = np.random.default_rng(settings.seed)
    net = create_net(settings, num_classes)
    optimizer = torch.optim.Adam(net.parameters(), lr=settings.learning_rate)
    counts = sum(np.bincount(photo.labels.ravel(), minlength=256)[:num_classes] for photo in photos)
    weights = class_weights(counts / counts.sum(), settings.balance)
    members = torch.eye(num_classes, dtype=torch.bool)  # every label says one class
    yield _look(net, held_out, num_classes, 0, np.nan, np.nan)
    for number in range(1, EPOCHS + 1):
        losses, cm = [], np.zeros((num_classes, num_classes), np.int64)
        for _ in range(STEPS):
            inputs, targets = _crops(photos, settings, rng)
            logits = fuse(net.streams(inputs), (CROP, CROP))
            loss = partial_label_loss(logits, targets, members, weights)
            if settings.overlap:
                loss = loss + overlap_loss(logits, targets, members)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            answers = logits.detach().argmax(1).to(torch.uint8).flatten(0, 1).numpy()
            cm += confusion_matrix(targets.flatten(0, 1).numpy(), answers, num_classes)
        train_iou = mean_iou(cm) if cm.any() else np.nan
        yield _look(net, held_out, num_classes, number, float(np.mean(losses)), train_iou)


def _crops(
    photos: Sequence[LivePhoto], settings: Settings, rng: np.random.Generator
) -> tuple[dict[int, torch.Tensor], torch.Tensor]:
    """A batch of random crops, half of them mirrored: inputs ``{stride: (N, C, h, w)}`` and labels ``(N, h, w)``."""
    inputs: dict[int, list[torch.Tensor]] = {}
    targets = []
    for index in rng.integers(len(photos), size=settings.batch):
        photo = photos[index]
        step = max(photo.inputs)  # crops begin on a unit of every layer
        top, left = (step * int(rng.integers((side - CROP) // step + 1)) for side in photo.labels.shape)
        flips = [-1] if rng.integers(2) else []
        for stride, grid in photo.inputs.items():
            units = (CROP - 1) // stride + 1
            window = grid[:, top // stride : top // stride + units, left // stride : left // stride + units]
            inputs.setdefault(stride, []).append(window.flip(flips))
        label = photo.labels[top : top + CROP, left : left + CROP]
        targets.append(torch.from_numpy(label.astype(np.int64)).flip(flips))
    return {stride: torch.stack(windows) for stride, windows in inputs.items()}, torch.stack(targets)


@torch.inference_mode()
def _look(net: nn.Module, photo: LivePhoto, num_classes: int, number: int, loss: float, train_iou: float) -> Epoch:
    """The held-out photo's labels after an epoch."""
    streams = net.streams({stride: grid[None] for stride, grid in photo.inputs.items()})
    height, width = photo.size
    labels = fuse(streams, photo.size)[0].argmax(0).to(torch.uint8).numpy()
    truth = photo.labels[:height, :width]
    iou = mean_iou(confusion_matrix(truth, labels, num_classes)) if (truth != IGNORE).any() else np.nan
    return Epoch(number, loss, float(train_iou), float(iou), zlib.compress(labels.tobytes()), photo.size)
