"""A visitor who guesses before a page shows: what they are told, and what goes into the report."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from seglib.ui.lecture.guesses import Guess

JUDGED = ("Right:", "You said")


def tell(app: AppTest, key: str, option: str) -> str:
    """Choose an option of the question called ``key``; the one sentence that judges it."""
    app.button_group(key=key).set_value(option).run()
    assert not app.exception, [error.message for error in app.exception]
    [words] = [
        element.value
        for kind in ("success", "warning")
        for element in app.get(kind)
        if element.value.startswith(JUDGED)
    ]
    return words


def right_and_wrong(app: AppTest, key: str) -> Guess:
    """Guess right and then wrong: each is told, with the reason, and kept for the report. The latter is returned."""
    tell(app, key, app.button_group(key=key).options[0])
    kept = app.session_state["lecture_guesses"][key]
    right = kept.options[kept.right]
    wrong = next(option for option in kept.options if option != right)
    for option, judged in ((right, "Right: "), (wrong, f"You said {wrong}. ")):
        words = tell(app, key, option)
        kept = app.session_state["lecture_guesses"][key]
        assert words.startswith(judged)
        assert kept.because in words
        assert (kept.options[kept.chosen], kept.options[kept.right]) == (option, right)
    return kept
