"""One picture, chart or table of the page as a file: the list is what is shown, the file what is on the page then."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from seglib.labels import EVERYDAY
from seglib.ui import panels
from seglib.ui.lecture.one_file import csv, one_file, stem, things
from seglib.ui.record import MOST_CHARTS, Chart, Record, Shown
from tests.menu import ROOT
from tests.test_pages import open_page
from tests.ui.lecture.test_following import calm


def offered(app: AppTest) -> list[str]:
    return app.selectbox(key="take_which").options


def buttons(app: AppTest) -> dict[str, str]:
    """Downloads of one thing, by what stands on the button, with the name of the file."""
    return {
        button.proto.label: button.proto.id.rsplit("-", 1)[-1]
        for button in app.get("download_button")
        if "take_one_" in button.proto.id
    }


def opened(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


def a_record() -> Record:
    picture = np.full((200, 300, 3), 100, np.uint8)
    labels = np.zeros((200, 300), np.uint8)
    labels[:, 150:] = 3
    record = Record("Compare", "claim", "/", [Shown("Photo", "", "A caption", picture)])
    record.shown.append(Shown("fcn8s", "", "mean IoU 60.0 %", picture, labels, EVERYDAY))
    return record


def test_the_first_draw_of_a_page_lists_what_stands_on_it() -> None:
    app = open_page(photo="china")
    record: Record = app.session_state["record_now"]
    assert offered(app)[: len(record.shown)] == [shown.title for shown in record.shown]
    assert any(name.startswith("Table: ") for name in offered(app))
    assert buttons(app) == {"PNG": "take_one_png"}
    table = next(name for name in offered(app) if name.startswith("Table: "))
    app.selectbox(key="take_which").set_value(table).run()
    assert buttons(calm(app)) == {"CSV": "take_one_csv"}
    assert "take_worded" not in [toggle.key for toggle in app.toggle]
    app.switch_page(str(ROOT / "pages" / "resolution.py")).run()
    assert "Upsampled (bilinear)" in offered(calm(app))
    assert table not in offered(app)
    assert buttons(app) == {"PNG": "take_one_png"}


def test_a_page_that_stops_early_offers_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels, "loading", lambda: True)  # as in a server's first seconds
    app = open_page("skip_connections.py", photo="coffee")
    assert offered(app)[0] == "Photo"
    assert "Human labels" not in offered(app)


def test_a_picture_alone_is_the_panel_and_with_words_it_has_the_legend() -> None:
    record = a_record()
    alone, worded = (opened(one_file(record, "fcn8s", "png", worded)) for worded in (False, True))
    assert (alone == record.shown[1].flat()).all()
    assert worded.shape[0] > alone.shape[0] + 60
    assert worded.shape[1] == alone.shape[1] + 32
    below = worded[-60:].reshape(-1, 3)
    for k, name in enumerate(EVERYDAY.classes):
        assert (below == EVERYDAY.colors[k]).all(1).any() == (k in (0, 3)), name
    bare = opened(one_file(record, "Photo", "png", True))
    assert bare.shape[0] < worded.shape[0], "a photo has no legend"


def test_the_file_is_what_is_on_the_page_when_the_button_is_pressed() -> None:
    record = a_record()
    record.shown[0] = Shown("Photo", "", "", np.zeros((10, 12, 3), np.uint8))
    assert opened(one_file(record, "Photo", "png", False)).shape == (10, 12, 3)
    record.shown.pop(0)
    with pytest.raises(ValueError, match="choose another"):
        one_file(record, "Photo", "png", False)


def test_a_chart_of_a_page_holds_its_data_and_its_words() -> None:
    app = open_page("scoreboard.py")
    record: Record = app.session_state["record_now"]
    name = next(name for name in offered(app) if name.startswith("Dots: mean IoU of each net"))
    app.selectbox(key="take_which").set_value(name).run()
    assert buttons(calm(app)) == {"PNG": "take_one_png", "SVG": "take_one_svg"}
    text = one_file(record, name, "svg", True).decode()
    assert ">fcn32s<" in text
    assert ">Scoreboard<" in text or f">{record.title}<" in text
    assert ">fcn32s<" in one_file(record, name, "svg", False).decode()
    alone, worded = (Image.open(io.BytesIO(one_file(record, name, "png", words))).size for words in (False, True))
    assert worded[1] > alone[1]


def test_a_table_is_read_back_from_its_file() -> None:
    frame = pd.DataFrame({"IoU, %": [40.5, 60.25]}, index=pd.Index(["fcn32s", "fcn8s"], name="Net"))
    record = Record("t", "c", "/", tables=[("Scores", frame)])
    back = pd.read_csv(io.BytesIO(one_file(record, "Table: Scores", "csv", False)), index_col="Net")
    pd.testing.assert_frame_equal(back, frame)
    assert csv(pd.DataFrame({"a": [1, 2]})).split() == ["a", "1", "2"]


def test_every_thing_has_a_name_of_its_own() -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    record = Record("t", "c", "/", [Shown("Photo", "", "", picture) for _ in range(3)])
    record.charts += [Chart("Lines: " + "very " * 40, dict), Chart("Lines: " + "very " * 41, dict)]
    names = list(things(record))
    assert names[:3] == ["Photo", "Photo (2)", "Photo (3)"]
    assert len(names) == len(set(names)) == 5
    assert max(map(len, names)) < 70
    assert stem("Upsampled (bilinear)") == "upsampled-bilinear"
    assert stem("../..") == "view"


def test_what_a_fragment_draws_again_is_the_same_thing() -> None:
    def page() -> None:
        import numpy as np  # noqa: PLC0415 - a script of its own
        import pandas as pd  # noqa: PLC0415
        import streamlit as st  # noqa: PLC0415

        from seglib.ui import record  # noqa: PLC0415

        record.begin("t", "c", "/")
        for epoch in range(30):
            frame = pd.DataFrame({"loss": [epoch]})
            record.picture(record.Shown("Crop", "", str(epoch), np.zeros((4, 4, 3), np.uint8), place="crops 0"))
            record.table("Learning", frame)
            record.chart("Line: loss", dict)
            record.chart(f"Line: loss of run {epoch}", dict)
        st.write("drawn")

    app = calm(AppTest.from_function(page).run())
    now: Record = app.session_state["record_now"]
    assert [shown.caption for shown in now.shown] == ["29"]
    assert [frame["loss"].item() for _, frame in now.tables] == [29]
    assert len(now.charts) == MOST_CHARTS
