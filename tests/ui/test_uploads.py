"""What a callback of an uploader takes for a file, and what not."""

from __future__ import annotations

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile, UploadedFileRec

from seglib.ui import uploads

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
