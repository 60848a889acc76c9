"""The window with the notes: it follows the projector's window through their room, and can move it on."""

from __future__ import annotations

import time

import streamlit as st

from seglib.lecture.rooms import Key, NoRoom, Room
from seglib.ui.lecture import hall
from seglib.ui.lecture.plain import escaped

# Nothing but the notes: no menu.
BARE = "<style>header[data-testid=stHeader] { display: none; }</style>"
LOOK = 0.5  # seconds between two looks at the room


def show() -> None:
    """The note of the step that is on the projector, the next sentence, the time."""
    st.html(BARE)
    key = Key.parse(st.query_params.get("room"))
    if key is None or hall.rooms().steer(key) is None:
        st.title("Notes")
        st.info(
            "Open a room and a route, then this window from the bar at the foot: Lecture, Notes in a second window."
        )
        return
    _follow(key)


@st.fragment(run_every=LOOK)
def _follow(key: Key) -> None:
    room = hall.rooms().steer(key)
    if room is None:
        st.info("The room is closed.")
        return
    if (spot := room.spot) is None:
        st.info("The other window follows no route yet.")
        return
    times = f"planned minute {spot.planned:.0f}, {spot.minutes:g} min"
    st.caption(f"Step {spot.index + 1} of {spot.last + 1} · {time.strftime('%H:%M')} · {times}")
    st.markdown(f"## {escaped(spot.says)}")
    for line in spot.note.splitlines():
        st.markdown(escaped(line))
    if spot.question:
        st.markdown(f"**Question.** {escaped(spot.question)}")
    _votes(room)
    with st.container(horizontal=True):
        if st.button("Back", disabled=spot.index == 0, icon=":material/arrow_back:"):
            _want(key, spot.index - 1)
        if st.button("Next", disabled=spot.index == spot.last, icon=":material/arrow_forward:", type="primary"):
            _want(key, spot.index + 1)
    if spot.then:
        st.caption(f"Then: {escaped(spot.then)}")


def _votes(room: Room) -> None:
    if room.asked is None:
        return
    st.metric("Votes", hall.rooms().count(room))
    if room.asked.options and not room.is_open:
        counts = zip(room.asked.options, hall.rooms().histogram(room), strict=True)
        st.caption(" · ".join(f"{escaped(option)}: {count}" for option, count in counts))


def _want(key: Key, index: int) -> None:
    try:
        hall.rooms().want(key, index)
    except NoRoom as error:
        st.info(str(error))
