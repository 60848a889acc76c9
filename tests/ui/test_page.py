"""Pages of several parts: every link that names a part opens it, and each page comes back to the part that was left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from seglib.ui import page
from tests.menu import PARTS

ROOT = Path(__file__).resolve().parent.parent.parent
ROUTER = ROOT / "seglib" / "ui" / "router.py"
LINKS = {page: (key, list(parts)) for page, (key, parts) in PARTS.items() if key}


@pytest.fixture
def headings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Claims of the parts that pages would show; they stop there, for what a part shows is tested elsewhere."""
    claims: list[str] = []

    def heading(title: str, claim: str, beside: Callable[[], object] | None = None) -> None:
        claims.append(claim)
        st.stop()

    monkeypatch.setattr(page, "heading", heading)
    return claims


def open_link(name: str, query: dict[str, str]) -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=120)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    go_to(app, name)
    return app


def go_to(app: AppTest, name: str) -> None:
    app.switch_page(str(ROOT / "pages" / f"{name}.py")).run()
    assert not app.exception, [error.message for error in app.exception]


def part_of(app: AppTest, name: str) -> str:
    return app.button_group(key=LINKS[name][0]).value


@pytest.mark.parametrize("name", LINKS)
def test_every_link_opens_its_part(name: str, headings: list[str]) -> None:
    key, parts = LINKS[name]
    for part in parts:
        assert part_of(open_link(name, {key: part}), name) == part
    assert len(set(headings[1::2])) == len(parts)  # in between, the opening page's own


@pytest.mark.parametrize("query", [{}, {"section": "nothing"}, {"section": "<script>"}, {"before": "Mosaic"}], ids=str)
def test_without_a_part_that_it_has_a_page_opens_its_first(query: dict[str, str], headings: list[str]) -> None:
    assert part_of(open_link("receptive_field", query), "receptive_field") == "Grow the window"


def test_each_page_comes_back_to_the_part_that_was_left(headings: list[str]) -> None:
    app = open_link("receptive_field", {"section": "Dilation lab"})
    go_to(app, "metrics")
    assert part_of(app, "metrics") == "Metric duel"
    app.button_group(key="experiment").set_value("At the border").run()
    assert part_of(app, "metrics") == "At the border"
    go_to(app, "receptive_field")
    assert part_of(app, "receptive_field") == "Dilation lab"
    go_to(app, "metrics")
    assert part_of(app, "metrics") == "At the border"


def test_the_part_is_run_under_its_title_and_claim() -> None:
    def script() -> None:
        import streamlit as st  # noqa: PLC0415

        from seglib.ui import page  # noqa: PLC0415

        parts = {name: (f"Claim of {name}", lambda name=name: st.write(f"This is {name}")) for name in ("one", "two")}
        page.run_parts("Title", parts, "which")

    app = AppTest.from_function(script).run()
    for name in ("one", "two"):
        app.button_group(key="which").set_value(name).run()
        assert app.title[0].value == "Title"
        assert [each.value for each in app.markdown] == [f"Claim of {name}", f"This is {name}"]
