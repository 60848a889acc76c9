"""All caches of the app, in one place.

Keys are small and exact: a photo's name or digest, a net's name, a revision number. Arrays are passed with
a leading underscore, which Streamlit does not hash: its own hash looks at a sample of a large array only and
would miss a small edit. Cached objects are shared by all visitors and changed by nobody; keys of uploads are
digests of their content, so only somebody who has the same photo meets a result computed from it.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass

import numpy as np
import streamlit as st

# Convolutions run on one thread each (demo_app.py); more of them at once than cores would only queue.
_COMPUTE = threading.Semaphore(2)


@dataclass(frozen=True)
class Segmentation:
    """What one net says about one photo, small enough to keep many."""

    labels: np.ndarray  # (H, W) uint8
    confidence: np.ndarray  # (H, W) float16, probability of the chosen class
    streams: dict[int, np.ndarray]  # {stride: class scores (K, h, w)}


@st.cache_resource(show_spinner=False)
def model(net: str, labels: str) -> object:
    """A trained net."""
    from seglib.models.weights import load_model

    return load_model(net, labels)


@st.cache_data(show_spinner=False)
def layer_table(net: str) -> list:
    """A net's longest path."""
    from seglib.models import layer_table_of

    return layer_table_of(net)


@st.cache_resource(max_entries=128, show_spinner=False)
def segment(_image: np.ndarray, photo_key: str, net: str, labels: str) -> Segmentation:
    """A net's answer for a photo."""
    from seglib.models.streams import fused_logits, probabilities, stream_scores

    with _COMPUTE:
        streams = stream_scores(model(net, labels), _image)
        logits = fused_logits(streams, _image.shape[:2])
        return Segmentation(
            labels=logits.argmax(0).astype(np.uint8),
            confidence=probabilities(logits).max(0).astype(np.float16),
            streams=streams,
        )


@st.cache_resource(max_entries=8, show_spinner=False)
def net_probabilities(_image: np.ndarray, photo_key: str, net: str, labels: str) -> np.ndarray:
    """A net's probabilities for a photo, ``(K, H, W)`` float32; a dozen megabytes each."""
    from seglib.models.prediction import predict

    with _COMPUTE:
        return predict(model(net, labels), _image).probabilities


@st.cache_resource(max_entries=2, show_spinner=False)
def guest_model(name: str) -> object:
    """One of torchvision's nets, from weights that are on this machine; two at most, they are large."""
    from seglib.models.torchvision_nets import load

    return load(name)


@st.cache_resource(max_entries=16, show_spinner=False)
def guest(_image: np.ndarray, photo_key: str, name: str) -> Segmentation:
    """A torchvision net's answer for a photo."""
    from seglib.models.torchvision_nets import predict

    with _COMPUTE:
        answer = predict(guest_model(name), _image)
        return Segmentation(answer.labels, answer.confidence.astype(np.float16), streams={})


def pixel_probabilities(streams: dict[int, np.ndarray], size: tuple[int, int], point: tuple[int, int]) -> np.ndarray:
    """Probability of each class at one pixel, ``(K,)``; cheap enough to need no cache."""
    from seglib.models.streams import fused_logits, probabilities

    return probabilities(fused_logits(streams, size)[:, point[0], point[1]])


@st.cache_resource(max_entries=16, show_spinner=False)
def contributions(
    _answer: Segmentation, photo_key: str, size: tuple[int, int], net: str, labels: str, class_index: int
) -> dict[int, np.ndarray]:
    """What each stream adds to one class's logit, upsampled, ``{stride: (H, W)}``."""
    from seglib.models.streams import stream_contributions

    return stream_contributions(_answer.streams, size, class_index)


@st.cache_resource(max_entries=16, show_spinner=False)
def stream_pictures(
    _answer: Segmentation, photo_key: str, size: tuple[int, int], net: str, labels: str, class_index: int
) -> dict[int, np.ndarray]:
    """One class's scores of each stream at their true resolution, drawn on the photo, ``{stride: (H, W)}``."""
    from seglib.models.streams import on_pixels

    return {stride: on_pixels(scores[class_index], stride, size) for stride, scores in _answer.streams.items()}


@st.cache_resource(max_entries=32, show_spinner=False)
def grid_labels(_answer: Segmentation, photo_key: str, size: tuple[int, int], net: str, labels: str) -> np.ndarray:
    """A net's answers on its own grid, before the last upsampling, each pixel taking its nearest, ``(H, W)``."""
    from seglib.models.streams import grid_logits, on_pixels

    stride = min(_answer.streams)
    return on_pixels(grid_logits(_answer.streams).argmax(0).astype(np.uint8), stride, size)


@st.cache_resource(max_entries=32, show_spinner=False)
def bundled_photo(name: str) -> np.ndarray:
    """One of the photos in the box."""
    from seglib.photos import load_photo

    return load_photo(name)


@st.cache_resource(max_entries=64, show_spinner=False)
def bundled_truth(name: str, labels: str, second: bool = False) -> np.ndarray:
    """The human labels of a photo in the box, or those drawn a second time."""
    from seglib.labels import LABEL_SETS
    from seglib.photos import photo_truth

    return photo_truth(name, LABEL_SETS[labels], second)


@st.cache_data(show_spinner=False)
def fine_pixels() -> dict[str, int]:
    """Pixels of each fine label over the photos in the box."""
    from seglib.annotation.heavy_tail import fine_pixels
    from seglib.photos import PHOTOS

    return fine_pixels(PHOTOS)


@st.cache_data(max_entries=256, show_spinner=False)
def confusion(
    _truth: np.ndarray, _segmentation: Segmentation, photo_key: str, revision: int, net: str, labels: str
) -> np.ndarray:
    """Confusion matrix of a net on a photo; ``revision`` stands for the truth's content."""
    from seglib.labels import LABEL_SETS
    from seglib.metrics import confusion_matrix

    return confusion_matrix(_truth, _segmentation.labels, len(LABEL_SETS[labels]))


@st.cache_data(max_entries=64, show_spinner=False)
def ceiling(_truth: np.ndarray, photo_key: str, revision: int, labels: str, how: str) -> dict[int, float]:
    """Mean IoU of the truth itself after a trip through each coarser grid."""
    from seglib.labels import LABEL_SETS
    from seglib.metrics import confusion_matrix, mean_iou
    from seglib.resolution import FACTORS, through_grid

    num_classes = len(LABEL_SETS[labels])
    return {
        factor: mean_iou(confusion_matrix(_truth, through_grid(_truth, factor, num_classes, how), num_classes))
        for factor in FACTORS
    }


def truth_key(truth: np.ndarray) -> str:
    """A name for exactly these labels; about a millisecond for a megapixel."""
    return hashlib.blake2b(np.ascontiguousarray(truth).data, digest_size=16).hexdigest() + str(truth.shape)
