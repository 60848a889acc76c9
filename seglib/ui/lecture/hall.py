"""All rooms of this process, and the one whose key this visitor holds."""

from __future__ import annotations

import os
from functools import cache
from urllib.parse import urlsplit

import streamlit as st

from seglib.lecture.rooms import Key, NoRoom, Room, Rooms
from seglib.lecture.stores import open_store

ADDRESS = "SEGLIB_ADDRESS"  # where phones find this server, for example https://lecture.example.edu
_KEY = "lecture_room"


@cache
def rooms() -> Rooms:
    """One object for all sessions and phones of this process."""
    return Rooms(open_store())


def key() -> Key | None:
    """The key that this visitor holds."""
    return st.session_state.get(_KEY)


def take_key(key: Key | None) -> None:
    """Hold a key from now on, or none."""
    st.session_state[_KEY] = key


def room() -> Room | None:
    """The visitor's room as it is now; a room that is over is forgotten."""
    if key() is None:
        return None
    now = rooms().steer(key())
    if now is None:
        take_key(None)
    return now


def open_room(title: str = "") -> Room | None:
    """A room for this visitor, the one there is or a new one; None, with a sentence on the page, if none is free."""
    if now := room():
        return now
    try:
        take_key(rooms().open(title))
    except NoRoom as error:
        st.error(str(error))
        return None
    return room()


def address() -> str:
    """Where phones find this server, without a slash at the end: as configured, or as this browser found it."""
    if configured := os.environ.get(ADDRESS, "").strip().rstrip("/"):
        return configured
    parts = urlsplit(st.context.url or "http://localhost:8501")
    return f"{parts.scheme}://{parts.netloc}"


def only_from_here() -> bool:
    """Whether that address means this machine to whoever reads it, so that no phone can follow it."""
    return urlsplit(address()).hostname in ("localhost", "127.0.0.1", "::1", None)
