"""The bar at the foot of every page of a route: where one is, back, next, time, and what a lecturer needs."""

from __future__ import annotations

import time

import streamlit as st

from seglib.ui.lecture import following, hall, keys, projector
from seglib.ui.lecture.following import Place
from seglib.ui.lecture.lobby import room_card
from seglib.ui.lecture.plain import escaped

STYLE = """<style>
.st-key-lecture_bar { gap: .75rem; }
.st-key-lecture_says p { margin: 0; font-size: 1.15rem; line-height: 1.3; }
.st-key-lecture_says { gap: .1rem; }
[data-testid='stBottomBlockContainer'] { padding-top: .6rem; padding-bottom: .8rem; }
@media (max-width: 640px) {
  [data-testid='stBottomBlockContainer'] { padding-inline: 1rem; }
  .st-key-lecture_bar > div:has(> .st-key-lecture_says) { order: -1; flex: 1 1 100%; }
}
</style>"""
NO_BAR = "<style>[data-testid='stBottom'] { display: none; }</style>"  # it would be an empty strip over the page
_BEGAN = "lecture_began"


def show(place: Place | None, page: str) -> None:
    """Draw the bar, and go where the keys or its buttons say."""
    with st.bottom:
        wanted = keys.listen(place, page)
        st.html(NO_BAR if place is None else STYLE)
        if place is None:
            return
        if room := hall.room():
            wanted = keys.read_step(room.wanted, place) if wanted is None else wanted
            if wanted is None and room.spot != place.spot():
                hall.rooms().move(hall.key(), place.spot())
        if page == place.step.page:
            pressed = _steps(place)
            if pressed is not None:
                keys.forget_press()
                wanted = pressed
        elif wanted is None:  # a key that was pressed while the page changed comes from the page that was left
            wanted = place.index if following.is_on_the_way(place) else _way_back(place)
    if wanted is not None:
        following.go(place, wanted)


def _way_back(place: Place) -> int | None:
    with st.container(horizontal=True, vertical_alignment="center", key="lecture_bar"):
        with st.container(key="lecture_says"):
            st.markdown(f"You have left the route **{escaped(place.route.title)}**.")
        back = st.button(
            f"Return to step {place.index + 1}", type="primary", icon=":material/undo:", key="lecture_return"
        )
        st.button("Leave it", on_click=following.leave, key="lecture_leave")
    return place.index if back else None


def _steps(place: Place) -> int | None:
    wanted = None
    with st.container(horizontal=True, vertical_alignment="center", key="lecture_bar"):
        if st.button("Back", icon=":material/arrow_back:", disabled=place.index == 0, key="lecture_back"):
            wanted = place.index - 1
        with st.container(key="lecture_says"):
            where = f"{place.index + 1} of {place.last + 1} · {_minutes(place)}"
            st.markdown(f"{escaped(place.step.says)}  \n:small[:gray[{where}]]")
        if st.button(
            "Next",
            icon=":material/arrow_forward:",
            type="primary",
            disabled=place.index == place.last,
            key="lecture_next",
        ):
            wanted = place.index + 1
        with st.popover("Lecture", icon=":material/more_vert:", key="lecture_menu"):
            _menu(place)
    return wanted


def _minutes(place: Place) -> str:
    """Planned and elapsed minutes, since the first step of this route was opened."""
    began = st.session_state.setdefault(_BEGAN, {}).setdefault(place.name, time.time())
    return f"minute {(time.time() - began) / 60:.0f}, planned {place.route.starts()[place.index]:.0f}"


def _menu(place: Place) -> None:
    projector.switch()
    room_card()
    if key := hall.key():
        address = f"{hall.address()}/notes?room={key}"
        st.link_button("Notes in a second window", address, icon=":material/speaker_notes:")
        st.caption("It follows this window, and is not for the projector: its address holds the room's key.")
    st.button("Leave the route", on_click=following.leave, icon=":material/close:", key="lecture_leave")
