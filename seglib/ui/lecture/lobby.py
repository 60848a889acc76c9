"""Where a lecture begins: routes to choose from, the room and its code, and a route of one's own."""

from __future__ import annotations

from dataclasses import replace

import segno
import streamlit as st

from seglib.lecture.routes import MOST_STEPS, BadRoute, Route, Step, pack, read_route, shipped, write_route
from seglib.ui.lecture import following, hall, view
from seglib.ui.lecture.following import OWN, SHARED
from seglib.ui.lecture.phones import PATH
from seglib.ui.lecture.plain import escaped


def routes() -> None:
    """The routes in the box, a card each."""
    for number, (name, route) in enumerate(shipped().items()):
        if number % 2 == 0:  # a row of two, so that they keep their order one below the other on a phone
            columns = st.columns(2, gap="small")
        with columns[number % 2].container(border=True, height="stretch"):
            st.markdown(f"**{escaped(route.title)}**")
            st.caption(f"{escaped(route.about)} {len(route.steps)} steps, {route.minutes:.0f} minutes.")
            words = f"Start: {escaped(route.title)}"  # alone, out of its card, too
            if st.button(words, key=f"lecture_start_{name}", icon=":material/play_arrow:"):
                following.start(name, route)


def room_card() -> None:
    """The room: open one, show its code, close it."""
    room = hall.room()
    if room is None:
        st.caption("The class votes from its phones: no accounts, no names, and nothing is kept when the room closes.")
        st.button("Open a room", icon=":material/meeting_room:", on_click=hall.open_room, key="lecture_open")
        return
    address = f"{hall.address()}{PATH}"
    if hall.only_from_here():
        st.warning(
            "This address means this machine only. Start the app with SEGLIB_ADDRESS, or open it as phones will."
        )
    code = segno.make_qr(f"{address}#{room.code}.{room.ticket}", error="m")
    st.image(code.svg_inline(scale=6, border=4, light="#fff"), width=260, alt=f"QR code of {address}, with this room")
    st.markdown(f"{escaped(address)}")
    st.markdown(f"## {room.code[:3]} {room.code[3:]}")
    st.button("Close the room", on_click=_close_room, icon=":material/no_meeting_room:", key="lecture_close")


def _close_room() -> None:
    hall.rooms().close(hall.key())
    hall.take_key(None)
    st.session_state["lecture_room_left"] = True


def own_route() -> None:
    """A route of the lecturer's own: open, change, save, share, start."""
    route = following.own_route()
    file = st.file_uploader("Open a route", ["toml"], key="lecture_file", on_change=_take_file)
    if error := st.session_state.get("lecture_file_error"):
        st.error(error)
    if route is None:
        bases = list(shipped())
        base = st.selectbox(
            "Begin with",
            bases,
            format_func=lambda name: shipped()[name].title,
            key="lecture_base",
            index=bases.index("whole"),
        )
        left, right = st.columns(2)
        left.button("A copy of it", on_click=following.keep_own, args=(replace(shipped()[base], title="My lecture"),))
        right.button("An empty one", on_click=following.keep_own, args=(Route("My lecture", "", ()),))
        return
    del file
    _edit(route)


def _take_file() -> None:
    """Callback: keep the route of a file, or say what is wrong with it and change nothing."""
    st.session_state.pop("lecture_file_error", None)
    if (file := st.session_state["lecture_file"]) is None:
        return
    try:
        following.keep_own(read_route(file.getvalue().decode("utf-8"), shipped()))
    except (BadRoute, UnicodeDecodeError) as error:
        st.session_state["lecture_file_error"] = (
            str(error) if isinstance(error, BadRoute) else "A route is a text file."
        )


def _edit(route: Route) -> None:
    title = st.text_input("Title", route.title, max_chars=80, key="lecture_title")
    if title.strip() and title != route.title:
        following.keep_own(replace(route, title=title.strip()))
        st.rerun()
    for index, step in enumerate(route.steps):
        with st.expander(f"{index + 1}. {escaped(step.says)}"):
            _edit_step(route, index, step)
    with st.container(horizontal=True):
        if route.steps and st.button("Start", type="primary", icon=":material/play_arrow:", key="lecture_start_own"):
            following.start(OWN, route)
        st.download_button(
            "Save as a file",
            write_route(route),
            "route.toml",
            "application/toml",
            on_click="ignore",
            icon=":material/save:",
        )
        st.button("Discard", on_click=following.keep_own, args=(None,), icon=":material/delete:")
    try:
        link = f"{hall.address()}/lecture?route={SHARED}{pack(route)}"
        st.caption("As a link:")
        st.code(link, language=None, wrap_lines=False)
    except BadRoute as error:
        st.caption(str(error))


def _edit_step(route: Route, index: int, step: Step) -> None:
    says = st.text_area("The sentence", step.says, max_chars=400, key=f"lecture_says_{step.name}")
    note = st.text_area("For the speaker", step.note, max_chars=4000, key=f"lecture_note_{step.name}")
    minutes = st.number_input("Minutes", 0.0, 600.0, float(step.minutes), 0.5, key=f"lecture_minutes_{step.name}")
    st.caption(f"{step.page}: " + ", ".join(f"{key} = {value}" for key, value in step.view.items()))
    changed = replace(step, says=says.strip() or step.says, note=note.strip(), minutes=minutes)
    if changed != step:
        following.keep_own(replace(route, steps=(*route.steps[:index], changed, *route.steps[index + 1 :])))
        st.rerun()
    with st.container(horizontal=True):
        st.button("Earlier", on_click=_move, args=(index, -1), disabled=index == 0, key=f"lecture_up_{step.name}")
        last = index == len(route.steps) - 1
        st.button("Later", on_click=_move, args=(index, 1), disabled=last, key=f"lecture_down_{step.name}")
        st.button("Take out", on_click=_move, args=(index, 0), key=f"lecture_out_{step.name}")


def _move(index: int, by: int) -> None:
    """Callback: move a step by one place, or take it out."""
    route = following.own_route()
    steps = list(route.steps)
    step = steps.pop(index)
    if by:
        steps.insert(index + by, step)
    following.keep_own(replace(route, steps=tuple(steps)))


def add_this_view(page: str, says: str) -> None:
    """Add what is on the screen to the lecturer's own route."""
    route = following.own_route() or Route("My lecture", "", ())
    if len(route.steps) >= MOST_STEPS:
        return
    taken = {step.name for step in route.steps}
    name = next(f"view_{number}" for number in range(1, MOST_STEPS + 2) if f"view_{number}" not in taken)
    step = Step(name, says, page, view.take_view())
    following.keep_own(replace(route, steps=(*route.steps, step)))
