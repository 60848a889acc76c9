"""A tour of the opening page: a few places, ringed one after another, that wait until the visitor has used each.

It is offered in a browser's first visit, by a button that covers nothing, and waits behind a small one ever after: the
browser remembers, the server does not. A link that carries a view, a route and a projector are not interrupted.

Whether a place was used is decided here, by comparing what it holds with what it held when the tour came to it. Events
in the browser would not tell: a click that opens a list of photos chooses none, and a slider that is moved by keys
says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from seglib.ui.lecture import following, projector

NAME = "tour"
PAGE = "compare"
_AT, _OFFERED = "tour_at", "tour_offered"
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Stop:
    """A place on the page, and what is to be done there."""

    words: str
    where: tuple[str, ...]  # CSS; the first that is on the screen is ringed
    inside: str = ""  # CSS within the component that is there
    holds: str = ""  # key of the session's value that changes when the place is used; empty: another page opens


STOPS = (
    Stop("Choose another photo. Every page will speak of it.", (".st-key-photo",), holds="photo"),
    Stop("Show something else than the classes: confidence, or what is unsure.", (".st-key-view",), holds="view"),
    Stop(
        "Click a pixel of a picture, or press the arrow keys and Enter: further down each net says what it sees there.",
        (".st-key-compare",),
        inside="canvas.marks",
        holds="pin",
    ),
    Stop(
        "The lecture goes on in the menu. Open any page: photo and pixel come along.",
        (
            "[data-collapsed='false'] [data-testid='stSidebarNav']",
            *("[data-testid='stTopNav']", "[data-testid='stExpandSidebarButton']", "[data-testid='stHeader']"),
        ),
    ),
)


@dataclass(frozen=True)
class _At:
    """The stop that the tour waits at, and what its place held when the tour came."""

    index: int
    held: object


_mount = st.components.v2.component(
    NAME,
    html='<div class="offer"><button type="button"></button><button type="button" aria-label="No tour">×</button></div>'
    '<div class="ring"></div><section class="tip" aria-label="Tour"><p role="status"></p><div>'
    '<button type="button">Skip this</button><button type="button">End the tour</button></div></section>',
    js=(_HERE / "tour.js").read_text(encoding="utf-8"),
    css=(_HERE / "tour.css").read_text(encoding="utf-8"),
)


def draw() -> None:
    """The button that offers the tour, and the stop it is at; nothing in a route or before a class."""
    if projector.is_on() or following.here() is not None:
        end()
        return
    offered = st.session_state.setdefault(_OFFERED, not st.query_params)
    stop = _follow(_sent())
    data = {
        "offered": offered,
        "stop": None if stop is None else asdict(STOPS[stop]) | {"number": stop + 1, "of": len(STOPS)},
    }
    _mount(key=NAME, data=data, on_press_change=lambda: None)


def leave(page: str) -> None:
    """A page opens: where it is not the one of the tour, that has come to its end."""
    if page != PAGE:
        end()


def end() -> None:
    """No tour any more."""
    st.session_state.pop(_AT, None)


def _sent() -> object:
    """What the browser sent with this run, not to be trusted."""
    result = st.session_state.get(NAME)
    return result.get("press") if isinstance(result, Mapping) else None


def _follow(press: object) -> int | None:
    """Index of the stop to wait at after this press, and after what else was used; None: no tour."""
    at: _At | None = st.session_state.get(_AT)
    if press == "start":
        return _go(0)
    if at is None or press == "end":
        end()
        return None
    used = _held(STOPS[at.index]) != at.held
    return _go(at.index + 1) if used or press == "skip" else at.index


def _held(stop: Stop) -> object:
    """What the place of a stop holds now."""
    return st.session_state.get(stop.holds) if stop.holds else None


def _go(index: int) -> int | None:
    if index == len(STOPS):
        end()
        return None
    st.session_state[_AT] = _At(index, _held(STOPS[index]))
    return index
