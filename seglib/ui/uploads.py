"""Files that a visitor handed over, as the callbacks of uploaders get them."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile


def files_of(widget: str) -> list[UploadedFile]:
    """The files that an uploader or the camera holds, by the widget's key; none where it holds none.

    A browser may name a file that the server refused or no longer has, and after a restart it may report a change of a
    widget that this visit has not drawn yet: neither is a file.
    """
    held = st.session_state.get(widget)
    return [file for file in (held if isinstance(held, list) else [held]) if isinstance(file, UploadedFile)]
