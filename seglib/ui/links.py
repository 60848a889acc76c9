"""A link from one page to another that opens the same view for everybody, whatever they had chosen before.

The browser would go to such an address without a reload, and the session would keep its photo, its classes and all
controls that were touched: the address would name one view, and the page show another. So the session is told, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl

import streamlit as st

from seglib.photos import PHOTOS
from seglib.ui import state
from seglib.ui.lecture import view

PAGES = Path(__file__).resolve().parent.parent.parent / "pages"
_WANTED = "link_view"


def parse(link: str) -> tuple[str, dict[str, str]]:
    """Page and controls of an address inside the app.

    >>> parse("pyramid?part=Levels&photo=china")
    ('pyramid', {'part': 'Levels', 'photo': 'china'})
    """
    page, _, query = link.partition("?")
    return page, dict(parse_qsl(query))


def open_link(link: str, keep: Sequence[str] = ()) -> None:
    """Go to an address inside the app; where it names no photo, the visitor's stays.

    Controls called ``keep`` are found again on return.
    """
    page, wanted = parse(link)
    # A page that is switched to by code begins without any control's value, the photo's included.
    kept = {key: st.session_state[key] for key in keep if key in st.session_state}
    st.session_state[_WANTED] = wanted, kept, st.session_state["photo"]
    of_the_page = {key: value for key, value in wanted.items() if key not in ("photo", "pin", "classes")}
    st.switch_page(PAGES / f"{page}.py", query_params=of_the_page)


def arrive() -> None:
    """On the page that `open_link` led to: set the view, before any control is made."""
    if _WANTED not in st.session_state:
        return
    wanted, kept, photo = st.session_state.pop(_WANTED)
    if photo in PHOTOS or photo in state.uploads():
        state.choose_photo(photo)
    view.apply_view(wanted)
    for key, value in kept.items():
        st.session_state[key] = value
