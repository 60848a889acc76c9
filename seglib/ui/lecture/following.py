"""Following a route: which one, at which step, and how to get to the next.

The address bar carries the route and the step alone. When a step is reached, on its own page, its view is applied once,
before any control is made; what the visitor changes afterwards is theirs. A reload is a new session, so it restores the
step's view. The browser's Back lands between steps now and then, on a page that is not the step's: the bar offers the
way back there, and nothing is redirected, which would trap Back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from seglib.lecture.rooms import Spot
from seglib.lecture.routes import BadRoute, Route, Step, shipped, unpack
from seglib.ui.lecture import view

PAGES = Path(__file__).resolve().parent.parent.parent.parent / "pages"
OWN = "own"  # the route that this visitor made or opened
SHARED = "~"  # begins a route that is packed into the address
_PLACE, _APPLIED, _OWN = "lecture_place", "lecture_applied", "lecture_own"
_FRESH, _REFUSED, _TARGET = "lecture_fresh", "lecture_refused", "lecture_target"


@dataclass(frozen=True)
class Place:
    """Where a visitor is on a route."""

    name: str  # of the route, as in the address
    route: Route
    index: int

    @property
    def step(self) -> Step:
        """The step there."""
        return self.route.steps[self.index]

    @property
    def last(self) -> int:
        """Index of the last step."""
        return len(self.route.steps) - 1

    def spot(self) -> Spot:
        """What the window with the notes shows."""
        step, steps = self.step, self.route.steps
        return Spot(
            index=self.index,
            last=self.last,
            says=step.says,
            note=step.note,
            question=step.question.words if step.question else "",
            then=steps[self.index + 1].says if self.index < self.last else "",
            planned=self.route.starts()[self.index],
            minutes=step.minutes,
        )


def own_route() -> Route | None:
    """The route that this visitor made or opened, if any."""
    return st.session_state.get(_OWN)


def keep_own(route: Route | None) -> None:
    """Keep a route for this session; whoever follows it stays within its steps."""
    st.session_state[_OWN] = route
    place = here()
    if place and place.name == OWN:
        followed = replace(place, route=route, index=min(place.index, len(route.steps) - 1)) if route else None
        st.session_state[_PLACE] = followed if route and route.steps else None


def find_route(name: str) -> Route | None:
    """A route by its name in the address; None, with a sentence on the page, for a broken link."""
    if name == OWN:
        route = own_route()
        return route if route and route.steps else None
    if name.startswith(SHARED):
        try:
            return unpack(name[len(SHARED) :])
        except BadRoute as error:
            st.error(str(error))
            return None
    return shipped().get(name)


def here() -> Place | None:
    """Where the visitor is; None if they follow no route."""
    return st.session_state.get(_PLACE)


def arrive(page: str) -> Place | None:
    """Read the address; if this page is the step's and it has just been reached, set its view."""
    if st.session_state.get("lecture_page") != page:
        st.session_state["lecture_page"] = page
        st.session_state["lecture_set"] = ()
    place = _read_address() or here()
    st.session_state[_PLACE] = place
    if place is None:
        return None
    mark = (place.name, place.index)
    if page == place.step.page and st.session_state.get(_TARGET) == mark:
        del st.session_state[_TARGET]
    if page == place.step.page and st.session_state.get(_APPLIED) != mark:
        st.session_state[_APPLIED] = mark
        view.apply_view(place.step.view)
        st.session_state[_FRESH] = True
    elif st.session_state.pop(_REFUSED, False):
        st.error("This step asks for something that is not on this page: the page is shown as it usually begins.")
    return place


def undo(place: Place | None, page: str) -> bool:
    """Undo a step's view that this page cannot show, with a sentence; False if the step is not to blame."""
    if place is None or page != place.step.page or not st.session_state.pop(_FRESH, False):
        return False
    view.undo_view()
    st.session_state[_REFUSED] = True
    st.rerun()


def _read_address() -> Place | None:
    name = st.query_params.get("route", "")
    if not name or (route := find_route(name)) is None:
        return None
    text = st.query_params.get("step", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return Place(name, route, max(0, min(number - 1, len(route.steps) - 1)))


def show_in_address(place: Place | None) -> None:
    """Let the address name route and step on every page, so that a reload keeps the place."""
    wanted = {"route": place.name, "step": str(place.index + 1)} if place else {}
    for key in ("route", "step"):
        if key not in wanted:
            st.query_params.pop(key, None)
        elif st.query_params.get(key) != wanted[key]:
            st.query_params[key] = wanted[key]


def go(place: Place, index: int) -> None:
    """Go to a step: its page opens with its view."""
    index = max(0, min(index, place.last))
    st.session_state[_PLACE] = replace(place, index=index)
    st.session_state.pop(_APPLIED, None)  # also where it has been reached before
    st.session_state[_TARGET] = (place.name, index)
    address = {"route": place.name, "step": str(index + 1)}
    st.switch_page(PAGES / f"{place.route.steps[index].page}.py", query_params=address)


def is_on_the_way(place: Place) -> bool:
    """Whether a step was asked for and its page has not come: a rerun for the old page overtook it. Said once."""
    return st.session_state.pop(_TARGET, None) == (place.name, place.index)


def start(name: str, route: Route, index: int = 0) -> None:
    """Follow a route from one of its steps."""
    go(Place(name, route, 0), index)


def leave() -> None:
    """Follow no route any more; the page stays as it is."""
    st.session_state[_PLACE] = None
    st.session_state.pop(_APPLIED, None)
    for key in ("route", "step"):
        st.query_params.pop(key, None)
