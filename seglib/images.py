"""Photos from strangers: bytes in, an upright RGB array of bearable size out, or one sentence that says why not.

What comes out is pixels only: orientation and colour profile are applied, and place and camera stay behind. Greys,
palettes, CMYK and 16-bit or floating-point pictures become 8-bit sRGB: transparent parts turn white (unless all is
transparent, which is a slip of the program that saved it), and more than 8 bits are stretched between the 0.5th and the
99.5th percentile, as a viewer of such files would. Of an animation or a bundle the first picture is taken.

`seglib.picture_files` says what is refused, and `seglib.label_png` reads label maps.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
from PIL import Image

from seglib.colour_profiles import to_srgb
from seglib.deep_pixels import deep_size, open_deep, stretch
from seglib.label_png import decode_label_map
from seglib.picture_files import (
    MAX_BYTES,
    MAX_JPEG_PIXELS,
    MAX_OTHER_PIXELS,
    SIDEWAYS,
    BadImage,
    check_bytes,
    check_kind,
    check_pixels,
    check_shape,
    open_header,
    orientation,
    untrusted,
)

__all__ = [
    "MAX_BYTES",
    "MAX_OTHER_PIXELS",
    "MAX_PIXELS",
    "BadImage",
    "Decoded",
    "check_image",
    "decode",
    "decode_label_map",
    "load_image",
    "size_for_nets",
]

# Of the result. The nets learnt from photos of 400 x 300 pixels or so: three times as large, at 1.1 megapixels, such
# photos cost them 31 points of mean IoU, at 0.28 megapixels 4, at 0.18 one (``python -m seglib.training.input_scale``).
MAX_PIXELS = 480 * 360
# A JPEG's pixels may come in several passes, each over all of them: 10 are usual, thousands are an attack. They
# are counted by their marker, which the film behind some phones' photos shows by chance: there the bound is wide.
MAX_PROGRESSIVE_PASSES, MAX_PASSES = 64, 256
JPEGS = ("JPEG", "MPO")  # MPO: several JPEGs in one file, as some phones write


@dataclass(frozen=True)
class Decoded:
    """A photo ready for the nets."""

    image: np.ndarray  # (H, W, 3) uint8 RGB, upright
    original_size: tuple[int, int]  # (height, width) in the file, once upright
    notice: str | None  # what was done to it that the person should know


def check_image(image: np.ndarray) -> np.ndarray:
    """Return ``image`` if it is ``(H, W, 3)`` uint8 RGB; else `ValueError` says what came."""
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise ValueError(f"an image is (H, W, 3) uint8 RGB; this one is {image.shape} {image.dtype}")
    return image


def size_for_nets(size: tuple[int, int]) -> tuple[int, int]:
    """``(width, height)`` of a photo for the nets: as it is, or of the same shape and at most `MAX_PIXELS`.

    >>> [size_for_nets(size) for size in ((480, 320), (4000, 3000), (1_000_000, 1))]
    [(480, 320), (480, 360), (415692, 1)]
    """
    width, height = size
    shrink = min(1.0, sqrt(MAX_PIXELS / (width * height)))
    return max(int(width * shrink), 1), max(int(height * shrink), 1)


def load_image(source: str | Path | bytes, *, full_size: bool = False, managed: bool = True) -> np.ndarray:
    """A photo from a path or from a file's bytes: ``(H, W, 3)`` uint8 RGB, upright.

    It is shrunk to `MAX_PIXELS`, the scale at which nets know things, unless it is wanted at ``full_size``; `decode`
    tells whether it was. Raises `BadImage` for whatever is not such a photo.
    """
    if isinstance(source, bytes):
        return decode(source, full_size=full_size, managed=managed).image
    path = Path(source)
    if not path.is_file():
        raise BadImage(f"There is no file {path.name!r}: give the path of a photo.")
    check_bytes(path.stat().st_size)
    return decode(path.read_bytes(), full_size=full_size, managed=managed).image


def decode(data: bytes, *, full_size: bool = False, any_shape: bool = False, managed: bool = True) -> Decoded:
    """Decode the bytes of a photo; raises `BadImage`, and nothing else, for whatever is not one.

    A page's photo is shrunk to `MAX_PIXELS`, and neither tiny nor a strip. A data set's photo may have ``any_shape``,
    and commands read it at ``full_size``; nothing else differs. Without ``managed`` the colour profile is not applied.
    """
    check_bytes(len(data))
    check_kind(data)
    with untrusted():
        deep = deep_size(data)
        file = None if deep else open_header(data)
        width, height = size = deep or file.size
        if file is not None:
            _check_effort(data, file)
        if not any_shape:
            check_shape(size)
        target = size if full_size else size_for_nets(size)
        image, profile, turn = open_deep(data) if file is None else _unfold(file, target)
        if target != size:
            image = image.resize(target, Image.Resampling.LANCZOS, reducing_gap=2.0)
        image = to_srgb(image, profile if managed else None)
        if image.mode != "RGB":
            image = _on_white(image)
        if turn is not None:
            image = image.transpose(turn)
        pixels = np.array(image)
    if turn in SIDEWAYS:
        width, height = height, width
    notice = None
    if target != size:
        notice = (
            f"Shrunk from {width} x {height} to {pixels.shape[1]} x {pixels.shape[0]} pixels, the scale at which "
            "the nets know things."
        )
    return Decoded(pixels, (height, width), notice)


def _check_effort(data: bytes, file: Image.Image) -> None:
    """Refuse, by its header, a file that would take too much memory or time to unfold."""
    jpeg, progressive = file.format in JPEGS, "progressive" in file.info
    check_pixels(file.size, MAX_JPEG_PIXELS if jpeg and not progressive else MAX_OTHER_PIXELS)
    if jpeg and data.count(b"\xff\xda") > (MAX_PROGRESSIVE_PASSES if progressive else MAX_PASSES):
        raise BadImage("This JPEG is built of more passes than any camera writes: open it and save it again.")


def _unfold(file: Image.Image, target: tuple[int, int]) -> tuple[Image.Image, bytes | None, Image.Transpose | None]:
    """Pixels of 8 bits, at least as many as the ``target``; the colour profile; how to turn them upright."""
    if file.format in JPEGS:
        file.draft(None, target)
    file.load()
    # Pillow turns a TIFF itself. Part of a photo can be of use even if the note on which side is up is not.
    turn = orientation(file) if file.format != "TIFF" else None
    return _to_eight_bits(file), file.info.get("icc_profile"), turn


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """The same picture in a mode that can be shrunk: L, RGB, CMYK, YCbCr, LA or RGBA."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return Image.fromarray(stretch(np.asarray(image)))
    if "transparency" in image.info or image.mode in ("PA", "RGBa", "La"):
        return image.convert("RGBA")
    if image.mode == "P":
        return image.convert("RGBA" if image.palette and image.palette.mode == "RGBA" else "RGB")
    if image.mode == "1":
        return image.convert("L")
    return image


def _on_white(image: Image.Image) -> Image.Image:
    """RGB; what is transparent shows white behind it, not the colour that hides there."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() == (0, 0):
            return image.convert("RGB")  # nobody means a picture of nothing: the program left the channel blank
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")
