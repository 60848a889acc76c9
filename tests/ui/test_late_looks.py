"""Which looks of a page's parts still reach the server, in the orders in which messages really came."""

from __future__ import annotations

import pytest

from seglib.ui.late_looks import Conversation


def a_page(name: str) -> Conversation:
    """The page ``name`` was asked for and is drawn."""
    talk = Conversation()
    talk.asks(name)
    talk.is_told(name)
    talk.is_answered()
    return talk


def looks(talk: Conversation, page: str) -> bool:
    """Whether the clock of ``page`` may be drawn again."""
    return talk.asks(page, "clock", look=True)


def test_a_page_at_rest_is_looked_at_again_and_again() -> None:
    talk = a_page("restless")
    for _ in range(3):
        assert looks(talk, "restless")
        talk.is_told("restless", ["clock"])
        talk.is_answered()


def test_the_end_of_a_look_does_not_answer_the_touch_behind_it() -> None:
    """The button leads to another page, which the server says only when it comes to the button."""
    talk = a_page("restless")
    assert looks(talk, "restless")
    assert talk.asks("restless")  # the button, while the look is still on its way
    talk.is_told("restless", ["clock"])
    talk.is_answered()  # the look's end
    assert not looks(talk, "restless")
    talk.is_told("restless")  # the button's turn; it is drawn until the page is changed
    assert not looks(talk, "restless")
    talk.is_told("still")
    assert not looks(talk, "restless")
    talk.is_answered()
    assert not looks(talk, "restless")
    assert looks(talk, "still")


@pytest.mark.parametrize("button", ["clock", "form"])
def test_a_touch_within_a_part_is_answered_by_that_part(button: str) -> None:
    talk = a_page("restless")
    assert talk.asks("restless", button)
    if button != "clock":
        talk.is_told("restless", ["clock"])
        talk.is_answered()
        assert not looks(talk, "restless")
    talk.is_told("restless", ["clock", button])
    talk.is_answered()
    assert looks(talk, "restless")


def test_a_look_at_a_part_that_has_gone_stops_no_other() -> None:
    """Streamlit does not answer it at all."""
    talk = a_page("restless")
    assert talk.asks("restless", "gone", look=True)
    assert looks(talk, "restless")
