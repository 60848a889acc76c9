"""What is on the screen, as the values of its controls: to be put into a route, and to be restored from one."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from seglib.labels import LABEL_SETS
from seglib.lecture.routes import LONGEST, Value
from seglib.photos import PHOTOS
from seglib.ui import state

# Keys of all controls that the address bar keeps (`bind="query-params"`); a test compares them with the pages.
KNOBS = (
    *("nets", "view", "unsure", "net", "how", "resolution_part", "factor", "stream16", "stream8", "stream4"),
    *("experiment", "radius", "measure", "share", "grouping", "metric", "band_metric", "band_nets", "things_nets"),
    *("sure_net", "annotation_panel", "fold"),
    *("before", "family", "window", "model_window", "classifier", "texture_view", "stroke_words"),
    *("stroke_window", "box_by", "votes", "cut_step"),
    *("part", "levels", "level8", "level16", "level32", "area", "cut", "vote"),
    *("section", "stack", "kernel", "rates", "own_rates", "bill_show", "window_net", "patch"),
    *("crf_part", "iteration", "board", "cost", "board_net"),
    *(
        "inside_part",
        "inside_net",
        "unit_set",
        "unit_off",
        "unit_net",
        "unit_stage",
        "unit",
        "seen_at",
        "cuts",
        "cascade",
    ),
    *("step_weights", "step_rate", "flow_trunk", "flow_phase", "class_size", "imagenet_class", "class_stride"),
    *("teach_part", "teach_crf", "teach_layers", "teach_beside"),
    *("live_balance", "live_batch", "live_data", "live_overlap", "live_rate", "live_seed", "live_skips", "live_start"),
    *(f"class_{name}" for name in LABEL_SETS),
)


def take_view() -> dict[str, Value]:
    """The values of the controls on this page that differ from where they start, the photo and the pinned pixel."""
    # The browser names in the address what a visitor chose; what a route's step set stands in the step alone.
    set_by_step = st.session_state.get("lecture_set", ())
    named = {*st.query_params, *set_by_step}
    on_page = [k for k in KNOBS if k in named and k in st.session_state]
    view = {key: _plain(st.session_state[key]) for key in on_page}
    photo = st.session_state.get("photo")
    view |= {"photo": photo} if photo in PHOTOS else {}  # an upload is on nobody else's machine
    if pin := st.session_state.get("pin"):
        view["pin"] = f"{pin[0]},{pin[1]}"
    if (label_set_name := st.session_state.get("classes")) != next(iter(LABEL_SETS)):
        view["classes"] = label_set_name
    return {key: value for key, value in view.items() if value is not None}


def _plain(value: object) -> Value | None:
    if isinstance(value, list | tuple):
        return tuple(str(part) for part in value)
    if isinstance(value, str) and len(value) > LONGEST["option"]:
        return None
    return value if isinstance(value, str | int | float | bool) else None


def apply_view(view: Mapping[str, Value]) -> None:
    """Set all controls to a view, before they are made; those that it does not name start anew."""
    st.session_state["lecture_set"] = tuple(view)
    for key in KNOBS:
        if key in view:
            value = view[key]
            st.session_state[key] = list(value) if isinstance(value, tuple) else value
        else:
            st.session_state.pop(key, None)  # else the value of an earlier step would leak in
    if (labels := view.get("classes")) in LABEL_SETS:
        st.session_state["classes"] = labels
    else:
        st.session_state.pop("classes", None)
    if (photo := view.get("photo")) in PHOTOS:
        state.choose_photo(photo)
    st.session_state["pin"] = state.parse_pin(str(view.get("pin", "")))


def undo_view() -> None:
    """Let all controls start anew: a route named a value that this page has not."""
    for key in KNOBS:
        st.session_state.pop(key, None)
