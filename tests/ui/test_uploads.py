"""What a callback of an uploader takes for a file, and what not; raw files of all visitors stay within a bound."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile, UploadedFileRec

from benchmarks.session import visit
from seglib.ui import uploads
from tests.browser.conftest import start_app

FILE = UploadedFile(UploadedFileRec("1", "a.png", "image/png", b"content"), FileURLs())


@pytest.mark.parametrize(
    ("held", "files"),
    [
        ({}, []),  # the widget was never drawn in this visit
        ({"own": None}, []),
        ({"own": FILE}, [FILE]),
        ({"own": DeletedFile("1")}, []),  # refused, or lost with another visit
        ({"own": []}, []),
        ({"own": [FILE, DeletedFile("2"), FILE]}, [FILE, FILE]),
    ],
)
def test_only_files_that_are_here_are_files(held: dict, files: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads.st, "session_state", held)
    assert uploads.files_of("own") == files


def test_who_has_most_loses_their_oldest_first() -> None:
    manager = MemoryUploadedFileManager("/upload")
    for session, name, size in (("quiet", "a", 30), ("loud", "b", 40), ("loud", "c", 40), ("loud", "d", 40)):
        manager.add_file(session, UploadedFileRec(name, name, "image/png", bytes(size)))
    uploads.let_surplus_go(manager, 150)
    assert {session: list(files) for session, files in manager.file_storage.items()} == {
        "quiet": ["a"],
        "loud": ["b", "c", "d"],
    }
    uploads.let_surplus_go(manager, 80)
    assert [len(manager.get_files(*asked)) for asked in (("quiet", ["a"]), ("loud", ["b", "c", "d"]))] == [1, 1]
    assert manager.get_files("loud", ["d"])


SERVER = """
import streamlit as st
from starlette.middleware import Middleware

from seglib.ui.uploads import BoundedUploads

app = st.App("page.py", middleware=[Middleware(BoundedUploads, most=250_000)])
"""
PAGE = """
import streamlit as st
from streamlit.runtime import get_instance

st.file_uploader("A photo")
stored = get_instance().uploaded_file_mgr.file_storage.values()
st.text(f"raw bytes: {sum(len(file.data) for files in stored for file in files.values())}.")
"""


def test_uploads_that_no_run_asked_for_are_bounded_on_a_running_server(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(SERVER)
    (tmp_path / "page.py").write_text(PAGE)
    process, address = start_app(tmp_path / "server.py")

    async def bring() -> list[bytes]:
        async with visit(address) as one, visit(address) as other:
            await one.open("")
            await other.open("")
            texts = []
            for session, count in ((one, 2), (one, 5), (other, 1)):  # files of 100 kB that no run ever reads
                for _ in range(count):
                    await session.upload(bytes(100_000))
                texts.append((await session.open("")).text)
            return texts

    try:
        with ThreadPoolExecutor() as thread:  # in this one Playwright's loop may run
            texts = thread.submit(lambda: asyncio.run(bring())).result()
    finally:
        process.terminate()
        process.wait(10)
    assert [b"raw bytes: 200000." in text for text in texts] == [True, True, True]
