"""Decoding: pictures whose pixels are known, then kinds of file, then files that mean harm."""

from __future__ import annotations

import io
import re
import struct
import time
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms

from seglib import images
from seglib.images import (
    MAX_BYTES,
    MAX_PIXELS,
    MAX_PROGRESSIVE_PASSES,
    BadImage,
    decode,
    decode_label_map,
    load_image,
)
from seglib.picture_files import FORMATS, STRANGE_SUFFIXES, SUFFIXES

HEIGHT, WIDTH = 48, 64  # whole blocks of JPEG, so that its quarters are pure
RED, GREEN, BLUE, BLACK, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0), (255, 255, 255)


def quarters() -> np.ndarray:
    """A picture that shows how it was turned: red, blue over green, black."""
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[:24, :32], image[:24, 32:], image[24:, :32] = RED, BLUE, GREEN
    return image


def encode(image: Image.Image | np.ndarray, kind: str, **options: object) -> bytes:
    """The bytes of a file of this kind."""
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, kind, **options)
    return file.getvalue()


def close(image: np.ndarray, wanted: np.ndarray, off: int = 0) -> bool:
    """Whether two images differ by at most ``off``, away from the edges that JPEG blurs."""
    if image.shape != wanted.shape or image.dtype != np.uint8:
        return False
    return np.abs(image.astype(int) - wanted)[4::8, 4::8].max() <= off


def raw_png(size: tuple[int, int], depth: int, rows: list[bytes]) -> bytes:
    """A grey PNG of (width, height) with ``depth`` bits a pixel, put together by hand, whatever rows follow."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    header = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big") + bytes([depth, 0, 0, 0, 0])
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def exif(orientation: int) -> Image.Exif:
    """EXIF with an orientation, and a place that must not survive."""
    notes = Image.Exif()
    notes[ExifTags.Base.Orientation] = orientation
    notes[ExifTags.Base.ImageDescription] = "secret"
    return notes


# How a camera that is held so stores the upright picture.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
EXACT = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}


class TestPictures:
    """What is in the file is what comes out."""

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
    def test_every_format(self, kind: str) -> None:
        decoded = decode(encode(quarters(), kind, **EXACT.get(kind, {})))
        assert close(decoded.image, quarters(), off=3)
        assert decoded.original_size == (HEIGHT, WIDTH)
        assert decoded.notice is None

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
    @pytest.mark.parametrize("orientation", STORED)
    def test_stands_upright(self, kind: str, orientation: int) -> None:
        upright = Image.fromarray(quarters())
        stored = upright if orientation == 1 else upright.transpose(STORED[orientation])
        decoded = decode(encode(stored, kind, exif=exif(orientation), **EXACT.get(kind, {})))
        assert close(decoded.image, quarters(), off=3)
        assert decoded.original_size == (HEIGHT, WIDTH)

    @pytest.mark.parametrize("orientation", [0, 9, 65535])
    def test_nonsense_about_orientation_is_ignored(self, orientation: int) -> None:
        assert close(decode(encode(quarters(), "PNG", exif=exif(orientation))).image, quarters())

    def test_unreadable_exif_does_not_cost_the_photo(self) -> None:
        data = encode(quarters(), "PNG", exif=b"Exif\0\0no such thing")
        assert close(decode(data).image, quarters())

    @pytest.mark.parametrize("mode", ["1", "L"])
    def test_greys(self, mode: str) -> None:
        half = np.repeat(np.array([[0], [255]], np.uint8), HEIGHT // 2, 0) * np.ones((1, WIDTH), np.uint8)
        image = decode(encode(Image.fromarray(half).convert(mode), "PNG")).image
        assert close(image, np.repeat(half[..., None], 3, 2))

    def test_palette(self) -> None:
        picture = Image.fromarray(quarters()).convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
        assert close(decode(encode(picture, "PNG")).image, quarters())

    def test_cmyk(self) -> None:
        picture = Image.fromarray(quarters()).convert("CMYK")
        assert close(decode(encode(picture, "TIFF")).image, quarters())
        assert close(decode(encode(picture, "JPEG", quality=95, subsampling=0)).image, quarters(), off=8)

    @pytest.mark.parametrize("kind", ["PNG", "TIFF"])
    def test_sixteen_bits_are_stretched(self, kind: str) -> None:
        # A camera with 12 bits: all of it is white to who takes the upper byte, or the lower with saturation.
        ramp = np.linspace(300, 4095, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
        image = decode(encode(ramp.astype(np.uint16), kind)).image
        wanted = (np.linspace(-0.005, 1.005, HEIGHT * WIDTH) / 0.99 * 255).clip(0, 255).reshape(HEIGHT, WIDTH)
        assert close(image, np.repeat(wanted[..., None], 3, 2), off=3)
        assert (image[0, 0, 0], image[-1, -1, 0]) == (0, 255)

    def test_floats_are_stretched_and_blanks_are_black(self) -> None:
        ramp = np.linspace(0, 1, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(np.float32)
        ramp[0, 5], ramp[24, 5], ramp[24, 6], ramp[24, 7], ramp[-1, 5] = np.nan, np.nan, np.inf, -np.inf, 3e38
        image = decode(encode(ramp, "TIFF")).image[..., 0]
        assert (image[0, 5], image[24, 5], image[24, 6], image[24, 7], image[-1, 5]) == (0, 0, 255, 0, 255)
        assert 120 <= image[24, 8] <= 136

    def test_a_flat_grey_of_many_bits_is_a_picture(self) -> None:
        image = decode(encode(np.full((HEIGHT, WIDTH), 1000, np.uint16), "PNG")).image
        assert np.ptp(image) == 0

    def test_blanks_alone_are_refused(self) -> None:
        with pytest.raises(BadImage, match="no numbers"):
            decode(encode(np.full((HEIGHT, WIDTH), np.nan, np.float32), "TIFF"))

    @pytest.mark.parametrize("kind", ["RGBA", "LA", "palette", "1-bit", "GIF", "WEBP"])
    def test_transparent_is_white(self, kind: str) -> None:
        # Hidden under the transparent half lies black, which must not come back.
        if kind == "palette":
            picture = Image.fromarray(np.repeat([[1, 0]], 32, 1).repeat(HEIGHT, 0).astype(np.uint8))
            picture.putpalette([*BLACK, *BLACK])
            data = encode(picture, "PNG", transparency=0)
        elif kind == "GIF":
            picture = Image.fromarray(np.repeat([[1, 0]], 32, 1).repeat(HEIGHT, 0).astype(np.uint8))
            picture.putpalette([*BLACK, 9, 9, 9])
            data = encode(picture, "GIF", transparency=0)
        elif kind == "1-bit":
            half = np.repeat([[True, False]], 32, 1).repeat(HEIGHT, 0)
            data = encode(Image.fromarray(half), "PNG", transparency=0)
        else:
            picture = Image.new("LA" if kind == "LA" else "RGBA", (WIDTH, HEIGHT))
            picture.putalpha(Image.fromarray(np.repeat([[255, 0]], 32, 1).repeat(HEIGHT, 0).astype(np.uint8)))
            data = encode(picture, "WEBP" if kind == "WEBP" else "PNG", **EXACT.get(kind, {}))
        image = decode(data).image
        assert (image[:, 33:] == 255).all()
        if kind == "1-bit":
            assert (image[:, :31] == 255).all()
        else:
            assert (image[:, :31] <= 9).all()

    @pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF", "MPO"])
    def test_of_several_pictures_the_first(self, kind: str) -> None:
        first, second = Image.fromarray(quarters()), Image.new("RGB", (WIDTH, HEIGHT), WHITE)
        data = encode(first, kind, save_all=True, append_images=[second], **EXACT.get(kind, {}))
        assert close(decode(data).image, quarters(), off=30)

    def test_metadata_stays_behind(self) -> None:
        assert b"secret" not in decode(encode(quarters(), "JPEG", exif=exif(6))).image.tobytes()

    def test_it_may_be_written_to(self) -> None:
        image = decode(encode(quarters(), "PNG")).image
        image[0, 0] = 7
        assert image.flags.c_contiguous


def deep_png(pixels: np.ndarray) -> bytes:
    """A PNG of 16 bits a channel, written by OpenCV, from RGB or RGBA."""
    return cv2.imencode(".png", pixels[..., [2, 1, 0, 3][: pixels.shape[2]]])[1].tobytes()


def deep_tiff(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".tiff", pixels[..., ::-1])[1].tobytes()


class TestDeepColours:
    """Colour of more than 8 bits is stretched, all channels alike."""

    ramps = np.dstack([np.linspace(low, 1, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) for low in (0, 0.25, 0.5)])

    @pytest.mark.parametrize("bits", [10, 12, 14, 16])
    @pytest.mark.parametrize("write", [deep_png, deep_tiff])
    def test_however_many_bits_are_used(self, bits: int, write) -> None:
        image = decode(write((self.ramps * (2**bits - 1)).astype(np.uint16))).image
        low, high = np.percentile(self.ramps, (0.5, 99.5))
        wanted = ((self.ramps - low) / (high - low) * 255).clip(0, 255)
        assert close(image, wanted, off=2)

    def test_floating_point(self) -> None:
        values = (self.ramps * 7 - 3).astype(np.float32)
        values[4, 4] = np.nan
        image = decode(deep_tiff(values)).image
        assert (image[4, 4] == 0).all()
        low, high = np.percentile(self.ramps, (0.5, 99.5))
        wanted = ((self.ramps - low) / (high - low) * 255).clip(0, 255)
        assert close(image[8:], wanted[8:], off=2)

    def test_transparency_of_sixteen_bits(self) -> None:
        pixels = np.full((HEIGHT, WIDTH, 4), 1000, np.uint16)
        pixels[..., :32, 0], pixels[..., 3] = 4000, 65535
        pixels[:24, :, 3] = 0
        image = decode(deep_png(pixels)).image
        assert (image[:24] == 255).all()
        assert (image[24:, :32, 0] == 255).all()
        assert (image[24:, :, 1] == 0).all()

    @pytest.mark.parametrize("orientation", STORED)
    def test_a_deep_tiff_stands_upright(self, orientation: int) -> None:
        upright = Image.fromarray(quarters())
        stored = upright if orientation == 1 else upright.transpose(STORED[orientation])
        # Pillow's own TIFF of 8 bits tells where the orientation goes: OpenCV writes no such tag.
        buffer = io.BytesIO()
        tifffile.imwrite(
            buffer,
            np.asarray(stored).astype(np.uint16) * 16,
            photometric="rgb",
            extratags=[(int(ExifTags.Base.Orientation), "H", 1, orientation, True)],
        )
        decoded = decode(buffer.getvalue())
        np.testing.assert_array_equal(decoded.image, quarters())
        assert decoded.original_size == (HEIGHT, WIDTH)

    def test_too_many_bytes_are_refused_by_the_header(self) -> None:
        large = bytearray(deep_png(np.zeros((32, 32, 3), np.uint16)))
        large[16:24] = struct.pack(">II", 4200, 4200)
        with pytest.raises(BadImage, match=r"100 million bytes.*8 bits a colour"):
            decode(bytes(large))

    def test_planes_apart_are_refused(self) -> None:
        buffer = io.BytesIO()
        planes = (self.ramps * 4000).astype(np.uint16).transpose(2, 0, 1)
        tifffile.imwrite(buffer, planes, photometric="rgb", planarconfig="separate")
        with pytest.raises(BadImage, match="rare way"):
            decode(buffer.getvalue())


def matrix_profile(primaries: list[tuple[float, float]], gamma: float) -> bytes:
    """An ICC profile (version 2) of these primaries, white D65 adapted to D50 by Bradford: ICC.1:2010, annex E."""

    def xyz(x: float, y: float) -> np.ndarray:
        return np.array([x / y, 1, (1 - x - y) / y])

    white, d50 = xyz(0.3127, 0.3290), np.array([0.9642, 1, 0.8249])
    columns = np.stack([xyz(*primary) for primary in primaries], 1)
    columns = columns * np.linalg.solve(columns, white)
    cone = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    columns = np.linalg.inv(cone) @ np.diag((cone @ d50) / (cone @ white)) @ cone @ columns

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def point(values: np.ndarray) -> bytes:
        return b"XYZ " + bytes(4) + b"".join(map(fixed, values))

    tags = {b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(78), b"wtpt": point(d50)}
    tags[b"cprt"] = b"text" + bytes(4) + b"none\0"
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    for channel, name in enumerate((b"r", b"g", b"b")):
        tags |= {name + b"XYZ": point(columns[:, channel]), name + b"TRC": curve}
    table, body, at = b"", b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", at + len(body), len(content))
        body += padded
    head = bytearray(128)
    head[:4], head[8:12], head[12:24] = struct.pack(">I", at + len(body)), b"\2\x40\0\0", b"mntrRGB XYZ "
    head[36:40], head[68:80] = b"acsp", b"".join(map(fixed, d50))
    return bytes(head) + struct.pack(">I", len(tags)) + table + body


PROFILES = {
    "Display P3": matrix_profile([(0.68, 0.32), (0.265, 0.69), (0.15, 0.06)], 2.2),
    "Adobe RGB": matrix_profile([(0.64, 0.33), (0.21, 0.71), (0.15, 0.06)], 2.2),
    "channels swapped": matrix_profile([(0.30, 0.60), (0.15, 0.06), (0.64, 0.33)], 2.2),
}


class TestProfiles:
    """A profile is applied: what littleCMS wrote with it, from a known picture, looks the same again."""

    @staticmethod
    def picture() -> Image.Image:
        rng = np.random.default_rng(4)
        return Image.fromarray(cv2.resize(rng.integers(40, 216, (6, 8, 3), dtype=np.uint8), (WIDTH, HEIGHT)))

    def stored(self, profile: bytes) -> Image.Image:
        return ImageCms.profileToProfile(
            self.picture(),
            ImageCms.createProfile("sRGB"),
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )

    @pytest.mark.parametrize("name", PROFILES)
    @pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
    def test_the_photo_looks_the_same(self, name: str, kind: str) -> None:
        data = encode(self.stored(PROFILES[name]), kind, icc_profile=PROFILES[name], **EXACT.get(kind, {}))
        wanted = np.asarray(self.picture()).astype(int)
        assert np.abs(decode(data).image - wanted).mean() < 1
        bare = Image.fromarray(np.asarray(self.stored(PROFILES[name])))
        plain = encode(bare, kind, **EXACT.get(kind, {}))
        assert np.abs(decode(plain).image - wanted).mean() > 3

    @pytest.mark.parametrize("name", PROFILES)
    def test_the_way_through_lab_says_the_same(self, name: str) -> None:
        """Another route of littleCMS: to CIELAB by the profile, from there to sRGB."""
        stored = self.stored(PROFILES[name])
        own, lab = ImageCms.ImageCmsProfile(io.BytesIO(PROFILES[name])), ImageCms.createProfile("LAB")
        there = ImageCms.profileToProfile(stored, own, lab, outputMode="LAB", renderingIntent=1)
        back = ImageCms.profileToProfile(
            there, lab, ImageCms.createProfile("sRGB"), outputMode="RGB", renderingIntent=1
        )
        ours = decode(encode(stored, "PNG", icc_profile=PROFILES[name])).image
        assert np.abs(ours.astype(int) - np.asarray(back)).mean() < 2  # 8 bits of Lab are coarse

    def test_transparency_stays(self) -> None:
        stored = self.stored(PROFILES["Display P3"])
        stored.putalpha(Image.fromarray(np.repeat([[255, 0]], 32, 1).repeat(HEIGHT, 0).astype(np.uint8)))
        image = decode(encode(stored, "PNG", icc_profile=PROFILES["Display P3"])).image
        assert (image[:, 33:] == 255).all()
        assert np.abs(image[:, :31] - np.asarray(self.picture())[:, :31].astype(int)).mean() < 1

    @pytest.mark.parametrize("profile", [b"no profile", PROFILES["Adobe RGB"][:200], bytes(500)])
    def test_a_damaged_profile_is_left_out(self, profile: bytes) -> None:
        assert close(decode(encode(quarters(), "PNG", icc_profile=profile)).image, quarters())

    def test_a_profile_of_other_channels_is_left_out(self) -> None:
        grey = Image.fromarray(quarters()).convert("L")
        data = encode(grey, "PNG", icc_profile=PROFILES["channels swapped"])
        assert close(decode(data).image, np.repeat(np.asarray(grey)[..., None], 3, 2))


class TestSlips:
    """What programs get wrong, and viewers show all the same."""

    @pytest.mark.parametrize("mode", ["RGBA", "LA"])
    def test_transparent_everywhere_is_opaque(self, mode: str) -> None:
        picture = Image.fromarray(quarters()).convert(mode)
        wanted = np.asarray(picture.convert("RGB"))
        picture.putalpha(0)
        assert close(decode(encode(picture, "PNG")).image, wanted)

    def test_a_bitmap_whose_fourth_byte_is_unused(self) -> None:
        pixels = np.dstack([quarters()[::-1, :, ::-1], np.zeros((HEIGHT, WIDTH), np.uint8)]).tobytes()
        masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
        head = struct.pack("<IiiHHIIiiII", 124, WIDTH, HEIGHT, 1, 32, 3, len(pixels), 0, 0, 0, 0) + masks + b"BGRs"
        head += bytes(124 - len(head))
        data = b"BM" + struct.pack("<IHHI", 14 + len(head) + len(pixels), 0, 0, 14 + len(head)) + head + pixels
        np.testing.assert_array_equal(decode(data).image, quarters())


@pytest.mark.parametrize("kind", [kind for kind in ("AVIF", "JPEG2000") if kind in FORMATS])
def test_what_this_pillow_reads_beside(kind: str) -> None:
    assert close(decode(encode(quarters(), kind, quality=95)).image, quarters(), off=20)
    assert f".{ {'AVIF': 'avif', 'JPEG2000': 'jp2'}[kind] }" in SUFFIXES


@pytest.mark.parametrize("suffix", [".jfif", ".jpe", ".heic", ".avif", ".jxl", ".jp2", ".cr2", ".svg"])
def test_suffixes_that_people_have_are_known(suffix: str) -> None:
    assert suffix in (*SUFFIXES, *STRANGE_SUFFIXES)


class TestSize:
    """Large ones are shrunk and said to be; absurd ones are refused by their header."""

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
    @pytest.mark.parametrize("orientation", [1, 6])
    def test_large_ones_are_shrunk(self, kind: str, orientation: int) -> None:
        # 2000 x 1500 = 3 million pixels, of which 0.24 x 0.24 may stay.
        stored = np.kron(quarters()[::24, ::32], np.ones((750, 1000, 1), np.uint8))
        decoded = decode(encode(stored, kind, exif=exif(orientation)))
        height, width = (360, 480) if orientation == 1 else (480, 360)
        assert decoded.image.shape == (height, width, 3)
        assert height * width <= MAX_PIXELS
        assert decoded.original_size == ((1500, 2000) if orientation == 1 else (2000, 1500))
        source = f"{decoded.original_size[1]} x {decoded.original_size[0]}"
        assert decoded.notice.startswith(f"Shrunk from {source} to {width} x {height} pixels, ")
        corners = decoded.image[[50, 50, -50, -50], [50, -50, 50, -50]].astype(int)
        wanted = [RED, BLUE, GREEN, BLACK] if orientation == 1 else [GREEN, RED, BLACK, BLUE]
        assert np.abs(corners - wanted).max() <= 3

    def test_the_limit_itself_is_left_alone(self) -> None:
        assert decode(encode(Image.new("L", (480, 360)), "PNG")).notice is None

    def test_transparency_is_shrunk_with_its_colour(self) -> None:
        picture = np.zeros((1200, 1200, 4), np.uint8)
        picture[:, :601] = (255, 0, 0, 255)  # the invisible half is black: it must not darken the border
        image = decode(encode(picture, "PNG")).image
        assert (image[..., 0] >= 250).all()

    def test_a_large_jpeg_never_unfolds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # 48 million pixels are decoded at an eighth of each side, which is as little as a JPEG can be.
        unfolded, after = [], images._to_eight_bits
        monkeypatch.setattr(images, "_to_eight_bits", lambda image: unfolded.append(image.size) or after(image))
        assert decode(encode(Image.new("L", (8000, 6000)), "JPEG")).image.shape == (360, 480, 3)
        assert unfolded == [(1000, 750)]

    @pytest.mark.parametrize("size", [(31, 40), (40, 31), (1, 1)])
    def test_too_small(self, size: tuple[int, int]) -> None:
        with pytest.raises(BadImage, match=f"{size[0]} x {size[1]} pixels: wanted at least 32"):
            decode(encode(Image.new("RGB", size), "PNG"))

    def test_too_long(self) -> None:
        assert decode(encode(Image.new("RGB", (256, 32)), "PNG")).image.shape == (32, 256, 3)
        with pytest.raises(BadImage, match="at most 8 to 1"):
            decode(encode(Image.new("RGB", (257, 32)), "PNG"))

    @pytest.mark.parametrize(
        ("kind", "data"),
        [
            ("PNG, just too large", raw_png((5000, 5000), 1, [])),
            ("PNG, of a size that Pillow warns of", encode(Image.new("1", (10_000, 10_000)), "PNG")),
            ("PNG, of a size that Pillow refuses", raw_png((2**31 - 1, 2**31 - 1), 8, [])),
            ("GIF", encode(Image.new("L", (5000, 5000)), "GIF")),
            ("TIFF", encode(Image.new("1", (10_000, 10_000)), "TIFF", compression="group4")),
            ("WebP", b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f" + (9999 | 9999 << 14).to_bytes(4, "little") + bytes(8)),
            ("WebP, extended", b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + b"\x0f\x27\0" * 2 + bytes(8)),
            ("BMP", encode(Image.new("1", (10_000, 10_000)), "BMP")),
            ("JPEG", encode(Image.new("L", (8000, 8000)), "JPEG")),
            ("JPEG, progressive", encode(Image.new("L", (5000, 5000)), "JPEG", progressive=True)),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_bombs_are_refused_unopened(self, kind: str, data: bytes) -> None:
        times = []
        for _ in range(3):
            start = time.process_time()
            with pytest.raises(BadImage, match="million"):
                decode(data)
            times.append(time.process_time() - start)
        assert min(times) < 0.05, kind  # to unfold them takes from 0.1 to 1 s

    def test_jpeg_of_a_thousand_passes(self) -> None:
        data = encode(Image.new("L", (640, 640)), "JPEG", progressive=True)
        last = data.rindex(b"\xff\xda")
        passes = data[:last] + data[last:-2] * MAX_PROGRESSIVE_PASSES + data[-2:]
        with pytest.raises(BadImage, match="passes"):
            decode(passes)
        assert decode(data).original_size == (640, 640)


def sentence(data: bytes) -> str:
    """What the person is told about a bad file."""
    with pytest.raises(BadImage) as caught:
        decode(data)
    told = str(caught.value)
    assert told.endswith(".")
    assert told.count(". ") == 0
    return told


class TestStrangers:
    """Everything else is refused in one sentence that helps."""

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "is empty"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC photo.*convert to JPEG"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC photo"),
            (b"\0\0\0\x20ftypavif\0\0\0\0", "AVIF"),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
            (b"\0\0\0\x20ftypisom\0\0\x02\0", "film"),
            (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "raw file.*export as JPEG"),
            (b"II*\0\x10\0\0\0CR\2\0", "raw file"),
            (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL.*convert to JPEG"),
            (b"7z\xbc\xaf\x27\x1c\0\4", "archive"),
            (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
            (b"PK\x03\x04\x14\0", "zip"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
            (b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg/>", "SVG"),
            (b"<!doctype html><p>no", "markup"),
            (b"Dear Sir,\r\n\tplease find enclosed", "text"),
            ("Grüße".encode(), "text"),
            (bytes(range(256)), "wanted JPEG, PNG"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "damaged or cut short"),
        ],
    )
    def test_by_name(self, data: bytes, words: str) -> None:
        assert re.search(words, sentence(data))

    def test_other_formats_that_pillow_knows(self) -> None:
        for kind in ("PPM", "ICO", "TGA", "PCX"):
            assert "wanted JPEG, PNG" in sentence(encode(quarters(), kind))

    def test_too_many_bytes(self) -> None:
        assert sentence(bytes(MAX_BYTES + 1)).startswith("The file has 20.0 MB: at most 20 MB")

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
    def test_cut_short(self, kind: str) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
        data = encode(noise, kind)
        assert decode(data).image.shape == (64, 64, 3)
        for share in (0.3, 0.6, 0.9):
            sentence(data[: int(share * len(data))])

    def test_a_path(self, tmp_path) -> None:
        file = tmp_path / "photo.txt"  # what it is called does not matter
        file.write_bytes(encode(quarters(), "PNG"))
        for source in (file, str(file), file.read_bytes()):
            assert close(load_image(source), quarters())
        for wrong in (tmp_path / "none.jpg", tmp_path):
            with pytest.raises(BadImage, match="no file"):
                load_image(wrong)
        with (tmp_path / "sparse").open("wb") as sparse:
            sparse.truncate(10**12)
        with pytest.raises(BadImage, match=r"1000000\.0 MB"):
            load_image(tmp_path / "sparse")

    def test_threads_leave_the_warning_filters_as_they_were(self) -> None:
        before, good, bad = list(warnings.filters), encode(quarters(), "PNG"), encode(quarters(), "PNG")[:90]

        def try_both(_: int) -> bool:
            sentence(bad)
            return close(decode(good).image, quarters())

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(try_both, range(40)))
        assert warnings.filters == before


def seeds() -> list[bytes]:
    """Small valid files, one for every way to store a picture that a decoder treats apart."""
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (33, 35, 3), dtype=np.uint8))
    grey, more = picture.convert("L"), {"save_all": True, "append_images": [picture.rotate(90)]}
    clear = picture.convert("RGBA")
    clear.putalpha(grey)
    wide = Image.fromarray(np.arange(33 * 35, dtype=np.uint16).reshape(33, 35))
    files = [encode(picture, kind, exif=exif(6)) for kind in ("JPEG", "PNG", "WEBP", "TIFF")]
    files += [encode(picture, kind, **more) for kind in ("GIF", "PNG", "WEBP", "TIFF", "MPO")]
    files += [encode(clear, kind) for kind in ("PNG", "WEBP", "BMP")]
    files += [
        encode(picture, "TIFF", compression=name) for name in ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits")
    ]
    files += [encode(grey.convert("1"), "TIFF", compression="group4"), encode(grey.convert("F"), "TIFF")]
    files += [encode(wide, "PNG"), encode(wide, "TIFF"), encode(picture.convert("LAB"), "TIFF")]
    files += [encode(picture.quantize(16), kind, transparency=3) for kind in ("PNG", "GIF")]
    files += [encode(picture, "JPEG", progressive=True), encode(picture.convert("CMYK"), "JPEG")]
    return [*files, encode(picture, "BMP"), encode(grey.convert("1"), "BMP")]


SEEDS = seeds()
EDIT = st.tuples(
    st.sampled_from(["set", "cut", "insert", "word"]),
    st.integers(0, 400) | st.integers(0, 8000),  # headers break more than pixels do
    st.binary(max_size=8),
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(range(len(SEEDS))), st.lists(EDIT, min_size=1, max_size=6))
def test_nothing_but_bad_image_leaves(seed: int, edits: list[tuple[str, int, bytes]]) -> None:
    data = bytearray(SEEDS[seed])
    for what, place, content in edits:
        at = place % (len(data) + 1)
        if what == "set":
            data[at : at + len(content)] = content
        elif what == "cut":
            del data[at : at + 64]
        elif what == "insert":
            data[at:at] = content
        else:
            data[at : at + 4] = b"\xff\xff\xff\x7f"
    with suppress(BadImage):
        image = decode(bytes(data)).image
        assert image.ndim == 3
        assert image.shape[2] == 3
        assert image.dtype == np.uint8
        assert 1 <= image.size / 3 <= MAX_PIXELS


@given(st.binary(max_size=200))
def test_no_bytes_at_all_get_through(data: bytes) -> None:
    with pytest.raises(BadImage):
        decode(data)


def png(labels: np.ndarray, mode: str | None = None) -> bytes:
    """A label map as PNG, in grey, or with a palette of one colour that says nothing."""
    picture = Image.fromarray(labels)
    if mode == "P":
        picture.putpalette([7, 7, 7] * 256)
    elif mode:
        picture = picture.convert(mode)
    return encode(picture, "PNG")


class TestLabelMap:
    """Indices come back as they were stored, or not at all."""

    labels = np.array([[0, 1, 2], [10, 255, 0]], np.uint8)

    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
    def test_grey(self, dtype: type) -> None:
        found = decode_label_map(png(self.labels.astype(dtype)), 11, (2, 3))
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, self.labels)

    def test_palette_keeps_the_index(self) -> None:
        np.testing.assert_array_equal(decode_label_map(png(self.labels, "P"), 11, (2, 3)), self.labels)

    @pytest.mark.parametrize(("depth", "row"), [(4, b"\x0a\x30"), (2, b"\x1e"), (1, b"\x50")])
    def test_few_bits_are_not_spread(self, depth: int, row: bytes) -> None:
        wanted = {4: [0, 10, 3, 0], 2: [0, 1, 3, 2], 1: [0, 1, 0, 1]}[depth]
        np.testing.assert_array_equal(decode_label_map(raw_png((4, 2), depth, [row] * 2), 11, (2, 4)), [wanted] * 2)

    def test_the_original_size_is_shrunk_to_the_nearest(self) -> None:
        # Of 6 x 4 pixels each 2 x 2 block becomes one: the one whose centre is nearest lies right and below.
        found = decode_label_map(png(np.arange(24, dtype=np.uint8).reshape(4, 6)), 24, (2, 3), (4, 6))
        np.testing.assert_array_equal(found, [[7, 9, 11], [19, 21, 23]])

    @pytest.mark.parametrize("mode", ["RGB", "RGBA"])
    def test_colours(self, mode: str) -> None:
        with pytest.raises(BadImage, match=rf"colours \({mode}\): wanted one class index per pixel"):
            decode_label_map(encode(Image.new(mode, (3, 2), (9, 8, 7)), "PNG"), 11, (2, 3))

    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA"])
    def test_the_index_in_every_channel(self, mode: str) -> None:
        np.testing.assert_array_equal(decode_label_map(png(self.labels, mode), 11, (2, 3)), self.labels)

    def test_another_size(self) -> None:
        with pytest.raises(BadImage, match=r"is 3 x 2 pixels: wanted the photo's own size, 3 x 4\.$"):
            decode_label_map(png(self.labels), 11, (4, 3))
        with pytest.raises(BadImage, match=r"is 3 x 2 pixels: wanted the photo's own size, 3 x 4 or 6 x 8\.$"):
            decode_label_map(png(self.labels), 11, (4, 3), (8, 6))

    def test_a_bomb_is_of_another_size(self) -> None:
        for side in (10_000, 14_000):  # Pillow warns of the first and refuses the second
            with pytest.raises(BadImage, match="pixels"):
                decode_label_map(raw_png((side, side), 1, []), 11, (2, 3))

    def test_an_index_that_is_no_class(self) -> None:
        with pytest.raises(BadImage, match="index 10 at row 1, column 0: wanted 0 to 9, or 255 for void"):
            decode_label_map(png(self.labels), 10, (2, 3))
        with pytest.raises(BadImage, match="index 256 at row 0"):
            decode_label_map(png(np.full((2, 3), 256, np.uint16)), 11, (2, 3))

    @pytest.mark.parametrize("kind", ["JPEG", "BMP"])
    def test_other_files(self, kind: str) -> None:
        with pytest.raises(BadImage, match="not a PNG"):
            decode_label_map(encode(self.labels, kind), 11, (2, 3))

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 200), st.binary(max_size=8), st.sampled_from([None, "P"]))
    def test_nothing_but_bad_image_leaves(self, place: int, content: bytes, mode: str | None) -> None:
        data = bytearray(png(self.labels, mode))
        data[place : place + len(content)] = content
        with suppress(BadImage):
            found = decode_label_map(bytes(data), 11, (2, 3))
            assert found.shape == (2, 3)
            assert ((found < 11) | (found == 255)).all()
