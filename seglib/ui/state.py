"""What this visitor chose: the photo, the label set, the pinned pixel, and uploads of their own.

Widgets with ``bind="query-params"`` keep their value in the address bar themselves; photo and pinned pixel are
kept there by `show_in_address`. Uploads live in the session alone: in memory, never on disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace
from itertools import count

import numpy as np
import streamlit as st

from seglib.annotation.label_files import paint, read_labels
from seglib.annotation.polygons import class_indices
from seglib.images import decode
from seglib.labels import IGNORE, LABEL_SETS, LabelSet
from seglib.photos import PHOTOS
from seglib.ui import cache, lost
from seglib.ui.memory import CONSTANTS
from seglib.ui.photo import Photo

OPENING_PHOTO = "china"
MAX_PAINTED = 24  # a visitor's latest painted maps, a megabyte each at most
MAX_UPLOADS = 4  # a visitor's latest photos; with them 30 visitors stay below half a gigabyte
Point = tuple[int, int]


def uploads() -> dict[str, Photo]:
    """Photos of this visitor by key, oldest first."""
    return st.session_state.setdefault("uploads", {})


def add_upload(data: bytes, name: str) -> Photo:
    """Decode a photo of the visitor's own and keep it for this session; `BadImage` says what is wrong with it.

    It goes by its content: two files of one name are two photos.
    """
    decoded = decode(data)
    key = f"upload-{hashlib.blake2b(data, digest_size=12).hexdigest()}"
    kept = uploads()
    if key not in kept:
        kept[key] = Photo(
            key=key,
            title=unlike(name, [photo.title for photo in kept.values()]),
            alt=f"Your photo {name}",
            image=CONSTANTS.add(decoded.image),
            notice=decoded.notice,
            original_size=decoded.original_size,
            file_name=name,
        )
    while len(kept) > MAX_UPLOADS:
        kept.pop(next(iter(kept)))
    return kept[key]


def unlike(name: str, others: Collection[str]) -> str:
    """The name, numbered where others have it already.

    >>> unlike("a.jpg", ["a.jpg", "a.jpg (2)"])
    'a.jpg (3)'
    """
    numbered = (f"{name} ({number})" for number in count(2))
    return name if name not in others else next(title for title in numbered if title not in others)


def forget_upload(key: str) -> None:
    """Take a photo of the visitor's own back; the opening photo takes its place where it was chosen."""
    uploads().pop(key, None)
    if st.session_state.get("photo") == key:
        choose_photo(OPENING_PHOTO)
    elif st.session_state.get("first_photo") == key:
        st.session_state["first_photo"] = st.session_state["photo"]


def add_truth(photo: Photo, data: bytes, label_set: LabelSet) -> None:
    """Take a label file as the truth of an upload, in place of any other.

    Raises `BadImage` or `BadAnnotation` if it does not fit; the labels there were before then stay.
    """
    read = read_labels(data, label_set, photo.size, photo.original_size, photo.file_name)
    label_maps = {} if read.annotation else {label_set.name: read.labels}
    uploads()[photo.key] = replace(photo, annotation=read.annotation, label_maps=label_maps, label_notice=read.notice)


def forget_truth(photo_key: str) -> None:
    """Take an upload's labels back."""
    if photo_key in uploads():
        bare = replace(uploads()[photo_key], annotation=None, label_maps={}, label_notice=None)
        uploads()[photo_key] = bare


def set_painted(photo_key: str, label_set_name: str, label_map: np.ndarray) -> None:
    """Remember what the visitor painted on a photo, to be its truth while `use_painted` says so."""
    maps = st.session_state.setdefault("painted_truths", {})
    maps.pop((photo_key, label_set_name), None)
    maps[photo_key, label_set_name] = label_map
    while len(maps) > MAX_PAINTED:
        maps.pop(next(iter(maps)))


def use_painted(wanted: bool) -> None:
    """Whether painted labels, where there are any, are the truth on every page."""
    st.session_state["painted_is_truth"] = wanted


def uses_painted() -> bool:
    """Whether they are now."""
    return st.session_state.get("painted_is_truth", False)


def _painted_truth(photo_key: str, label_set_name: str) -> np.ndarray | None:
    """Painted labels of a photo that are its truth; blank ones are none."""
    label_map = st.session_state.get("painted_truths", {}).get((photo_key, label_set_name))
    return label_map if uses_painted() and label_map is not None and (label_map != IGNORE).any() else None


def choose_from_address() -> None:
    """On arrival take photo and pixel that the address names; uploads have gone with their session."""
    if "photo" not in st.session_state:
        lost.arrive()
        named = st.query_params.get("photo")
        choose_photo(named if named in PHOTOS else OPENING_PHOTO)
        st.session_state["pin"] = parse_pin(st.query_params.get("pin", ""))


def choose_photo(key: str) -> None:
    """Choose a photo for the visitor, in a callback or on arrival; the pinned pixel is one of another photo.

    All code that chooses goes through here: `photo_keys` needs to know, for browsers that are slow.
    """
    st.session_state["photo"] = st.session_state["first_photo"] = key
    st.session_state.pop("pin", None)


def photo_keys() -> list[str]:
    """All photos there are to choose from, the one that `choose_photo` chose last in front.

    A browser too slow to draw the run in which Python chose a photo shows the first of the list instead, and
    chooses that at the next touch of any control.
    """
    first = st.session_state["first_photo"]
    return [first, *(key for key in (*uploads(), *PHOTOS) if key != first)]


def photo() -> Photo:
    """The chosen photo."""
    key = st.session_state["photo"]
    return cache.bundled_photo(key) if key in PHOTOS else uploads()[key]


def label_set() -> LabelSet:
    """The chosen label set."""
    return LABEL_SETS[st.session_state["classes"]]


def truth(photo: Photo, label_set: LabelSet) -> np.ndarray | None:
    """What answers are scored against, ``(H, W)``: the visitor's own painting if so wished, else `human_truth`."""
    painted = _painted_truth(photo.key, label_set.name)
    return human_truth(photo, label_set) if painted is None else painted


def human_truth(photo: Photo, label_set: LabelSet) -> np.ndarray | None:
    """Labels of a photo that came with it, ``(H, W)``; None where there are none of this label set."""
    return _own_truth(photo, label_set)[0]


def truth_problem(photo: Photo, label_set: LabelSet) -> str | None:
    """Why an upload's labels say nothing in this label set, in one sentence; None if they do, or there are none."""
    return _own_truth(photo, label_set)[1]


def _own_truth(photo: Photo, label_set: LabelSet) -> tuple[np.ndarray | None, str | None]:
    if photo.key in PHOTOS:
        labels = cache.bundled_truth(photo.key, label_set.name)
    elif label_set.name in photo.label_maps:
        labels = photo.label_maps[label_set.name]
    elif photo.annotation is not None:
        try:
            labels = paint(photo.annotation, class_indices(label_set), photo.size, photo.original_size)
        except ValueError as error:  # a label that is of another label set, which was chosen when the file came
            return None, f"This photo's labels are of other classes than these ({label_set.title}): {error}"
    elif photo.label_maps:
        return None, f"This photo's labels are of other classes than these ({label_set.title}): choose the others."
    else:
        return None, None
    void = CONSTANTS.about(labels, "all void", lambda label_map: bool((label_map == IGNORE).all()))
    return (None if void else labels), None


def middle(photo: Photo) -> Point:
    """The pixel (row, col) that counts as pinned until somebody pins one."""
    height, width = photo.size
    return height // 2, width // 2


def pin(photo: Photo) -> Point:
    """The pinned pixel (row, col); the photo's `middle` until somebody pins one."""
    height, width = photo.size
    row, col = st.session_state.get("pin") or middle(photo)
    return min(row, height - 1), min(col, width - 1)


def parse_pin(text: str) -> Point | None:
    """Row and column from the address bar, which anybody may have edited."""
    parts = text.split(",")
    if len(parts) == 2 and all(part.isascii() and part.isdigit() and len(part) <= 5 for part in parts):
        return int(parts[0]), int(parts[1])
    return None


def remember_pin(point: Point, by_hand: bool = True) -> None:
    """Pin another pixel, on every page; if a visitor did it by hand, the lecture's laser points at it."""
    st.session_state["pin"] = point
    if by_hand:
        st.session_state["pointed"] = point


def show_in_address() -> None:
    """Let the address bar name photo and pixel, so that a link reopens exactly this view."""
    chosen = st.session_state["photo"]
    wanted = {"photo": chosen if chosen in PHOTOS and chosen != OPENING_PHOTO else None}
    pinned = st.session_state.get("pin")
    wanted["pin"] = f"{pinned[0]},{pinned[1]}" if pinned else None
    lost.show_in_address(len(uploads()))
    for key, value in wanted.items():
        if value is None:
            st.query_params.pop(key, None)
        elif st.query_params.get(key) != value:
            st.query_params[key] = value
