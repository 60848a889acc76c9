"""The box with which a photo opens, until the visitor says who draws: one that shows what the part is about."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seglib.before_convnets import boxes
from seglib.before_convnets.boxes import DETECTORS
from seglib.labels import LabelSet
from seglib.ui import state
from seglib.ui.before_convnets import boxes as drawn_boxes
from seglib.ui.before_convnets import things_cache
from seglib.ui.before_convnets.boxes import BY_PAGE, MINE, WHO

UNDECIDED = "Face"  # who draws where there is nothing to draw round, and while the nets are loaded


def choose(photo: state.Photo, label_set: LabelSet, guide: np.ndarray | None, votes: int) -> None:
    """Choose who draws the first box on a photo, before the widget that shows it; a visitor's or route's choice stays.

    The first detector that is right, for some call a temple a person; else a box as a person draws it, round a thing
    or in the midst of stuff. ``guide``, a label map, says what is right; ``votes``, how many windows must agree.
    """
    if WHO in st.session_state:
        if st.session_state.get(BY_PAGE) in (None, photo.key) or WHO in st.session_state.get("lecture_set", ()):
            return
    elif st.query_params.get(WHO) in DETECTORS:
        return
    if guide is None:
        st.session_state[WHO], st.session_state[BY_PAGE] = UNDECIDED, ""
        return
    if drawn_boxes.find(photo).box:
        st.session_state[WHO] = MINE
    elif who := next((it for it in DETECTORS if _is_right(photo, label_set, guide, it, votes)), None):
        st.session_state[WHO] = who
    elif box := boxes.thing_box(guide, label_set) or boxes.stuff_box(guide, label_set):
        name = label_set.classes[boxes.class_inside(guide, box)]
        where = "round the largest thing" if name in label_set.things else "in the midst of stuff"
        note = f"No detector finds a thing here, so this box was put {where}, {name}. Draw a box yourself: drag from "
        drawn_boxes.put(photo, box, note + "corner to corner.")
    else:
        st.session_state[WHO] = UNDECIDED
    st.session_state[BY_PAGE] = photo.key


def _is_right(photo: state.Photo, label_set: LabelSet, guide: np.ndarray, who: str, votes: int) -> bool:
    """Whether the box on which most windows agree is mostly of the detector's own class."""
    detector = DETECTORS[who]
    name, found = detector.classes.get(label_set.name), things_cache.detections(photo, who)
    if name is None or not found or found[0].votes < votes:
        return False
    return boxes.class_inside(guide, boxes.grown(found[0].box, detector, photo.size)) == label_set.index(name)
