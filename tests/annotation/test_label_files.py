"""Label files of any kind: told apart by content, held to their photo, and other tools' JSON where it is plain."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from seglib.annotation.coco import unpack_counts
from seglib.annotation.contours import label_png, labelme_file
from seglib.annotation.label_files import read_annotation, read_labels
from seglib.annotation.polygons import BadAnnotation
from seglib.images import BadImage
from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS, STREET

SIZE = (60, 90)
SKY, ROAD = EVERYDAY.index("sky"), EVERYDAY.index("road")
LABELS = np.full(SIZE, SKY, np.uint8)
LABELS[40:, 30:] = ROAD
LABELS[:10, :10] = IGNORE


def read(data: bytes | str, **options: object) -> np.ndarray:
    data = data.encode() if isinstance(data, str) else data
    return read_labels(data, EVERYDAY, **({"size": SIZE} | options)).labels


@pytest.mark.parametrize("file", [label_png(LABELS, EVERYDAY), labelme_file(LABELS, EVERYDAY).encode()])
def test_content_tells_the_kind(file: bytes) -> None:
    np.testing.assert_array_equal(read(file), LABELS)


@pytest.mark.parametrize("original_size", [(60, 90), (120, 180), (333, 500), (601, 907)])
@pytest.mark.parametrize("kind", ["png", "json"])
def test_what_is_saved_of_a_shrunk_photo_is_of_its_own_size_and_comes_back(original_size: tuple, kind: str) -> None:
    if kind == "png":
        file = label_png(LABELS, EVERYDAY, original_size)
        assert Image.open(io.BytesIO(file)).size == original_size[::-1]
    else:
        file = labelme_file(LABELS, EVERYDAY, "phone.jpg", original_size).encode()
        content = json.loads(file)
        assert (content["imageHeight"], content["imageWidth"]) == original_size
        assert content["imagePath"] == "phone.jpg"
        assert content["imageData"] is None
    np.testing.assert_array_equal(read(file, original_size=original_size), LABELS)
    # The photo's own file, read whole, takes it as well.
    assert read(file, size=original_size).shape == original_size


def test_a_photo_may_travel_inside() -> None:
    picture = io.BytesIO()
    Image.new("RGB", SIZE[::-1], (1, 2, 3)).save(picture, "PNG")
    content = json.loads(labelme_file(LABELS, EVERYDAY, "a.png", None, picture.getvalue()))
    assert base64.b64decode(content["imageData"]) == picture.getvalue()
    np.testing.assert_array_equal(read(json.dumps(content)), LABELS)


@pytest.mark.parametrize("kind", ["png", "json"])
@pytest.mark.parametrize(("size", "words"), [((90, 60), "on its side"), ((61, 90), "wanted"), ((30, 45), "wanted")])
def test_labels_of_another_picture_are_refused(kind: str, size: tuple[int, int], words: str) -> None:
    labels = np.zeros(size, np.uint8)
    file = label_png(labels, EVERYDAY) if kind == "png" else labelme_file(labels, EVERYDAY)
    with pytest.raises(ValueError, match=words) as caught:
        read(file)
    assert f"{size[1]} x {size[0]}" in str(caught.value)
    assert str(caught.value).count(". ") == 0


def test_without_a_size_the_polygons_must_lie_on_the_photo() -> None:
    content = json.loads(labelme_file(LABELS, EVERYDAY)) | {"imageHeight": None, "imageWidth": None}
    np.testing.assert_array_equal(read(json.dumps(content)), LABELS)
    large = json.loads(labelme_file(LABELS, EVERYDAY, "", (120, 180))) | {"imageHeight": None}
    np.testing.assert_array_equal(read(json.dumps(large), original_size=(120, 180)), LABELS)
    with pytest.raises(BadAnnotation, match=r"drawn on another picture, for they reach to x = 180, y = 120"):
        read(json.dumps(large))


def coco(*annotations: dict, images: int = 1) -> dict:
    return {
        "images": [{"id": k, "file_name": f"photo{k}.jpg", "height": SIZE[0], "width": SIZE[1]} for k in range(images)],
        "categories": [{"id": 7, "name": "sky"}, {"id": 9, "name": "road"}],
        "annotations": [{"image_id": 0, "category_id": 7, **annotation} for annotation in annotations],
    }


RUNS = np.diff(np.flatnonzero(np.diff(np.r_[-1, (LABELS == SKY).T.ravel(), -1].astype(int))))
COLUMNS = [int(run) for run in (RUNS if LABELS[0, 0] != SKY else np.r_[0, RUNS])]


def pack(counts: list[int]) -> str:
    """The packing of cocoapi's ``rleToString``, written from its description."""
    text = ""
    for at, count in enumerate(counts):
        value, more = count - (counts[at - 2] if at > 2 else 0), True
        while more:
            bits, value = value & 31, value >> 5
            more = value != (-1 if bits & 16 else 0)
            text += chr(48 + (bits | 32 * more))
    return text


def test_coco_polygons_and_run_lengths() -> None:
    box = {"category_id": 9, "segmentation": [[30, 40, 90, 40, 90, 60, 30, 60]]}
    for counts in (COLUMNS, pack(COLUMNS)):
        mask = {"segmentation": {"size": list(SIZE), "counts": counts}, "iscrowd": 1}
        np.testing.assert_array_equal(read(json.dumps(coco(mask, box))), LABELS)
    assert unpack_counts(pack([0, 5, 1000, 3, 70_000])) == [0, 5, 1000, 3, 70_000]


def test_of_many_coco_pictures_the_photos_own() -> None:
    content = json.dumps(coco({"segmentation": [[0, 0, 90, 0, 90, 60, 0, 60]]}, images=3))
    assert (read(content, photo="photo0.png") == SKY).all()
    with pytest.raises(BadAnnotation, match=r"3 pictures, none of them called “mine.jpg”"):
        read(content, photo="mine.jpg")


@pytest.mark.parametrize(
    "segmentation",
    [
        [],
        None,
        "abc",
        [[1, 2, 3, 4]],
        [[1, 2, 3, 4, 5]],
        [["a"] * 6],
        {"size": [60, 90], "counts": [5]},
        {"size": [10**9, 10**9], "counts": [1]},
        {"size": [60, 90], "counts": "\x00\x01"},
        {"size": [60, 90], "counts": "o" * 50},
        {"size": "ab", "counts": 3},
    ],
)
def test_an_odd_coco_annotation_costs_itself(segmentation: object) -> None:
    good = {"segmentation": [[0, 0, 90, 0, 90, 60, 0, 60]]}
    annotation = read_annotation(json.dumps(coco({"segmentation": segmentation}, good)))
    assert len(annotation.shapes) == 1
    assert annotation.notice.startswith("1 shape is left out: annotation 1 has")


def test_cityscapes_polygons() -> None:
    content = {"imgHeight": 60, "imgWidth": 90, "objects": [{"label": "sky", "polygon": [[0, 0], [90, 0], [90, 60]]}]}
    assert read(json.dumps(content))[0, 89] == SKY


@pytest.mark.parametrize("content", [[1, 2], {"a": 1}, 5, "shapes", {"objects": 3}, {"images": [], "annotations": {}}])
def test_other_json_gets_a_sentence_on_what_to_convert(content: object) -> None:
    with pytest.raises(BadAnnotation, match=r"not a LabelMe file.*convert it to LabelMe's JSON, or to a PNG"):
        read_annotation(json.dumps(content))


def test_ids_of_another_data_set_get_a_sentence_on_what_to_convert() -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.full(SIZE, 23, np.uint8)).save(buffer, "PNG")
    with pytest.raises(BadImage, match=r"class index 23 .* ids of another data set, .* must be converted"):
        read(buffer.getvalue())


def in_palette(labels: np.ndarray, entries: list[tuple[int, int, int]]) -> bytes:
    picture = Image.fromarray(labels)
    picture.putpalette([value for entry in entries for value in entry])
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("label_set", LABEL_SETS.values(), ids=LABEL_SETS)
@pytest.mark.parametrize("seed", range(4))
def test_a_palette_that_was_reordered_is_read_by_colour(label_set, seed: int) -> None:
    """As optimisers do: only the used entries stay, in another order."""
    rng = np.random.default_rng(seed)
    labels = rng.choice([0, 3, 5, 8, IGNORE], SIZE).astype(np.uint8)
    saved = np.asarray(Image.open(io.BytesIO(label_png(labels, label_set))).convert("RGB"))
    colours = np.unique(saved.reshape(-1, 3), axis=0)
    colours = colours[rng.permutation(len(colours))]
    moved = (saved[:, :, None] == colours).all(-1).argmax(-1).astype(np.uint8)
    data = in_palette(moved, [tuple(map(int, colour)) for colour in colours])
    np.testing.assert_array_equal(read_labels(data, label_set, SIZE).labels, labels)
    as_rgb = io.BytesIO()
    Image.fromarray(saved).save(as_rgb, "PNG")
    np.testing.assert_array_equal(read_labels(as_rgb.getvalue(), label_set, SIZE).labels, labels)


def test_a_palette_of_greys_is_read_by_its_greys() -> None:
    data = in_palette((LABELS == ROAD).astype(np.uint8), [(SKY,) * 3, (ROAD,) * 3])
    np.testing.assert_array_equal(read(data) == ROAD, LABELS == ROAD)


def test_a_palette_that_fits_neither_is_refused() -> None:
    labels = np.arange(60 * 90, dtype=np.uint8).reshape(SIZE) % 3
    foreign = [STREET.colors[6], (1, 2, 3), EVERYDAY.colors[0]]
    with pytest.raises(BadImage, match=r"palette in which known classes' colours stand in other places"):
        read(in_palette(labels, foreign))
