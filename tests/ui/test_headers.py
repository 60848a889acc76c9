"""What the server tells every browser, and what it tells nobody. That pages work under the policy: tests/browser."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from seglib.ui.headers import HEADERS, METRICS, SafeAnswers, inline_hashes


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        """All values of a header."""
        return [value for key, value in self.headers if key == name.lower()]


async def stricter(_scope: dict, _receive: object, send: object) -> None:
    """An app that lets itself be shown in no frame at all."""
    headers = [(b"X-Frame-Options", b"DENY"), (b"x-own", b"kept")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"here"})


def ask(path: str) -> Answer:
    """The answer to a request for a path, through the middleware."""
    messages = []

    async def send(message: dict) -> None:
        messages.append(message)

    # In a thread of its own: this one may have a loop running, Playwright's, where browser tests came first.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, SafeAnswers(stricter)({"type": "http", "path": path}, None, send)).result()
    start, *rest = messages
    headers = [(name.decode().lower(), value.decode()) for name, value in start["headers"]]
    return Answer(start["status"], headers, b"".join(part["body"] for part in rest))


@pytest.mark.parametrize("path", ["/", "/media/a.png", "/_stcore/metrics"])
def test_every_answer_carries_each_header_once(path: str) -> None:
    answer = ask(path)
    for name, value in HEADERS.items():
        stricter_one = name == "X-Frame-Options" and answer.status == 200
        assert answer.values(name) == (["DENY"] if stricter_one else [value])


def test_other_headers_stay() -> None:
    assert ask("/").values("X-Own") == ["kept"]


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/lecture/_stcore/metrics"])
def test_strangers_learn_no_figures_of_the_server(path: str, monkeypatch) -> None:
    monkeypatch.delenv(METRICS, raising=False)
    answer = ask(path)
    assert (answer.status, answer.body) == (404, b"")


def test_a_monitor_does_if_the_owner_says_so(monkeypatch) -> None:
    monkeypatch.setenv(METRICS, "1")
    assert ask("/_stcore/metrics").body == b"here"


def test_the_policy_lets_no_script_in_that_streamlit_did_not_ship() -> None:
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    scripts = policy["script-src"].split()
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"} & set(scripts)
    assert sum(source.startswith("'sha256-") for source in scripts) == 1  # Streamlit's page has one, for its theme
    assert policy["frame-ancestors"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert policy["default-src"] == "'self'"


def test_scripts_of_a_page_are_named_by_their_content() -> None:
    assert inline_hashes("<p>none</p>") == []
    assert len(set(inline_hashes("<script>a</script><script type='module' src='x'></script><script >b</script>"))) == 2
