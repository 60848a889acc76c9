"""Name, colour, add and remove one's own classes."""

from __future__ import annotations

import streamlit as st

from seglib.labels import LabelSet
from seglib.teach.lesson import COLORS, MAX_CLASSES, MAX_NAME, BadLesson, own_classes
from seglib.ui.teach import lesson


def editor(own: LabelSet) -> None:
    """A popover with a line for each class."""
    version = st.session_state.get("own_version", 0)  # after a change from elsewhere the fields start afresh
    with st.popover("Classes", icon=":material/label:"):
        for k, (name, color) in enumerate(zip(own.classes, own.colors, strict=True)):
            swatch, field, bin_ = st.columns([1, 4, 1], vertical_alignment="center")
            keys = [f"own_{what}_{version}_{k}" for what in ("color", "name", "remove")]
            swatch.color_picker(
                f"Colour of class {k + 1}",
                f"#{bytes(color).hex()}",
                key=keys[0],
                label_visibility="collapsed",
                on_change=_change,
                args=(k, *keys[:2]),
            )
            field.text_input(
                f"Name of class {k + 1}",
                name,
                key=keys[1],
                max_chars=MAX_NAME,
                label_visibility="collapsed",
                on_change=_change,
                args=(k, *keys[:2]),
            )
            bin_.button(
                "",
                key=keys[2],
                icon=":material/delete:",
                help="Remove this class and its strokes",
                disabled=len(own) == 1,
                on_click=_remove,
                args=(k,),
            )
        if len(own) < MAX_CLASSES:
            key = f"own_new_{version}"
            st.text_input("Another class", key=key, max_chars=MAX_NAME, on_change=_add, args=(key,))


def _take(names: list[str], colors: list[tuple[int, int, int]], new_index: dict[int, int] | None = None) -> None:
    """New classes, or one sentence and the old ones."""
    try:
        own = own_classes(names, colors)
    except BadLesson as error:
        st.session_state["own_error"] = str(error)
        st.session_state["own_version"] = st.session_state.get("own_version", 0) + 1  # show the old name again
        return
    lesson.set_classes(own, new_index)


def _change(k: int, color_key: str, name_key: str) -> None:
    own = lesson.classes()
    names, colors = list(own.classes), list(own.colors)
    names[k] = st.session_state[name_key]
    colors[k] = tuple(bytes.fromhex(st.session_state[color_key].removeprefix("#")))
    _take(names, colors)


def _remove(k: int) -> None:
    own = lesson.classes()
    kept = [index for index in range(len(own)) if index != k]
    names, colors = [own.classes[index] for index in kept], [own.colors[index] for index in kept]
    _take(names, colors, {old: new for new, old in enumerate(kept)})


def _add(key: str) -> None:
    own, name = lesson.classes(), st.session_state[key]
    if name.strip():
        free = next(color for color in COLORS if color not in own.colors)
        _take([*own.classes, name], [*own.colors, free])
