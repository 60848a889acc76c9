"""What people bring, on the pages: identity, labels of their photo, foreign text, and no choice that breaks one."""

from __future__ import annotations

import random
import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seglib.annotation.contours import label_png, labelme_file
from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS
from seglib.ui import state
from seglib.ui.metrics import folder
from seglib.ui.words import foreign, literal
from tests.menu import PAGE_FILES
from tests.test_pages import ROOT, WITHOUT_PHOTO, calm, open_page, people, png

SIZE = (48, 64)
PIXELS = np.random.default_rng(3).integers(0, 256, (*SIZE, 3), dtype=np.uint8)
VEHICLE = np.full(SIZE, IGNORE, np.uint8)
VEHICLE[10:30, 10:40] = EVERYDAY.index("vehicle")
HOSTILE = [
    "![x](http://a.invalid/x.png)",
    "**bold**",
    "<b>b</b>",
    ":red[r]",
    "$x^2$",
    "a->b :smile:",
    "`tick`",
    "[l](x)",
]


def with_photo(name: str = "mine.png", page: str = "compare.py") -> tuple[AppTest, str]:
    """A visitor with a photo of their own, and its key."""
    app = open_page(page)
    app.file_uploader(key="photo_file").upload(name, png(PIXELS), "image/png").run()
    return calm(app), app.selectbox(key="photo").value


def give_labels(app: AppTest, key: str, data: bytes, name: str = "labels.json") -> None:
    app.file_uploader(key=f"truth_{key}").upload(name, data).run()
    calm(app)


def scored(app: AppTest) -> bool:
    return any("Mean IoU" in element.value.columns for element in app.table)


@pytest.mark.parametrize("name", ["flower.jfif", "IMG_1.JPE", "photo", "scan.DIB"])
def test_a_photo_is_taken_by_its_content_whatever_its_name(name: str) -> None:
    _, key = with_photo(name)
    assert key.startswith("upload-")


@pytest.mark.parametrize(
    ("name", "start", "words"),
    [("IMG_1.HEIC", b"\0\0\0\x18ftypheic", "HEIC"), ("a.jxl", b"\xff\x0a", "JPEG XL"), ("a.pdf", b"%PDF-1.7", "PDF")],
)
def test_what_is_not_read_gets_our_own_sentence(name: str, start: bytes, words: str) -> None:
    app = open_page()
    app.file_uploader(key="photo_file").upload(name, start + bytes(100)).run()
    calm(app)
    assert words in app.error[0].value


def test_a_photo_that_is_shrunk_says_so_beside_the_picker() -> None:
    app = open_page()
    large = np.kron(PIXELS, np.ones((20, 20, 1), np.uint8))
    app.file_uploader(key="photo_file").upload("mine.png", png(large), "image/png").run()
    assert any("Shrunk from 1280 x 960 to 480 x 360 pixels" in each.value for each in calm(app).caption)


def test_labels_of_other_classes_are_said_to_be_and_cost_nothing() -> None:
    app, key = with_photo()
    give_labels(app, key, labelme_file(VEHICLE, EVERYDAY).encode())
    assert scored(app)
    app.button_group(key="classes").set_value("street").run()
    calm(app)
    assert not scored(app)
    (warning,) = (each.value for each in app.warning if "of other classes than these" in each.value)
    assert "“`vehicle`”" in warning
    app.button_group(key="classes").set_value("everyday").run()
    assert scored(calm(app))


@pytest.mark.parametrize("kind", ["json", "png"])
def test_labels_of_another_picture_leave_those_that_were_there(kind: str) -> None:
    app, key = with_photo()
    give_labels(app, key, label_png(VEHICLE, EVERYDAY), "labels.png")
    sideways = np.zeros(SIZE[::-1], np.uint8)
    data = labelme_file(sideways, EVERYDAY).encode() if kind == "json" else label_png(sideways, EVERYDAY)
    give_labels(app, key, data, f"other.{kind}")
    assert "on its side" in app.error[0].value
    assert scored(app)


def test_the_latest_labels_count() -> None:
    app, key = with_photo()
    give_labels(app, key, label_png(np.zeros(SIZE, np.uint8), EVERYDAY), "labels.png")
    give_labels(app, key, labelme_file(VEHICLE, EVERYDAY).encode())
    photo = app.session_state["uploads"][key]
    np.testing.assert_array_equal(state.human_truth(photo, EVERYDAY), VEHICLE)
    give_labels(app, key, label_png(np.zeros(SIZE, np.uint8), EVERYDAY), "labels.png")
    assert (state.human_truth(app.session_state["uploads"][key], EVERYDAY) == 0).all()


def test_what_is_taken_back_is_gone_everywhere() -> None:
    app, key = with_photo()
    give_labels(app, key, label_png(VEHICLE, EVERYDAY), "labels.png")
    app.file_uploader(key=f"truth_{key}").clear().run()
    assert not scored(calm(app))
    app.file_uploader(key="photo_file").clear().run()
    calm(app)
    assert app.selectbox(key="photo").value == state.OPENING_PHOTO
    assert key not in app.session_state["uploads"]


def test_two_photos_of_one_name_are_two() -> None:
    app, first = with_photo("photo.jpg")
    app.file_uploader(key="photo_file").upload("photo.jpg", png(PIXELS[::-1].copy()), "image/png").run()
    second = app.selectbox(key="photo").value
    assert first != second
    assert [photo.title for photo in app.session_state["uploads"].values()] == ["photo.jpg", "photo.jpg (2)"]


def test_annotators_go_by_what_they_drew() -> None:
    app = open_page("annotation.py", annotation_panel="Agreement")
    app.file_uploader(key="photo_file").upload("photo.png", png(PIXELS), "image/png").run()
    maps = [np.zeros(SIZE, np.uint8), np.full(SIZE, 3, np.uint8), VEHICLE]
    files = [("photo.json", labelme_file(labels, EVERYDAY).encode(), "application/json") for labels in maps]
    app.file_uploader(key="annotator_files").set_value(files).run()
    calm(app)
    assert list(people(app).index) == ["1: photo.json", "2: photo.json (2)", "3: photo.json (3)"]
    app.file_uploader(key="annotator_files").set_value([*files[:2], files[0]]).run()
    calm(app)
    assert list(people(app).index) == ["1: photo.json", "2: photo.json (2)"]
    assert "this very file is here already" in app.error[0].value


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_is_shown_as_it_is(text: str) -> None:
    """In a code span: the one place of Markdown in which nothing means anything."""
    app, key = with_photo(f"{text}.png")
    give_labels(app, key, labelme_file(VEHICLE, EVERYDAY).replace('"vehicle"', f'"{text}"').encode())
    shown = app.error[0].value
    assert f"“{foreign(text)}”" in shown
    outside = re.sub(r"(`+)(?!`).*?[^`]\1(?!`)", "", shown)
    assert text not in outside
    assert foreign(text).strip("` ") == text.strip("`")


def test_our_own_sentences_stay_readable() -> None:
    assert literal("The file has 3 MB: at most 20 are taken.") == "The file has 3 MB: at most 20 are taken."
    assert literal("*a* “*b*”") == r"\*a\* “`*b*`”"


@pytest.mark.parametrize("root", ["~nobody_at_all", "/no/such/folder", "a\0b", "x" * 5000, "**/x", "/etc/passwd", "."])
def test_no_path_breaks_the_folder_page(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(folder.st, "error", shown.append)
    assert folder._start(root, EVERYDAY, "folder", ["fcn8s"]) is None
    assert shown[0].startswith("There is no labelled folder `")
    assert shown[0].endswith(".")


@pytest.mark.parametrize("seed", range(2))
def test_no_walk_over_the_pages_ends_in_an_error_box(seed: int) -> None:
    chance = random.Random(seed)
    pages: list[Path] = [path for path in PAGE_FILES if path.name not in WITHOUT_PHOTO]
    app, key = with_photo()
    labels = {
        "a.json": labelme_file(VEHICLE, EVERYDAY).encode(),
        "a.png": label_png(VEHICLE, EVERYDAY),
        "b.json": b'{"shapes": [3], "imageHeight": 48, "imageWidth": 64}',
        "c.png": b"\x89PNG\r\n\x1a\n",
    }
    for _ in range(14):
        step = chance.randrange(4)
        if step == 0:
            app.switch_page(str(ROOT / "pages" / chance.choice(pages).name)).run()
        elif step == 1:
            app.button_group(key="classes").set_value(chance.choice(list(LABEL_SETS))).run()
        elif step == 2:
            app.selectbox(key="photo").set_value(chance.choice([key, "coins"])).run()
        elif app.selectbox(key="photo").value == key:
            name = chance.choice(list(labels))
            app.file_uploader(key=f"truth_{key}").upload(name, labels[name]).run()
        calm(app)
