"""What `seglib.teach.measure` compares, and where its figures lie."""

from __future__ import annotations

from seglib.assets import ASSETS
from seglib.teach.features import LAYERS

RESULTS = ASSETS / "statistics" / "teach.json"
FOUR = LAYERS[:-1]  # without colour
METHODS: dict[str, tuple[str, tuple[int, ...]]] = {  # name: net and layers
    **{f"layer {stride}": ("ImageNet", (stride,)) for stride in FOUR},
    "colour": ("ImageNet", (2,)),
    "layers 32 + 16": ("ImageNet", (32, 16)),
    "layers 32 + 16 + 8": ("ImageNet", (32, 16, 8)),
    "four layers": ("ImageNet", FOUR),
    "four layers and colour": ("ImageNet", LAYERS),
    "random weights": ("random weights", FOUR),
    "random weights and colour": ("random weights", LAYERS),
}
CRF, TEXTONS = "four layers, then the CRF", "textons and colours"
TEXTON_KINDS, TEXTON_RADIUS = ("texture", "colour"), 2  # as the page before convnets starts; cells
