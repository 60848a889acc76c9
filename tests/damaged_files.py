"""Damaged files by the hundred: an answer or one sentence each, and bounded memory.

``python -m tests.damaged_files`` tries 600 photos, 600 label files and 300 LabelMe files and prints how many of each
were answered and refused, and by how much the process grew. The suite runs a few: `tests/test_damaged_files.py`.
"""

from __future__ import annotations

import base64
import io
import json
import random
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator

import cv2
import numpy as np
from PIL import Image, ImageCms

from seglib.annotation.contours import label_png, labelme_file
from seglib.annotation.label_files import paint, read_annotation, read_labels
from seglib.annotation.polygons import BadAnnotation, class_indices
from seglib.images import BadImage, decode
from seglib.labels import EVERYDAY

PHOTOS, LABEL_FILES, LABELME_FILES = 600, 600, 300
MAX_GROWTH = 300  # MB
SIZE = (96, 128)


def _encode(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def photo_seeds() -> list[bytes]:
    """A valid photo of every way of storing one that the decoder treats apart."""
    rng = np.random.default_rng(0)
    pixels = cv2.resize(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8), SIZE[::-1])
    picture = Image.fromarray(pixels)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    notes = Image.Exif()
    notes[0x0112] = 6
    clear = picture.convert("RGBA")
    clear.putalpha(picture.convert("L"))
    deep = pixels.astype(np.uint16) * 200
    files = [_encode(picture, kind, exif=notes, icc_profile=profile) for kind in ("JPEG", "PNG", "WEBP", "TIFF")]
    files += [_encode(picture, kind) for kind in ("BMP", "GIF")]
    files += [_encode(picture, kind) for kind in ("AVIF", "JPEG2000") if kind in Image.SAVE]
    files += [_encode(clear, "PNG"), _encode(picture.convert("CMYK"), "JPEG", icc_profile=profile)]
    files += [_encode(picture, "JPEG", progressive=True), _encode(picture.quantize(16), "PNG")]
    files += [_encode(Image.fromarray(deep[..., 0]), kind) for kind in ("PNG", "TIFF")]
    files += [cv2.imencode(suffix, deep)[1].tobytes() for suffix in (".png", ".tiff")]
    return [*files, cv2.imencode(".tiff", pixels.astype(np.float32) / 255)[1].tobytes()]


def some_labels() -> np.ndarray:
    """A label map of `SIZE` in large blocks."""
    rng = np.random.default_rng(1)
    return np.kron(rng.choice([0, 3, 6, 255], (12, 16)), np.ones((8, 8), int)).astype(np.uint8)


def label_seeds() -> list[bytes]:
    """Label maps in every form that is read, PNG or JSON."""
    labels = some_labels()
    grey = Image.fromarray(labels)
    coco = {
        "images": [{"id": 1, "file_name": "a.jpg", "height": SIZE[0], "width": SIZE[1]}],
        "categories": [{"id": 1, "name": "sky"}],
        "annotations": [
            {"image_id": 1, "category_id": 1, "segmentation": [[0, 0, 90, 0, 90, 50]]},
            {"image_id": 1, "category_id": 1, "segmentation": {"size": list(SIZE), "counts": [100, 12188]}},
        ],
    }
    deep = cv2.imencode(".png", np.dstack([labels.astype(np.uint16)] * 3))[1].tobytes()
    return [
        _encode(grey, "PNG"),
        _encode(Image.fromarray(labels.astype(np.uint16)), "PNG"),
        _encode(grey.convert("RGB"), "PNG"),
        _encode(grey.convert("LA"), "PNG"),
        label_png(labels, EVERYDAY),
        deep,
        labelme_file(labels, EVERYDAY, "a.jpg").encode(),
        json.dumps(coco).encode("utf-16"),
    ]


def labelme_seeds() -> list[bytes]:
    """LabelMe files with every type of shape, and with a photo inside."""
    mask = base64.b64encode(_encode(Image.fromarray(np.ones((20, 30), bool)), "PNG")).decode()
    points = {
        "polygon": [[10, 10], [90, 10], [50, 80]],
        "rectangle": [[90, 60], [10, 20]],
        "circle": [[50, 50], [60, 50]],
        "linestrip": [[10, 10], [50, 90], [90, 10]],
        "points": [[50, 50], [60, 60]],
        "rotation": [[50, 10], [90, 50], [50, 90], [10, 50]],
        "mask": [[10, 20], [39, 39]],
    }
    shapes = [
        {"label": "sky", "points": corners, "group_id": None, "shape_type": kind, "flags": {}, "mask": mask}
        for kind, corners in points.items()
    ]
    content = {
        "version": "5.0.0",
        "shapes": shapes,
        "imagePath": "a.jpg",
        "imageHeight": SIZE[0],
        "imageWidth": SIZE[1],
    }
    inside = base64.b64encode(np.random.default_rng(2).bytes(100_000)).decode()
    return [json.dumps(content | {"imageData": data}).encode() for data in (None, inside)]


def damaged(seeds: list[bytes], count: int, seed: int = 0) -> Iterator[bytes]:
    """The seeds with bytes changed, cut out, doubled, swollen to large numbers, or cut short."""
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 6)):
            # Headers break more than pixels do.
            at = chance.randrange(min(len(data), chance.choice((60, 400, len(data)))) or 1)
            what = chance.randrange(6)
            if what == 0:
                data[at : at + 4] = chance.randbytes(4)
            elif what == 1:
                del data[at : at + chance.randint(1, 40)]
            elif what == 2:
                data[at:at] = data[at : at + chance.randint(1, 40)]
            elif what == 3:
                data[at : at + 4] = chance.choice((b"\xff\xff\xff\x7f", b"\0\0\0\0", b"\xff" * 4, b"9999"))
            elif what == 4:
                data = data[: max(1, at)] if chance.random() < 0.2 else data
            else:
                data[at] ^= 1 << chance.randrange(8)
        yield bytes(data)


def _photo(data: bytes) -> None:
    image = decode(data).image
    assert image.ndim == 3
    assert image.dtype == np.uint8


def _labels(data: bytes) -> None:
    labels = read_labels(data, EVERYDAY, SIZE).labels
    assert labels.shape == SIZE
    assert ((labels < len(EVERYDAY)) | (labels == 255)).all()


def _labelme(data: bytes) -> None:
    annotation = read_annotation(data)
    assert paint(annotation, class_indices(EVERYDAY), SIZE).shape == SIZE


KINDS: dict[str, tuple[Callable[[], list[bytes]], Callable[[bytes], None], int]] = {
    "photos": (photo_seeds, _photo, PHOTOS),
    "label files": (label_seeds, _labels, LABEL_FILES),
    "LabelMe files": (labelme_seeds, _labelme, LABELME_FILES),
}


def _refusal(read: Callable[[bytes], None], data: bytes) -> ValueError | None:
    try:
        read(data)
    except (BadImage, BadAnnotation) as refusal:
        return refusal
    return None


def run(kind: str, count: int | None = None) -> Counter[str]:
    """How many damaged files of a kind were answered and how many refused; whatever else happens is raised."""
    seeds, read, full = KINDS[kind]
    outcomes: Counter[str] = Counter()
    for data in damaged(seeds(), count or full):
        outcomes["answered" if (refusal := _refusal(read, data)) is None else "refused in a sentence"] += 1
        told = str(refusal)
        assert refusal is None or (told.endswith(".") and "\n" not in told), told
    return outcomes


def _peak() -> float:
    """The most memory this process has had so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    """Try all of them, and report."""
    for seeds, read, _ in KINDS.values():  # whatever is loaded once
        for data in seeds():
            read(data)
    before = _peak()
    for kind in KINDS:
        outcomes = run(kind)
        print(f"{sum(outcomes.values())} damaged {kind}: {dict(outcomes)}", flush=True)
    growth = _peak() - before
    print(f"at most {growth:.0f} MB more memory")
    if growth > MAX_GROWTH:
        sys.exit(f"more than {MAX_GROWTH} MB")


if __name__ == "__main__":
    main()
