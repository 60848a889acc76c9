"""What phones talk to, over HTTP as phones do, and as those do that are none."""

from __future__ import annotations

import base64
import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from seglib.lecture.rooms import BALLOT_BYTES, Asked, Key, Rooms
from seglib.lecture.stores import Limits
from seglib.lecture.stores.memory import MemoryStore
from seglib.lecture.stores.sqlite import SqliteStore
from seglib.ui.lecture import phones

ASKED = Asked("choice", "Which <b>net</b>?", ("fcn32s", "fcn8s"))
PHONE = "phone-number-00001"


@pytest.fixture(params=["memory", "sqlite"])
def rooms(request: pytest.FixtureRequest, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Rooms:
    """Rooms of our own; those in a file are asked aside from the event loop."""
    memory = request.param == "memory"
    made = Rooms(MemoryStore(Limits()) if memory else SqliteStore(str(tmp_path / "rooms.db"), Limits()))
    monkeypatch.setattr(phones, "rooms", lambda: made)
    return made


@pytest.fixture
def client(rooms: Rooms) -> TestClient:
    return TestClient(Starlette(routes=phones.ROUTES))


@pytest.fixture
def key(rooms: Rooms) -> Key:
    return rooms.open("Room <script>alert(1)</script>")


def join(client: TestClient, key: Key) -> dict[str, str]:
    answer = client.post("/vote/join", json={"code": key.code})
    assert answer.status_code == 200
    return {"Authorization": f"Room {answer.json()['code']}.{answer.json()['ticket']}"}


def test_the_page_is_small_and_runs_no_script_but_its_own(client: TestClient) -> None:
    answer = client.get("/vote")
    assert len(answer.content) < 12_000
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?://", answer.text), "nothing is fetched from elsewhere"
    assert "innerHTML" not in answer.text


def test_a_phone_joins_sees_the_question_votes_and_learns_what_was_said(
    client: TestClient, rooms: Rooms, key: Key
) -> None:
    phone = join(client, key)
    assert "words" not in client.get("/vote/state", headers=phone).json()
    room = rooms.ask(key, ASKED)
    state = client.get("/vote/state", headers=phone).json()
    assert (state["words"], state["options"], state["open"]) == (ASKED.words, list(ASKED.options), True)
    assert client.get(f"/vote/state?seen={state['version']}", headers=phone).status_code == 204
    vote = {"round": room.round, "phone": PHONE, "ballot": 1}
    assert client.post("/vote/ballot", headers=phone, json=vote).json() == {"outcome": "counted"}
    rooms.end(key)
    assert client.post("/vote/ballot", headers=phone, json=vote).json() == {"outcome": "closed"}
    rooms.show(key, 1)
    state = client.get("/vote/state", headers=phone).json()
    assert (state["counts"], state["right"]) == ([0, 1], 1)


def test_a_painting_comes_in_one_piece(client: TestClient, rooms: Rooms, key: Key) -> None:
    room = rooms.ask(key, Asked("paint", "Paint the sky.", picture="data:image/png;base64,AAAA"))
    phone = join(client, key)
    mask = base64.b64encode(b"\x81" * BALLOT_BYTES).decode()
    vote = {"round": room.round, "phone": PHONE, "ballot": mask}
    assert client.post("/vote/ballot", headers=phone, json=vote).json() == {"outcome": "counted"}
    assert rooms.paintings(room) == [b"\x81" * BALLOT_BYTES]


def test_the_lecturers_window_learns_what_the_notes_want(client: TestClient, rooms: Rooms, key: Key) -> None:
    headers = {"Authorization": f"Key {key}"}
    assert client.get("/vote/lead", headers=headers).json() == {"wanted": None}
    rooms.want(key, 4)
    assert client.get("/vote/lead", headers=headers).json() == {"wanted": 4}
    rooms.close(key)
    assert client.get("/vote/lead", headers=headers).status_code == 404


def test_without_the_key_nothing_is_told_of_the_lecturers_window(client: TestClient, key: Key) -> None:
    for word in ("", "Key", f"Key {key.code}.{'x' * 22}", join(client, key)["Authorization"], "Key " + "A" * 5000):
        assert client.get("/vote/lead", headers={"Authorization": word}).status_code == 404


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"[]", b"[" * 3000, b'{"code": 3}', b'{"code": "AAAAAA"}', b"x" * 10_000_000]
)
def test_whoever_knows_no_code_gets_in_nowhere(client: TestClient, key: Key, body: bytes) -> None:
    assert client.post("/vote/join", content=body).status_code == 404


@pytest.mark.parametrize("word", ["", "Room", "Room AAAAAA.x", "Bearer x", "Room " + "A" * 100_000, "Room \xe9.\xe9"])
def test_without_a_ticket_nothing_is_told_and_nothing_counted(client: TestClient, key: Key, word: str) -> None:
    headers = {"Authorization": word.encode("latin-1")}
    if len(word) > 50_000:
        headers = {"Authorization": word[:5000].encode()}
    assert client.get("/vote/state", headers=headers).status_code == 404
    assert client.post("/vote/ballot", headers=headers, json={}).status_code == 404


@pytest.mark.parametrize(
    "vote",
    [
        {},
        {"round": 1, "phone": PHONE, "ballot": 2},
        {"round": 1, "phone": PHONE, "ballot": "A" * 2000},
        {"round": "1", "phone": PHONE, "ballot": 1},
        {"round": 1, "phone": "<script>alert(1)</script>", "ballot": 1},
        {"round": 1, "phone": PHONE, "ballot": 1, "more": "x" * 5000},
    ],
)
def test_a_vote_that_is_none_is_refused(client: TestClient, rooms: Rooms, key: Key, vote: dict) -> None:
    rooms.ask(key, ASKED)
    phone = join(client, key)
    assert client.post("/vote/ballot", headers=phone, json=vote).status_code == 400
    assert rooms.count(rooms.look(key.code)) == 0


def test_strangers_are_slowed_down_and_members_are_not(
    client: TestClient, rooms: Rooms, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = join(client, key)
    now = rooms.strangers.clock()
    monkeypatch.setattr(rooms.strangers, "clock", lambda: now)  # on a busy machine 600 of them take many seconds
    statuses = [client.post("/vote/join", json={"code": "AAAAAA"}).status_code for _ in range(600)]
    assert set(statuses) == {404, 429}
    assert statuses.count(404) <= rooms.strangers.burst
    assert client.get("/vote/state", headers=phone).status_code == 200


def test_the_wrong_method_is_refused(client: TestClient) -> None:
    assert client.get("/vote/ballot").status_code == 405
    assert client.post("/vote/state").status_code == 405
