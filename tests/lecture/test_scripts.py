"""Scripts run against the installed library and print the page's numbers; a route's notebook is one, and valid."""

from __future__ import annotations

import contextlib
import io
import re

import nbformat
import pytest

from seglib import metrics
from seglib.labels import EVERYDAY
from seglib.lecture.routes import Route, Step, shipped
from seglib.lecture.scripts import BODIES, notebook, script
from seglib.metrics.agreement import pair_iou
from seglib.metrics.objects import things_and_stuff
from seglib.models.prediction import predict
from seglib.models.weights import load_model
from seglib.photos import load_photo, photo_truth
from seglib.resolution import through_grid


def run(code: str) -> str:
    """What a script prints, run as a file of its own."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "script.py", "exec"), {"__name__": "__main__"})
    return out.getvalue()


@pytest.mark.parametrize("key", BODIES, ids=" ".join)
def test_every_script_runs_and_prints_numbers(key: tuple[str, ...]) -> None:
    view = {key[1]: key[2]} if len(key) == 3 else {}
    printed = run(script(key[0], view | {"nets": ("fcn8s",), "iteration": 1}, 'A "title" \\ with """ in it'))
    assert printed.strip()
    assert key[0] == "scoreboard" or re.search(r"\d", printed)


def test_the_numbers_are_the_pages() -> None:
    image, truth = load_photo("china"), photo_truth("china", EVERYDAY)
    cm = metrics.confusion_matrix(truth, predict(load_model("fcn8s", "everyday"), image).labels, len(EVERYDAY))
    printed = run(script("compare", {"photo": "china", "nets": ("fcn8s",)}))
    assert printed == f"fcn8s pixel accuracy {metrics.pixel_accuracy(cm):.4f}, mean IoU {metrics.mean_iou(cm):.4f}\n"
    things = run(script("metrics", {"photo": "china", "experiment": "Things and stuff"}))
    assert f"'Mean IoU': {things_and_stuff(cm, EVERYDAY)['stuff']['Mean IoU']:.4f}"[:-1] in things
    best = metrics.mean_iou(metrics.confusion_matrix(truth, through_grid(truth, 32, len(EVERYDAY)), len(EVERYDAY)))
    assert f"32 mean IoU {best:.4f}" in run(script("resolution", {"photo": "china"}))
    pair = pair_iou(*(photo_truth("camera", EVERYDAY, second=again) for again in (False, True)), len(EVERYDAY))
    assert f"camera mean IoU of two labellings {pair:.4f}" in run(script("annotation", {"photo": "camera"}))


def test_values_of_a_view_stay_values() -> None:
    nasty = "__import__('os').abort()"
    view = {"photo": nasty, "classes": nasty, "rates": nasty, "nets": (nasty,), "window_net": nasty, "pin": nasty}
    for page in ("compare", "receptive_field", "skip_connections"):
        with pytest.raises((ValueError, KeyError)):
            run(script(page, view, nasty))
    for section in ("Dilation lab",):
        with pytest.raises((ValueError, KeyError)):
            run(script("receptive_field", view | {"photo": "china", "classes": "everyday", "section": section}))


@pytest.mark.parametrize("name", shipped())
def test_a_route_makes_a_valid_notebook_and_always_the_same(name: str) -> None:
    text = notebook(shipped()[name])
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    assert notebook(shipped()[name]) == text
    with_code = [step for step in shipped()[name].steps if script(step.page, step.view)]
    assert sum(cell.cell_type == "code" for cell in book.cells) == len(with_code)


def test_a_notebook_runs_cell_by_cell() -> None:
    names = {"ceiling", "agreement"}
    whole = shipped()["whole"]
    short = Route("Two", "", tuple(step for step in whole.steps if step.name in names))
    book = nbformat.reads(notebook(short), as_version=4)
    printed = [run(cell.source) for cell in book.cells if cell.cell_type == "code"]
    assert all("mean IoU" in text for text in printed)


def test_a_strangers_words_are_text_in_a_notebook() -> None:
    step = Step("a", "<img src=x onerror=alert(1)> # [x](javascript:1)\n# head", "nowhere")
    source = nbformat.reads(notebook(Route("*T*", "", (step,))), as_version=4).cells[1].source
    assert "\\<img" in source
    assert "\\[x\\]\\(javascript" in source
    assert "\n# head" not in source


def test_pages_without_numbers_have_no_script() -> None:
    assert script("lecture", {}) is None
    pages = {step.page for route in shipped().values() for step in route.steps}
    assert {page for page in pages if script(page, {}) is None} == {"inside", "teach"}
