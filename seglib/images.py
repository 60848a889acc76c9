"""Photos from strangers: bytes in, an upright RGB array of bearable size out, or one sentence that says why not.

A file is believed in nothing. Its kind is told by its first bytes, not its name; its size is read from the header
and refused before any pixel is decoded, because 12 kB can unfold to a gigabyte; and whatever its decoder trips
over leaves here as `BadImage`. What comes out is pixels only: orientation is applied, and place, camera and colour
profile stay behind.

Greys, palettes, CMYK and 16-bit or floating-point pictures become 8-bit RGB: transparent parts turn white, and
more than 8 bits are stretched between the 0.5th and the 99.5th percentile, as a viewer of such files would. Of an
animation or a bundle the first picture is taken.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from seglib.labels import check_label_map

MAX_PIXELS = 1_000_000  # of the result: what the nets take in about a second
MAX_BYTES = 20_000_000  # a phone's photo has 2 to 12 MB
# A JPEG is decoded at a half, a quarter or an eighth of its size, so that 60 megapixels cost little memory.
# Other formats unfold whole, at up to 4 bytes a pixel; a progressive JPEG keeps all its coefficients.
MAX_JPEG_PIXELS = 60_000_000
MAX_OTHER_PIXELS = 24_000_000
# A JPEG's pixels may come in several passes, each over all of them: 10 are usual, thousands are an attack. They
# are counted by their marker, which the film behind some phones' photos shows by chance: there the bound is wide.
MAX_PROGRESSIVE_PASSES, MAX_PASSES = 64, 256
MIN_SIDE = 32  # the nets see in steps of 32 pixels
MAX_ASPECT = 8

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")

# What else people drop here: where to look, what stands there, what it is, what to do about it.
STRANGERS = (
    (slice(4, 12), (b"ftyphei", b"ftyphev", b"ftypmif1", b"ftypmsf1"), "a HEIC photo", "convert to JPEG"),
    (slice(4, 12), (b"ftypavi",), "an AVIF picture", "convert to JPEG"),
    (slice(4, 8), (b"ftyp",), "a film", "save one frame of it as JPEG"),
    (slice(0, 12), (b"\xff\x0a", b"\0\0\0\x0cJXL "), "a JPEG XL picture", "convert to JPEG"),
    (slice(0, 5), (b"%PDF",), "a PDF document", "save the picture in it as JPEG or PNG"),
    (slice(0, 4), (b"PK\x03\x04",), "a zip archive or an office document", "unpack it and give one photo"),
    (slice(0, 4), (b"8BPS",), "a Photoshop document", "export as JPEG or PNG"),
)

# What Pillow lets out over a damaged file. Fuzzing met the first six; the others are what plain parsing code in
# Python, or the libraries behind it, may raise as well.
DAMAGE = (
    OSError,  # truncated, broken stream; also UnidentifiedImageError
    SyntaxError,  # Pillow's word for "not of this format"
    ValueError,
    TypeError,
    struct.error,
    Image.DecompressionBombError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    zlib.error,
)


class BadImage(ValueError):  # noqa: N818 - a photo is bad, not in error
    """A file that is not taken. Its message is one sentence to show: what came, what was wanted, what to do."""


@dataclass(frozen=True)
class Decoded:
    """A photo ready for the nets."""

    image: np.ndarray  # (H, W, 3) uint8 RGB, upright
    original_size: tuple[int, int]  # (height, width) in the file, once upright
    notice: str | None  # what was done to it that the person should know


# Pillow warns of much that is refused or harmless here. Filters of warnings belong to the whole process (until
# Python 3.14), so only one thread may change them at a time; it also holds memory to one big photo at a time.
_one_at_a_time = threading.Lock()


@contextmanager
def _pillow() -> Iterator[None]:
    """Work on one file: no warning leaves, and any stumble over its content is a `BadImage`."""
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except BadImage:
            raise
        except DAMAGE as error:
            raise BadImage(
                "The picture is damaged or cut short: open it in a viewer, save it as JPEG or PNG, and try again."
            ) from error


def check_image(image: np.ndarray) -> np.ndarray:
    """Return ``image`` if it is ``(H, W, 3)`` uint8 RGB; else `ValueError` says what came."""
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise ValueError(f"an image is (H, W, 3) uint8 RGB; this one is {image.shape} {image.dtype}")
    return image


def load_image(source: str | Path | bytes) -> np.ndarray:
    """A photo from a path or from a file's bytes: ``(H, W, 3)`` uint8 RGB, upright, at most `MAX_PIXELS` pixels.

    Raises `BadImage` for whatever is not such a photo. To learn whether it was shrunk, ask `decode`.
    """
    if isinstance(source, bytes):
        return decode(source).image
    path = Path(source)
    if not path.is_file():
        raise BadImage(f"There is no file {path.name!r}: give the path of a photo.")
    _check_bytes(path.stat().st_size)
    return decode(path.read_bytes()).image


def decode(data: bytes) -> Decoded:
    """Decode the bytes of a photo; raises `BadImage`, and nothing else, for whatever is not one."""
    _check_bytes(len(data))
    _check_kind(data)
    with _pillow():
        image = _open(data)
        jpeg = image.format in ("JPEG", "MPO")  # MPO: several JPEGs in one file, as some phones write
        progressive = "progressive" in image.info
        _check_size(image.size, MAX_JPEG_PIXELS if jpeg and not progressive else MAX_OTHER_PIXELS)
        if jpeg and data.count(b"\xff\xda") > (MAX_PROGRESSIVE_PASSES if progressive else MAX_PASSES):
            raise BadImage("This JPEG is built of more passes than any camera writes: open it and save it again.")
        # Part of a photo can be of use even if the note on which side is up is not.
        turn = _orientation(image)
        width, height = image.size
        shrink = min(1.0, sqrt(MAX_PIXELS / (width * height)))
        target = int(width * shrink), int(height * shrink)
        if jpeg:
            image.draft(None, target)
        image.load()
        image = _to_eight_bits(image)
        if shrink < 1:
            image = image.resize(target, Image.Resampling.LANCZOS, reducing_gap=2.0)
        if image.mode != "RGB":
            image = _on_white(image)
        if turn is not None:
            image = image.transpose(turn)
        pixels = np.array(image)
    if turn in SIDEWAYS:
        width, height = height, width
    notice = None
    if shrink < 1:
        notice = f"Shrunk from {width} x {height} to {pixels.shape[1]} x {pixels.shape[0]} pixels."
    return Decoded(pixels, (height, width), notice)


def decode_label_map(
    data: bytes, num_classes: int, size: tuple[int, int], original_size: tuple[int, int] | None = None
) -> np.ndarray:
    """Label map ``(H, W)`` uint8 from a PNG whose pixels are class indices, 255 where void.

    Grey (up to 16 bits) and palette PNGs are taken; a palette's colours, as in VOC, do not matter. ``size`` is the
    photo's (height, width) as decoded; a map of the photo's ``original_size`` is shrunk to it, nearest pixel.
    Raises `BadImage` for anything else: colours, another size, an index that is no class.
    """
    _check_bytes(len(data))
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR":
        raise BadImage("This label map is not a PNG file: save one class index per pixel as PNG, which loses nothing.")
    with _pillow():
        file = _open(data)
        if file.mode not in ("1", "L", "P", "I", "I;16", "I;16B"):
            raise BadImage(
                f"This label map holds colours ({file.mode}): wanted one class index per pixel, "
                "so save it in grey or with a palette."
            )
        if (file.height, file.width) not in (size, original_size):
            wanted = " or ".join(dict.fromkeys(f"{w} x {h}" for h, w in (size, original_size or size)))
            raise BadImage(
                f"This label map is {file.width} x {file.height} pixels: wanted the photo's own size, {wanted}."
            )
        labels = np.array(file) if file.mode != "1" else np.array(file).astype(np.uint8)
        depth = data[24]  # bits a pixel
        if file.mode == "L" and depth < 8:
            labels //= 255 // (2**depth - 1)  # Pillow spreads 2 and 4 bits over the greys: 1 of 15 becomes 17
    try:
        check_label_map(labels, num_classes)
    except ValueError as error:
        raise BadImage(f"This label map does not fit: {error}.") from error
    rows, cols = ((np.arange(new) + 0.5) * old / new for new, old in zip(size, labels.shape, strict=True))
    return labels.astype(np.uint8)[rows.astype(int)[:, None], cols.astype(int)]


def _check_bytes(count: int) -> None:
    if not count:
        raise BadImage("The file is empty: choose another.")
    if count > MAX_BYTES:
        raise BadImage(
            f"The file has {count / 1e6:.1f} MB: at most {MAX_BYTES // 10**6} MB are taken, so save a smaller copy."
        )


def _check_kind(data: bytes) -> None:
    """Refuse, by name, the kinds of file that often come and are not read here."""
    for where, starts, kind, remedy in STRANGERS:
        if data[where].startswith(starts):
            raise BadImage(f"This is {kind}, which is not read here: {remedy} and try again.")
    start = data[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        kind = "an SVG drawing" if b"<svg" in start.lower() else "a text with markup"
        raise BadImage(f"This is {kind}, not a photo: save a picture of it as PNG and try again.")
    # Text has no control characters but tabs and line ends; every photo's header has.
    if not set(start) & (set(range(32)) - set(b"\t\r\n\f\x1b")):
        raise BadImage("This is text, not a photo: choose a JPEG or PNG file.")


def _open(data: bytes) -> Image.Image:
    """Read the header. Nothing of the size of the picture is allocated yet."""
    # Older Pillows make room for a WebP when they open it.
    if data[8:12] == b"WEBP" and (size := _webp_size(data)):
        _check_size(size, MAX_OTHER_PIXELS)
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise BadImage(
            f"The picture has more pixels than {MAX_OTHER_PIXELS // 10**6} million: save a smaller copy of it."
        ) from error
    except Image.UnidentifiedImageError as error:
        raise BadImage(
            "This is not a picture that can be read here: wanted JPEG, PNG, WebP, BMP, TIFF or GIF, undamaged."
        ) from error


def _webp_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) in the header of a WebP (RFC 9649), or None if there is none to read."""
    if data[12:16] == b"VP8X" and len(data) >= 30:
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if data[12:16] == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None  # plain VP8 holds at most 16383 a side and is measured when opened


def _check_size(size: tuple[int, int], most: int) -> None:
    """Refuse a picture too big to unfold, too small to segment, or too long and thin to be a photo."""
    width, height = size
    if width * height > most:
        raise BadImage(
            f"The picture is {width} x {height} pixels: at most {most // 10**6} million are taken of this kind of "
            "file, so save a smaller copy."
        )
    if min(size) < MIN_SIDE:
        raise BadImage(
            f"The picture is {width} x {height} pixels: wanted at least {MIN_SIDE} a side, so choose a larger one."
        )
    if max(size) > MAX_ASPECT * min(size):
        raise BadImage(
            f"The picture is {width} x {height} pixels, too long and thin: "
            f"wanted at most {MAX_ASPECT} to 1, so cut a part out of it."
        )


TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = {TURNS[5], TURNS[6], TURNS[7], TURNS[8]}


def _orientation(image: Image.Image) -> Image.Transpose | None:
    """How to turn the picture so that it stands upright, from its EXIF; None for not at all, or if unreadable."""
    if image.format == "TIFF":
        return None  # Pillow turns these itself
    try:
        return TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except DAMAGE:
        return None


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """The same picture in a mode that can be shrunk: L, RGB, CMYK, YCbCr, LA or RGBA."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return Image.fromarray(_stretch(np.asarray(image)))
    if "transparency" in image.info or image.mode in ("PA", "RGBa", "La"):
        return image.convert("RGBA")
    if image.mode == "P":
        return image.convert("RGBA" if image.palette and image.palette.mode == "RGBA" else "RGB")
    if image.mode == "1":
        return image.convert("L")
    return image


def _stretch(values: np.ndarray) -> np.ndarray:
    """Numbers of any range ``(H, W)`` to uint8, the 0.5th percentile to 0 and the 99.5th to 255; no number to 0."""
    values = values.astype(np.float32)
    sample = values[:: 1 + values.shape[0] // 1000, :: 1 + values.shape[1] // 1000]
    sample = sample[np.abs(sample) < 1e30]  # beyond, differences would leave float32; such values are no light
    if not sample.size:
        raise BadImage("This picture holds no numbers, only blanks: choose another.")
    low, high = np.percentile(sample, (0.5, 99.5)).astype(np.float32)
    # In place, for these may be 100 MB.
    np.clip(values, low, high, out=values)
    values -= low
    values *= 255 / max(high - low, np.float32(1e-20))
    np.nan_to_num(values, copy=False, nan=0)
    return np.rint(values, out=values).astype(np.uint8)


def _on_white(image: Image.Image) -> Image.Image:
    """RGB; what is transparent shows white behind it, not the colour that hides there."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")
