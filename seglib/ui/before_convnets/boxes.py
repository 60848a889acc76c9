"""Boxes that this visitor drew, one a photo, and what was wrong with the last one."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from seglib.before_convnets.boxes import BadBox, Box, check_box
from seglib.before_convnets.grab_cut import SEEDS
from seglib.ui import paintings, state
from seglib.ui.components.label_painter import read_box, sent_box

STROKES = "strokes"  # purpose of the painting: never anybody's truth
MINE = "You"  # who draws the box, when it is no detector
WHO = "box_by"  # key of that choice
BY_PAGE = "box_by_page"  # key of the photo for which the page made it; away once the visitor has


@dataclass(frozen=True)
class Drawn:
    """The last good box, and the number of the last message about a box, good or bad."""

    box: Box | None = None
    rev: int = 0
    problem: str = ""  # only in the run that brought it
    note: str = ""  # of a box that the page drew


def find(photo: state.Photo) -> Drawn:
    """What the visitor drew on a photo."""
    return st.session_state.get("drawn_boxes", {}).get(photo.key, Drawn())


def keep(photo_key: str, drawn: Drawn) -> None:
    """Remember it; the oldest of too many goes."""
    kept = st.session_state.setdefault("drawn_boxes", {})
    kept.pop(photo_key, None)
    kept[photo_key] = drawn
    while len(kept) > state.MAX_PAINTED:
        kept.pop(next(iter(kept)))


def receive(photo: state.Photo) -> Drawn:
    """Take the box that came with this run, or say what is wrong with it and keep the one before.

    Call it before the widget that says who draws the box: a good box makes that the visitor.
    """
    known = find(photo)
    newer = read_box(sent_box(paintings.widget(photo, SEEDS, STROKES)), known.rev)
    if newer is None:
        return known
    box, rev = newer
    try:
        known = Drawn(check_box(Box(*box), photo.size), rev)
    except BadBox as error:
        keep(photo.key, Drawn(known.box, rev, note=known.note))
        return Drawn(known.box, rev, str(error), known.note)
    st.session_state[WHO] = MINE
    who_is_chosen()
    keep(photo.key, known)
    return known


def put(photo: state.Photo, box: Box, note: str = "") -> None:
    """Draw a box for the visitor; only before the widget that says who draws."""
    keep(photo.key, Drawn(box, find(photo).rev, note=note))
    st.session_state[WHO] = MINE


def who_is_chosen() -> None:
    """From now on the visitor says who draws, on other photos, too."""
    st.session_state.pop(BY_PAGE, None)
