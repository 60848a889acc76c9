"""How many have voted or painted so far: a number that changes by itself, without a run of the page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

NAME = "lecture_count"
_mount = st.components.v2.component(
    NAME,
    html="<output></output>",
    css="output { font-size: 2.25rem; line-height: 1.3; } small { font-size: 1rem; opacity: .8; }",
    js=(Path(__file__).parent / "count.js").read_text(encoding="utf-8"),
)


def draw(noun: str, count: int) -> None:
    """Show the count as it is now; `keys.js` brings the later ones."""
    _mount(key=NAME, data={"noun": noun, "count": count}, width="content")
