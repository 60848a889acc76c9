"""A route: the lecture as a list of steps, each a sentence and the view of the app that puts it to the test.

A route is a TOML file. Unlike Markdown with a head, TOML keeps the types of a view's knobs (``factor = 32`` is a
number, ``pin = "120,340"`` a text), has text of several lines for the notes, and Python reads it without a library.
A step says the lecture's sentence, names a page and the values of its controls, and may ask the class: a question with
options, whose right one is computed on the photo that is shown (`seglib.lecture.answers`), or a class to paint.

A file that says ``of = "whole"`` takes its steps from another shipped route by their names, and may change any of their
fields, so that the same sentence is never written twice.

Whoever can reach the app can open a file of their own: `read_route` believes nothing, and bounds everything.
"""

from __future__ import annotations

import base64
import re
import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from seglib.assets import ASSETS

FOLDER = ASSETS / "routes"
ORDER = ("ten_minutes", "twenty_five_minutes", "fifty_minutes", "whole", "alone")
MOST_BYTES = 200_000
MOST_STEPS = 100
MOST_KNOBS = 24
LONGEST = {"title": 80, "about": 400, "name": 40, "page": 40, "says": 400, "note": 4000, "words": 300, "option": 80}
OPTIONS = (2, 6)  # fewest and most; a phone shows six large buttons
LONGEST_LINK = 1900  # characters of a packed route: chat programs and mail cut addresses beyond about 2,000
_NAME = re.compile(r"[a-z0-9_]+")
_KNOB = re.compile(r"[A-Za-z0-9_]{1,40}")

Value = str | int | float | bool | tuple[str, ...]


class BadRoute(ValueError):  # noqa: N818 - says what it is
    """A route that cannot be followed; the message is one sentence."""


@dataclass(frozen=True)
class Question:
    """What the class is asked before it sees: options, and the name of the function that finds the right one."""

    words: str
    options: tuple[str, ...]
    answer: str = ""  # a key of `seglib.lecture.answers.ANSWERS`; empty for a question of taste
    opens: str = ""  # key of the page's own guess that the answer may open, so that nobody is asked twice


@dataclass(frozen=True)
class Paint:
    """A class to be painted by everybody on the same small square of the step's photo."""

    label: str  # one of the classes of the step's label set
    row: int  # of the square's upper left corner, pixels of the photo
    col: int
    side: int  # pixels


@dataclass(frozen=True)
class Step:
    """One sentence of the lecture and the view that shows it."""

    name: str
    says: str
    page: str  # a file in pages/, without its ending
    view: Mapping[str, Value] = field(default_factory=dict)  # {key of a control, "photo" or "pin": value}
    section: int = 0  # of the lecture, as DESIGN.md and the ledger number it; 0 for none
    claims: tuple[str, ...] = ()  # entries of the claims ledger that this step is about
    note: str = ""  # for the speaker
    minutes: float = 1.0
    question: Question | None = None
    paint: Paint | None = None


@dataclass(frozen=True)
class Route:
    """Steps in their order."""

    title: str
    about: str
    steps: tuple[Step, ...]

    @property
    def minutes(self) -> float:
        """How long the route takes as planned."""
        return sum(step.minutes for step in self.steps)

    def starts(self) -> list[float]:
        """The planned minute at which each step begins."""
        return [sum(step.minutes for step in self.steps[:i]) for i in range(len(self.steps))]


def read_route(text: str, base: Mapping[str, Route] | None = None) -> Route:
    """A route from TOML; ``base`` are the routes that ``of`` may name. `BadRoute` says what is wrong, in one sentence.

    >>> read_route('title = "One"\\n[[step]]\\nname = "a"\\nsays = "See?"\\npage = "compare"').steps[0].says
    'See?'
    """
    if len(text.encode()) > MOST_BYTES:
        raise BadRoute(f"A route has at most {MOST_BYTES // 1000} kB.")
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadRoute(f"This is no route: {error}.") from error
    steps = table.get("step")
    if not isinstance(steps, list) or not 0 < len(steps) <= MOST_STEPS or not all(isinstance(s, dict) for s in steps):
        raise BadRoute(f"A route has 1 to {MOST_STEPS} steps, each under [[step]].")
    known: dict[str, Step] = {}
    if "of" in table:
        of = _text(table, "of", "name", "The route")
        if of not in (base or {}):
            raise BadRoute(f"There is no route {of!r} to take steps from.")
        known = {step.name: step for step in base[of].steps}
    route = Route(
        title=_text(table, "title", "title", "The route"),
        about=_text(table, "about", "about", "The route", ""),
        steps=tuple(_step(step, i, known) for i, step in enumerate(steps, 1)),
    )
    names = [step.name for step in route.steps]
    if len(set(names)) < len(names):
        raise BadRoute(f"Two steps are called {next(name for name in names if names.count(name) > 1)!r}.")
    return route


def _step(table: dict, number: int, known: Mapping[str, Step]) -> Step:
    where = f"Step {number}"
    name = _text(table, "name", "name", where, f"step_{number}")
    if not _NAME.fullmatch(name):
        raise BadRoute(f"{where} is called {name!r}: wanted small letters, digits and underscores.")
    step = known.get(name)
    if step is None:
        step = Step(name, _text(table, "says", "says", where), _text(table, "page", "page", where))
    fresh: dict = {part: _text(table, part, part, where) for part in ("says", "page", "note") if part in table}
    if not _NAME.fullmatch(fresh.get("page", step.page)):
        raise BadRoute(f"{where} names no page: {fresh['page']!r}.")
    if "view" in table:
        fresh["view"] = _view(table["view"], where)
    if "section" in table:
        fresh["section"] = int(_number(table["section"], 0, 99, f"{where}: section"))
    if "minutes" in table:
        fresh["minutes"] = float(_number(table["minutes"], 0, 600, f"{where}: minutes"))
    if "claims" in table:
        fresh["claims"] = _texts(table["claims"], (0, 20), "name", f"{where}: claims")
    if "question" in table:
        fresh["question"] = _question(table["question"], where)
    if "paint" in table:
        fresh["paint"] = _paint(table["paint"], where)
    return replace(step, **fresh)


def _question(table: object, where: str) -> Question | None:
    if table is False:  # a shorter route asks less
        return None
    table = _table(table, f"{where}: the question")
    return Question(
        words=_text(table, "words", "words", where),
        options=_texts(table.get("options"), OPTIONS, "option", f"{where}: options"),
        answer=_text(table, "answer", "name", where, ""),
        opens=_text(table, "opens", "name", where, ""),
    )


def _paint(table: object, where: str) -> Paint | None:
    if table is False:
        return None
    table = _table(table, f"{where}: what to paint")
    row, col, side = (
        int(_number(table.get(key), low, 4000, f"{where}: {key}"))
        for key, low in (("row", 0), ("col", 0), ("side", 16))
    )
    return Paint(_text(table, "label", "name", where), row, col, side)


def _view(table: object, where: str) -> dict[str, Value]:
    table = _table(table, f"{where}: the view")
    if len(table) > MOST_KNOBS or not all(_KNOB.fullmatch(key) for key in table):
        raise BadRoute(f"{where}: a view has at most {MOST_KNOBS} values, named by letters, digits and underscores.")
    return {key: _value(value, f"{where}: {key}") for key, value in table.items()}


def _value(value: object, where: str) -> Value:
    if isinstance(value, list):
        return _texts(value, (0, 40), "option", where)
    if isinstance(value, str) and len(value) <= LONGEST["option"]:
        return value
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) < 1e9:  # not so for nan
        return value
    raise BadRoute(f"{where} is neither a short text, a number, true or false, nor a list of texts.")


def _table(value: object, where: str) -> dict:
    if not isinstance(value, dict):
        raise BadRoute(f"{where} is no table.")
    return value


def _number(value: object, low: float, high: float, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadRoute(f"{where} is {str(value)[:20]}: wanted a number from {low} to {high}.")
    return value


def _text(table: Mapping, key: str, kind: str, where: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or (not value.strip() and default is None):
        raise BadRoute(f"{where} has no {key}.")
    if len(value) > LONGEST[kind]:
        raise BadRoute(f"{where}: {key} has {len(value)} characters, at most {LONGEST[kind]} are shown.")
    return value.strip()


def _texts(values: object, count: tuple[int, int], kind: str, where: str) -> tuple[str, ...]:
    low, high = count
    if not isinstance(values, list) or not low <= len(values) <= high:
        raise BadRoute(f"{where}: wanted a list of {low} to {high} texts.")
    return tuple(_text({"text": value}, "text", kind, where) for value in values)


def write_route(route: Route, whole: Route | None = None) -> str:
    """The route as TOML that `read_route` reads back. Of steps of the ``whole`` lecture only what differs is written.

    >>> route = Route("One", "", (Step("a", "See?", "compare", {"factor": 32}),))
    >>> read_route(write_route(route)) == route
    True
    """
    known = {step.name: step for step in whole.steps} if whole else {}
    steps = [_fields(step, known.get(step.name, Step("", "", "", minutes=-1))) for step in route.steps]
    import tomli_w  # noqa: PLC0415 - comes with the app, and reading needs it not

    of = {"of": "whole"} if whole else {}
    return tomli_w.dumps({"title": route.title, "about": route.about} | of | {"step": steps}, multiline_strings=True)


def _fields(step: Step, known: Step) -> dict:
    """What a step has that a known one has not, as TOML can say it."""
    changed = {key: value for key, value in vars(step).items() if value != getattr(known, key)}
    table = {"name": step.name} | {key: _plain(value) for key, value in changed.items()}
    # TOML has no word for nothing: a question that is taken out is false.
    return {key: False if value is None else value for key, value in table.items()}


def _plain(value: object) -> object:
    if isinstance(value, Question | Paint):
        return {key: _plain(part) for key, part in vars(value).items() if part != ""}
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return list(value) if isinstance(value, tuple) else value


def pack(route: Route) -> str:
    """The route as a word for an address bar; `BadRoute` if it is too long for one."""
    text = write_route(route, shipped()["whole"])
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    if len(packed) > LONGEST_LINK:
        raise BadRoute(
            f"This route is too long for a link: {len(packed)} characters, and addresses beyond about {LONGEST_LINK} "
            "get cut on their way. Save it as a file."
        )
    return packed


def unpack(word: str) -> Route:
    """The route that `pack` made a word of; `BadRoute` for anything else."""
    inflate = zlib.decompressobj()
    try:
        if len(word) > LONGEST_LINK:
            raise BadRoute("This link is too long to hold a route.")
        packed = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        content = inflate.decompress(packed, MOST_BYTES + 1)
        return read_route(content.decode(), shipped())
    except BadRoute:
        raise
    except (ValueError, zlib.error) as error:  # of base64, of UTF-8, of deflate
        raise BadRoute("This link holds no route: it was cut, or changed, on its way.") from error


@cache
def shipped() -> dict[str, Route]:
    """The routes in the box by name, in the order they are offered."""
    whole = read_route((FOLDER / "whole.toml").read_text(encoding="utf-8"))
    base = {"whole": whole}
    return {
        name: whole if name == "whole" else read_route((FOLDER / f"{name}.toml").read_text(encoding="utf-8"), base)
        for name in ORDER
    }
