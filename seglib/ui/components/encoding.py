"""How arrays travel to the browser: each once, small, and in a form it can read exactly.

Pictures go as data URLs, JPEG for photos and PNG where single pixels are looked at. Label maps and
confidences go as deflated bytes: the browser unpacks them without reading a canvas back, whose pixels it
may smooth or perturb.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from seglib.labels import check_label_map
from seglib.ui.memory import CONSTANTS
from seglib.ui.on_demand import OnDemand, Picture
from seglib.ui.recent import Recent

CONFIDENCE_SIDE = 320  # pixels; a confidence is read out in whole per cent, a finer map only costs time
LOSSLESS_SIDE = 128  # pixels; pictures up to this side go as PNG: their pixels are looked at one by one
CACHE_BYTES = 64 * 2**20


class EncodedArrays:
    """What was encoded lately, least recently used first, bounded by bytes.

    The key is a digest of the content: a visitor can only meet an entry by bringing the very same pixels.
    """

    def __init__(self, max_bytes: int) -> None:
        self._assets: Recent[dict] = Recent(max_bytes, size=lambda asset: len(asset["content"]))

    @property
    def bytes(self) -> int:
        """How much is kept."""
        return self._assets.total

    def get(
        self,
        kind: str,
        array: np.ndarray,
        encode: Callable[[np.ndarray], dict],
        prepare: Callable[[np.ndarray], np.ndarray] = lambda array: array,
    ) -> tuple[str, dict]:
        """Name and encoding of an array, encoded anew only if it is not there.

        What travels is what ``prepare`` makes of the array; ``kind`` names this, too. Of an array that nobody changes
        (`seglib.ui.memory.CONSTANTS`) the name is found once.
        """
        name = CONSTANTS.about(array, kind, lambda same: _digest(kind, prepare(same)))
        return name, self.get_named(name, lambda: encode(prepare(array)))

    def get_named(self, name: str, encode: Callable[[], dict]) -> dict:
        """What goes by this name, encoded anew only if it is not there."""
        asset = self._assets.get(name)
        if asset is None:  # two sessions may encode the same at once: cheaper than making everybody wait
            asset = encode()
            self._assets.put(name, asset)
        return asset


_encoded = EncodedArrays(CACHE_BYTES)


def _digest(kind: str, array: np.ndarray) -> str:
    header = f"{kind} {array.dtype} {array.shape} ".encode()
    return hashlib.blake2b(header + array.tobytes(), digest_size=16).hexdigest()


def _is_lossless(picture: np.ndarray, pixelated: bool) -> bool:
    """How a picture travels, which is checked here; `ValueError` if it is none."""
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError(f"a picture is (h, w, 3) uint8; this one is {picture.shape} {picture.dtype}")
    return pixelated or max(picture.shape) <= LOSSLESS_SIDE


def _encode_picture(picture: np.ndarray, lossless: bool) -> dict:
    """A picture as a data URL: JPEG for photos, PNG where every pixel counts."""
    buffer = io.BytesIO()
    if lossless:
        Image.fromarray(picture).save(buffer, "PNG")
    else:
        Image.fromarray(picture).save(buffer, "JPEG", quality=92, subsampling=0)  # full chroma: people zoom in
    mime = "png" if lossless else "jpeg"
    return {"content": f"data:image/{mime};base64,{base64.b64encode(buffer.getvalue()).decode()}"}


def _draw_and_encode(picture: OnDemand, pixelated: bool) -> dict:
    drawn = picture.draw()
    return _encode_picture(drawn, _is_lossless(drawn, pixelated))


def _encode_map(values: np.ndarray) -> dict:
    """A map of bytes, deflated: unlike a picture it can be unpacked without reading a canvas back."""
    height, width = values.shape
    content = base64.b64encode(zlib.compress(values.tobytes(), 6)).decode()
    return {"content": content, "height": height, "width": width}


def _in_bytes(confidence: np.ndarray) -> np.ndarray:
    """A confidence as fine as it is read out."""
    step = -(-max(confidence.shape) // CONFIDENCE_SIDE)
    return np.rint(np.clip(confidence[::step, ::step], 0, 1) * 255).astype(np.uint8)


class Parcel:
    """Collects the arrays of one view, each once; panels refer to them by the name `add_...` returns.

    Arrays are checked here, where the error still points at the page that made them.
    """

    def __init__(self, num_classes: int | None) -> None:
        self.num_classes = num_classes
        self.pictures: dict[str, dict] = {}
        self.maps: dict[str, dict] = {}

    def add_picture(self, picture: Picture | None, pixelated: bool) -> str | None:
        if picture is None:
            return None
        if isinstance(picture, OnDemand):
            name = f"{picture.key}{' pixelated' if pixelated else ''}"
            asset = _encoded.get_named(name, lambda: _draw_and_encode(picture, pixelated))
        else:
            lossless = _is_lossless(picture, pixelated)
            kind = "png" if lossless else "jpeg"
            name, asset = _encoded.get(kind, picture, lambda array: _encode_picture(array, lossless))
        self.pictures[name] = asset
        return name

    def add_labels(self, labels: np.ndarray | None) -> str | None:
        if labels is None:
            return None
        if self.num_classes is None:
            raise ValueError("only a view with a label_set can name and colour labels")
        number = self.num_classes
        return self._add_map(labels, f"labels of {number}", lambda it: check_label_map(it, number).astype(np.uint8))

    def add_confidence(self, confidence: np.ndarray | None) -> str | None:
        if confidence is None:
            return None
        if confidence.ndim != 2:
            raise ValueError(f"a confidence is (h, w); this one has shape {confidence.shape}")
        return self._add_map(confidence, "confidence", _in_bytes)

    def _add_map(self, values: np.ndarray, kind: str, prepare: Callable[[np.ndarray], np.ndarray]) -> str:
        name, asset = _encoded.get(kind, values, _encode_map, prepare)
        self.maps[name] = asset
        return name
