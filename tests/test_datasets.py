"""Data sets: what their classes mean in ours, and which folders and files are readable."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seglib.datasets import find_pairs, read_as, read_pair, read_pairs
from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS, STREET
from seglib.meanings import MEANING
from seglib.metrics.folder import fold
from seglib.published_labels import NONE_OF_VOC
from tests.conftest import HEIGHT, WIDTH, write_split

READINGS = [(layout, name) for layout, meanings in MEANING.items() for name in meanings]


def write_pair(folder: Path, labels: Image.Image, size: tuple[int, int] = (6, 4)) -> Path:
    """A folder with one black photo of ``size`` (width, height) and the given labels."""
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    Image.new("RGB", size).save(folder / "images" / "photo.png")
    labels.save(folder / "labels" / "photo.png")
    return folder


def allowed(reading, target: int) -> set[str]:
    """Names of the classes that a target allows."""
    return {name for name, member in zip(EVERYDAY.classes, reading.members[target], strict=True) if member}


def test_a_small_camvid_map_reads_as_everyday_classes(tmp_path):
    names = list(MEANING["camvid"]["everyday"])
    source = np.array([[names.index("pavement"), names.index("car")], [names.index("pole"), 255]], np.uint8)
    folder = write_pair(tmp_path, Image.fromarray(source), size=(2, 2))
    image, labels = read_pair(find_pairs(folder)[0], read_as("camvid", EVERYDAY))
    wanted = [[EVERYDAY.index("road"), EVERYDAY.index("vehicle")], [EVERYDAY.index("object"), IGNORE]]
    np.testing.assert_array_equal(labels, wanted)
    assert image.shape == (2, 2, 3)
    assert image.dtype == labels.dtype == np.uint8


def test_facade_vegetation_is_a_partial_label_and_a_group():
    reading = read_as("labelmefacade", EVERYDAY)
    target = reading.lookup[list(MEANING["labelmefacade"]["everyday"]).index("vegetation")]
    assert target >= len(EVERYDAY)
    assert allowed(reading, target) == {"tree", "grass", "flower"}
    groups = {name: reading.group_names[reading.groups[EVERYDAY.index(name)]] for name in EVERYDAY.classes}
    assert groups["tree"] == groups["grass"] == groups["flower"] == "vegetation"
    assert reading.group_names[reading.groups[target]] == "vegetation"
    assert {name for name in EVERYDAY.classes if groups[name] != name} == {"tree", "grass", "flower"}


def test_the_people_set_only_tells_persons_from_the_rest():
    reading = read_as("people", EVERYDAY)
    assert set(reading.group_names) == {"person", "not person"}
    not_person, person = reading.lookup[:2]
    assert person == EVERYDAY.index("person")
    assert allowed(reading, not_person) == set(EVERYDAY.classes) - {"person"}
    assert reading.groups[not_person] == reading.groups[EVERYDAY.index("sky")] != reading.groups[person]


def test_partial_labels_that_share_a_class_share_a_group():
    """VOC's potted plant is a tree, a flower or an object, and its background may be each of them, too."""
    reading = read_as("voc", EVERYDAY)
    source = list(MEANING["voc"]["everyday"])
    folded = {name: reading.group_names[reading.groups[reading.lookup[k]]] for k, name in enumerate(source)}
    assert {name for name, group in folded.items() if group == "background"} == {
        "background", "pottedplant", "bottle", "chair", "diningtable", "sofa", "tvmonitor",
    }  # fmt: skip
    assert [folded[name] for name in ("cat", "cow", "person", "bus")] == ["cat", "cow", "person", "vehicle"]
    assert set(reading.group_names) == {"background"} | set(EVERYDAY.classes) - set(NONE_OF_VOC)


def test_partial_labels_of_a_set_that_tells_their_classes_apart_are_left_out_of_scores():
    reading = read_as("nyu", EVERYDAY)
    source = list(MEANING["nyu"]["everyday"])
    assert len(source) == 40
    assert reading.group_names == EVERYDAY.classes
    assert reading.groups.dtype == np.uint8
    targets = reading.lookup[[source.index(name) for name in ("wall", "door", "window", "sofa", "lamp")]]
    assert allowed(reading, targets[1]) == {"building", "wall", "furniture"}
    wanted = [EVERYDAY.index("wall"), IGNORE, IGNORE, EVERYDAY.index("furniture"), EVERYDAY.index("object")]
    assert fold(targets, reading).tolist() == wanted


def test_a_set_that_names_every_class_keeps_them_apart():
    reading = read_as("camvid", STREET)
    assert reading.group_names == STREET.classes
    np.testing.assert_array_equal(reading.lookup[: len(STREET)], range(len(STREET)))
    np.testing.assert_array_equal(reading.members, np.eye(len(STREET), dtype=bool))


@pytest.mark.parametrize(("layout", "name"), READINGS)
def test_every_meaning_names_real_classes(layout, name):
    for meaning in MEANING[layout][name].values():
        assert set(meaning) <= set(LABEL_SETS[name].classes)
        assert len(set(meaning)) == len(meaning)


@pytest.mark.parametrize(("layout", "name"), READINGS)
def test_every_source_class_reads_as_exactly_what_it_means(layout, name):
    labels = LABEL_SETS[name]
    reading = read_as(layout, labels)
    for index, meaning in enumerate(MEANING[layout][name].values()):
        target = reading.lookup[index]
        if not meaning:
            assert target == IGNORE
        else:
            assert {c for c, member in zip(labels.classes, reading.members[target], strict=True) if member} == {
                *meaning
            }
    assert (reading.lookup[len(MEANING[layout][name]) :] == IGNORE).all()


@pytest.mark.parametrize("labels", LABEL_SETS.values(), ids=list(LABEL_SETS))
def test_targets_are_the_same_for_all_data_sets(labels):
    """One loss serves a batch that mixes data sets."""
    members = [read_as(layout, labels).members for layout, name in READINGS if name == labels.name]
    for other in members:
        np.testing.assert_array_equal(other, members[0])
    np.testing.assert_array_equal(members[0][: len(labels)], np.eye(len(labels), dtype=bool))


@pytest.mark.parametrize(("layout", "name"), READINGS)
def test_every_layout_is_read_from_its_folder(tmp_path, layout, name):
    reading = read_as(layout, LABEL_SETS[name])
    write_split(tmp_path / "val", len(MEANING[layout][name]), photos=2)
    examples = list(read_pairs(find_pairs(tmp_path, "val"), reading))
    assert len(examples) == 2
    for image, labels in examples:
        assert image.shape == (HEIGHT, WIDTH, 3)
        assert labels.shape == (HEIGHT, WIDTH)
        assert set(np.unique(labels)) <= {*range(len(reading.members)), IGNORE}


def test_pairs_come_sorted_and_photos_without_labels_are_left_out(tmp_path):
    write_split(tmp_path, 2, photos=3)
    (tmp_path / "labels" / "photo1.png").unlink()
    (tmp_path / "images" / "notes.txt").write_text("not a photo")
    (tmp_path / "labels" / "notes.png").write_bytes(b"")
    assert [pair.name for pair in find_pairs(tmp_path)] == ["photo0", "photo2"]


def test_pairs_without_a_split_lie_in_the_folder_itself(tmp_path):
    write_split(tmp_path / "mine", 2, photos=1)
    assert find_pairs(tmp_path / "mine") == find_pairs(tmp_path, "mine")


def test_a_palette_png_reads_as_its_indices(tmp_path):
    labels = Image.new("P", (6, 4), 1)
    labels.putpalette([0, 0, 0, 200, 30, 30])
    pair = find_pairs(write_pair(tmp_path, labels))[0]
    assert (read_pair(pair, read_as("people", EVERYDAY))[1] == EVERYDAY.index("person")).all()


def test_a_grey_photo_reads_as_rgb(tmp_path):
    folder = write_pair(tmp_path, Image.new("L", (6, 4)))
    Image.new("L", (6, 4), 77).save(folder / "images" / "photo.png")
    image, _ = read_pair(find_pairs(folder)[0], read_as("folder", EVERYDAY))
    assert image.shape == (4, 6, 3)
    assert (image == 77).all()


def test_a_folder_without_images_and_labels_is_named(tmp_path):
    with pytest.raises(ValueError, match="train should hold the folders images and labels"):
        find_pairs(tmp_path, "train")


def test_photos_without_any_labels_are_an_error(tmp_path):
    write_split(tmp_path, 2, photos=1)
    (tmp_path / "labels" / "photo0.png").unlink()
    with pytest.raises(ValueError, match=r"no photo in .*images has a label file of the same name"):
        find_pairs(tmp_path)


def test_labels_of_another_size_than_their_photo_are_an_error(tmp_path):
    pair = find_pairs(write_pair(tmp_path, Image.new("L", (4, 6))))[0]
    with pytest.raises(
        ValueError, match=r"photo.png: .* is 4 x 6 pixels, the photo's own size on its side.*wanted 6 x 4"
    ):
        read_pair(pair, read_as("folder", EVERYDAY))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_labels_in_colours_of_nobody_are_an_error(tmp_path, mode):
    pair = find_pairs(write_pair(tmp_path, Image.new(mode, (6, 4), (9, 8, 7))))[0]
    with pytest.raises(ValueError, match=rf"photo.png: .*colours \({mode}\): wanted one class index per pixel"):
        read_pair(pair, read_as("folder", EVERYDAY))


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "RGB", "RGBA", "LA"])
def test_an_index_is_read_however_it_is_stored(tmp_path, mode):
    wanted = np.array([[0, 1, 1, 0, 1, 0]] * 4, np.uint8)
    stored = {"1": wanted.astype(bool), "I;16": wanted.astype(np.uint16)}.get(mode, wanted)
    labels = Image.fromarray(stored) if mode in ("1", "I;16") else Image.fromarray(stored).convert(mode)
    pair = find_pairs(write_pair(tmp_path, labels))[0]
    np.testing.assert_array_equal(read_pair(pair, read_as("folder", EVERYDAY))[1], wanted)


def test_an_index_that_the_data_set_does_not_have_is_an_error(tmp_path):
    pair = find_pairs(write_pair(tmp_path, Image.new("L", (6, 4), 77)))[0]
    with pytest.raises(ValueError, match=r"photo.png.*77"):
        read_pair(pair, read_as("folder", EVERYDAY))


def test_an_unknown_layout_lists_those_there_are():
    with pytest.raises(ValueError, match="no layout 'coco': there are camvid, msrc"):
        read_as("coco", EVERYDAY)


def test_a_set_without_meaning_in_a_label_set_says_where_it_has_one():
    with pytest.raises(ValueError, match="msrc has no meaning in label set 'street', only in everyday"):
        read_as("msrc", STREET)
