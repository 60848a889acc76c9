"""A room: the class votes from its phones, without accounts, names, or anything kept beyond the room's life.

Three words open doors. The *code*, six letters, is read out or typed in and lets a phone ask to join. The *ticket*,
which a phone gets by joining or from the QR code, lets it see the question and vote. The *key* lets the lecturer steer,
and never leaves the lecturer's own windows. A code can be guessed, a ticket or key cannot: there are 31^6 = 887 million
codes, and a process lets strangers try 20 a second, so that in an hour one of all 50 possible rooms is found with a
chance of 0.4 %, a single room with one of 0.008 %.

A question goes through phases: it is *asked* and open; it is *ended*; it may be asked *again*, after the class has
discussed it (peer instruction: Mazur, 1997; Crouch & Mazur, American Journal of Physics, 2001); then it is *shown*.
What the others said is not told before, for it would be copied.

A phone is a random word that it made up itself. A second browser votes twice: that is known, and not chased.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from seglib.lecture.stores import Entry, Outcome, Store
from seglib.lecture.throttle import Throttle

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # 31: without I, L, O, 0 and 1, which a projector makes alike
CODE_LENGTH = 6
STRANGERS = (20.0, 400.0)  # codes tried a second, and at once: a lecture hall arrives within a minute
BALLOTS = (200.0, 900.0)  # a second, and at once, of all rooms of a process
MOST_DOCUMENT = 96_000  # bytes
MOST_PICTURE = 40_000  # bytes of the square that is painted
MOST_PHOTO = 20_000  # bytes of the copy of a photo on which the laser points
LONGEST = {"title": 60, "words": 300, "option": 80}
PAINT_SIDE = 96  # cells a side of a painted ballot
BALLOT_BYTES = PAINT_SIDE * PAINT_SIDE // 8
ATTEMPTS = 8  # to change a room that another window changes at the same time
_PHONE = re.compile(r"[A-Za-z0-9_-]{16,40}")


class NoRoom(ValueError):  # noqa: N818 - says what it is
    """There is no such room, or no place for one; the message is one sentence."""


@dataclass(frozen=True)
class Asked:
    """What the class is asked: to choose one of some options, or to paint a class on a picture."""

    kind: Literal["choice", "paint"]
    words: str
    options: tuple[str, ...] = ()
    picture: str = ""  # data URL of the square to paint on
    step: str = ""  # name of the route's step that asked

    def __post_init__(self) -> None:
        texts = [(self.words, "words"), *((option, "option") for option in self.options)]
        if any(len(text) > LONGEST[kind] for text, kind in texts) or len(self.options) > 6:
            raise ValueError("a question of more than 300 characters, six options, or 80 characters an option")
        if (len(self.options) < 2) == (self.kind == "choice"):
            raise ValueError("a choice has options, a painting has none")
        if len(self.picture) > MOST_PICTURE:
            raise ValueError(f"a picture of {len(self.picture)} bytes: wanted at most {MOST_PICTURE}")


@dataclass(frozen=True)
class Spot:
    """Where the lecture is, and what the window with the notes shows of it; phones are not told."""

    index: int
    last: int
    says: str
    note: str = ""
    question: str = ""
    then: str = ""  # the next step's sentence
    planned: float = 0.0  # minute at which this step begins
    minutes: float = 0.0


@dataclass(frozen=True)
class Room:
    """What there is to know about a room at one moment; ``version`` grows with every change, votes aside."""

    code: str
    ticket: str
    key_digest: str
    title: str = ""
    asked: Asked | None = None
    rounds: tuple[int, ...] = ()  # of the question that is asked; the last one counts
    is_open: bool = False
    is_shown: bool = False
    right: int | None = None  # of the options, once it is shown
    spot: Spot | None = None
    wanted: int | None = None  # step that the window with the notes asks for
    dot: tuple[float, float] | None = None  # of the laser, as shares of width and height
    photo: str = ""  # data URL of a small copy of the photo that it points at
    version: int = 0

    @property
    def round(self) -> int:
        """The round that counts; 0 before the first."""
        return self.rounds[-1] if self.rounds else 0


@dataclass(frozen=True)
class Key:
    """What the lecturer holds."""

    code: str
    secret: str

    def __str__(self) -> str:
        return f"{self.code}.{self.secret}"

    @classmethod
    def parse(cls, text: object) -> Key | None:
        """A key from text that anybody may have written; None if it cannot be one."""
        code, _, secret = text.partition(".") if isinstance(text, str) and len(text) <= 80 else ("", "", "")
        return cls(code, secret) if is_code(code) and _PHONE.fullmatch(secret) else None


def is_code(text: str) -> bool:
    """Whether this could be the code of a room."""
    return len(text) == CODE_LENGTH and all(letter in ALPHABET for letter in text)


def tidy_code(text: str) -> str:
    """A code as it was meant: small letters and blanks are no mistakes.

    >>> tidy_code(" abc-d2f ")
    'ABCD2F'
    """
    return "".join(letter for letter in text[:40].upper() if letter in ALPHABET)


@dataclass
class Rooms:
    """All rooms of a store, and the rules."""

    store: Store
    clock: Callable[[], float] = time.time
    strangers: Throttle = field(default_factory=lambda: Throttle(*STRANGERS))
    ballot_rate: Throttle = field(default_factory=lambda: Throttle(*BALLOTS))

    def open(self, title: str = "") -> Key:
        """A new room; `NoRoom` if there are too many."""
        for _ in range(ATTEMPTS):
            code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
            key = Key(code, secrets.token_urlsafe(16))
            room = Room(code, secrets.token_urlsafe(12), _digest(key.secret), title[: LONGEST["title"]].strip())
            if (answer := self.store.add(code, _entry(room), self.clock())) == "added":
                return key
            if answer == "full":
                break
        raise NoRoom("All rooms are taken at the moment: ask those who opened one to close it, or wait an hour.")

    def look(self, code: str) -> Room | None:
        """The room as it is now."""
        entry = self.store.read(code, self.clock()) if is_code(code) else None
        return entry and _room(entry)

    def steer(self, key: Key | None) -> Room | None:
        """The room, for whoever holds its key."""
        room = self.look(key.code) if key else None
        return room if room and hmac.compare_digest(room.key_digest, _digest(key.secret)) else None

    def join(self, code: str) -> Room | Literal["busy"] | None:
        """The room with its ticket, for a stranger with a code: None if there is none, "busy" if too many try."""
        return self.look(tidy_code(code)) if self.strangers.allow() else "busy"

    def enter(self, code: str, ticket: str) -> Room | None:
        """The room, for a phone that has joined."""
        room = self.look(code)
        return room if room and hmac.compare_digest(room.ticket.encode(), ticket.encode()) else None

    def vote(self, room: Room, number: object, phone: object, ballot: object) -> Outcome | Literal["busy", "wrong"]:
        """Count a ballot: an option's index, or base64 of a painted mask's bits. Nothing that came is believed."""
        packed = read_ballot(ballot, room.asked) if room.asked else None
        if type(number) is not int or not isinstance(phone, str) or not _PHONE.fullmatch(phone) or packed is None:
            return "wrong"
        if not self.ballot_rate.allow():
            return "busy"
        return self.store.vote(room.code, number, phone, packed, self.clock())

    def count(self, room: Room) -> int:
        """How many have voted in the round that counts."""
        return self.store.count(room.code, room.round)

    def histogram(self, room: Room, number: int | None = None) -> list[int]:
        """Votes for each option in a round, the one that counts unless another is named."""
        counts = [0] * len(room.asked.options if room.asked else ())
        for ballot in self.store.ballots(room.code, room.round if number is None else number).values():
            if len(ballot) == 1 and ballot[0] < len(counts):
                counts[ballot[0]] += 1
        return counts

    def paintings(self, room: Room) -> list[bytes]:
        """The painted masks of the round that counts, as `read_ballot` packed them."""
        return [b for b in self.store.ballots(room.code, room.round).values() if len(b) == BALLOT_BYTES]

    def ask(self, key: Key, asked: Asked) -> Room:
        """Put a question to the class; earlier ones are forgotten."""
        return self._change(
            key,
            lambda room: replace(room, asked=asked, rounds=(room.round + 1,), is_open=True, is_shown=False, right=None),
        )

    def again(self, key: Key) -> Room:
        """Ask the same question once more; what was said before is kept beside it."""
        return self._change(
            key,
            lambda room: (
                replace(room, rounds=(room.rounds[0], room.round + 1), is_open=True, is_shown=False)
                if room.asked
                else room
            ),
        )

    def end(self, key: Key) -> Room:
        """No more votes."""
        return self._change(key, lambda room: replace(room, is_open=False))

    def show(self, key: Key, right: int | None) -> Room:
        """Let everybody see what the class said, and which option is right if one is."""
        return self._change(key, lambda room: replace(room, is_open=False, is_shown=True, right=right))

    def take_back(self, key: Key) -> Room:
        """No question any more: the phones wait for the next one."""
        return self._change(
            key,
            lambda room: replace(
                room, asked=None, rounds=(room.round,) if room.rounds else (), is_open=False, is_shown=False
            ),
        )

    def move(self, key: Key, spot: Spot | None) -> Room:
        """Tell the window with the notes where the lecture is."""
        return self._change(key, lambda room: replace(room, spot=spot, wanted=None, dot=None, photo=""))

    def want(self, key: Key, step: int | None) -> Room:
        """Ask the lecturer's window to go to a step."""
        return self._change(key, lambda room: replace(room, wanted=step))

    def point(self, key: Key, dot: tuple[float, float] | None, photo: str = "") -> Room:
        """Where the laser points, as shares of width and height, and a small copy of the photo as a data URL."""
        if dot is not None and not all(0 <= share <= 1 for share in dot):
            raise ValueError(f"the laser points at {dot}: wanted shares of width and height, from 0 to 1")
        if len(photo) > MOST_PHOTO:
            raise ValueError(f"a photo of {len(photo)} bytes: wanted at most {MOST_PHOTO}")
        return self._change(key, lambda room: replace(room, dot=dot, photo=photo if dot else ""))

    def close(self, key: Key) -> None:
        """End the room, and forget all that was said in it."""
        if self.steer(key):
            self.store.remove(key.code)

    def _change(self, key: Key, change: Callable[[Room], Room]) -> Room:
        for _ in range(ATTEMPTS):
            if (room := self.steer(key)) is None:
                break
            changed = replace(change(room), version=room.version + 1)
            oldest = changed.rounds[0] if changed.rounds else 0
            if self.store.replace(key.code, _entry(changed), oldest, self.clock()):
                return changed
        raise NoRoom("This room is over: open a new one.")


def read_ballot(value: object, asked: Asked) -> bytes | None:
    """A ballot as it is kept: one byte for a choice, one bit a cell for a painting; None for anything else.

    >>> read_ballot(1, Asked("choice", "Which?", ("this", "that")))
    b'\\x01'
    """
    if asked.kind == "choice":
        # `type(...) is int` and not `isinstance`: True is an int too.
        return bytes([value]) if type(value) is int and 0 <= value < len(asked.options) else None
    if not isinstance(value, str) or len(value) != -(-BALLOT_BYTES // 3) * 4:
        return None
    try:
        packed = base64.b64decode(value, validate=True)
    except ValueError:
        return None
    return packed if len(packed) == BALLOT_BYTES else None


def public_view(room: Room, counts: list[int] | None) -> dict:
    """What a phone is told: never a key, and of the others' votes nothing before it is shown."""
    asked = room.asked
    view: dict = {
        "version": room.version,
        "title": room.title,
        "round": room.round,
        "open": room.is_open,
        "dot": room.dot,
    }
    if room.dot:
        view["photo"] = room.photo
    if asked:
        view |= {"kind": asked.kind, "words": asked.words, "options": asked.options}
        view |= {"picture": asked.picture, "side": PAINT_SIDE} if asked.kind == "paint" and room.is_open else {}
    if room.is_shown:
        view |= {"shown": True, "right": room.right, "counts": counts}
    return view


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _entry(room: Room) -> Entry:
    document = json.dumps(asdict(room)).encode()
    if len(document) > MOST_DOCUMENT:
        raise ValueError(f"a room of {len(document)} bytes: wanted at most {MOST_DOCUMENT}")
    return Entry(document, room.is_open, room.round, room.version)


def _room(entry: Entry) -> Room:
    table = json.loads(entry.document)
    if asked := table["asked"]:
        table["asked"] = Asked(**asked | {"options": tuple(asked["options"])})
    if table["spot"]:
        table["spot"] = Spot(**table["spot"])
    for name in ("rounds", "dot"):
        table[name] = table[name] if table[name] is None else tuple(table[name])
    return Room(**table)
