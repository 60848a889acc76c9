"""Picture files from strangers: what kind they are, by their first bytes, and how to open them without trust.

A file is believed in nothing. Its kind is told by its first bytes, not its name; its size is read from the header
and refused before any pixel is decoded, because 12 kB can unfold to a gigabyte; and whatever its decoder trips
over leaves here as `BadImage`.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import ExifTags, Image, ImageCms, features

MAX_BYTES = 20_000_000  # a phone's photo has 2 to 12 MB
# A JPEG is decoded at a half, a quarter or an eighth of its size, so that 60 megapixels cost little memory.
# Other formats unfold whole, at up to 4 bytes a pixel; a progressive JPEG keeps all its coefficients.
MAX_JPEG_PIXELS = 60_000_000
MAX_OTHER_PIXELS = 24_000_000
MIN_SIDE = 32  # the nets see in steps of 32 pixels
MAX_ASPECT = 8

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp", ".mpo"),
    *(".png", ".apng", ".webp", ".bmp", ".dib", ".tif", ".tiff", ".gif"),
)
# Pillow reads these where it was built with their libraries, as its own wheels are.
if features.check("avif"):
    FORMATS, SUFFIXES = (*FORMATS, "AVIF"), (*SUFFIXES, ".avif")
if features.check("jpg_2000"):
    FORMATS, SUFFIXES = (*FORMATS, "JPEG2000"), (*SUFFIXES, ".jp2", ".j2k", ".jpx")
# What else people take for a photo: an uploader must let these in, or the browser refuses them without a reason.
STRANGE_SUFFIXES = tuple(
    f".{name}"
    for name in (
        *("heic", "heif", "hif", "avif", "jxl", "svg", "pdf", "psd", "tga", "ico", "ppm", "pgm", "exr", "hdr"),
        *("dng", "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2", "mp4", "mov"),
    )
    if f".{name}" not in SUFFIXES
)

JPEG_START, PNG_START = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
HEIC_BRANDS = (b"hei", b"hev", b"mif1", b"msf1")

# What else people drop here: where to look, what stands there, what it is, what to do about it.
STRANGERS = (
    (slice(4, 12), (b"ftypcrx",), "a camera's raw file", "export as JPEG"),
    (slice(4, 8), (b"ftyp",), "a film", "save one frame of it as JPEG"),
    (slice(0, 12), (b"\xff\x0a", b"\0\0\0\x0cJXL "), "a JPEG XL picture", "convert to JPEG"),
    (slice(0, 5), (b"%PDF",), "a PDF document", "save the picture in it as JPEG or PNG"),
    (slice(0, 4), (b"PK\x03\x04",), "a zip archive or an office document", "unpack it and give one photo"),
    (slice(0, 6), (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b"), "an archive", "unpack it and give one photo"),
    (slice(0, 4), (b"8BPS",), "a Photoshop document", "export as JPEG or PNG"),
    (slice(0, 4), (b"v/1\x01",), "an OpenEXR picture", "export as TIFF, JPEG or PNG"),
    (slice(0, 8), (b"FUJIFILM", b"IIRO", b"IIU\0"), "a camera's raw file", "export as JPEG"),
    (slice(0, 10), (b"II*\0\x10\0\0\0CR",), "a camera's raw file", "export as JPEG"),
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
    ImageCms.PyCMSError,
)


class BadImage(ValueError):  # noqa: N818 - a photo is bad, not in error
    """A file that is not taken. Its message is one sentence to show: what came, what was wanted, what to do."""


# Pillow warns of much that is refused or harmless here. Filters of warnings belong to the whole process (until
# Python 3.14), so only one thread may change them at a time; it also holds memory to one big photo at a time.
_one_at_a_time = threading.Lock()


@contextmanager
def untrusted() -> Iterator[None]:
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


def check_bytes(count: int) -> None:
    """Refuse an empty file, and one too large to be a photo."""
    if not count:
        raise BadImage("The file is empty: choose another.")
    if count > MAX_BYTES:
        raise BadImage(
            f"The file has {count / 1e6:.1f} MB: at most {MAX_BYTES // 10**6} MB are taken, so save a smaller copy."
        )


def check_kind(data: bytes) -> None:
    """Refuse, by name, the kinds of file that often come and are not read here."""
    brands = _brands(data)
    if b"avif" in brands or b"avis" in brands:
        if "AVIF" in FORMATS:
            return
        raise BadImage("This is an AVIF picture, which is not read here: convert to JPEG and try again.")
    if any(brand.startswith(HEIC_BRANDS) for brand in brands):
        raise BadImage("This is a HEIC photo, which is not read here: convert to JPEG and try again.")
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


def _brands(data: bytes) -> list[bytes]:
    """What a file of the ISO base media format calls itself (ISO/IEC 14496-12, section 4.3): none for other files."""
    if data[4:8] != b"ftyp":
        return []
    end = min(max(int.from_bytes(data[:4], "big"), 12), 200)
    return [data[8:12], *(data[at : at + 4] for at in range(16, end, 4))]


def open_header(data: bytes) -> Image.Image:
    """Read the header. Nothing of the size of the picture is allocated yet."""
    # Older Pillows make room for a WebP when they open it.
    if data[8:12] == b"WEBP" and (size := _webp_size(data)):
        check_pixels(size, MAX_OTHER_PIXELS)
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise BadImage(
            f"The picture has more pixels than {MAX_OTHER_PIXELS // 10**6} million: save a smaller copy of it."
        ) from error
    except Image.UnidentifiedImageError as error:
        if _brands(data):
            raise BadImage("This AVIF picture cannot be read here: convert it to JPEG and try again.") from error
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


def check_pixels(size: tuple[int, int], most: int) -> None:
    """Refuse a picture (width, height) too big to unfold."""
    width, height = size
    if width * height > most:
        raise BadImage(
            f"The picture is {width} x {height} pixels: at most {most // 10**6} million are taken of this kind of "
            "file, so save a smaller copy."
        )


def check_shape(size: tuple[int, int]) -> None:
    """Refuse a picture (width, height) too small to segment, or too long and thin to be a photo."""
    width, height = size
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


def orientation(image: Image.Image) -> Image.Transpose | None:
    """How to turn the picture so that it stands upright, from its EXIF; None for not at all, or if unreadable."""
    try:
        return TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except DAMAGE:
        return None
