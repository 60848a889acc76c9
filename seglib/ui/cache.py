"""How the app remembers what it computed, and the caches that several pages share.

`shared` and `copied` have one rule of what a result is kept by: objects name their content themselves, by their
``key``, and an array goes by a digest of every element (Streamlit's own caches look at a sample of a large one only,
and miss a small edit). So a function takes what it computes with, and nobody passes a key.

Cached objects belong to all visitors and are changed by nobody. Keys of uploads are digests of their content: only
somebody who has the same photo meets a result computed from it.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import hashlib
import inspect
import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from seglib.assets import DamagedFile, leave_out
from seglib.labels import IGNORE, LABEL_SETS, LabelSet
from seglib.models.cards import WeightsError, base_of, shipped_nets, weights_path
from seglib.models.segmentation import Segmentation, digest
from seglib.photos import PHOTOS
from seglib.ui.memory import CONSTANTS, MEMORY, name_of
from seglib.ui.on_demand import OnDemand
from seglib.ui.photo import Photo
from seglib.ui.turns import Turns, leave_if_overtaken

# Convolutions run on one thread each (demo_app.py); more of them at once than cores would only queue.
COMPUTE = Turns(2)
_NUMBERS = itertools.count()  # functions of one name are told apart


def key_of(thing: object) -> str:
    """What an object with a ``key`` is cached by."""
    return thing.key


KEYS: dict[type, Callable] = {
    np.ndarray: lambda array: CONSTANTS.about(array, "digest", digest),
    pd.DataFrame: lambda table: (list(table.index), table.to_dict("list")),
    LabelSet: lambda it: (it.name, it.classes, it.colors, sorted(it.things)),
    Photo: key_of,
    Segmentation: key_of,
    OnDemand: key_of,
}


def shared(
    keep: int | None = None, *, keyed: tuple[type, ...] = (), words: str | bool = False, lasting: bool | None = None
) -> Callable:
    """Decorator: remember the latest ``keep`` results; every caller gets the very same object, so none may change it.

    Together the results of all functions stay within a budget in bytes, see `seglib.ui.memory`; those of a function
    without ``keep``, of which there are as many as lie in the box, are ``lasting`` and stay. ``keyed`` are further
    types of arguments that have a ``key``; ``words`` stand beside a spinner on the first call.
    """
    keys = KEYS | dict.fromkeys(keyed, key_of)

    def remember(function: Callable) -> Callable:
        name = f"{function.__module__}.{function.__qualname__} {next(_NUMBERS)}"
        signature = inspect.signature(function)

        @functools.wraps(function)
        def recall(*arguments: object, **named: object) -> object:
            bound = signature.bind(*arguments, **named)
            bound.apply_defaults()
            key = tuple(name_of(value, keys) for value in bound.arguments.values())
            stays = keep is None if lasting is None else lasting
            compute = functools.partial(_compute, function, bound, words)
            return MEMORY.recall(name, key, compute, keep, stays, meanwhile=leave_if_overtaken)

        recall.clear = functools.partial(MEMORY.forget, name)
        return recall

    return remember


def copied(keep: int | None = None, *, keyed: tuple[type, ...] = (), words: str | bool = False) -> Callable:
    """As `shared`, but every caller gets a copy: for small results."""

    def remember(function: Callable) -> Callable:
        one_for_all = shared(keep, keyed=keyed, words=words)(function)

        @functools.wraps(one_for_all)
        def recall(*arguments: object, **named: object) -> object:
            return copy.deepcopy(one_for_all(*arguments, **named))

        recall.__wrapped__ = function
        return recall

    return remember


def on_demand(function: Callable[..., np.ndarray]) -> Callable[..., OnDemand]:
    """Decorator of a function that draws a picture: it is drawn when its pixels are needed, see `seglib.ui.on_demand`.

    It goes by its arguments, as what is `shared` does, and is not kept: only what it is encoded to is.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def later(*arguments: object) -> OnDemand:
        drawn_from = repr((name, name_of(arguments, KEYS)))
        key = hashlib.blake2b(drawn_from.encode(), digest_size=16).hexdigest()
        return OnDemand(key, functools.partial(function, *arguments))

    return later


def _compute(function: Callable, bound: inspect.BoundArguments, words: str | bool) -> object:
    leave_if_overtaken()
    with st.spinner(words if isinstance(words, str) else "Computing …") if words else contextlib.nullcontext():
        return function(*bound.args, **bound.kwargs)


@shared()
def model(net: str, label_set_name: str) -> object:
    """A trained net, or a variant of one; one whose weights are damaged is listed no more."""
    from seglib.models.weights import load_model

    try:
        return load_model(base_of(net), label_set_name, weights_path(net, label_set_name))
    except WeightsError as error:
        leave_out(weights_path(net, label_set_name).stem, error)
        raise


@shared()
def familiar(label_set_name: str) -> object:
    """What is known of the photos that a label set's nets have learnt from; None if nothing is in the box."""
    from seglib.models.familiar import read_familiar

    try:
        return read_familiar(label_set_name)
    except WeightsError:
        return None


@shared(128)
def unfamiliarity(photo: Photo, label_set_name: str) -> float:
    """How far a photo lies from those, see `seglib.models.familiar`."""
    from seglib.models.familiar import NET, mean_features

    with COMPUTE:
        return familiar(label_set_name).distance(mean_features(model(NET, label_set_name), photo.image))


@copied()
def layer_table(net: str, label_set_name: str) -> list:
    """A net's longest path."""
    from seglib.models import layer_table_of

    return layer_table_of(base_of(net), label_set_name)


@shared(128)
def segment(photo: Photo, net: str, label_set_name: str) -> Segmentation:
    """A net's answer for a photo."""
    from seglib.models.streams import stream_scores

    with COMPUTE:
        streams = stream_scores(model(net, label_set_name), photo.image)
        return Segmentation.from_streams(streams, photo.size, f"{photo.key} {net} {label_set_name}")


@shared(8)
def net_probabilities(photo: Photo, net: str, label_set_name: str) -> np.ndarray:
    """A net's probabilities for a photo, ``(K, H, W)`` float32; a dozen megabytes each."""
    from seglib.models.prediction import predict

    with COMPUTE:
        return predict(model(net, label_set_name), photo.image).probabilities


@shared(32)
def net_labels(photo: Photo, net: str, label_set_name: str) -> np.ndarray:
    """A net's classes for a photo, ``(H, W)`` uint8: an FCN's from what all pages share, others' by probabilities."""
    if net in shipped_nets(label_set_name):
        return segment(photo, net, label_set_name).labels
    return net_probabilities(photo, net, label_set_name).argmax(0).astype(np.uint8)


@shared(2, lasting=True)
def guest_model(name: str) -> object:
    """One of torchvision's nets, from weights that are on this machine; two at most, they are large."""
    from seglib.models.torchvision_nets import load

    return load(name)


@shared(16)
def guest(photo: Photo, name: str) -> Segmentation:
    """A torchvision net's answer for a photo."""
    from seglib.models.torchvision_nets import predict

    with COMPUTE:
        answer = predict(guest_model(name), photo.image)
        key = f"{photo.key} {name} of torchvision"
        return Segmentation(answer.labels, answer.confidence.astype(np.float16), streams={}, key=key)


@shared(256)
def pixel_probabilities(answer: Segmentation, point: tuple[int, int]) -> np.ndarray:
    """Probability of each class at one pixel, ``(K,)``."""
    from seglib.models.streams import pixel_logits, probabilities

    return probabilities(pixel_logits(answer.streams, point))


@shared(16)
def contributions(answer: Segmentation, class_index: int) -> dict[int, np.ndarray]:
    """What each stream adds to one class's logit, upsampled, ``{stride: (H, W)}``."""
    from seglib.models.streams import stream_contributions

    return stream_contributions(answer.streams, answer.size, class_index)


@shared(256)
def contribution_limits(answer: Segmentation, class_index: int) -> dict[int, float]:
    """The largest of what each stream adds to one class's logit, for or against, as the end of a scale."""
    shares = contributions(answer, class_index)
    return {stride: max(0.01, float(np.abs(share).max())) for stride, share in shares.items()}


@shared(256)
def sum_limit(answer: Segmentation, class_index: int) -> float:
    """The same of their sum."""
    return max(0.01, float(np.abs(sum(contributions(answer, class_index).values())).max()))


@on_demand
def sum_picture(answer: Segmentation, class_index: int, limit: float) -> np.ndarray:
    """One class's logit as a picture, see `seglib.rendering.score_picture`."""
    from seglib.rendering import score_picture

    return score_picture(sum(contributions(answer, class_index).values()), limit)


@on_demand
def share_picture(answer: Segmentation, class_index: int, stride: int, limit: float) -> np.ndarray:
    """What one stream adds to one class's logit, as a picture."""
    from seglib.rendering import score_picture

    return score_picture(contributions(answer, class_index)[stride], limit)


@on_demand
def stream_picture(answer: Segmentation, class_index: int, stride: int, limit: float) -> np.ndarray:
    """One class's scores of one stream at their true resolution, on the photo, as a picture."""
    from seglib.models.streams import on_pixels
    from seglib.rendering import score_picture

    return score_picture(on_pixels(answer.streams[stride][class_index], stride, answer.size), limit)


@on_demand
def score_picture(scores: np.ndarray, limit: float) -> np.ndarray:
    """A map of signed scores as a picture, ``(h, w, 3)``, see `seglib.rendering.score_picture`."""
    from seglib.rendering import score_picture

    return score_picture(scores, limit)


@shared(8)
def scale_png(colors: np.ndarray) -> bytes:
    """A colour bar ``(h, w, 3)`` as a PNG file."""
    from seglib.lecture.pictures import png

    return png(colors)


@shared(32)
def grid_labels(answer: Segmentation) -> np.ndarray:
    """A net's answers on its own grid, before the last upsampling, each pixel taking its nearest, ``(H, W)``."""
    return answer.grid_labels()


@shared(32)
def bundled_photo(name: str) -> Photo:
    """One of the photos in the box."""
    from seglib.photos import load_photo, photo_path

    about = PHOTOS[name]
    return Photo(
        key=name,
        title=about.title,
        alt=about.alt,
        image=load_photo(name),
        credit=f"{about.credit} ({about.licence})",
        file_name=photo_path(name).name,
    )


@shared(64)
def bundled_truth(name: str, label_set_name: str, second: bool = False) -> np.ndarray:
    """The human labels of a photo in the box, or those drawn a second time; all void if they are damaged."""
    from seglib.photos import photo_truth

    try:
        return photo_truth(name, LABEL_SETS[label_set_name], second)
    except DamagedFile as error:
        leave_out(f"labels of {name}", error)
        return np.full(bundled_photo(name).size, IGNORE, np.uint8)


@copied()
def fine_pixels() -> dict[str, int]:
    """Pixels of each fine label over the photos in the box."""
    from seglib.annotation.heavy_tail import fine_pixels

    return fine_pixels(PHOTOS)


@copied(256)
def confusion(truth: np.ndarray, answer: Segmentation, num_classes: int) -> np.ndarray:
    """Confusion matrix of a net on a photo, ``(K, K)``."""
    from seglib.metrics import confusion_matrix

    return confusion_matrix(truth, answer.labels, num_classes)


@copied(64)
def ceiling(truth: np.ndarray, num_classes: int, how: str) -> dict[int, float]:
    """Mean IoU of the truth itself after a trip through each coarser grid."""
    from seglib.resolution import ceilings

    return ceilings(truth, num_classes, how)


@shared(32)
def through_grid(truth: np.ndarray, factor: int, num_classes: int, how: str) -> np.ndarray:
    """The truth after a trip through a coarser grid, ``(H, W)``, see `seglib.resolution.through_grid`."""
    from seglib.resolution import through_grid

    return through_grid(truth, factor, num_classes, how)


@shared(48)
def turned(before: Segmentation, after: Segmentation, truth: np.ndarray) -> np.ndarray:
    """Which pixels a net put right and which wrong after another, ``(H, W)``, see `seglib.metrics.turned`."""
    from seglib.metrics.turned import turned

    return turned(before.labels, after.labels, truth)


@shared(16)
def border_distance(truth: np.ndarray) -> np.ndarray:
    """Distance to the nearest true border, ``(H, W)`` float32."""
    from seglib.metrics import boundary

    return boundary.border_distance(truth)


@shared(8)
def thin(truth: np.ndarray, width: int) -> np.ndarray:
    """Where the truth is thinner than ``width`` pixels, ``(H, W)`` bool."""
    from seglib.metrics import boundary

    return boundary.thin_parts(truth, width)
