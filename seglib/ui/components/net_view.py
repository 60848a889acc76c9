"""A drawn net whose arrows can be clicked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "net_view",
    js=(_HERE / "net_view.js").read_text(encoding="utf-8"),
    css=(_HERE / "net_view.css").read_text(encoding="utf-8"),
)


def net_view(drawing: str, arrows: Collection[str], *, key: str, on_cut: Callable[[str], None]) -> None:
    """Show a drawing of `seglib.inside.drawing.net_drawing`; ``on_cut`` is called with the arrow that was clicked.

    Whoever can reach the app can send anything: names that are none of ``arrows`` are dropped.
    """

    def clicked() -> None:
        result = st.session_state.get(key)
        name = result.get("cut") if isinstance(result, Mapping) else None
        if isinstance(name, str) and name in arrows:
            on_cut(name)

    _mount(key=key, data={"drawing": drawing}, on_cut_change=clicked)
