"""What this visitor guessed at the steps of a route, and whether it was right: for the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from seglib.lecture.answers import Answer
from seglib.lecture.routes import Step

_KEY = "lecture_guesses"
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


def remember(step: Step, chosen: int | None, answer: Answer | None, votes: tuple[tuple[int, ...], ...] = ()) -> None:
    """Keep the latest answer to a step's question."""
    made = st.session_state.setdefault(_KEY, {})
    right, because = (answer.right, answer.because) if answer else (None, "")
    made[step.name] = Guess(step.question.words, step.question.options, chosen, right, because, votes)
    while len(made) > MOST:
        made.pop(next(iter(made)))


def all_guesses() -> Mapping[str, Guess]:
    """Guesses by the step's name, in the order they were first made."""
    return st.session_state.get(_KEY, {})
