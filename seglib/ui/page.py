"""What every page is made of: heading, parts, guess, what to see, the code that ran."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import streamlit as st

from seglib.assets import ASSETS
from seglib.ui.lecture import guesses, one_file, take_home
from seglib.ui.loading import loading

TEXTS = ASSETS / "texts"
DECLINED = guesses.DECLINED


Part = tuple[str, Callable[[], object]]  # claim, and what shows it


def heading(title: str, claim: str, beside: Callable[[], object] | None = None) -> None:
    """A page's first two lines: its title, and the claim it puts to the test; ``beside`` draws what else there is."""
    with st.container(horizontal=True, vertical_alignment="center", key="heading"):
        st.title(title, width="content")
        st.markdown(claim, width="stretch")
        if beside is not None:
            beside()
        take_home.draw(title, claim)


def run_parts(title: str, parts: Mapping[str, Part], key: str) -> None:
    """A page of several parts: its title, the claim of the part that is chosen, the choice, and then that part.

    ``parts`` is a table ``{title: (claim, run)}`` in the order of the page, the first being the one that opens; ``run``
    takes nothing. The address names the part by ``key``, which must be the page's own: so each page comes back to the
    part that was left. (Streamlit puts into the address what a visitor chose, and never what Python set, so that pages
    with one key in common would forget theirs.)
    """
    above = st.container()
    part = st.segmented_control(
        "Part",
        list(parts),
        default=next(iter(parts)),
        key=key,
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    claim, run = parts[part]
    with above:
        heading(title, claim)
    run()


def stop() -> NoReturn:
    """The page ends here: there is nothing more to show."""
    one_file.offer()  # for nothing can be drawn after this
    st.stop()


def text(name: str) -> None:
    """A page's longer words, from assets/texts."""
    st.markdown((TEXTS / f"{name}.md").read_text(encoding="utf-8"))


def wait_for_nets() -> None:
    """In the server's first seconds, say that the nets are loading; look again by itself."""
    # The place is kept when the notice has gone: columns that move up a place are drawn anew before the old ones go,
    # and the old controls take the new ones' binding to the address bar with them.
    with st.container():
        if loading():
            _poll()


@st.fragment(run_every=0.4)
def _poll() -> None:
    if loading():
        st.info("The nets are being loaded; their answers appear here in a moment.", icon=":material/hourglass_top:")
    else:
        st.rerun()


@dataclass(frozen=True)
class Guess:
    """A question to the visitor, and what they said."""

    question: str
    options: tuple[str, ...]
    key: str
    said: str | None  # None: not yet

    @property
    def given(self) -> bool:
        """Whether there is an answer, or the visitor declined: the page goes on."""
        return self.said is not None

    def answer(self, right: str, because: str) -> None:
        """Say which option is right here, computed now, why, and how many guesses of this visit were right so far.

        It goes into the report. A question that a step of a route has asked already is answered there.
        """
        words = f"**{right[:1].upper()}{right[1:]}.** {because}"
        if self.said not in self.options:
            st.info(words, icon=":material/straighten:")
            return
        chosen, measured = (self.options.index(each) for each in (self.said, right))
        guesses.remember(self.key, self.question, self.options, chosen, measured, because)
        tally = guesses.tally()
        tail = f" :small[{tally.right} of {tally.judged} guesses right so far.]" if tally.judged > 1 else ""
        if self.said == right:
            st.success(f"Right: {words}{tail}", icon=":material/check_circle:")
        else:
            st.warning(f"You said {self.said}. {words}{tail}", icon=":material/lightbulb:")


def guess(question: str, options: Sequence[str], key: str) -> Guess:
    """Ask for a prediction before the reveal; the page then calls `Guess.answer` with what it measured.

    A step of a route that asks about the same asks first: one question at a time.
    """
    if guesses.waits(key):
        return Guess(question, tuple(options), key, None)
    given = st.pills(
        f"**Your guess first.** {question}", [*options, DECLINED], key=key, persist_state="session", wrap=True
    )
    return Guess(question, tuple(options), key, given)


def show_source(*functions: Callable, example: str = "") -> None:
    """The code that ran, read from the running program itself; ``example`` names the script that shows the same."""
    with st.expander("The code that ran", icon=":material/code:"):
        for function in functions:
            st.code(_source(inspect.unwrap(function)), language="python")
    if example:
        st.caption(f"The same as a short script, to run and to change: `examples/{example}.py`")


@functools.lru_cache(maxsize=128)
def _source(function: Callable) -> str:
    """A function's own lines, read once: finding them costs milliseconds."""
    return inspect.getsource(function)
