"""What this visitor guessed, on pages and at the steps of a route, and whether it was right: for the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

_KEY, _WAITS = "lecture_guesses", "lecture_guess_waits"
DECLINED = "Just show me"
MOST = 100


@dataclass(frozen=True)
class Guess:
    """One question, as it was answered."""

    words: str
    options: tuple[str, ...]
    chosen: int | None = None  # None: declined, or left to the class
    right: int | None = None
    because: str = ""
    votes: tuple[tuple[int, ...], ...] = ()  # of the class, a histogram a round


@dataclass(frozen=True)
class Tally:
    """How this visitor's guesses went."""

    right: int
    judged: int


def remember(
    name: str,
    words: str,
    options: Sequence[str],
    chosen: int | None,
    right: int | None,
    because: str = "",
    votes: tuple[tuple[int, ...], ...] = (),
) -> None:
    """Keep the latest answer to a question; ``name`` tells it from all others."""
    made = st.session_state.setdefault(_KEY, {})
    made[name] = Guess(words, tuple(options), chosen, right, because, votes)
    while len(made) > MOST:
        made.pop(next(iter(made)))


def tally() -> Tally:
    """Right ones among those that could be judged."""
    judged = [guess for guess in all_guesses().values() if guess.chosen is not None and guess.right is not None]
    return Tally(sum(guess.chosen == guess.right for guess in judged), len(judged))


def all_guesses() -> Mapping[str, Guess]:
    """Guesses by the name of their question, in the order they were first made."""
    return st.session_state.get(_KEY, {})


def let_wait(key: str) -> None:
    """The page's own guess of this key, if any, is not asked while a step's question above it stands open."""
    st.session_state[_WAITS] = key


def waits(key: str) -> bool:
    """Whether it is not to be asked now."""
    return st.session_state.get(_WAITS) == key
