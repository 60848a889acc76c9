"""One reader for the folder page and for `evaluate`: the same pixels, whatever way photos and labels are stored."""

from __future__ import annotations

import io
import struct
import unicodedata
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from seglib.annotation.contours import label_png, labelme_file
from seglib.class_counts import count
from seglib.datasets import find_pairs, left_out, read_as, read_indices, read_pair
from seglib.images import decode
from seglib.labelled_folder import list_folder
from seglib.labels import EVERYDAY, IGNORE, STREET
from seglib.metrics.folder import list_examples, score_examples
from seglib.published_labels import CAMVID_CODE
from tests.test_images import STORED

SIZE = (40, 56)
READING = read_as("folder", EVERYDAY)
LABELS = np.zeros(SIZE, np.uint8)
LABELS[:, 20:] = 3
LABELS[25:, 40:] = 6
LABELS[:5, :5] = IGNORE
# Colours of nothing but red and blue steps, so that a net can see the class: red is 20 * index.
PHOTO = np.dstack([np.where(LABELS == IGNORE, 255, 20 * LABELS), np.full(SIZE, 40), np.full(SIZE, 200)]).astype(
    np.uint8
)


def encode(image: Image.Image | np.ndarray, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(buffer, kind, **options)
    return buffer.getvalue()


def folder(root: Path, **files: bytes) -> Path:
    """Files by name, ``images__a_png=...`` for images/a.png."""
    for key, data in files.items():
        where, _, name = key.partition("__")
        path = root / where / name[::-1].replace("_", ".", 1)[::-1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def sees(image: np.ndarray) -> np.ndarray:
    """A net that reads the class off the red."""
    return np.minimum(np.rint(image[..., 0] / 20), 10).astype(np.uint8)


def both(root: Path) -> tuple[np.ndarray, np.ndarray]:
    """Confusion matrices of the page and of the command."""
    [result] = score_examples(list_examples(root), len(EVERYDAY), {"net": sees}, reading=READING)
    assert not result.problems
    from seglib.training.evaluate import evaluate  # noqa: PLC0415 - torch

    return result.matrices["net"], evaluate(sees, find_pairs(root), READING)


def sixteen_bits(pixels: np.ndarray) -> bytes:
    """A PNG of 16 bits a channel, by hand: Pillow writes none in colour."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 16, {1: 0, 3: 2}[pixels[0, 0].size], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def with_exif(orientation: int) -> Image.Exif:
    notes = Image.Exif()
    notes[ExifTags.Base.Orientation] = orientation
    return notes


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_page_and_command_see_a_turned_photo_alike(tmp_path: Path, orientation: int, kind: str) -> None:
    upright = Image.fromarray(PHOTO)
    stored = upright if STORED[orientation] is None else upright.transpose(STORED[orientation])
    options = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    photo = encode(stored, kind, exif=with_exif(orientation), **options)
    page, command = both(folder(tmp_path, images__a_jpg=photo, labels__a_png=encode(LABELS, "PNG")))
    np.testing.assert_array_equal(page, command)
    assert np.trace(page) == page.sum() == (LABELS != IGNORE).sum()


ALPHA = np.dstack([PHOTO, np.full(SIZE, 255, np.uint8)])
PHOTOS = {
    "palette": encode(Image.fromarray(PHOTO).convert("P", palette=Image.Palette.ADAPTIVE, colors=8), "PNG"),
    "RGBA": encode(ALPHA, "PNG"),
    "all transparent": encode(np.where([[[True, True, True, False]]], ALPHA, 0).astype(np.uint8), "PNG"),
    "GIF": encode(PHOTO, "GIF"),
    "BMP": encode(PHOTO, "BMP"),
    "WebP": encode(PHOTO, "WEBP", lossless=True),
}


@pytest.mark.parametrize("kind", PHOTOS)
def test_page_and_command_see_every_kind_of_photo_alike(tmp_path: Path, kind: str) -> None:
    page, command = both(folder(tmp_path, images__a_png=PHOTOS[kind], labels__a_png=encode(LABELS, "PNG")))
    np.testing.assert_array_equal(page, command)
    assert np.trace(page) == page.sum() == (LABELS != IGNORE).sum()


def test_page_and_command_stretch_deep_photos_alike(tmp_path: Path) -> None:
    deep = sixteen_bits(PHOTO.astype(np.uint16) * 16)
    page, command = both(folder(tmp_path, images__a_png=deep, labels__a_png=encode(LABELS, "PNG")))
    np.testing.assert_array_equal(page, command)
    assert decode(deep, any_shape=True).image[..., 0].max() > 200


SMALL = np.where(LABELS == IGNORE, 0, LABELS // 3)  # 0, 1 and 2, for few bits
LABEL_FILES = {
    "16 bits": encode(LABELS.astype(np.uint16), "PNG"),
    "16 bits in three channels": sixteen_bits(np.dstack([LABELS.astype(np.uint16)] * 3)),
    "palette": label_png(LABELS, EVERYDAY),
    "RGB": encode(np.dstack([LABELS] * 3), "PNG"),
    "RGBA": encode(np.dstack([LABELS] * 3 + [np.full(SIZE, 255, np.uint8)]), "PNG"),
    "LA": encode(Image.fromarray(LABELS).convert("LA"), "PNG"),
    "colours": encode(Image.open(io.BytesIO(label_png(LABELS, EVERYDAY))).convert("RGB"), "PNG"),
    "turned": encode(Image.fromarray(LABELS).transpose(Image.Transpose.ROTATE_90), "PNG", exif=with_exif(6)),
    "LabelMe": labelme_file(LABELS, EVERYDAY, "a.png").encode(),
}


@pytest.mark.parametrize("kind", LABEL_FILES)
def test_page_command_and_statistics_read_every_kind_of_labels_alike(tmp_path: Path, kind: str) -> None:
    suffix = "json" if kind == "LabelMe" else "png"
    files = {"images__a_png": encode(PHOTO, "PNG"), f"labels__a_{suffix}": LABEL_FILES[kind]}
    root = folder(tmp_path, **files)
    page, command = both(root)
    np.testing.assert_array_equal(page, command)
    assert np.trace(page) == page.sum() == (LABELS != IGNORE).sum()
    [pair] = find_pairs(root)
    np.testing.assert_array_equal(read_indices(pair.labels, READING, SIZE), LABELS)


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_indices_of_few_bits(tmp_path: Path, depth: int) -> None:
    wanted = SMALL % 2 if depth == 1 else SMALL
    bits = encode(Image.fromarray(wanted.astype(np.uint8)).convert("P"), "PNG", bits=depth)
    root = folder(tmp_path, images__a_png=encode(PHOTO, "PNG"), labels__a_png=bits)
    np.testing.assert_array_equal(read_pair(find_pairs(root)[0], READING)[1], wanted)


def test_a_large_photo_is_shrunk_by_the_page_alone_and_its_labels_by_nobody(tmp_path: Path) -> None:
    large = np.kron(PHOTO, np.ones((30, 30, 1), np.uint8))
    labels = np.kron(LABELS, np.ones((30, 30), np.uint8))
    root = folder(tmp_path, images__a_png=encode(large, "PNG"), labels__a_png=encode(labels, "PNG"))
    page, command = both(root)
    assert page.sum() == command.sum() == (labels != IGNORE).sum()
    assert np.trace(command) == command.sum()
    assert np.trace(page) > 0.98 * page.sum()
    assert read_pair(find_pairs(root)[0], READING)[0].shape == large.shape


def test_files_of_one_name_belong_together_however_they_are_called(tmp_path: Path) -> None:
    photo, labels = encode(PHOTO, "PNG"), encode(LABELS, "PNG")
    apart, together = (unicodedata.normalize(form, "Bäume") for form in ("NFD", "NFC"))
    for where, names in {
        "images": [
            "a.JPG",
            "b.jfif",
            "c.TIFF",
            "d.webp",
            f"{apart}.jpg",
            "e_leftImg8bit.png",
        ],
        "labels": ["a.PNG", "b.png", "c_L.png", "d.jpg.png", f"{together}.png"],
    }.items():
        (tmp_path / where).mkdir()
        for name in names:
            (tmp_path / where / name).write_bytes(photo if where == "images" else labels)
    (tmp_path / "labels" / "e_gtFine_labelIds.png").write_bytes(labels)
    wanted = sorted(["a", "b", "c", "d", "e", together])
    assert [pair.name for pair in find_pairs(tmp_path)] == wanted
    assert left_out(tmp_path) is None
    results = list(score_examples(list_examples(tmp_path), len(EVERYDAY), {"net": sees}))
    assert [result.name for result in results] == wanted
    assert not any(result.problems for result in results)


def test_what_an_archive_leaves_behind_is_nothing_and_what_is_left_out_is_named(tmp_path: Path) -> None:
    photo, labels = encode(PHOTO, "PNG"), encode(LABELS, "PNG")
    junk = b"\0\5\x16\7\0\2\0\0Mac OS X        " + bytes(90)
    for where in ("images", "labels"):
        (tmp_path / where).mkdir()
        for name in ("._a.png", ".DS_Store", ".hidden.jpg"):
            (tmp_path / where / name).write_bytes(junk)
    for name in ("a.png", "b.png", "c.jpg", "notes.txt"):
        (tmp_path / "images" / name).write_bytes(photo)
    for name in ("a.png", "a.json", "x.png"):
        (tmp_path / "labels" / name).write_bytes(labels)
    assert [pair.name for pair in find_pairs(tmp_path)] == ["a"]
    assert left_out(tmp_path) == (
        "4 files are left out: 2 without labels (b, c); 1 without a photo (x); "
        "1 of another kind or twice of a name (notes.txt)."
    )
    assert [example.name for example in list_examples(tmp_path)] == ["a", "b", "c", "x"]


@pytest.mark.parametrize("names", [("JPEGImages", "SegmentationClass"), ("701_StillsRaw_full", "LabeledApproved_full")])
def test_folders_as_published(tmp_path: Path, names: tuple[str, str]) -> None:
    for where, data in zip(names, (encode(PHOTO, "PNG"), encode(LABELS, "PNG")), strict=True):
        (tmp_path / where).mkdir()
        (tmp_path / where / "a.png").write_bytes(data)
    assert list_folder(tmp_path).names == ["a"]
    assert [example.name for example in list_examples(tmp_path)] == ["a"]


def test_segnets_camvid_has_a_folder_for_each_split_and_11_for_void(tmp_path: Path) -> None:
    labels = np.where(LABELS == IGNORE, 11, LABELS).astype(np.uint8)
    root = folder(tmp_path, val__a_png=encode(PHOTO, "PNG"), valannot__a_png=encode(labels, "PNG"))
    pairs = find_pairs(root, "val")
    np.testing.assert_array_equal(read_pair(pairs[0], read_as("camvid", STREET))[1], LABELS)
    counts = count("camvid", "val", pairs)
    assert counts.void == 25
    assert counts.pixels["sky"] == (LABELS == 0).sum()


def test_camvids_32_colours_are_segnets_11_classes(tmp_path: Path) -> None:
    assert len(CAMVID_CODE) == 32
    assert set(CAMVID_CODE.values()) == {*range(11), IGNORE}
    # Sky, Building, Column_Pole, Road, Void, SUVPickupTruck, LaneMkgsDriv: from the set's label_colors.txt.
    colours = [(128, 128, 128), (128, 0, 0), (192, 192, 128), (128, 64, 128), (0, 0, 0), (64, 128, 192), (128, 0, 192)]
    wanted = [STREET.index(name) for name in ("sky", "building", "pole", "road")] + [IGNORE, 8, 3]
    stripes = np.arange(SIZE[1]) % len(colours) * np.ones((SIZE[0], 1), int)
    coded = np.array(colours, np.uint8)[stripes]
    root = folder(tmp_path, images__a_png=encode(PHOTO, "PNG"), labels__a_L_png=encode(coded, "PNG"))
    labels = read_pair(find_pairs(root)[0], read_as("camvid", STREET))[1]
    np.testing.assert_array_equal(labels, np.array(wanted, np.uint8)[stripes])
    [result] = score_examples(list_examples(root), 11, {"net": sees}, reading=read_as("camvid", STREET))
    assert result.matrices["net"].sum() == (labels != IGNORE).sum()


def voc_palette() -> list[int]:
    """VOC's colours by the loop of its devkit."""
    palette = []
    for index in range(256):
        colour, rest = [0, 0, 0], index
        for place in range(8):
            for channel in range(3):
                colour[channel] |= (rest >> channel & 1) << 7 - place
            rest >>= 3
        palette += colour
    return palette


@pytest.mark.parametrize("mode", ["P", "RGB"])
def test_vocs_palette_opens_as_a_layout(tmp_path: Path, mode: str) -> None:
    source = np.array([[0, 15, 12, 7, 255, 20]] * 40, np.uint8)  # background, person, dog, car, void, tvmonitor
    labels = Image.fromarray(source)
    labels.putpalette(voc_palette())
    folder(tmp_path, images__a_png=encode(PHOTO[:, :6], "PNG"), labels__a_png=encode(labels.convert(mode), "PNG"))
    reading = read_as("voc", EVERYDAY)
    [pair] = find_pairs(tmp_path)
    np.testing.assert_array_equal(read_indices(pair.labels, reading), source)
    targets = read_pair(pair, reading)[1][0]
    assert EVERYDAY.classes[targets[1]] == "person"
    assert targets[4] == IGNORE


def test_cityscapes_ids_open_as_a_layout(tmp_path: Path) -> None:
    ids = np.array([[7, 11, 21, 23, 26, 0]] * 40, np.uint8)
    root = folder(tmp_path, images__a_png=encode(PHOTO[:, :6], "PNG"), labels__a_png=encode(ids, "PNG"))
    labels = read_pair(find_pairs(root)[0], read_as("cityscapes", STREET))[1][0]
    wanted = [STREET.index(name) for name in ("road", "building", "tree", "sky", "car")] + [IGNORE]
    assert labels.tolist() == wanted


def test_labels_in_words_need_to_be_told_of_which_classes_they_are(tmp_path: Path) -> None:
    root = folder(tmp_path, images__a_png=encode(PHOTO, "PNG"), labels__a_json=labelme_file(LABELS, EVERYDAY).encode())
    [told] = score_examples(list_examples(root), len(EVERYDAY), {"net": sees})
    assert told.matrices["net"].sum() == (LABELS != IGNORE).sum()  # "person" is a class of one of the sets alone
    [untold] = score_examples(list_examples(root), 5, {"net": sees})
    assert untold.problems == (
        "labels/a.json: These labels are words, and it is not said of which classes: give a PNG of class indices.",
    )
