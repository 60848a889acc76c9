"""A look at a page that has been left is not answered: its answer would take the new page away.

A part of a page with Streamlit's ``run_every`` asks to be drawn again whatever else is going on. If it asks just after
the visitor asked for another page, and before the browser has heard of that, the server answers with the page that was
left, finds no such part there, and the browser empties the page that it had just drawn. Streamlit cannot tell; at the
socket it is plain to see: which page was asked for last, and whether its answer is still on its way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from seglib.ui.headers import Message, Receive, Scope, Send

MOST_BYTES = 1 << 16  # of a message that may say which page is drawn, or that it is: pictures and tables are longer


class Conversation:
    """What one browser asked for and was told, as far as it decides which of its looks are late.

    An answer counts only if its drawing began after the question: while a touch waits for its turn, a look that was
    on its way before it is still drawn to its end, and that end answers nothing.

    >>> talk = Conversation()
    >>> talk.asks(page="compare")
    True
    >>> talk.asks(page="compare", part="clock", look=True)  # what is on its way draws all anew anyway
    False
    >>> talk.is_told("compare")
    >>> talk.is_answered()
    >>> talk.asks(page="compare", part="clock", look=True)
    True
    """

    def __init__(self) -> None:
        self._page = ""  # the one that is, or will be, in the browser
        self._awaited: str | None = None  # the part ("" is all of the page) that was asked for and is not begun
        self._drawing = False

    def asks(self, page: str, part: str = "", look: bool = False) -> bool:
        """A message from the browser; whether the server should get it. ``look``: ``part`` asks by itself."""
        if look:
            return page == self._page and self._awaited is None and not self._drawing
        self._page, self._awaited = page or self._page, part
        return True

    def is_told(self, page: str, parts: Collection[str] = ()) -> None:
        """The server begins to draw a page, perhaps another than was asked for, or some ``parts`` of it."""
        self._page, self._drawing = page, True
        if not parts or self._awaited in parts:
            self._awaited = None

    def is_answered(self) -> None:
        """The server has drawn what it began."""
        self._drawing = False


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
    rerun = message.rerun_script
    return talk.asks(rerun.page_script_hash, rerun.fragment_id, rerun.is_auto_rerun)


def _note(data: bytes | None, talk: Conversation) -> None:
    """What a message to the browser says of the page."""
    if not data or len(data) > MOST_BYTES:
        return
    message = ForwardMsg.FromString(data)
    kind = message.WhichOneof("type")
    if kind == "new_session":  # a run begins
        talk.is_told(message.new_session.page_script_hash, message.metadata.run.fragment_ids)
    elif kind == "navigation":  # the app's own script has chosen the page
        talk.is_told(message.navigation.page_script_hash)
    elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
        talk.is_answered()
