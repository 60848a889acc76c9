"""A look at a page that has been left is not answered: its answer would take the new page away.

A part of a page with Streamlit's ``run_every`` asks to be drawn again whatever else is going on. If it asks just after
the visitor asked for another page, and before the browser has heard of that, the server answers with the page that was
left, finds no such part there, and the browser empties the page that it had just drawn. Streamlit cannot tell; at the
socket it is plain to see: which page was asked for last, and whether its answer is still on its way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from seglib.ui.headers import Message, Receive, Scope, Send

MOST_BYTES = 1 << 16  # of a message that may say which page is drawn, or that it is: pictures and tables are longer


class Conversation:
    """What one browser asked for and was told, as far as it decides which of its looks are late.

    >>> talk = Conversation()
    >>> talk.asks(page="compare", look=False), talk.asks(page="compare", look=True)  # the answer draws all anew anyway
    (True, False)
    >>> talk.is_answered()
    >>> talk.asks(page="compare", look=True)
    True
    """

    def __init__(self) -> None:
        self._page = ""  # the one that is, or will be, in the browser
        self._resting = False  # whether everything that was asked is answered

    def asks(self, page: str, look: bool) -> bool:
        """A message from the browser; whether the server should get it. ``look``: a part of ``page`` asks by itself."""
        if look and not (self._resting and page == self._page):
            return False
        self._page, self._resting = page or self._page, False
        return True

    def is_told(self, page: str) -> None:
        """The server begins to draw a page, perhaps another than was asked for."""
        self._page, self._resting = page, False

    def is_answered(self) -> None:
        """The server has drawn everything that it was asked for."""
        self._resting = True


class NoLateLooks:
    """ASGI middleware: looks that come too late, or while an answer is on its way, are not passed on."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        talk = Conversation()

        async def receive_in_time() -> Message:
            while True:
                message = await receive()
                if _passes(message.get("bytes"), talk):
                    return message

        async def send_and_note(message: Message) -> None:
            _note(message.get("bytes"), talk)
            await send(message)

        await self.app(scope, receive_in_time, send_and_note)


def _passes(data: bytes | None, talk: Conversation) -> bool:
    """Whether a message from the browser goes on; what is none of Streamlit's is Streamlit's to refuse."""
    try:
        message = BackMsg.FromString(data or b"")
    except DecodeError:
        return True
    if message.WhichOneof("type") != "rerun_script":
        return True
    return talk.asks(message.rerun_script.page_script_hash, message.rerun_script.is_auto_rerun)


def _note(data: bytes | None, talk: Conversation) -> None:
    """What a message to the browser says of the page."""
    if not data or len(data) > MOST_BYTES:
        return
    message = ForwardMsg.FromString(data)
    kind = message.WhichOneof("type")
    if kind in ("new_session", "navigation"):  # the app's own script begins; it has chosen the page
        talk.is_told(getattr(message, kind).page_script_hash)
    elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
        talk.is_answered()
