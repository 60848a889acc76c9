"""Larger nets that others trained: torchvision's, with COCO weights and the classes of Pascal VOC.

They are not in the box: `download` fetches one on request, into the folder that torchvision itself uses, and
where it already lies there no network is needed. Weights are read without unpickling code and loaded strictly.

Source: torchvision.models.segmentation; weights "COCO_WITH_VOC_LABELS_V1", trained on the COCO photos that
hold VOC's classes.
"""

from __future__ import annotations

import hashlib
import pickle
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlparse

import numpy as np
import torch
from torch import nn
from torchvision.models import WeightsEnum, segmentation

from seglib.images import check_image
from seglib.labels import LabelSet
from seglib.models.cards import WeightsError
from seglib.models.prediction import Prediction

VOC = LabelSet(
    name="voc",
    title="Pascal VOC",
    classes=(
        "background",
        *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
        *("dining table", "dog", "horse", "motorbike", "person", "potted plant", "sheep", "sofa", "train"),
        "tv monitor",
    ),
    # The palette of the VOC development kit: everybody who knows VOC reads it.
    colors=(
        (0, 0, 0),
        *((128, 0, 0), (0, 128, 0), (128, 128, 0), (0, 0, 128), (128, 0, 128)),
        *((0, 128, 128), (128, 128, 128), (64, 0, 0), (192, 0, 0), (64, 128, 0)),
        *((192, 128, 0), (64, 0, 128), (192, 0, 128), (64, 128, 128), (192, 128, 128)),
        *((0, 64, 0), (128, 64, 0), (0, 192, 0), (128, 192, 0), (0, 64, 128)),
    ),
    things=frozenset(
        {"aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "dining table"}
        | {"dog", "horse", "motorbike", "person", "potted plant", "sheep", "sofa", "train", "tv monitor"}
    ),
)

NETS: dict[str, WeightsEnum] = {
    "lraspp_mobilenet_v3_large": segmentation.LRASPP_MobileNet_V3_Large_Weights.COCO_WITH_VOC_LABELS_V1,
    "deeplabv3_mobilenet_v3_large": segmentation.DeepLabV3_MobileNet_V3_Large_Weights.COCO_WITH_VOC_LABELS_V1,
    "fcn_resnet50": segmentation.FCN_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1,
    "deeplabv3_resnet50": segmentation.DeepLabV3_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1,
}
MAX_BYTES = 300 * 2**20
TIMEOUT = 15  # seconds without an answer
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def weights_file(name: str) -> Path:
    """Where torchvision keeps the weights of ``name``, whether they are there or not."""
    if name not in NETS:
        raise ValueError(f"no torchvision net {name!r}: there are {', '.join(NETS)}")
    return Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(NETS[name].url).path).name


def megabytes(name: str) -> float:
    """Size of the download, as torchvision states it."""
    return NETS[name].meta["_file_size"]


def download(name: str, progress: Callable[[float], None] = lambda share: None) -> Path:
    """Fetch the weights of ``name``; ``progress`` hears the share done, 0 to 1, and may raise to stop.

    Raises `WeightsError`, naming net and host, when the network, the disk or the file's checksum fails.
    """
    target, url = weights_file(name), NETS[name].url
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, done = hashlib.sha256(), 0
    expected = megabytes(name) * 2**20
    # A download that fails or is stopped leaves nothing: the temporary file goes, the target is renamed at the end.
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        partial = Path(folder) / target.name
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT) as answer, partial.open("wb") as file:
                while chunk := answer.read(2**18):
                    done += len(chunk)
                    if done > MAX_BYTES:
                        raise WeightsError(f"{name}: more than {MAX_BYTES} bytes came from {urlparse(url).hostname}")
                    digest.update(chunk)
                    file.write(chunk)
                    progress(min(1.0, done / expected))
        except OSError as error:  # also URLError, timeouts and a full disk
            reason = getattr(error, "reason", error)
            raise WeightsError(
                f"{name} could not be downloaded from {urlparse(url).hostname} ({reason}): "
                "check the network, or go on with the nets in the box"
            ) from error
        wanted = target.stem.rsplit("-", 1)[-1]  # torchvision's file names end in their sha256's first digits
        if not digest.hexdigest().startswith(wanted):
            raise WeightsError(f"{name} arrived damaged (sha256 does not start with {wanted}): try again")
        partial.replace(target)
    return target


def load(name: str) -> nn.Module:
    """One of `NETS` from weights that are already on this machine, in eval mode.

    `WeightsError` if they are not there, or are not weights of this net.
    """
    path = weights_file(name)
    if not path.is_file():
        raise WeightsError(f"{name} is not on this machine yet: download it first ({megabytes(name):.0f} MB)")
    build = getattr(segmentation, name)
    auxiliary = {} if name.startswith("lraspp") else {"aux_loss": True}  # in the file, though unused to predict
    model = build(weights=None, weights_backbone=None, num_classes=len(VOC), **auxiliary)
    try:
        model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True), strict=True)
    except (RuntimeError, pickle.UnpicklingError, EOFError, OSError) as error:
        raise WeightsError(f"{path.name} does not hold weights of {name}: delete it and download again") from error
    return model.eval().to(memory_format=torch.channels_last)


def predict(model: nn.Module, image: np.ndarray) -> Prediction:
    """Segment a photo ``(H, W, 3)`` uint8 into VOC's classes with a net from `load`."""
    x = torch.from_numpy(check_image(image).copy()).permute(2, 0, 1)[None].float() / 255
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    with torch.inference_mode():
        probabilities = model((x - mean) / std)["out"][0].softmax(0).numpy()
    return Prediction(probabilities.argmax(0).astype(np.uint8), probabilities)
