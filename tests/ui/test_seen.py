"""Sentences about what is shown: each has two faces, and where a page sends for the other one, it is."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seglib.metrics import confusion_matrix
from seglib.ui.compare import observations
from seglib.ui.lecture.guesses import DECLINED
from seglib.ui.seen import here
from tests.test_pages import calm, open_page


def test_a_sentence_says_one_thing_where_it_holds_and_another_where_it_does_not() -> None:
    faces = [here("a", holds, "It rises.", "It falls.") for holds in (True, False, None)]
    assert [face and face.words for face in faces] == ["It rises.", "It falls.", None]


def test_agreement_is_counted_over_all_pixels_and_judged_on_labelled_ones() -> None:
    first = np.array([[0, 0, 1, 1]])
    truth = np.array([[0, 255, 2, 1]])
    agreed = observations.agreement({"a": first, "b": np.array([[0, 0, 1, 0]])}, truth)
    assert agreed.holds  # three of four pixels
    assert "75.0 % of the pixels" in agreed.words
    assert "right on 50.0 %" in agreed.words
    apart = observations.agreement({"a": first, "b": 1 - first}, None)
    assert not apart.holds
    assert "do not even agree" in apart.words
    assert observations.agreement({"a": first}, truth) is None


def test_finer_is_better_where_the_finest_wins_and_else_says_who_does() -> None:
    truth, right, wrong = (np.array([labels]) for labels in ([0, 1, 1], [0, 1, 1], [0, 0, 1]))
    matrices = {"fcn32s": confusion_matrix(truth, wrong, 2), "fcn4s": confusion_matrix(truth, right, 2)}
    rises = observations.finer_is_better(matrices, "everyday")
    assert rises.holds
    assert "gains +50.0 points" in rises.words  # from (1/2 + 1/2) / 2 to 1
    falls = observations.finer_is_better(dict(zip(matrices, reversed(matrices.values()), strict=True)), "everyday")
    assert not falls.holds
    assert "fcn32s has 100.0 % mean IoU" in falls.words


# Every sentence that names a photo where it holds: its page, what else the address says, its name and that photo.
HOLDS_ON = [
    ("before_convnets.py", {"before": "Filters and textons"}, "filters/same stuff", "flower"),
    ("before_convnets.py", {"before": "Learnt from photos"}, "texture/stuff", "astronaut"),
    ("before_convnets.py", {"before": "Learnt from photos"}, "texture/stuff over things", "camera"),
    ("before_convnets.py", {"before": "Things"}, "things/box", "astronaut"),
    ("before_convnets.py", {"before": "Things"}, "things/first iteration", "astronaut"),
    ("before_convnets.py", {"before": "Things"}, "things/cut", "astronaut"),
    ("pyramid.py", {"part": "Levels"}, "levels/coarse decides", "china"),
    ("pyramid.py", {"part": "Levels"}, "levels/help", "china"),
    ("pyramid.py", {"part": "Superpixels"}, "superpixels/gain", "chelsea"),
    ("pyramid.py", {"part": "Superpixels"}, "superpixels/speckles", "china"),
    ("pyramid.py", {"part": "Superpixels"}, "superpixels/thin", "china"),
    ("inside.py", {"inside_part": "Red arrows"}, "arrows/reach", "china"),
    ("receptive_field.py", {"section": "In pictures"}, "window/ImageNet pays", "chelsea"),
    ("inside.py", {"inside_part": "Score maps"}, "score maps/where", "coffee"),
    ("inside.py", {"inside_part": "Score maps"}, "score maps/which", "coffee"),
    ("compare.py", {}, "compare/agreement", "chelsea"),
    ("compare.py", {}, "compare/finer is better", "china"),
    ("skip_connections.py", {}, "skips/finer streams speak at borders", "china"),
    ("skip_connections.py", {}, "skips/help", "camera"),
    ("skip_connections.py", {}, "skips/streams turn more right than wrong", "china"),
    ("resolution.py", {"resolution_part": "The ceiling"}, "resolution/slow, then fast", "astronaut"),
    ("resolution.py", {"resolution_part": "The ceiling"}, "resolution/small first", "china"),
    ("resolution.py", {"resolution_part": "The ceiling"}, "resolution/thin first", "china"),
    ("resolution.py", {"resolution_part": "The ceiling"}, "resolution/below the ceiling", "china"),
    ("metrics.py", {"experiment": "At the border"}, "metrics/curves rise", "china"),
    ("metrics.py", {"experiment": "At the border"}, "metrics/finer nets gain at the border", "motorcycle_left"),
    ("metrics.py", {"experiment": "At the border"}, "metrics/mistakes far off", "china"),
    ("metrics.py", {"experiment": "Sure and right"}, "metrics/as sure as right", "rocket"),
    ("annotation.py", {"annotation_panel": "Agreement"}, "annotation/people above nets", "camera"),
    ("deeplab_crf.py", {}, "crf/borders on edges", "china"),
    ("deeplab_crf.py", {}, "crf/crumbs vanish", "flower"),
    ("deeplab_crf.py", {}, "crf/most in the first", "rocket"),
    ("deeplab_crf.py", {}, "crf/thin parts lose", "rocket"),
    ("deeplab_crf.py", {"crf_part": "All together"}, "together/better", "china"),
]


def _promises() -> set[tuple[str, str]]:
    """Name and photo of each call of `here` in the app that names a photo, read from the source."""
    found = set()
    for path in [*Path("seglib/ui").rglob("*.py"), *Path("pages").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "here":
                on = [keyword.value.value for keyword in node.keywords if keyword.arg == "on"]
                if on:
                    found.add((node.args[0].value, on[0]))
    return found


def test_every_promise_of_a_photo_is_tried_below() -> None:
    assert _promises() == {(name, photo) for _, _, name, photo in HOLDS_ON}


@functools.lru_cache(maxsize=1)
def opened(page: str, photo: str, address: frozenset[tuple[str, str]]) -> AppTest:
    """A page that is left open for its next sentence on the same photo."""
    return open_page(page, photo=photo, **dict(address))


@pytest.mark.parametrize(("page", "address", "name", "photo"), HOLDS_ON, ids=str)
def test_where_a_page_sends_for_it_the_sentence_holds(page: str, address: dict, name: str, photo: str) -> None:
    app = opened(page, photo, frozenset(address.items()))
    if name not in app.session_state["seen"]:  # the page asks for a guess first
        for question in app.button_group:
            if DECLINED in question.options:
                question.set_value(DECLINED)
        calm(app.run())
    assert app.session_state["seen"][name]
