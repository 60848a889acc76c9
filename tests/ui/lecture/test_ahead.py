"""What the next step needs is there before it is reached, and a crowd does not pile up work."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from seglib.lecture.routes import shipped
from seglib.ui.crf import cache as crf_cache
from seglib.ui.lecture import ahead, scene
from tests.menu import ROOT
from tests.ui.lecture.test_following import calm, follow

STEPS = [step.name for step in shipped()["whole"].steps]


def wait() -> None:
    """Until all that was sent is done: one thread does it, one after the other."""
    ahead.WORKER.submit(lambda: None).result()


def noted(function: Callable, calls: list[str]) -> Callable:
    """The function, whose calls are noted by its name."""

    def also_noted(*arguments: object) -> object:
        calls.append(function.__name__)
        return function(*arguments)

    return also_noted


def test_the_next_steps_page_and_answer_are_computed_before_it_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    scene._answer.clear()
    before = STEPS.index("together")  # counted from 1: the step before it
    app = follow("whole", before)
    wait()
    again: list[str] = []
    for module, name in ((crf_cache, "trace"), (scene, "right_option")):
        monkeypatch.setattr(module, name, noted(getattr(module, name), again))
    calm(app.button(key="lecture_next").click().run())
    app.switch_page(str(ROOT / "pages" / "deeplab_crf.py")).run()  # where the run has led: a headless page stays behind
    calm(app.button_group(key="lecture_guess_together").set_value(0).run())
    assert "points" in app.session_state["lecture_guesses"]["together"].because
    assert not again


def test_a_crowd_on_its_way_does_not_pile_up_work(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    monkeypatch.setattr(ahead.WORKER, "submit", lambda *_: sent.append(1))
    for _ in range(ahead.MOST + 3):
        follow("whole", STEPS.index("together"))
    for _ in sent:
        ahead._PLACES.release()  # as the worker does
    assert len(sent) == ahead.MOST
