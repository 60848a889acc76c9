"""The tour waits at each place until it is used, ends when it is left, and is offered on the bare address alone."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from seglib.ui.components import photo_view
from seglib.ui.lecture import tour
from tests.menu import ROOT
from tests.test_pages import calm, open_page
from tests.ui.lecture.test_following import follow


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch):
    """Press a button of the tour as a browser does: whoever has read it finds it no more."""
    waiting: list[str] = []
    monkeypatch.setattr(tour, "_sent", lambda: waiting.pop() if waiting else None)

    def pressed(app: AppTest, button: object) -> AppTest:
        waiting.append(button)
        return calm(app.run())

    return pressed


def sent(app: AppTest) -> dict | None:
    """What the page tells the tour's component; None if there is none."""
    protos = [element.proto for element in app.get("bidi_component")]
    return next((json.loads(proto.json) for proto in protos if proto.component_name.endswith(tour.NAME)), None)


def stop(app: AppTest) -> int | None:
    """Number of the stop that the page rings."""
    shown = sent(app)["stop"]
    return None if shown is None else shown["number"]


def test_each_place_waits_until_it_is_used(press, monkeypatch: pytest.MonkeyPatch) -> None:
    app = press(open_page(), "start")
    assert stop(app) == 1
    app.button_group(key="view").set_value("confidence").run()
    assert stop(app) == 1, "another place than the one that is ringed was used"
    app.selectbox(key="photo").set_value("coffee").run()
    assert stop(app) == 2
    app.button_group(key="view").set_value("unsure").run()
    assert stop(app) == 3
    waiting = {"compare": {"row": 40, "col": 50}}
    monkeypatch.setattr(photo_view, "_pin_sent", lambda key: waiting.pop(key, None))
    calm(app.run())
    assert stop(app) == 4
    calm(app.run())
    assert stop(app) == 4
    calm(app.switch_page(str(ROOT / "pages" / "scoreboard.py")).run())
    assert sent(app) is None
    calm(app.switch_page(str(ROOT / "pages" / "compare.py")).run())
    assert stop(app) is None, "another page was opened: the tour has come to its end"


def test_the_tour_can_be_skipped_place_by_place_and_whole(press) -> None:
    app = open_page()
    assert stop(app) is None
    assert sent(app)["offered"]
    for button, number in (("start", 1), ("skip", 2), ("end", None), ("skip", None), ("start", 1)):
        assert stop(press(app, button)) == number
    for number in (2, 3, 4, None):
        assert stop(press(app, "skip")) == number


def test_what_no_button_sends_does_nothing(press) -> None:
    app = open_page("compare.py", photo="coffee")
    for nonsense in (7, {"stop": 3}, "begin", ["start"]):
        assert stop(press(app, nonsense)) is None
    assert not sent(app)["offered"], "a link that carries a view is not interrupted"


def test_a_route_and_a_projector_are_not_interrupted(press) -> None:
    assert sent(follow("whole", 1)) is None
    app = press(open_page(), "start")
    app.session_state["lecture_projector"] = True
    assert sent(calm(app.run())) is None
    app.session_state["lecture_projector"] = False
    assert stop(calm(app.run())) is None
