"""Bundled photos: all there, as their libraries load them, with credit as their libraries give it."""

from __future__ import annotations

import socket

import matplotlib.cbook
import numpy as np
import pytest
import skimage.data
import sklearn.datasets
from PIL import Image

from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS, STREET
from seglib.photos import PHOTOS, load_photo, photo_path, photo_truth

SIZES = {
    "astronaut": (512, 512),
    "camera": (512, 512),
    "chelsea": (300, 451),
    "china": (427, 640),
    "coffee": (400, 600),
    "coins": (303, 384),
    "flower": (427, 640),
    "grace_hopper": (600, 512),
    "motorcycle_left": (500, 741),
    "rocket": (427, 640),
}


def as_its_library_loads_it(name: str) -> np.ndarray:
    if name in ("china", "flower"):
        return sklearn.datasets.load_sample_image(f"{name}.jpg")
    if name == "grace_hopper":
        with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as file, Image.open(file) as photo:
            return np.array(photo)
    if name == "motorcycle_left":
        return skimage.data.stereo_motorcycle()[0]
    return getattr(skimage.data, name)()


def test_there_are_ten() -> None:
    assert PHOTOS.keys() == SIZES.keys()
    assert all(photo.name == name for name, photo in PHOTOS.items())


@pytest.mark.parametrize("name", SIZES)
def test_pixels_are_those_of_the_library(name: str) -> None:
    image = load_photo(name)
    wanted = as_its_library_loads_it(name)
    assert image.shape == (*SIZES[name], 3)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, wanted if wanted.ndim == 3 else np.repeat(wanted[..., None], 3, 2))


def test_no_network_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a photo asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name in PHOTOS:
        assert load_photo(name).any()


@pytest.mark.parametrize("photo", PHOTOS.values(), ids=PHOTOS)
def test_each_is_described_and_credited(photo) -> None:
    assert photo.title
    assert 40 <= len(photo.alt) <= 160
    assert photo.alt.endswith(".")
    assert photo.credit
    assert photo.licence
    assert photo.source.startswith(("https://", "http://"))


def test_credits_are_those_of_the_installed_texts() -> None:
    readme = (photo_path("china").parent / "README.txt").read_text()
    for name in ("china", "flower"):
        assert PHOTOS[name].source in readme
        assert "https://creativecommons.org/licenses/by/2.0/" in readme
        assert PHOTOS[name].licence == "CC BY 2.0"
    assert "danielbuechele" in readme
    assert "flickr.com/photos/vultilion" in readme
    said = {
        "astronaut": ("NASA Great Images", "public domain", "https://flic.kr/p/r9qvLn"),
        "camera": ("CC0", "Lav Varshney", "issues/3927"),
        "chelsea": ("CC0", "Stefan van der Walt"),
        "coffee": ("CC0", "Rachel Michetti", "Pikolo Espresso Bar"),
        "coins": ("Brooklyn Museum", "No known copyright restrictions", PHOTOS["coins"].source),
        "rocket": ("SpaceX", "public domain", PHOTOS["rocket"].source),
    }
    for name, words in said.items():
        text = " ".join((getattr(skimage.data, name).__doc__ or "").split())
        ours = " ".join((PHOTOS[name].credit, PHOTOS[name].licence, PHOTOS[name].source))
        for word in words:
            assert word.lower() in text.lower(), (name, word)
            assert word.lower() in ours.lower(), (name, word)
    text = " ".join((skimage.data.stereo_motorcycle.__doc__ or "").split())
    assert "Daniel Scharstein at Middlebury College" in text
    assert PHOTOS["motorcycle_left"].source in text
    with Image.open(photo_path("grace_hopper")) as photo:
        assert PHOTOS["grace_hopper"].source in photo.info["comment"].decode()


def test_unknown_name() -> None:
    with pytest.raises(ValueError, match="no photo 'lena': there are astronaut, "):
        load_photo("lena")


def test_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seglib.photos.find_spec", lambda _: None)
    with pytest.raises(ValueError, match="package skimage, which is not installed"):
        load_photo("coins")


@pytest.mark.parametrize("name", SIZES)
def test_truth_fits_the_photo(name: str) -> None:
    for labels in LABEL_SETS.values():
        truth = photo_truth(name, labels)
        assert truth.shape == SIZES[name]
        assert truth.dtype == np.uint8
        assert ((truth < len(labels)) | (truth == IGNORE)).all()


WHAT_IS_WHERE = {  # (row, column), read off the photos
    "astronaut": {(120, 220): "person", (60, 350): "wall", (100, 20): "object", (320, 400): "furniture"},
    "camera": {(30, 30): "sky", (450, 300): "grass", (300, 100): "person"},
    "chelsea": {(150, 150): "cat"},
    "china": {(200, 230): "building", (20, 600): "sky", (420, 600): "tree", (260, 420): "water"},
    "coffee": {(200, 300): "object", (50, 550): "furniture"},
    "coins": {(150, 100): "object"},
    "flower": {(200, 310): "flower"},
    "grace_hopper": {(500, 100): "person", (200, 450): "wall", (100, 60): "object"},
    "motorcycle_left": {(480, 100): "floor", (190, 220): "vehicle", (120, 60): "furniture", (75, 150): "wall"},
    "rocket": {(250, 320): "vehicle", (100, 200): "sky"},
}


@pytest.mark.parametrize("name", SIZES)
def test_what_is_where(name: str) -> None:
    truth = photo_truth(name, EVERYDAY)
    assert {place: EVERYDAY.classes[truth[place]] for place in WHAT_IS_WHERE[name]} == WHAT_IS_WHERE[name]


def test_people_are_pedestrians_in_the_street() -> None:
    everyday, street = photo_truth("camera", EVERYDAY), photo_truth("camera", STREET)
    np.testing.assert_array_equal(everyday == EVERYDAY.index("person"), street == STREET.index("pedestrian"))
