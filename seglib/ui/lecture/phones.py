"""What phones talk to: a plain page of a few kilobytes, and three small questions to it; no Streamlit session.

Sixty phones that rerun a fragment every two seconds take a third of the interpreter from everybody's nets; sixty that
ask for a few bytes of JSON take a fortieth. The page polls: it works through every proxy, and a lost connection costs
it one look. Nothing that comes from a phone is believed; bodies are cut off at `MOST_BODY` bytes while they arrive.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from seglib.lecture.rooms import Key, Room, public_view
from seglib.ui.lecture.hall import rooms

MOST_BODY = 4096  # bytes; a painted square has 1.6 kB
PATH = "/vote"
_FOLDER = Path(__file__).parent / "phone"
_STYLE, _SCRIPT, _PAGE = ((_FOLDER / f"phone.{kind}").read_text(encoding="utf-8") for kind in ("css", "js", "html"))


def _sum(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


PAGE = _PAGE.replace("/*STYLE*/", _STYLE).replace("/*SCRIPT*/", _SCRIPT)
# Only this script and this style run, whatever text a room has.
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; script-src {_sum(_SCRIPT)}; style-src {_sum(_STYLE)}; "
    "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


async def page(_request: Request) -> Response:
    """The page itself."""
    return HTMLResponse(PAGE, headers=HEADERS)


async def join(request: Request) -> Response:
    """A code for a ticket."""
    body = await _body(request)
    code = body.get("code")
    room = await _call(rooms().join, code) if isinstance(code, str) else None
    if room == "busy":
        return _plain(429)
    return JSONResponse({"code": room.code, "ticket": room.ticket}) if room else _plain(404)


async def state(request: Request) -> Response:
    """What the room asks now; nothing if the phone has seen it."""
    room = await _room(request)
    if room is None:
        return _plain(404)
    if request.query_params.get("seen") == str(room.version):
        return _plain(204)
    counts = await _call(rooms().histogram, room) if room.is_shown else None
    return JSONResponse(public_view(room, counts), headers={"Cache-Control": "no-store"})


async def ballot(request: Request) -> Response:
    """A vote."""
    body = await _body(request)
    room = await _room(request)
    if room is None:
        return _plain(404)
    outcome = await _call(rooms().vote, room, body.get("round"), body.get("phone"), body.get("ballot"))
    return (
        _plain({"wrong": 400, "busy": 429}[outcome])
        if outcome in ("wrong", "busy")
        else JSONResponse({"outcome": outcome})
    )


async def lead(request: Request) -> Response:
    """For the lecturer's own window: the step that the notes ask for.

    A part of the page that looks again by itself would ask Streamlit for it. But a look that is on its way while the
    page changes names the page that has gone, and its answer leaves the browser with neither.
    """
    scheme, _, word = request.headers.get("Authorization", "")[:200].partition(" ")
    room = await _call(rooms().steer, Key.parse(word)) if scheme == "Key" else None
    if room is None:
        return _plain(404)
    return JSONResponse({"wanted": room.wanted}, headers={"Cache-Control": "no-store"})


def _plain(status: int) -> Response:
    return Response(status_code=status, headers={"Cache-Control": "no-store"})


async def _call(function: Callable, *arguments: object) -> object:
    """Call a store that may wait aside from the event loop, which serves everybody; memory answers at once."""
    if rooms().store.blocks:
        return await run_in_threadpool(function, *arguments)
    return function(*arguments)


async def _room(request: Request) -> Room | None:
    scheme, _, word = request.headers.get("Authorization", "")[:200].partition(" ")
    code, _, ticket = word.partition(".")
    return await _call(rooms().enter, code, ticket) if scheme == "Room" else None


async def _body(request: Request) -> dict:
    """The JSON that was sent, as far as it is a small table; empty for anything else."""
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > MOST_BODY:
            return {}
    try:
        table = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return table if isinstance(table, dict) else {}


ROUTES = [
    Route(PATH, page),
    Route(f"{PATH}/join", join, methods=["POST"]),
    Route(f"{PATH}/state", state),
    Route(f"{PATH}/ballot", ballot, methods=["POST"]),
    Route(f"{PATH}/lead", lead),
]
