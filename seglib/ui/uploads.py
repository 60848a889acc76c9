"""Files that a visitor handed over, as the callbacks of uploaders get them, and a bound for those nobody asked for.

Streamlit keeps the bytes of a file from its upload until the session ends, whether a page was ever run with it or not:
one open tab could fill a server's memory without a single run. What we need of a photo is decoded in the run that
follows its upload, so of the raw files only so many bytes are kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import streamlit as st
from streamlit.runtime import exists, get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile

MOST_RAW = 120 * 2**20  # bytes of all visitors' raw files together; the largest that is taken has 40 MB
Scope = MutableMapping[str, Any]


def files_of(widget: str) -> list[UploadedFile]:
    """The files that an uploader or the camera holds, by the widget's key; none where it holds none.

    A browser may name a file that the server refused or no longer has, and after a restart it may report a change of a
    widget that this visit has not drawn yet: neither is a file.
    """
    held = st.session_state.get(widget)
    return [file for file in (held if isinstance(held, list) else [held]) if isinstance(file, UploadedFile)]


def let_surplus_go(manager: MemoryUploadedFileManager, most: int = MOST_RAW) -> None:
    """Drop raw files until all together have no more than ``most`` bytes: always the oldest of whoever has most.

    So a visitor who sends many loses their own before anybody else loses one.
    """
    sessions = {
        session: {file_id: len(file.data) for file_id, file in list(files.items())}
        for session, files in list(manager.file_storage.items())
    }
    totals = {session: sum(sizes.values()) for session, sizes in sessions.items()}
    surplus = sum(totals.values()) - most
    while surplus > 0:
        largest = max(totals, key=totals.__getitem__)
        oldest = next(iter(sessions[largest]))  # a dictionary is in the order of arrival
        size = sessions[largest].pop(oldest)
        manager.remove_file(largest, oldest)
        totals[largest] -= size
        surplus -= size


class BoundedUploads:
    """ASGI middleware: after each upload, `let_surplus_go`."""

    def __init__(self, app: Callable[..., Awaitable[None]], most: int = MOST_RAW) -> None:
        self.app, self.most = app, most

    async def __call__(self, scope: Scope, receive: Callable, send: Callable) -> None:
        await self.app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] == "PUT" and "_stcore/upload_file" in scope["path"] and exists():
            manager = get_instance().uploaded_file_mgr
            if isinstance(manager, MemoryUploadedFileManager):
                let_surplus_go(manager, self.most)
