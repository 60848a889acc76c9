"""What is taken home: links that reopen the view, pictures and tables as files, a report of what was looked at."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from seglib.labels import EVERYDAY
from seglib.lecture.pictures import flatten, present, small_jpeg, with_words
from seglib.lecture.routes import shipped
from seglib.ui.lecture.take_home import _report, bundle, link_path
from seglib.ui.record import MOST_VIEWS, Record, Shown
from tests.menu import PAGE_FILES, ROOT
from tests.test_pages import open_page, png
from tests.ui.lecture.test_following import calm, follow


def link(app: AppTest) -> str:
    return app.session_state["record_now"].link


@pytest.mark.parametrize("path", PAGE_FILES, ids=lambda path: path.stem)
def test_every_experiment_can_be_taken_home(path) -> None:
    if path.stem == "notes":
        pytest.skip("notes are the speaker's own")
    app = open_page(path.name)
    labels = [button.proto.label for button in app.get("download_button")]
    assert "Pictures and tables" in labels
    assert "Report of all I looked at" in labels
    assert path.stem in ("lecture", "inside", "teach") or "This as code" in labels


def test_a_link_reopens_the_view_of_a_step_without_the_route() -> None:
    index = [step.name for step in shipped()["whole"].steps].index("ceiling") + 1
    app = follow("whole", index)
    app.select_slider(key="factor").set_value(64).run()
    query = parse_qs(urlsplit(link(calm(app))).query)
    assert query["photo"] == ["china"]
    assert query["factor"] == ["64"]
    assert not {"route", "step", "room"} & set(query)
    reopened = open_page("resolution.py", **{key: values[0] for key, values in query.items()})
    assert reopened.select_slider(key="factor").value == 64


def test_a_link_says_true_and_false_and_lists_as_an_address_does() -> None:
    assert link_path("compare", {"stream4": True, "nets": ("fcn8s", "fcn4s")}) == "/?stream4=true&nets=fcn8s&nets=fcn4s"
    assert link_path("metrics", {}) == "/metrics"
    assert link_path("metrics", {"share": "3 % & more"}) == "/metrics?share=3+%25+%26+more"


def test_an_upload_is_not_in_a_link_and_the_page_says_so() -> None:
    app = open_page()
    pixels = np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    app.file_uploader(key="photo_file").upload("mine.png", png(pixels), "image/png").run()
    assert any("stays in your session" in element.value for element in calm(app).caption)
    assert "photo=" not in link(app)
    assert "This as code" not in [button.proto.label for button in app.get("download_button")]


def test_pictures_and_tables_come_as_files() -> None:
    app = open_page(photo="china")
    record: Record = app.session_state["record_now"]
    names = [shown.title for shown in record.shown]
    assert names[:3] == ["Photo", "Human labels", "fcn32s"]
    with zipfile.ZipFile(io.BytesIO(bundle(record))) as file:
        inside = file.namelist()
        assert len([name for name in inside if name.endswith("with-words.png")]) == len(names)
        alone = np.asarray(Image.open(file.open("01-Photo.png")))
        worded = np.asarray(Image.open(file.open("01-Photo-with-words.png")))
        table = file.read(next(name for name in inside if name.endswith(".csv"))).decode()
    assert alone.shape == (427, 640, 3)
    assert worded.shape[0] > alone.shape[0]
    assert (alone == record.shown[0].picture).all()
    assert "fcn32s" in table


def test_the_report_holds_what_was_looked_at_and_the_guesses() -> None:
    app = follow("whole", [step.name for step in shipped()["whole"].steps].index("pyramid_cost") + 1)
    app.button_group(key="lecture_guess_pyramid_cost").set_value(0).run()
    app.switch_page(str(ROOT / "pages" / "resolution.py")).run()
    calm(app)
    text = _report(
        app.session_state["record_now"],
        list(app.session_state["record_before"].values()),
        dict(app.session_state["lecture_guesses"]),
    )
    assert "1 of 1 guesses were right." in text
    assert "The resolution issue" in text
    assert "Image pyramids" in text
    assert text.count("<img") >= 2


def test_a_session_keeps_a_bounded_number_of_small_views() -> None:
    shown = Shown("Photo", "", "", np.zeros((1600, 1600, 3), np.uint8))
    section = Record("t", "c", "l", [shown] * 30, []).reduced()
    assert len(section.pictures) == 4
    assert all(len(picture.content) < 40_000 for picture in section.pictures)
    assert MOST_VIEWS * 4 * 15_000 < 2e6


def test_a_panel_is_flattened_with_coarse_labels_and_its_legend() -> None:
    picture = np.full((40, 60, 3), 100, np.uint8)
    labels = np.array([[0, 3], [3, 255]], np.uint8)
    flat = flatten(picture, labels, EVERYDAY)
    assert (flat[-1, -1] == 100).all(), "void shows the picture"
    assert not (flat[0, 0] == 100).all()
    assert [name for name, _ in present(labels, EVERYDAY)] == [EVERYDAY.classes[0], EVERYDAY.classes[3]]
    worded = with_words(flat, "Title", "A caption of several words " * 5, present(labels, EVERYDAY))
    assert worded.shape[1] == 60 + 32
    assert flatten(picture, None, EVERYDAY) is picture
    assert Image.open(io.BytesIO(small_jpeg(np.zeros((900, 700, 3), np.uint8)))).size == (280, 360)
    small = np.asarray(Image.open(io.BytesIO(small_jpeg(np.full((900, 700, 3), 100, np.uint8), labels, EVERYDAY))))
    assert np.abs(small[-1, -1].astype(int) - 100).max() < 6
    assert np.abs(small[0, 0].astype(int) - flat[0, 0]).max() < 6
