"""Save and load: the lesson, the labels, and a script that does the same without the app."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
import streamlit as st

from seglib.annotation.contours import count_regions, label_png, outlines
from seglib.annotation.polygons import MAX_SHAPES, Annotation, write_labelme
from seglib.labels import LabelSet
from seglib.teach.heads import Head
from seglib.teach.lesson import BadLesson, Lesson, read_lesson, write_lesson
from seglib.teach.script import SCRIPT
from seglib.ui.photo import Photo
from seglib.ui.teach import lesson
from seglib.ui.teach.lesson import Taught


def popover(photo: Photo, own: LabelSet, taught: Taught, head: Head | None, labels: np.ndarray | None) -> None:
    """Downloads of what there is, and the one upload."""
    name = photo.title.rsplit(".", 1)[0]
    with st.popover("Save and load", icon=":material/folder_open:"):
        strokes = {taught_photo.key: strokes for taught_photo, strokes in taught.photos}
        _download("The lesson: strokes and head", partial(write_lesson, Lesson(own, strokes, head)), "lesson.json")
        if labels is not None:
            size = photo.original_size or photo.size
            _download("Labels as PNG", partial(png_at, labels, own, size), f"{name} labels.png")
            ragged = count_regions(labels) > MAX_SHAPES
            why = f"The answer has more than {MAX_SHAPES} regions: take the PNG." if ragged else None
            make = partial(labelme_at, labels, own, size, photo.title)
            _download("Labels as LabelMe JSON", make, f"{name} labels.json", disabled=ragged, why=why)
            _download("A script that does the same", lambda: SCRIPT, "segment.py")
        st.file_uploader("Load a lesson", ["json"], key="lesson_file", on_change=_load)
        st.caption("Photos are not in the file: strokes find theirs again by its content.")


def _download(title: str, make: object, name: str, disabled: bool = False, why: str | None = None) -> None:
    st.download_button(
        title, make, name, key=f"save {title}", on_click="ignore", width="stretch", disabled=disabled, help=why
    )


def _load() -> None:
    """Callback of the uploader: the lesson, or one sentence, and one's own stays."""
    if (file := st.session_state["lesson_file"]) is None:
        return
    try:
        content = read_lesson(file.getvalue())
    except BadLesson as error:
        st.session_state["lesson_error"] = f"{file.name}: {error}"
        return
    missing = lesson.load(content)
    if content.head is not None:
        st.session_state["teach_layers"] = list(content.head.layers)
    if missing:
        st.session_state["lesson_words"] = (
            f"{missing} of its photos are not here: what they taught is in the head until you paint; give the photos "
            "under Your own photo to paint on."
        )


def png_at(labels: np.ndarray, own: LabelSet, size: tuple[int, int]) -> bytes:
    """Label PNG at the photo's own size: a photo that was shrunk gets each pixel's nearest label."""
    return label_png(cv2.resize(labels, size[::-1], interpolation=cv2.INTER_NEAREST), own)


def labelme_at(labels: np.ndarray, own: LabelSet, size: tuple[int, int], photo: str) -> str:
    """LabelMe file at the photo's own size."""
    return write_labelme(Annotation(outlines(labels, own), labels.shape).resized(size), photo)
