"""Watching a net learn, headless."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seglib.ui.teach import learn
from tests.test_pages import calm, open_page, views
from tests.test_teach_page import PHOTO, paint, two_strokes

PART = "Watch a net learn"


@pytest.fixture
def app() -> Iterator[AppTest]:
    opened = open_page("teach.py", photo=PHOTO, teach_part=PART, live_start="scratch")
    yield opened
    for name in ("live_run", "live_pinned"):
        if opened.session_state.get(name):
            opened.session_state[name].stop()


def wait_for(app: AppTest, epochs: int) -> None:
    run, deadline = app.session_state["live_run"], time.monotonic() + 120
    while len(run.epochs) < epochs:
        assert time.monotonic() < deadline
        assert not run.failure
        run.look()
        threading.Event().wait(0.05)


def panels(app: AppTest) -> list[dict]:
    return views(app)["live_view"]["panels"]


def test_step_pin_and_another_beside_it(app: AppTest) -> None:
    assert "Press play" in app.info[0].value
    app.button(key="live_step").click().run()
    wait_for(app, 2)
    calm(app.run())
    assert panels(app)[-1]["title"] == "Held out, this run"
    assert panels(app)[-1]["caption"].startswith("epoch 1 of 100, mean IoU")
    assert "pixel accuracy" in panels(app)[-1]["caption"]
    app.slider(key="live_epoch").set_value(0).run()
    assert panels(app)[-1]["caption"].startswith("epoch 0 of 100")
    app.button(key="live_pin").click().run()
    app.toggle(key="live_skips").set_value(False).run()
    calm(app)
    app.button(key="live_step").click().run()
    wait_for(app, 2)
    calm(app.run())
    assert [panel["title"] for panel in panels(app)][-2:] == ["Held out, pinned", "Held out, this run"]
    pinned, run = app.session_state["live_pinned"], app.session_state["live_run"]
    assert pinned.key[0].skips
    assert not run.key[0].skips
    assert not pinned.alive


def test_the_photo_that_shows_most_is_offered_until_it_is_shown_or_a_run_begins(app: AppTest) -> None:
    app.button(key="live_shows_most").click().run()
    assert app.selectbox(key="photo").value == learn.SHOWS_MOST
    offers = [button for button in calm(app).button if button.key == "live_shows_most"]
    assert not offers


def test_pixel_accuracy_of_a_small_answer_by_hand() -> None:
    """Each pixel of the answer stands for four of the truth: two are right, one is wrong, one is void."""
    truth = np.array([[0, 1], [2, 255]]).repeat(2, axis=0).repeat(2, axis=1)
    assert learn.right_share(truth, np.array([[0, 1], [1, 2]], np.uint8), 3) == pytest.approx(2 / 3)


def test_other_settings_end_the_run(app: AppTest) -> None:
    app.button(key="live_play").click().run()
    run = app.session_state["live_run"]
    wait_for(app, 1)
    app.number_input(key="live_seed").set_value(3).run()
    calm(app)
    assert not run.alive
    assert "Press play" in app.info[0].value


def test_settings_come_with_the_link() -> None:
    app = open_page(
        "teach.py",
        photo=PHOTO,
        teach_part=PART,
        live_start="scratch",
        live_skips="false",
        live_seed="7",
        live_rate="0.01",
        live_batch="2",
        live_overlap="true",
    )
    app.button(key="live_step").click().run()
    settings = app.session_state["live_run"].key[0]
    app.session_state["live_run"].stop()
    assert (settings.start, settings.skips, settings.seed) == ("scratch", False, 7)
    assert (settings.learning_rate, settings.batch, settings.overlap) == (0.01, 2, True)


def test_own_strokes_can_be_learnt_from() -> None:
    app = open_page("teach.py", photo=PHOTO, live_start="scratch", live_data="your strokes")
    paint(app, two_strokes())
    group = next(group for group in app.get("button_group") if PART in group.options)
    group.set_value(PART).run()
    calm(app)
    app.button(key="live_step").click().run()
    wait_for(app, 2)
    run = app.session_state["live_run"]
    run.stop()
    assert set(np.unique(run.epochs[-1].labels)) <= {0, 1}


def test_without_strokes_one_sentence() -> None:
    app = open_page("teach.py", photo=PHOTO, teach_part=PART, live_data="your strokes")
    assert "Paint a few strokes first" in app.info[0].value
