"""A visitor without a browser: a session that speaks Streamlit's protocol, for benchmarks and tests.

What is measured with it is the server's part alone: the script's run, its messages, the network of one machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import time
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

WAITING = "The nets are being loaded"  # stands on the pages while they are, see seglib/ui/page.py


@dataclass(frozen=True)
class Brought:
    """A file that the server has taken: its name there, its address, its bytes."""

    file_id: str
    address: str
    size: int


@dataclass(frozen=True)
class Reply:
    """What came back of one run of a page."""

    milliseconds: float  # from the question to the end of the run
    bytes: int  # of all messages together
    text: bytes  # those messages, one after the other

    @property
    def waits(self) -> bool:
        """Whether the page says that the nets are not here yet."""
        return WAITING.encode() in self.text


class Session:
    """One open socket, and what a browser remembers beside it."""

    def __init__(self, address: str, socket: websockets.ClientConnection) -> None:
        self.address, self.socket, self.id = address, socket, ""
        self.uploader = ""  # id of the first uploader that was drawn
        self.picker = ""  # id of the list of photos

    async def ask(self, page: str, query: str = "", brought: Brought | None = None, photo: str = "") -> None:
        """Ask for a run of a page, and do not wait for it.

        ``brought`` lies in the uploader; ``photo`` is the title that was chosen in the list (an address names one, too,
        but only on arrival).
        """
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        if photo:
            message.rerun_script.widget_states.widgets.add(id=self.picker, string_value=photo)
        if brought:
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id = self.uploader
            file = widget.file_uploader_state_value.uploaded_file_info.add()
            file.file_id, file.name, file.size = brought.file_id, "mine.jpg", brought.size
            urls = file.file_urls
            urls.file_id, urls.upload_url, urls.delete_url = brought.file_id, brought.address, brought.address
        await self.socket.send(message.SerializeToString())

    async def open(self, page: str, query: str = "", brought: Brought | None = None, photo: str = "") -> Reply:
        """Ask for a page and wait until its script has finished; `RuntimeError` if it shows an exception."""
        start = time.perf_counter()
        await self.ask(page, query, brought, photo)
        messages = await self.until_finished()
        return Reply(1000 * (time.perf_counter() - start), sum(map(len, messages)), b"".join(messages))

    async def until_finished(self) -> list[bytes]:
        """All messages up to the end of a run."""
        messages = []
        while True:
            messages.append(await self.socket.recv())
            answer = ForwardMsg.FromString(messages[-1])
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                self.id = answer.new_session.initialize.session_id
            elif kind == "delta":
                self._notice(answer)
            elif kind == "script_finished" and answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return messages

    def _notice(self, answer: ForwardMsg) -> None:
        element = answer.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise RuntimeError(element.exception.message)
        if kind == "file_uploader" and not self.uploader:
            self.uploader = element.file_uploader.id
        if kind == "selectbox" and element.selectbox.id.endswith("-photo"):
            self.picker = element.selectbox.id

    async def upload(self, data: bytes) -> Brought:
        """Hand a photo over as the browser does: ask for an address, put it there. No run of the page knows of it."""
        message = BackMsg()
        message.file_urls_request.request_id = "photo"
        message.file_urls_request.file_names.append("mine.jpg")
        message.file_urls_request.session_id = self.id
        await self.socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(await self.socket.recv())
            if answer.WhichOneof("type") == "file_urls_response":
                (urls,) = answer.file_urls_response.file_urls
                break
        await asyncio.to_thread(_put, self.address, urls.upload_url, data)
        return Brought(urls.file_id, urls.upload_url, len(data))


@contextlib.asynccontextmanager
async def visit(address: str) -> AsyncIterator[Session]:
    """A new session, closed in the end."""
    url = f"{address.replace('http', 'ws')}/_stcore/stream"
    async with websockets.connect(url, subprotocols=["streamlit"], max_size=None) as socket:
        yield Session(address, socket)


async def until_loaded(address: str, seconds: float = 300) -> None:
    """Wait until the opening page shows the nets' answers; `TimeoutError` if that takes longer."""
    async with asyncio.timeout(seconds), visit(address) as session:
        while (await session.open("")).waits:
            await asyncio.sleep(0.5)


def processor_seconds(process: int) -> float:
    """Processor time that a process has taken so far, to the nanosecond (Linux, glibc)."""
    clock = ctypes.c_int()
    if error := ctypes.CDLL(None).clock_getcpuclockid(process, ctypes.byref(clock)):
        raise OSError(error, os.strerror(error))
    return time.clock_gettime(clock.value)


def _put(address: str, path: str, data: bytes) -> None:
    health = urllib.request.urlopen(f"{address}/_stcore/health", timeout=60)
    token = health.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    boundary = "a-photo-of-ones-own"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="mine.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode() + data
    request = urllib.request.Request(
        f"{address}{path}",
        data=body + f"\r\n--{boundary}--\r\n".encode(),
        method="PUT",
        headers={
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Cookie": f"_streamlit_xsrf={token}",
            "X-Xsrftoken": token,
        },
    )
    urllib.request.urlopen(request, timeout=60).close()
