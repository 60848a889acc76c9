"""“Open the experiment” opens what the claim's link names, whatever the visitor had chosen before."""

from __future__ import annotations

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from seglib.claims.ledger import read_ledger
from seglib.ui import page
from seglib.ui.lecture.view import KNOBS
from seglib.ui.links import parse
from seglib.ui.scoreboard import claims as ledger_panel
from tests.test_pages import ROOT, calm, open_page, png

LEDGER = read_ledger()


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A visitor of the ledger; other pages stop at their heading, and no chart is drawn: both are tested elsewhere."""
    monkeypatch.setattr(ledger_panel, "_chart", lambda *_: None)
    before = page.heading

    def heading(title: str, claim: str) -> None:
        before(title, claim)
        if title != "Scoreboard":
            st.stop()

    monkeypatch.setattr(page, "heading", heading)
    return open_page("scoreboard.py", board="Claims", pin="17,23")


def test_every_experiment_opens_on_what_its_link_names_and_on_return_the_claims_are_there(ledger: AppTest) -> None:
    for name, entry in LEDGER.items():
        ledger.selectbox(key="photo").set_value("rocket")
        ledger.button_group(key="classes").set_value("street")
        calm(ledger.run())
        ledger.session_state["section"], ledger.session_state["part"] = "Dilation lab", "Cost"  # left on other pages
        calm(ledger.button(key=f"open_{name}").click().run())
        file, wanted = parse(entry["link"])
        assert ledger.session_state["lecture_page"] == file
        assert ledger.selectbox(key="photo").value == wanted.get("photo", "rocket")
        assert ledger.button_group(key="classes").value == wanted.get("classes", "everyday")
        assert ledger.session_state["pin"] is None
        for key in wanted.keys() - {"photo", "classes"}:
            assert ledger.session_state[key] == wanted[key]
        for key in {"section", "part"} - wanted.keys():
            assert key not in ledger.session_state
        calm(ledger.switch_page(str(ROOT / "pages" / "scoreboard.py")).run())
        assert ledger.button_group(key="board").value == "Claims"


def test_ones_own_photo_stays_where_the_link_names_none(ledger: AppTest) -> None:
    assert "photo" not in parse(LEDGER["bill"]["link"])[1]
    ledger.file_uploader(key="photo_file").upload("mine.png", png(np.zeros((64, 80, 3), np.uint8)), "image/png").run()
    mine = ledger.selectbox(key="photo").value
    calm(ledger.button(key="open_bill").click().run())
    assert ledger.selectbox(key="photo").value == mine


def test_every_link_names_controls_that_a_view_can_set() -> None:
    for entry in LEDGER.values():
        assert parse(entry["link"])[1].keys() <= {*KNOBS, "photo", "classes", "pin"}
