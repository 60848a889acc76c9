"""What this visitor has taught so far: classes, strokes on photos, and perhaps a head out of a file.

Classes live in the session and in the link (``named=cup&named=table~0f61c4``), so that a reload, after which the
painter brings back its strokes, finds them again. Strokes are `paintings` of the purpose `TEACH`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from seglib.labels import IGNORE, LabelSet
from seglib.models.segmentation import digest
from seglib.photos import PHOTOS
from seglib.teach.heads import Head
from seglib.teach.lesson import COLORS, BadLesson, Lesson, own_classes, remap
from seglib.ui import cache, paintings, state
from seglib.ui.components.label_painter import Painting
from seglib.ui.photo import Photo

TEACH = "teach"  # purpose of the paintings: never anybody's truth
LINK = "named"
FIRST_CLASSES = ("object", "background")


@dataclass(frozen=True, eq=False)
class Taught:
    """Photos and the strokes on them, with the head out of a file as long as nothing was changed since."""

    photos: tuple[tuple[Photo, np.ndarray], ...] = field(repr=False)
    head: Head | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """Names what was taught, for caches."""
        if self.head is not None:
            return f"head {digest(self.head.classes, self.head.bias, *self.head.weight.values())}"
        return " ".join(f"{photo.key} {digest(strokes)}" for photo, strokes in self.photos)


def classes() -> LabelSet:
    """The visitor's own classes; on arrival those of the link, if they can be used."""
    if LINK not in st.session_state:
        try:
            st.session_state[LINK] = _from_link(st.query_params.get_all(LINK))
            st.session_state["own_named"] = True
        except BadLesson:
            st.session_state[LINK] = own_classes(list(FIRST_CLASSES))
    own = st.session_state[LINK]
    wanted = _to_link(own) if st.session_state.get("own_named") else []
    if st.query_params.get_all(LINK) != wanted:
        st.query_params[LINK] = wanted
    return own


def _from_link(entries: list[str]) -> LabelSet:
    names, colors = [], []
    for entry, default in zip(entries, COLORS, strict=False):
        name, _, hexadecimal = entry.rpartition("~")
        custom = name and re.fullmatch("[0-9a-f]{6}", hexadecimal)
        names.append(name if custom else entry)
        colors.append(tuple(bytes.fromhex(hexadecimal)) if custom else default)
    return own_classes(names, colors)


def _to_link(own: LabelSet) -> list[str]:
    colored = zip(own.classes, own.colors, COLORS, strict=False)
    return [name if color == default else f"{name}~{bytes(color).hex()}" for name, color, default in colored]


def set_classes(own: LabelSet, new_index: dict[int, int] | None = None) -> None:
    """Take other classes; strokes follow ``{old index: new index}``, those of classes that went away are gone."""
    before = st.session_state[LINK]
    if new_index is not None:
        for photo in photos():
            painting = paintings.find(photo, before, TEACH)
            if painting is not None:
                changed = Painting(remap(painting.labels, new_index), painting.edition + 1)
                paintings.keep(photo, before, changed, TEACH)
    st.session_state[LINK] = own
    st.session_state["own_named"] = True
    st.session_state["own_version"] = st.session_state.get("own_version", 0) + 1


def photo_of(key: str) -> Photo | None:
    """A photo that this visitor can choose; None for an upload that is not here (any more)."""
    return cache.bundled_photo(key) if key in PHOTOS else state.uploads().get(key)


def photos() -> list[Photo]:
    """All photos that were painted on and are still here, in a fixed order."""
    ending = paintings.name_of(state.photo(), classes(), TEACH).removeprefix(state.photo().key)
    names = st.session_state.get("painted", {})
    keys = sorted(name.removesuffix(ending) for name in names if name.endswith(ending))
    return [photo for key in keys if (photo := photo_of(key)) is not None]


def strokes_on(photo: Photo) -> np.ndarray:
    """Strokes on a photo, ``(H, W)`` uint8; a blank map if there are none."""
    painting = paintings.find(photo, classes(), TEACH)
    return np.full(photo.size, IGNORE, np.uint8) if painting is None else painting.labels


def receive(photo: Photo) -> None:
    """Take the strokes that came with this run, or those of a loaded lesson that waited for this photo."""
    own = classes()
    waiting = st.session_state.get("waiting_strokes", {})
    if photo.key in waiting:
        strokes = waiting.pop(photo.key)
        if strokes.shape == photo.size:
            paintings.load(photo, own, strokes, TEACH)
    paintings.receive(photo, own, TEACH)


def taught(layers: tuple[int, ...]) -> Taught:
    """All photos with strokes, in a fixed order, so that the same strokes teach the same head."""
    with_strokes = [(photo, strokes_on(photo)) for photo in photos()]
    painted = Taught(tuple((photo, strokes) for photo, strokes in with_strokes if (strokes != IGNORE).any()))
    loaded = st.session_state.get("loaded_head")
    if loaded is not None:
        head, key = loaded
        if key == painted.key and head.layers == layers:
            return Taught(painted.photos, head)
        if key != painted.key:
            st.session_state.pop("loaded_head")
    return painted


def load(lesson: Lesson) -> int:
    """Take a lesson out of a file in place of one's own; how many of its photos are not here."""
    own = classes()
    here = {photo.key: photo for photo in photos()}
    here |= {key: photo for key in lesson.strokes if (photo := photo_of(key)) is not None}
    for key, photo in here.items():
        blank = np.full(photo.size, IGNORE, np.uint8)
        strokes = lesson.strokes.get(key, blank)
        paintings.load(photo, own, strokes if strokes.shape == photo.size else blank, TEACH)
    set_classes(lesson.label_set)
    st.session_state["waiting_strokes"] = {key: s for key, s in lesson.strokes.items() if key not in here}
    if lesson.head is not None:
        st.session_state["loaded_head"] = lesson.head, taught(()).key
    return len(st.session_state["waiting_strokes"])
