"""Seen from the last row: larger type, nothing beside the experiment, full screen."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_ON = "lecture_projector"
# Text and controls grow with the root's size. What is to be read and not to be shown, the code, waits for another day.
LOOKS = """<style>
html { font-size: 22px !important; }
header[data-testid='stHeader'], .st-key-photo_bar { display: none; }
[data-testid='stMainBlockContainer'] { padding-top: 1rem !important; max-width: none; }
[data-testid='stBottomBlockContainer'] { max-width: none; }
[data-testid='stExpander'], .st-key-take_home { display: none; }
</style>"""
_FULL_SCREEN = st.components.v2.component(
    "full_screen",
    html='<button type="button">Full screen</button>',
    css="""
button { font: inherit; color: var(--st-text-color); background: none; padding: .45rem .75rem;
  border: 1px solid var(--st-border-color); border-radius: .5rem; cursor: pointer; }
button:hover { border-color: var(--st-primary-color); }
""",
    js=(Path(__file__).parent / "full_screen.js").read_text(encoding="utf-8"),
)


def is_on() -> bool:
    """Whether this visitor's window is for a projector."""
    return st.session_state.get(_ON, False)


def dress() -> None:
    """Let the page look as the switch says."""
    if is_on():
        st.html(LOOKS)


def switch() -> None:
    """The switch, and the button for the full screen."""
    st.toggle("For the projector", key=_ON, persist_state="session", help="Larger type, and nothing beside the photo.")
    _FULL_SCREEN(key="full_screen")
