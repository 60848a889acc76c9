"""A route followed headless: every step of every shipped route, the keys, one's own route, strangers' routes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from seglib.labels import LABEL_SETS
from seglib.lecture.routes import Route, Step, pack, read_route, shipped, write_route
from seglib.ui.lecture import keys
from seglib.ui.lecture.following import Place
from seglib.ui.lecture.keys import read_step
from seglib.ui.lecture.view import KNOBS
from seglib.ui.state import parse_pin
from tests.menu import ROOT

ROUTER = ROOT / "seglib" / "ui" / "router.py"


def follow(route: str, step: int = 1, page: str | None = None) -> AppTest:
    """A visitor who opens a link to a step; by its page, as the link does, or by another one."""
    app = AppTest.from_file(str(ROUTER), default_timeout=120)
    app.query_params["route"], app.query_params["step"] = route, str(step)
    app.run()
    found = shipped().get(route)
    wanted = page or (found.steps[step - 1].page if found else "compare")
    if wanted != "compare":
        app.switch_page(str(ROOT / "pages" / f"{wanted}.py")).run()
    return calm(app)


def calm(app: AppTest) -> AppTest:
    assert not app.exception, [error.message for error in app.exception]
    return app


def sentence(app: AppTest) -> str:
    """What stands in the bar."""
    return next(element.value for element in app.markdown if " · minute " in element.value)


def step_shown(app: AppTest) -> int:
    return int(app.query_params["step"][0] if isinstance(app.query_params["step"], list) else app.query_params["step"])


@pytest.mark.parametrize("name", ["whole"])
def test_every_step_opens_its_page_with_its_view_and_its_question(name: str) -> None:
    """The other routes take all their steps from the whole lecture: see test_routes."""
    app, route = follow(name), shipped()[name]
    for index, step in enumerate(route.steps):
        assert step_shown(app) == index + 1
        assert f"{index + 1} of {len(route.steps)}" in sentence(app)
        for key, value in step.view.items():
            assert app.session_state[key] == (parse_pin(value) if key == "pin" else value), step.name
        questions = [pills for pills in app.get("button_group") if pills.key == f"lecture_guess_{step.name}"]
        assert len(questions) == (step.question is not None)
        if questions:
            assert len(questions[0].options) == len(step.question.options) + 1
        if index < len(route.steps) - 1:
            calm(app.button(key="lecture_next").click().run())
    assert app.button(key="lecture_next").disabled
    calm(app.button(key="lecture_back").click().run())
    assert step_shown(app) == len(route.steps) - 1


def test_all_steps_of_shorter_routes_are_steps_of_the_whole_with_their_page_and_view() -> None:
    whole = {step.name: step for step in shipped()["whole"].steps}
    for route in shipped().values():
        for step in route.steps:
            assert (step.page, step.view) == (whole[step.name].page, whole[step.name].view)


def test_a_value_of_an_earlier_step_does_not_leak_into_the_next() -> None:
    app = follow("whole", 14)
    assert app.select_slider(key="factor").value == 32
    app.select_slider(key="factor").set_value(128).run()
    app.button(key="lecture_back").click().run()
    assert app.button_group(key="net").value == "fcn32s"
    app.button_group(key="net").set_value("fcn8s").run()
    app.button(key="lecture_next").click().run()
    assert calm(app).select_slider(key="factor").value == 32
    app.button(key="lecture_back").click().run()
    assert app.button_group(key="net").value == "fcn32s"


def test_what_a_visitor_changes_on_a_step_is_theirs() -> None:
    app = follow("whole", 14)
    app.select_slider(key="factor").set_value(64).run()
    app.run()
    assert app.select_slider(key="factor").value == 64


def test_off_the_route_the_bar_leads_back() -> None:
    app = follow("whole", 14, page="scoreboard")
    calm(app.button(key="lecture_return").click().run())
    assert app.title[0].value == "The resolution issue"
    assert step_shown(app) == 14


def test_a_key_pressed_while_the_page_changed_is_heard_although_it_comes_from_the_page_that_was_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = follow("whole", 15, page="resolution")  # step 15 is on another page
    assert app.button(key="lecture_return")
    press = {"press": {"step": 15, "at": 1}}
    monkeypatch.setattr(keys, "sent", lambda: press)
    assert f"16 of {len(shipped()['whole'].steps)}" in sentence(calm(app.run()))
    assert step_shown(app) == 16
    assert app.session_state["lecture_heard"] == 1  # it has been followed, and leads nowhere a second time


def test_a_route_can_be_left() -> None:
    app = follow("ten_minutes")
    app.switch_page(str(ROOT / "pages" / "scoreboard.py")).run()
    calm(app.button(key="lecture_leave").click().run())
    assert "route" not in app.query_params
    assert not [button for button in app.button if button.key == "lecture_return"]


@pytest.mark.parametrize(("route", "step"), [("whole", "x"), ("whole", "999"), ("whole", "-3"), ("whole", "9" * 50)])
def test_a_nonsense_step_is_the_first_or_the_last(route: str, step: str) -> None:
    app = AppTest.from_file(str(ROUTER), default_timeout=120)
    app.query_params["route"], app.query_params["step"] = route, step
    calm(app.run())
    assert step_shown(app) in (1, len(shipped()["whole"].steps))


@pytest.mark.parametrize("route", ["nowhere", "own", "~", "~AAAA", "../../etc/passwd"])
def test_a_route_that_is_none_leaves_the_page_as_it_is(route: str) -> None:
    app = follow(route)
    assert app.title[0].value
    assert "route" not in app.query_params


def test_a_strangers_route_comes_by_link_and_is_shown_as_text() -> None:
    nasty = "<script>alert(1)</script> **bold** [link](http://x) :smile:"
    route = Route("Theirs", "", (Step("a", nasty, "compare", {"photo": "rocket"}),))
    app = follow("~" + pack(route))
    shown = sentence(app)
    for word in ("<script>", "**", "[link]", ":smile:"):
        assert word not in shown
    assert app.selectbox(key="photo").value == "rocket"


def test_a_strangers_route_with_an_impossible_value_gets_a_sentence() -> None:
    route = Route("Theirs", "", (Step("a", "See?", "deeplab_crf", {"iteration": 9999}),))
    app = follow("~" + pack(route), page="deeplab_crf")
    assert any("not on this page" in error.value for error in app.error)
    assert app.slider(key="iteration").value == 5


def test_a_guess_is_answered_by_measuring_and_kept_for_the_report() -> None:
    app = follow("whole", 14)
    question = shipped()["whole"].steps[13].question
    calm(app.button_group(key="lecture_guess_ceiling").set_value(3).run())
    said = [element.value for kind in ("success", "warning") for element in app.get(kind)]
    assert len(said) == 1
    kept = app.session_state["lecture_guesses"]["ceiling"]
    assert kept.chosen == 3
    assert question.options[kept.right]
    assert app.session_state["ceiling_guess"] is not None, "the page does not ask the same again"


def test_a_lecturers_own_route_is_copied_changed_saved_and_started() -> None:
    app = AppTest.from_file(str(ROUTER), default_timeout=120).run()
    app.switch_page(str(ROOT / "pages" / "lecture.py")).run()
    app.selectbox(key="lecture_base").set_value("ten_minutes").run()
    next(button for button in app.button if button.label == "A copy of it").click().run()
    calm(app)
    base = shipped()["ten_minutes"]
    app.text_area(key="lecture_says_task").set_value("Every pixel.").run()
    app.button(key="lecture_down_task").click().run()
    app.button(key="lecture_out_skips").click().run()
    calm(app)
    own = app.session_state["lecture_own"]
    assert [step.name for step in own.steps] == [base.steps[1].name, "task", base.steps[2].name, base.steps[4].name]
    assert own.steps[1].says == "Every pixel."
    calm(app.button(key="lecture_start_own").click().run())
    assert app.title[0].value == "Is 95 % accuracy good?"


def test_a_file_is_opened_or_told_what_is_wrong_with_it() -> None:
    app = AppTest.from_file(str(ROUTER), default_timeout=120).run()
    app.switch_page(str(ROOT / "pages" / "lecture.py")).run()
    app.file_uploader(key="lecture_file").upload("route.toml", b"title = 3", "application/toml").run()
    assert "no title" in calm(app).error[0].value or "1 to 100 steps" in app.error[0].value
    assert "lecture_own" not in app.session_state or app.session_state["lecture_own"] is None
    app.file_uploader(key="lecture_file").upload("route.toml", b"\xff\xfe", "application/toml").run()
    assert calm(app).error[0].value == "A route is a text file."
    text = write_route(shipped()["ten_minutes"])
    app.file_uploader(key="lecture_file").upload("route.toml", text.encode(), "application/toml").run()
    assert calm(app).session_state["lecture_own"] == read_route(text)
    assert not app.error


def test_the_knobs_are_those_that_the_pages_bind_to_the_address() -> None:
    """A control that a page binds and `view` does not know would keep its value from one step to the next."""
    bound = set()
    for path in [*(ROOT / "pages").glob("*.py"), *(ROOT / "seglib" / "ui").rglob("*.py")]:
        bound |= _bound_keys(path)
    assert bound <= {*KNOBS, "classes"}, "new controls: add their keys to seglib/ui/lecture/view.py"
    assert set(KNOBS) - bound <= {f"class_{name}" for name in LABEL_SETS} | COMPUTED | PARTS


# Keys that are computed, and those handed to `run_parts`.
STREAMS = {f"stream{stride}" for stride in (16, 8, 4)} | {f"level{grid}" for grid in (8, 16, 32)}
COMPUTED = STREAMS | {"nets", "band_nets", "things_nets", "box_by"}
PARTS = {
    "crf_part",
    "teach_part",
    "annotation_panel",
    "inside_part",
    "experiment",
    "before",
    "part",
    "section",
    "board",
    "resolution_part",
}  # handed to `choose_part`


def _bound_keys(path: Path) -> set[str]:
    """Constant keys of calls with ``bind="query-params"`` in a file."""
    keys = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            named = {word.arg: word.value for word in node.keywords}
            if "bind" in named and isinstance(named.get("key"), ast.Constant):
                keys.add(named["key"].value)
    return keys


@pytest.mark.parametrize("value", [None, True, "1", 1.0, -1, 99, [1], 0])
def test_a_step_that_a_browser_asks_for_is_one_of_the_route_or_none(value: object) -> None:
    place = Place("whole", shipped()["whole"], 0)
    assert read_step(value, place) is None
    assert read_step(1, place) == 1
    assert read_step(1, None) is None


def test_the_crfs_answer_is_the_number_that_the_page_shows_after_five_iterations() -> None:
    app = follow("whole", 1 + [step.name for step in shipped()["whole"].steps].index("together"))
    assert app.slider(key="iteration").value == 0, "nothing is given away before the question is asked"
    calm(app.button_group(key="lecture_guess_together").set_value(0).run())
    because = app.session_state["lecture_guesses"]["together"].because
    calm(app.slider(key="iteration").set_value(5).run())
    after = next(metric for metric in app.metric if metric.label == "Mean IoU")
    assert f"{after.value} after: {after.delta}" in because
