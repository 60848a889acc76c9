"""The presenter's keys, and the memory of this browser tab: a component without a face."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from seglib.lecture.rooms import Key
from seglib.ui.lecture import hall
from seglib.ui.lecture.following import Place

NAME = "lecture_keys"
_HEARD = "lecture_heard"
_mount = st.components.v2.component(
    NAME, js=(Path(__file__).parent / "keys.js").read_text(encoding="utf-8"), html="<span></span>"
)


def sent() -> Mapping:
    """What the browser sent with this run, not to be trusted."""
    result = st.session_state.get(NAME)
    return result if isinstance(result, Mapping) else {}


def listen(place: Place | None, page: str) -> int | None:
    """Listen to the keys, on a step's own page; the step that was asked for just now, if any."""
    if hall.key() is None and (known := Key.parse(sent().get("room"))) and hall.rooms().steer(known):
        hall.take_key(known)
    key = hall.key()
    data = {
        "step": place.index if place else None,
        "follows": place is not None and page == place.step.page,
        "last": place.last if place else 0,
        "room": str(key) if key else None,
        "left": st.session_state.pop("lecture_room_left", False),
    }
    _mount(key=NAME, data=data, on_press_change=lambda: None, on_room_change=lambda: None)
    return read_press(sent().get("press"), place)


def read_press(value: object, place: Place | None) -> int | None:
    """The step that the latest press asks for, until it is reached; None for one that has been, or is none."""
    if not isinstance(value, Mapping) or value.get("at") == st.session_state.get(_HEARD):
        return None
    wanted = read_step(value.get("step"), place)
    if wanted is None:
        st.session_state[_HEARD] = value.get("at")
    return wanted


def forget_press() -> None:
    """Something later than the latest press was asked for."""
    press = sent().get("press")
    if isinstance(press, Mapping):
        st.session_state[_HEARD] = press.get("at")


def read_step(value: object, place: Place | None) -> int | None:
    """A step that a browser asks for, or None for anything else.

    >>> read_step(True, None)
    """
    # `type(...) is int` and not `isinstance`: True is an int too.
    wanted = place is not None and type(value) is int and 0 <= value <= place.last and value != place.index
    return value if wanted else None
