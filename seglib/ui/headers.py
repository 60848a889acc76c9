"""What every answer of the server says to the browser: run nothing but ours, show us in no foreign frame.

The lecture may stand on a public server, and shows file names and labels that visitors bring. Streamlit escapes them;
the Content-Security-Policy is the second lock: even a script that found its way into a page would not run, and could
send nothing anywhere. The headers are set in the app, not by a proxy, so that a laptop in a lecture hall has them too.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import streamlit as st

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

METRICS = "SEGLIB_METRICS"  # 1: /_stcore/metrics answers, for a monitor in a closed network


def inline_hashes(html: str) -> list[str]:
    """The scripts that stand in a page of HTML itself, as a Content-Security-Policy names them.

    >>> inline_hashes("<script src='a.js'></script><script>alert(1)</script>")
    ["'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"]
    """
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", html, re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def policy() -> str:
    """The Content-Security-Policy: what Streamlit's own page needs, and no more."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    return "; ".join(
        (
            "default-src 'self'",
            # The inline scripts of Streamlit's page by their hashes. Components are modules in a blob of their own; the
            # decoder of messages compiles WebAssembly.
            " ".join(["script-src 'self' blob: 'wasm-unsafe-eval'", *inline_hashes(page)]),
            "worker-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",  # Streamlit's scripts write its styles into the page
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' ws: wss:",  # the websocket by its schemes: not every browser counts it as 'self'
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Frame-Options": "SAMEORIGIN",  # for browsers that do not know frame-ancestors
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # the address names photo and pixel: nobody else's business
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
_ENCODED = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class SafeAnswers:
    """ASGI middleware: `HEADERS` on every answer that does not set them, and no figures of the server for strangers."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = list(message.get("headers", []))
                names = {name.lower() for name, _ in sent}
                # A page of our own may be stricter: that of the phones lets nothing in but its one script.
                message = {**message, "headers": sent + [pair for pair in _ENCODED if pair[0] not in names]}
            await send(message)

        if "_stcore/metrics" in scope["path"] and os.environ.get(METRICS) != "1":
            await send_safely({"type": "http.response.start", "status": 404, "headers": []})
            await send_safely({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, send_safely)
