"""Pictures of more than 8 bits a channel: read whole, then stretched to 8 as a viewer of such files would.

A camera's 12 bits lie in the lower part of 16, so the upper byte alone, which is what Pillow keeps of a colour picture,
shows next to nothing. Here the 0.5th percentile of all values becomes 0 and the 99.5th 255, the same for all colours,
so that hues stay. Colours of 16 bits and of floating point are read by OpenCV, greys by Pillow.
"""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, TiffImagePlugin

from seglib.picture_files import PNG_START, SIDEWAYS, TURNS, BadImage, open_header, orientation

MAX_DEEP_BYTES = 100_000_000  # of pixels as they are in memory: 16 million of three channels of 16 bits
_PNG_CHANNELS = {2: 3, 4: 4, 6: 4}  # by colour type: RGB, grey with alpha (as OpenCV reads it), RGBA
# Tags of TIFF 6.0, and what stands there in a picture of red, green and blue that OpenCV reads rightly.
_WIDTH, _HEIGHT, _BITS, _ORIENTATION, _SAMPLES, _PROFILE = 256, 257, 258, 274, 277, 34675
_PHOTOMETRIC, _PLANES, _EXTRA = 262, 284, 338
_RGB, _TOGETHER, _ALPHAS = 2, 1, (1, 2)
_TIFF_STARTS = (b"II*\0", b"MM\0*")


def deep_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) of a colour PNG or TIFF of more than 8 bits a channel, as `read_deep` gives it; else None.

    `BadImage` if its pixels would not fit into `MAX_DEEP_BYTES`.
    """
    if data.startswith(PNG_START):
        if data[24:25] != b"\x10" or data[25] not in _PNG_CHANNELS:
            return None
        width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
        bytes_a_pixel = 2 * _PNG_CHANNELS[data[25]]
    elif data.startswith(_TIFF_STARTS):
        tags = _tiff_tags(data)
        bits, samples = tags.get(_BITS, (1,)), int(tags.get(_SAMPLES, 1))
        if samples < 3 or max(bits) <= 8:
            return None
        width, height = int(tags.get(_WIDTH, 0)), int(tags.get(_HEIGHT, 0))
        if TURNS.get(tags.get(_ORIENTATION, 1)) in SIDEWAYS:
            width, height = height, width
        bytes_a_pixel = samples * max(bits) // 8
    else:
        return None
    if width * height * bytes_a_pixel > MAX_DEEP_BYTES:
        raise BadImage(
            f"The picture is {width} x {height} pixels of {bytes_a_pixel} bytes: at most "
            f"{MAX_DEEP_BYTES // 10**6} million bytes are taken, so save it with 8 bits a colour."
        )
    return width, height


def _tiff_tags(data: bytes) -> TiffImagePlugin.ImageFileDirectory_v2:
    """The tags of a TIFF's first picture, read whether or not Pillow can show it."""
    directory = TiffImagePlugin.ImageFileDirectory_v2(data[:8])
    file = io.BytesIO(data)
    file.seek(directory.next)
    directory.load(file)
    return directory


def read_deep(data: bytes) -> np.ndarray:
    """Pixels ``(H, W, 3)`` or, with transparency, ``(H, W, 4)`` of a file that `deep_size` knows; uint16 or float.

    Not stretched; a TIFF upright, a PNG as it is stored. `BadImage` if OpenCV cannot read it.
    """
    tags = _tiff_tags(data) if data.startswith(_TIFF_STARTS) else {}
    usual = tags.get(_PHOTOMETRIC, _RGB) == _RGB and tags.get(_PLANES, _TOGETHER) == _TOGETHER
    pixels = _imdecode(data) if usual else None
    if pixels is None or pixels.ndim != 3 or pixels.shape[2] not in (3, 4):
        raise BadImage(
            "The picture is damaged, or stores more than 8 bits a colour in a rare way: save it with 8 bits a colour."
        )
    no_alpha = bool(tags) and not set(tags.get(_EXTRA, ())) & set(_ALPHAS)  # a fourth channel may be infrared
    return pixels[..., [2, 1, 0] if no_alpha else [2, 1, 0, 3][: pixels.shape[2]]]


def _imdecode(data: bytes) -> np.ndarray | None:
    """OpenCV's reading of a file, without what it prints over a damaged one; None for that."""
    log = cv2.utils.logging
    before = log.getLogLevel()
    log.setLogLevel(log.LOG_LEVEL_SILENT)
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    finally:
        log.setLogLevel(before)


def open_deep(data: bytes) -> tuple[Image.Image, bytes | None, Image.Transpose | None]:
    """A file that `deep_size` knows: its pixels stretched to 8 bits, its colour profile, how to turn it upright."""
    picture = to_eight_bits(read_deep(data))
    if data.startswith(PNG_START):
        header = open_header(data)
        return picture, header.info.get("icc_profile"), orientation(header)
    return picture, _tiff_tags(data).get(_PROFILE), None  # OpenCV turns a TIFF itself


def to_eight_bits(pixels: np.ndarray) -> Image.Image:
    """What `read_deep` gives, stretched: RGB, or RGBA whose transparency keeps its meaning."""
    colours = stretch(pixels[..., :3], None if pixels.shape[2] == 3 else pixels[..., 3] > 0)
    if pixels.shape[2] == 3:
        return Image.fromarray(colours)
    whole = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1.0
    opacity = np.nan_to_num(pixels[..., 3].astype(np.float32)) * (255 / whole)
    return Image.fromarray(np.dstack([colours, opacity.clip(0, 255).astype(np.uint8)]))


def stretch(values: np.ndarray, seen: np.ndarray | None = None) -> np.ndarray:
    """Numbers of any range ``(H, W)`` or ``(H, W, 3)`` to uint8; no number to 0.

    The 0.5th percentile of those that are ``seen`` ``(H, W)`` becomes 0 and the 99.5th 255.
    """
    steps = tuple(slice(None, None, 1 + side // 1000) for side in values.shape[:2])
    sample = values[steps].astype(np.float32)
    if seen is not None and seen.any():
        sample = sample[seen[steps]]
    sample = sample[np.abs(sample) < 1e30]  # beyond, differences would leave float32; such values are no light
    if not sample.size:
        raise BadImage("This picture holds no numbers, only blanks: choose another.")
    low, high = np.percentile(sample, (0.5, 99.5)).astype(np.float32)
    if values.dtype == np.uint16:
        return _stretched(np.arange(2**16, dtype=np.float32), low, high)[values]
    stretched = np.empty(values.shape, np.uint8)
    for channel in np.ndindex(values.shape[2:]):  # one by one, for each may be 100 MB
        stretched[..., *channel] = _stretched(values[..., *channel].astype(np.float32), low, high)
    return stretched


def _stretched(values: np.ndarray, low: np.float32, high: np.float32) -> np.ndarray:
    """In place, for these may be 100 MB."""
    np.clip(values, low, high, out=values)
    values -= low
    values *= 255 / max(high - low, np.float32(1e-20))
    np.nan_to_num(values, copy=False, nan=0)
    return np.rint(values, out=values).astype(np.uint8)
