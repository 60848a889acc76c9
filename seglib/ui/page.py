"""What every page is made of: heading, parts, guess, what to see, the code that ran."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from seglib.assets import ASSETS
from seglib.ui.lecture import take_home
from seglib.ui.loading import loading

TEXTS = ASSETS / "texts"


Part = tuple[str, Callable[[], object]]  # claim, and what shows it


def heading(title: str, claim: str) -> None:
    """A page's first two lines: its title, and the claim that it puts to the test."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(title, width="content")
        take_home.draw(title, claim)
    st.markdown(f"#### {claim}")


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


def guess(question: str, options: Sequence[str], key: str) -> bool:
    """Ask for a prediction before the reveal; True once an answer was given or declined."""
    answer = st.pills(
        f"**Your guess first.** {question}", [*options, "Just show me"], key=key, persist_state="session", wrap=True
    )
    return answer is not None


def what_you_should_see(words: str) -> None:
    """The observation a lecturer would point at."""
    st.info(f"**What you should see.** {words}", icon=":material/visibility:")


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
