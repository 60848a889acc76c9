"""Sentences about what is shown, each with the condition under which it holds.

A lecture says what is so in general; a page shows one photo, and on that photo it may be otherwise. So a sentence
comes with what was measured: `here` says one thing where it holds and another where it does not, and then offers a
bundled photo on which it does. What follows from arithmetic or from how a picture is made, whatever is on it, is said
by `always`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from seglib.photos import PHOTOS
from seglib.ui import state

_SHOWN = "seen"


@dataclass(frozen=True)
class Sentence:
    """What a page says about what it shows."""

    name: str  # of the claim, for tests and links; empty for one that always holds
    words: str
    holds: bool = True
    on: str = ""  # a bundled photo on which it holds


def always(words: str) -> Sentence:
    """A sentence that no photo can refute."""
    return Sentence("", words)


def here(name: str, holds: bool | None, words: str, otherwise: str, on: str = "") -> Sentence | None:
    """A sentence that this photo, net or pixel may refute: ``words`` where it ``holds``, else ``otherwise``.

    ``on`` is a key of `seglib.photos.PHOTOS` where it holds with all else as the page opens. None for ``holds``: it
    cannot be told here, for want of human labels for instance, and nothing is said.
    """
    if holds is None:
        return None
    return Sentence(name, words if holds else otherwise, bool(holds), on)


def what_you_should_see(*sentences: Sentence | None) -> None:
    """The observations that a lecturer would point at, as they are on what is shown."""
    known = [sentence for sentence in sentences if sentence is not None]
    if not known:
        return
    st.session_state.setdefault(_SHOWN, {}).update({each.name: each.holds for each in known if each.name})
    st.info("**What you should see.** " + " ".join(each.words for each in known), icon=":material/visibility:")
    photos = {each.on: each.name for each in reversed(known) if not each.holds and each.on}
    with st.container(horizontal=True):
        for photo, name in reversed(photos.items()):
            st.button(
                f"Where it holds: {PHOTOS[photo].title}",
                key=f"seen_{name}_{photo}",  # another box of the page may name the same photo
                on_click=state.choose_photo,
                args=(photo,),
                icon=":material/image_search:",
            )


def forget() -> None:
    """A run begins: nothing has been said in it."""
    st.session_state[_SHOWN] = {}


def said() -> Mapping[str, bool]:
    """Which sentences this run has said, and whether each held."""
    return st.session_state.get(_SHOWN, {})
