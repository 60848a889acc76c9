"""What this visitor painted: label maps by photo, label set and purpose, kept for the whole session.

A painting is a photo's truth on every page once its painter says so.
"""

from __future__ import annotations

import secrets

import numpy as np
import streamlit as st

from seglib.annotation.label_files import LabelFile, read_labels
from seglib.labels import IGNORE, LabelSet
from seglib.ui import state
from seglib.ui.components.label_painter import BoxTool, Painting, label_painter, read_painting, sent_painting
from seglib.ui.components.ring import Ring

PAINT, CHALLENGE = "paint", "challenge"


def name_of(photo: state.Photo, label_set: LabelSet, purpose: str = PAINT) -> str:
    """What a painting goes by."""
    return f"{photo.key} {label_set.name} {purpose}"


def _kept() -> dict[str, Painting]:
    return st.session_state.setdefault("painted", {})


def find(photo: state.Photo, label_set: LabelSet, purpose: str = PAINT) -> Painting | None:
    """The visitor's painting, also one that is blank again; None if there never was one."""
    return _kept().get(name_of(photo, label_set, purpose))


def keep(photo: state.Photo, label_set: LabelSet, painting: Painting, purpose: str = PAINT) -> None:
    """Remember a painting in place of the one there was; the oldest of too many goes."""
    kept, name = _kept(), name_of(photo, label_set, purpose)
    kept.pop(name, None)
    kept[name] = painting
    while len(kept) > state.MAX_PAINTED:
        kept.pop(next(iter(kept)))
    if purpose == PAINT:
        state.set_painted(photo.key, label_set.name, painting.labels)


def load(photo: state.Photo, label_set: LabelSet, label_map: np.ndarray, purpose: str = PAINT) -> None:
    """Put a label map into the painter; there, undo brings back what was painted before."""
    before = find(photo, label_set, purpose)
    keep(photo, label_set, Painting(label_map, edition=before.edition + 1 if before else 1), purpose)


def receive(photo: state.Photo, label_set: LabelSet, purpose: str = PAINT) -> Painting | None:
    """The painting with the strokes that came with this run; call it before anything that depends on them."""
    known = find(photo, label_set, purpose)
    value = sent_painting(widget(photo, label_set, purpose))
    if newer := read_painting(value, photo.size, len(label_set), known):
        keep(photo, label_set, newer, purpose)
    return newer or known


def painter(
    photo: state.Photo,
    label_set: LabelSet,
    purpose: str = PAINT,
    *,
    occasion: str = "",
    box_tool: BoxTool | None = None,
    alt: str = "",
) -> None:
    """The painter of a photo. While it is on the page its browser knows best, and nothing is sent back to it.

    What the browser's tab remembers over a reload, it brings back on the same ``occasion`` only.
    """
    key, painting = widget(photo, label_set, purpose), find(photo, label_set, purpose)
    bases = st.session_state.setdefault("painter_bases", {})  # what each painter was mounted with
    base = bases.get(key)
    replaced = painting is not None and painting.edition != (base.edition if base else 0)
    if sent_painting(key) is None or replaced:  # newly mounted, or a file was loaded
        bases[key] = base = painting
    label_painter(
        photo.image,
        base,
        key=key,
        name=f"{name_of(photo, label_set, purpose)} {occasion}".rstrip(),
        label_set=label_set,
        alt=alt or f"Paint classes on: {photo.alt}",
        session=st.session_state.setdefault("painter_session", secrets.token_hex(8)),
        box_tool=box_tool,
    )


def ring(
    photo: state.Photo, label_set: LabelSet, place: tuple[int, int] | None, radius: int, purpose: str = PAINT
) -> Ring | None:
    """A ring for the painter, of the painting as it is now; None without a place or a painting."""
    painting = find(photo, label_set, purpose)
    if place is None or painting is None:
        return None
    return Ring(name_of(photo, label_set, purpose), painting.edition, painting.rev, place, radius)


def widget(photo: state.Photo, label_set: LabelSet, purpose: str) -> str:
    """Key of the painter in the session."""
    return f"painter {name_of(photo, label_set, purpose)}"


def share_painted(painting: Painting | None) -> float:
    """How much of the photo has a label."""
    return float((painting.labels != IGNORE).mean()) if painting else 0.0


def read_file(photo: state.Photo, label_set: LabelSet, data: bytes) -> LabelFile:
    """The labels in a file of this photo; `BadAnnotation` or `BadImage` in one sentence if it is none."""
    return read_labels(data, label_set, photo.size, photo.original_size, photo.file_name)
