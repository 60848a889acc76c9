"""From classifier to score map: ImageNet's own last layer, asked at every place instead of once.

A classifier's last layer is a matrix, 1000 classes by 1280 channels, applied to the mean of its features. Applied to
the features of each place it is a 1x1 convolution, and gives a map of scores: the classifier has become a segmenter,
without a weight changed. As mean and matrix commute, the mean of a class's map is the classifier's score for the
whole photo. Where the trunk stops subsampling and dilates instead (`seglib.models.dilated`), the map is finer, and
on the units that both grids share it holds the same numbers.

Source: Long, Shelhamer & Darrell, CVPR 2015, section 3.1 and figure 2; the mean and the map: Zhou et al., "Learning
deep features for discriminative localization", CVPR 2016, section 2.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from seglib.images import check_image
from seglib.models.cards import WeightsError, read_card
from seglib.models.dilated import dilate
from seglib.models.imagenet import SHIPPED
from seglib.models.lite0 import NUM_CLASSES, Lite0Classifier
from seglib.models.prediction import to_input

STRIDES = (32, 16, 8)  # of the map
SHORT_SIDE = 224  # what the classifier was trained on
CHUNK = 4096  # places whose thousand scores are computed at once


def class_names() -> tuple[str, ...]:
    """ImageNet's 1000 classes in the order of the classifier's scores, from its card; `WeightsError` without them."""
    classes = read_card(SHIPPED).get("classes")
    if not isinstance(classes, list) or len(classes) != NUM_CLASSES or not all(isinstance(k, str) for k in classes):
        raise WeightsError(f"the card of {SHIPPED.name} lacks its {NUM_CLASSES} classes: install the app again")
    return tuple(classes)


def converted(classifier: Lite0Classifier, output_stride: int) -> Lite0Classifier:
    """A classifier whose features lie on a grid of ``output_stride``; at 32 the one that was given."""
    if output_stride not in STRIDES:
        raise ValueError(f"stride {output_stride}: there are {', '.join(map(str, STRIDES))}")
    if output_stride == max(STRIDES):
        return classifier
    changed = Lite0Classifier()
    changed.trunk = dilate(classifier.trunk, output_stride)
    changed.head, changed.classifier = copy.deepcopy(classifier.head), copy.deepcopy(classifier.classifier)
    return changed.train(classifier.training)


def with_short_side(image: np.ndarray, side: int = SHORT_SIDE) -> np.ndarray:
    """A photo scaled until its shorter side has ``side`` pixels.

    >>> with_short_side(np.zeros((448, 600, 3), np.uint8)).shape
    (224, 300, 3)
    """
    scale = side / min(image.shape[:2])
    height, width = (max(side, round(n * scale)) for n in image.shape[:2])
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)


@dataclass(frozen=True, eq=False)
class ClassMaps:
    """What a classifier says at every place of a photo, and once for all of it."""

    features: torch.Tensor  # (C, h, w) float32: what the last layer takes in, place by place
    weights: torch.Tensor  # (1000, C)
    bias: torch.Tensor  # (1000,)
    normalizer: np.ndarray  # (h, w): log of the sum over all classes of exp(score)
    stride: int
    size: tuple[int, int]  # of the photo that it looked at
    pooled: np.ndarray  # (1000,) the classifier's one answer, logits

    def logits(self, class_index: int) -> np.ndarray:
        """A class's score at every place, ``(h, w)``: a 1x1 convolution, the same weights everywhere."""
        scores = torch.einsum("c,chw->hw", self.weights[class_index], self.features) + self.bias[class_index]
        return scores.numpy()

    def probabilities(self, class_index: int) -> np.ndarray:
        """A class's probability at every place, ``(h, w)``, among all 1000."""
        return np.exp(self.logits(class_index) - self.normalizer)

    def answer(self) -> np.ndarray:
        """Probabilities of the classifier's one answer, ``(1000,)``."""
        return torch.from_numpy(self.pooled).softmax(0).numpy()

    def at(self, row: int, col: int) -> np.ndarray:
        """Probabilities of all classes at one place of the grid, ``(1000,)``."""
        return (self.weights @ self.features[:, row, col] + self.bias).softmax(0).numpy()

    def terms(self, class_index: int, row: int, col: int) -> np.ndarray:
        """What each channel adds to a class's score at a place, ``(C,)``: with the bias they sum to the score."""
        return (self.weights[class_index] * self.features[:, row, col]).numpy()


@torch.no_grad()
def class_maps(classifier: Lite0Classifier, image: np.ndarray, stride: int = 32) -> ClassMaps:
    """Score maps of a photo ``(H, W, 3)`` uint8 from a classifier on a grid of ``stride``, see `converted`.

    The photo is not padded: unit ``i`` sits on pixel ``i * stride``, and the units are those whose mean the classifier
    takes.
    """
    x = to_input(torch.from_numpy(check_image(image).copy())[None])
    features = classifier.head_features(x)
    last = classifier.classifier
    flat = features[0].flatten(1)
    normalizer = torch.cat(
        [(last.weight @ part + last.bias[:, None]).logsumexp(0) for part in flat.split(CHUNK, dim=1)]
    )
    pooled = F.linear(features.mean((2, 3)), last.weight, last.bias)[0]
    return ClassMaps(
        features=features[0].contiguous(),
        weights=last.weight.detach(),
        bias=last.bias.detach(),
        normalizer=normalizer.reshape(features.shape[-2:]).numpy(),
        stride=stride,
        size=image.shape[:2],
        pooled=pooled.numpy(),
    )


@torch.no_grad()
def answer_of(classifier: Lite0Classifier, features: Mapping[int, torch.Tensor]) -> np.ndarray:
    """The classifier's one answer, logits ``(1000,)``, from its trunk's features, which may have been changed."""
    head = F.relu6(classifier.head(features[max(features)]))
    return classifier.classifier(head.mean((2, 3)))[0].numpy()


def on_photo(values: np.ndarray, stride: int, size: tuple[int, int], shown: tuple[int, int]) -> np.ndarray:
    """A map of places as a picture of the photo's size: each pixel takes its nearest unit.

    ``values (h, w)`` of a photo of ``size`` come out at ``shown``, the size that the photo is shown at.
    """
    rows, cols = (
        np.minimum(np.rint((np.arange(n) + 0.5) * from_n / n / stride - 0.5 / stride).astype(int), units - 1)
        for n, from_n, units in zip(shown, size, values.shape, strict=True)
    )
    return values[rows[:, None], cols]
