"""A click goes where it shows: whichever linked picture is clicked, all of its page speaks of that pixel afterwards.

The oracle is a link: a page on which a pixel was clicked must be the page that opens by a link to that pixel.
"""

from __future__ import annotations

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from seglib.ui.components import photo_view
from tests.test_pages import calm, open_page, views

# Questions that a visitor declined before, so that the page shows all it has.
DECLINED = ("pyramid_guess", "bill_guess", "model_window_guess", "edge", "crf_guess", "duel_guess", "band_guess")
CLOSE_UP = "edge_views"  # has pixels of its own
# Page, what its address says, and the button that makes its pictures, if any: every part with linked pictures.
PLACES: list[tuple[str, dict[str, str], str]] = [
    ("compare.py", {}, ""),
    ("skip_connections.py", {}, ""),
    ("resolution.py", {}, ""),
    ("resolution.py", {"resolution_part": "The ceiling"}, ""),
    ("deeplab_crf.py", {}, ""),
    ("deeplab_crf.py", {"crf_part": "Who talks to whom"}, ""),
    ("deeplab_crf.py", {"crf_part": "All together"}, ""),
    ("before_convnets.py", {"before": "Filters and textons"}, ""),
    ("before_convnets.py", {"before": "Learnt from photos"}, ""),
    ("before_convnets.py", {"before": "Your strokes"}, "example_strokes"),
    ("before_convnets.py", {"before": "Things", "photo": "astronaut"}, ""),
    ("pyramid.py", {"part": "The pyramid"}, ""),
    ("pyramid.py", {"part": "Levels"}, ""),
    ("pyramid.py", {"part": "Superpixels"}, ""),
    ("inside.py", {"inside_part": "Red arrows"}, ""),
    ("inside.py", {"inside_part": "One step"}, ""),
    ("inside.py", {"inside_part": "Score maps"}, ""),
    ("inside.py", {"inside_part": "Units", "unit": "7"}, ""),  # else each pixel suggests one
    ("inside.py", {"inside_part": "Back to pixels", "unit": "7"}, ""),
    ("receptive_field.py", {"section": "Grow the window"}, ""),
    ("receptive_field.py", {"section": "Theory and measured", "window_net": "shallow8"}, ""),
    ("receptive_field.py", {"section": "In pictures"}, ""),
    ("teach.py", {}, "teach_example"),
]
TIMES = re.compile(r"\b[\d.,]+ (ms|s)\b")


def open_place(page: str, address: dict[str, str], button: str, pin: str) -> AppTest:
    app = open_page(page, **({"photo": "china"} | address), pin=pin)
    for name in DECLINED:
        app.session_state[name] = "Just show me"
    calm(app.run())
    if button:
        calm(app.button(key=button).click().run())
    return app


def linked(app: AppTest) -> dict[str, list[int]]:
    """The pinned pixel in each picture widget that has one, by key."""
    return {key: view["pin"] for key, view in views(app).items() if view.get("pin") is not None}


def click(app: AppTest, view: str, row: int, col: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a browser sends it: whoever has read it finds it no more, as with a trigger of Streamlit's."""
    waiting = {view: {"row": row, "col": col}}
    monkeypatch.setattr(photo_view, "_pin_sent", lambda key: waiting.pop(key, None))
    calm(app.run())


def all_that_is_said(app: AppTest) -> dict[str, object]:
    """Everything on the page that may depend on a pixel."""
    shown = {
        f"view {key}": json.dumps(view, sort_keys=True) for key, view in views(app).items() if "painter" not in key
    }
    for kind in ("title", "header", "markdown", "caption", "info", "warning", "success"):
        shown[kind] = [TIMES.sub("", element.value) for element in getattr(app, kind)]
    shown["metrics"] = [(metric.label, metric.value, metric.delta) for metric in app.metric]
    shown["tables"] = [element.value.to_csv() for element in (*app.dataframe, *app.table)]
    shown["charts"] = [chart.proto.spec for chart in app.get("vega_lite_chart")]
    return shown


@pytest.mark.parametrize(("page", "address", "button"), PLACES, ids=str)
def test_a_click_in_any_linked_picture_moves_everything(
    page: str, address: dict[str, str], button: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_place(page, address, button, "200,300")
    pictures = [view for view in linked(app) if view != CLOSE_UP]
    assert pictures
    for number, view in enumerate(pictures):
        point = 100 + 31 * number, 120 + 47 * number
        click(app, view, *point, monkeypatch)
        assert app.session_state["pin"] == point
        for key, pin in linked(app).items():
            assert key == CLOSE_UP or pin == list(point), key
    by_link = open_place(page, address, button, ",".join(map(str, app.session_state["pin"])))
    clicked, opened = all_that_is_said(app), all_that_is_said(by_link)
    for what in opened:
        assert clicked[what] == opened[what], what


def test_a_click_in_the_close_up_pins_that_pixel_of_the_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_place("skip_connections.py", {}, "", "200,300")
    assert linked(app)[CLOSE_UP] == [48, 48]
    click(app, CLOSE_UP, 10, 60, monkeypatch)
    assert app.session_state["pin"] == (200 - 48 + 10, 300 - 48 + 60)
    assert linked(app)[CLOSE_UP] == [48, 48]
    assert linked(app)["streams"] == [162, 312]
