"""Rooms: one vote a phone, nothing told before its time, and the same promises from every store."""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from seglib.lecture.rooms import (
    ALPHABET,
    BALLOT_BYTES,
    CODE_LENGTH,
    MOST_PHOTO,
    MOST_PICTURE,
    STRANGERS,
    Asked,
    Key,
    NoRoom,
    Room,
    Rooms,
    Spot,
    public_view,
    read_ballot,
    tidy_code,
)
from seglib.lecture.stores import Entry, Limits, Store, open_store
from seglib.lecture.stores.memory import MemoryStore
from seglib.lecture.stores.redis import RedisStore
from seglib.lecture.stores.sqlite import SqliteStore
from seglib.lecture.throttle import Throttle

ASKED = Asked("choice", "Which net?", ("fcn32s", "fcn8s", "fcn4s"))
PHONES = [f"phone-number-{n:05}" for n in range(20_000)]
SMALL = Limits(rooms=3, phones=5, seconds=100)
REDIS = shutil.which("redis-server")


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def redis_address() -> Iterator[str]:
    """A Redis server of our own; skipped where none is installed."""
    if REDIS is None:
        pytest.skip("no redis-server found: install the package redis-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait(10)


@pytest.fixture(params=["memory", "sqlite", "redis"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes stores that share their rooms as two processes would: "memory" can only be one and the same."""
    made: list[Store] = []
    if request.param == "redis":
        address = request.getfixturevalue("redis_address")
        RedisStore(address, SMALL)._redis.flushall()
    memory = MemoryStore(SMALL)

    def make() -> Store:
        if request.param == "memory":
            return memory
        made.append(
            SqliteStore(str(tmp_path / "rooms.db"), SMALL) if request.param == "sqlite" else RedisStore(address, SMALL)
        )
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def replicas(make_store: Callable[[], Store], clock: Clock) -> tuple[Rooms, Rooms]:
    """The same rooms as two processes see them."""
    return Rooms(make_store(), clock), Rooms(make_store(), clock)


def test_a_question_is_asked_voted_on_ended_asked_again_and_shown(replicas: tuple[Rooms, Rooms]) -> None:
    lecturer, phones = replicas
    key = lecturer.open("Segmentation")
    joined = phones.join(key.code.lower())
    assert isinstance(joined, Room)
    assert joined.title == "Segmentation"
    assert phones.vote(joined, 1, PHONES[0], 1) == "wrong"  # nothing has been asked
    lecturer.ask(key, ASKED)
    room = phones.enter(key.code, joined.ticket)
    assert room.asked == ASKED
    for phone, option in ((0, 0), (1, 0), (2, 1), (0, 2)):  # the first phone changes its mind
        assert phones.vote(room, room.round, PHONES[phone], option) == "counted"
    assert lecturer.count(room) == 3
    assert lecturer.histogram(room) == [1, 1, 1]
    lecturer.end(key)
    assert phones.vote(room, room.round, PHONES[3], 0) == "closed"
    second = lecturer.again(key)
    assert phones.vote(room, room.round, PHONES[3], 0) == "closed"  # the first round is over
    for phone in range(3):
        assert phones.vote(second, second.round, PHONES[phone], 2) == "counted"
    shown = lecturer.show(key, right=2)
    assert [lecturer.histogram(shown, number) for number in shown.rounds] == [[1, 1, 1], [0, 0, 3]]
    assert phones.look(key.code).right == 2
    third = lecturer.ask(key, replace(ASKED, words="And now?"))
    assert lecturer.histogram(third, second.round) == [0, 0, 0], "the votes of an earlier question are forgotten"
    lecturer.close(key)
    assert phones.look(key.code) is None


def test_the_laser_points_on_a_photo_until_the_lecture_moves_on(replicas: tuple[Rooms, Rooms]) -> None:
    here, there = replicas
    key = here.open()
    assert "photo" not in public_view(there.look(key.code), None)
    here.point(key, (0.25, 0.5), "data:image/jpeg;base64,AAAA")
    told = public_view(there.look(key.code), None)
    assert (told["dot"], told["photo"]) == ((0.25, 0.5), "data:image/jpeg;base64,AAAA")
    for dot in ((1.01, 0.5), (0.5, -0.01), (float("nan"), 0.5)):
        with pytest.raises(ValueError, match="from 0 to 1"):
            here.point(key, dot)
    with pytest.raises(ValueError, match="at most 20000"):
        here.point(key, (0.5, 0.5), "x" * (MOST_PHOTO + 1))
    here.move(key, Spot(1, 4, "Next"))
    told = public_view(there.look(key.code), None)
    assert told["dot"] is None
    assert "photo" not in told


def test_a_room_holds_a_square_to_paint_and_a_photo_of_the_largest_kind() -> None:
    rooms = Rooms(MemoryStore(Limits()))
    key = rooms.open()
    rooms.ask(key, Asked("paint", "x" * 300, picture="x" * MOST_PICTURE))
    assert len(rooms.point(key, (0.5, 0.5), "x" * MOST_PHOTO).photo) == MOST_PHOTO


def test_ten_thousand_votes_of_a_hostile_phone_count_for_as_many_phones_as_there_may_be(
    replicas: tuple[Rooms, Rooms], clock: Clock
) -> None:
    rooms = replace(replicas[0], ballot_rate=Throttle(1e9, 1e9))
    key = rooms.open()
    room = rooms.ask(key, ASKED)
    assert rooms.vote(room, room.round, PHONES[-1], 0) == "counted"
    outcomes = [rooms.vote(room, room.round, phone, 1) for phone in PHONES[:10_000]]
    assert outcomes.count("counted") == SMALL.phones - 1
    assert set(outcomes[SMALL.phones :]) == {"full"}
    assert rooms.vote(room, room.round, PHONES[-1], 2) == "counted", "whoever has voted may still change it"
    assert sum(rooms.histogram(room)) == SMALL.phones


def test_votes_at_the_same_time_from_many_threads_are_all_counted(replicas: tuple[Rooms, Rooms]) -> None:
    for rooms in replicas:
        rooms.store.limits = Limits(phones=1000)
    key = replicas[0].open()
    room = replicas[0].ask(key, ASKED)

    def vote(number: int) -> str:
        return replicas[number % 2].vote(room, room.round, PHONES[number // 2], number % 3)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(vote, range(400))) == {"counted"}
    assert replicas[0].count(room) == 200
    assert sum(replicas[1].histogram(room)) == 200


def test_two_windows_of_the_lecturer_change_a_room_at_the_same_time_and_neither_is_lost(
    replicas: tuple[Rooms, Rooms],
) -> None:
    key = replicas[0].open()
    before = replicas[0].look(key.code).version
    changes = [lambda i=i: replicas[i % 2].want(key, i) for i in range(12)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda change: change(), changes))
    assert replicas[0].look(key.code).version == before + len(changes)


def test_rooms_are_bounded_and_expire(replicas: tuple[Rooms, Rooms], clock: Clock) -> None:
    keys = [replicas[n % 2].open() for n in range(SMALL.rooms)]
    with pytest.raises(NoRoom, match="All rooms are taken"):
        replicas[0].open()
    clock.now += SMALL.seconds - 1
    replicas[0].ask(keys[0], ASKED)
    clock.now += 2
    assert replicas[1].look(keys[0].code) is not None, "a room that is used lives on"
    assert replicas[1].look(keys[1].code) is None
    with pytest.raises(NoRoom, match="over"):
        replicas[1].ask(keys[1], ASKED)
    replicas[0].open()


def test_an_expired_room_takes_no_votes(replicas: tuple[Rooms, Rooms], clock: Clock) -> None:
    key = replicas[0].open()
    room = replicas[0].ask(key, ASKED)
    clock.now += SMALL.seconds + 1
    assert replicas[1].vote(room, room.round, PHONES[0], 0) == "closed"


def test_a_code_that_is_taken_is_drawn_anew(replicas: tuple[Rooms, Rooms], clock: Clock) -> None:
    store = replicas[0].store
    key = replicas[0].open()
    assert store.add(key.code, Entry(b"{}"), clock.now) == "taken"


def test_only_the_key_steers_and_only_the_ticket_enters(replicas: tuple[Rooms, Rooms]) -> None:
    rooms = replicas[0]
    key = rooms.open()
    room = rooms.look(key.code)
    assert rooms.steer(Key(key.code, room.ticket)) is None
    assert rooms.enter(key.code, key.secret) is None
    assert rooms.enter(key.code, "") is None
    with pytest.raises(NoRoom):
        rooms.ask(Key(key.code, "x" * 22), ASKED)
    rooms.close(Key(key.code, "x" * 22))
    assert rooms.steer(Key.parse(str(key))) is not None


@pytest.mark.parametrize("text", [None, 3, "", "ABC", "ABCDEF", "ABCDEF.", "abcdef." + "x" * 22, "A" * 500])
def test_what_is_no_key_is_none(text: object) -> None:
    assert Key.parse(text) is None


def test_a_room_is_not_found_by_guessing_for_an_hour(clock: Clock) -> None:
    """By arithmetic from the constants, and the limiter that the arithmetic rests on, run for an hour of its clock."""
    rooms = Rooms(MemoryStore(Limits()), clock, strangers=Throttle(*STRANGERS, clock=clock))
    tried = 0
    for _ in range(36_000):  # ten a second ask as often as they are let
        clock.now += 0.1
        while rooms.join("AAAAAA") != "busy":
            tried += 1
    codes = len(ALPHABET) ** CODE_LENGTH
    assert tried <= 3600 * STRANGERS[0] + STRANGERS[1] + 1
    assert 1 - (1 - Limits().rooms / codes) ** tried < 0.005


def test_codes_avoid_letters_that_look_alike_and_are_read_as_they_were_meant() -> None:
    assert not set("ILO01") & set(ALPHABET)
    assert tidy_code("ab cd-23") == "ABCD23"
    assert tidy_code("A" * 10_000) == "A" * 40


@pytest.mark.parametrize("ballot", [None, True, -1, 3, 1.0, "1", [1], {"a": 1}, 10**30])
def test_a_choice_is_an_index_of_the_options_or_nothing(ballot: object) -> None:
    assert read_ballot(ballot, ASKED) is None


def test_a_painting_is_exactly_its_bits_or_nothing() -> None:
    asked = Asked("paint", "Paint the sky.", picture="data:,")
    mask = bytes(range(256)) * (BALLOT_BYTES // 256) + bytes(BALLOT_BYTES % 256)
    assert read_ballot(base64.b64encode(mask).decode(), asked) == mask
    for wrong in (mask, 3, "", "é" * len(base64.b64encode(mask)), base64.b64encode(mask[:-3]).decode(), "A" * 10**6):
        assert read_ballot(wrong, asked) is None


@pytest.mark.parametrize(
    ("phone", "number"),
    [("short", 1), ("x" * 41, 1), ("with a blank in it ok", 1), (None, 1), (PHONES[0], "1"), (PHONES[0], True)],
)
def test_a_vote_that_is_none_is_refused(phone: object, number: object) -> None:
    rooms = Rooms(MemoryStore(Limits()))
    room = rooms.ask(rooms.open(), ASKED)
    assert rooms.vote(room, number, phone, 0) == "wrong"


def test_a_flood_of_votes_is_slowed_down(clock: Clock) -> None:
    rooms = Rooms(MemoryStore(Limits()), clock, ballot_rate=Throttle(10, 20, clock))
    room = rooms.ask(rooms.open(), ASKED)
    assert [rooms.vote(room, room.round, PHONES[0], 0) for _ in range(21)] == ["counted"] * 20 + ["busy"]
    clock.now += 1
    assert rooms.vote(room, room.round, PHONES[0], 0) == "counted"


def test_a_phone_is_told_no_secret_and_nothing_of_the_others_before_it_is_shown() -> None:
    rooms = Rooms(MemoryStore(Limits()))
    key = rooms.open("<script>alert(1)</script>")
    room = rooms.ask(key, ASKED)
    rooms.vote(room, room.round, PHONES[0], 1)
    for state in (room, rooms.end(key), rooms.again(key)):
        told = str(public_view(state, [0, 1, 0]))
        assert "counts" not in told
        assert key.secret not in told
        assert room.key_digest not in told
        assert room.ticket not in told
    assert public_view(rooms.show(key, 2), [0, 1, 0])["counts"] == [0, 1, 0]
    assert public_view(room, None)["title"] == "<script>alert(1)</script>"[:60], "text stays text, for the page to show"


@pytest.mark.parametrize(
    "parts",
    [
        {"words": "x" * 301},
        {"options": ("a",)},
        {"options": tuple("abcdefg")},
        {"options": ("a", "b" * 81)},
        {"kind": "paint"},
        {"kind": "paint", "options": (), "picture": "x" * (MOST_PICTURE + 1)},
    ],
)
def test_a_question_is_bounded(parts: dict) -> None:
    with pytest.raises(ValueError, match=r"a question of|a choice has|a picture of"):
        Asked(**{"kind": "choice", "words": "?", "options": ("a", "b")} | parts)


def test_the_environment_names_the_store(tmp_path: Path, redis_address: str) -> None:
    assert isinstance(open_store({}), MemoryStore)
    with closing(open_store({"SEGLIB_ROOMS": str(tmp_path / "rooms.db")})) as store:
        assert isinstance(store, SqliteStore)
    with closing(open_store({"SEGLIB_ROOMS": redis_address})) as store:
        assert isinstance(store, RedisStore)
