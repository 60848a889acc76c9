"""What one visitor has looked at is not computed, drawn or encoded again for the next one who chooses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from seglib import rendering, resolution
from seglib.lecture import pictures
from seglib.ui import cache
from seglib.ui.components import encoding

ROOT = Path(__file__).resolve().parent.parent.parent
COUNTED = (
    (cache, "_compute"),  # whatever is `shared`
    (encoding, "_encode_picture"),
    (encoding, "_encode_map"),
    (pictures, "small_jpeg"),
    (rendering, "score_picture"),
    (resolution, "through_grid"),
)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of what was computed, drawn and encoded so far."""
    names: list[str] = []

    def count(place: object, name: str) -> None:
        original = getattr(place, name)

        def counted(*arguments: object, **named: object) -> object:
            names.append(name)
            return original(*arguments, **named)

        monkeypatch.setattr(place, name, counted)

    for place, name in COUNTED:
        count(place, name)
    monkeypatch.setattr(encoding, "_encoded", encoding.EncodedArrays(encoding.CACHE_BYTES))
    return names


def look(page: str) -> None:
    """A new visitor opens a page and then chooses another photo, so that the first view is kept for their report."""
    app = AppTest.from_file(str(ROOT / "seglib" / "ui" / "router.py"), default_timeout=120)
    app.query_params["photo"] = "coffee"
    app.run()
    app.switch_page(str(ROOT / "pages" / f"{page}.py")).run()
    app.selectbox(key="photo").set_value("chelsea").run()
    assert not app.exception, [error.message for error in app.exception]
    assert app.session_state["photo"] == "chelsea"


@pytest.mark.parametrize("page", ["compare", "skip_connections", "resolution"])
def test_the_second_visitor_computes_nothing(page: str, done: list[str]) -> None:
    look(page)
    assert "_encode_picture" in done  # the search finds what is there
    done.clear()
    look(page)
    assert done == []
