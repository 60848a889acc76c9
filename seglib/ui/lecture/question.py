"""A step's question above the page: guessed by one person, or voted on by the class, and then answered by measuring."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from seglib.lecture.answers import Answer, NoAnswer
from seglib.lecture.rooms import Asked, Room
from seglib.lecture.routes import Question, Step
from seglib.ui.large_type import WORDS, drawn, show_chart
from seglib.ui.lecture import guesses, hall, paint_it, scene
from seglib.ui.lecture.following import Place
from seglib.ui.lecture.plain import escaped
from seglib.ui.loading import loading

ROUNDS = ("first vote", "second vote")


def show(place: Place | None, page: str) -> None:
    """The step's question, if there is one and this is the step's page."""
    guesses.let_wait("")
    if place is None or place.step.page != page:
        return
    step, room = place.step, hall.room()
    if step.question is None and step.paint is None:
        return
    if step.question:
        guesses.let_wait(step.question.opens)  # until `_reveal` opens it
    if step.paint and room is None:
        st.caption("With a room open, the class paints this from its phones: Lecture, at the foot, then Open a room.")
        return
    st.html("<style>.st-key-lecture_question { margin-top: 1rem; }</style>")
    with st.container(border=True, key="lecture_question"):
        if step.paint:
            paint_it.show(step, room)
        elif room:
            _vote(step, room)
        else:
            _guess(step)


def _guess(step: Step) -> None:
    question = step.question
    options = [*question.options, guesses.DECLINED]
    chosen = st.pills(
        f"**{escaped(question.words)}**",
        range(len(options)),
        format_func=lambda index: escaped(options[index]),
        key=f"lecture_guess_{step.name}",
        persist_state="session",
        wrap=True,
    )
    if chosen is None or not (answer := _reveal(step)):
        return
    mine = chosen if chosen < len(question.options) else None
    guesses.remember(step.name, question.words, question.options, mine, answer.right, answer.because)
    _say(question, answer, mine)


def _reveal(step: Step) -> Answer | None:
    """The right answer, computed now; None, with a sentence, where it cannot be told."""
    guesses.let_wait("")
    if (opens := step.question.opens) and st.session_state.get(opens) is None:
        st.session_state[opens] = guesses.DECLINED  # nobody is asked the same twice
    if loading():
        st.caption("The nets are being loaded; the answer comes in a moment.")
        return None
    try:
        return scene.answer(step.question, step.view)
    except NoAnswer as reason:
        st.info(str(reason))
        return None


def _say(question: Question, answer: Answer, mine: int | None) -> None:
    right = escaped(question.options[answer.right])
    words = f"**{right}.** {escaped(answer.because)}"
    if mine is None:
        st.info(words, icon=":material/straighten:")
    elif mine == answer.right:
        st.success(f"Right: {words}", icon=":material/check_circle:")
    else:
        st.warning(f"You said {escaped(question.options[mine])}. {words}", icon=":material/lightbulb:")


def _vote(step: Step, room: Room) -> None:
    question, key, rooms = step.question, hall.key(), hall.rooms()
    st.markdown(f"**{escaped(question.words)}**")
    if room.asked is None or room.asked.step != step.name:
        ask = Asked("choice", question.words, question.options, step=step.name)
        with _one_row():
            st.caption(" · ".join(escaped(option) for option in question.options), width="stretch")
            st.button(
                "Ask the class", type="primary", icon=":material/how_to_vote:", on_click=rooms.ask, args=(key, ask)
            )
        return
    if room.is_open:
        with _one_row():
            st.caption(" · ".join(escaped(option) for option in question.options), width="stretch")
            votes_so_far()
            st.button("End the vote", type="primary", on_click=rooms.end, args=(key,), key="lecture_end")
        return
    if not room.is_shown:
        with _one_row():
            st.markdown(f"{rooms.count(room)} votes. Let them discuss, and vote again, or show what they said.")
            if len(room.rounds) < len(ROUNDS):
                st.button(
                    "Vote again", icon=":material/groups:", on_click=rooms.again, args=(key,), key="lecture_again"
                )
            if st.button("Show", type="primary", icon=":material/bar_chart:", key="lecture_show"):
                answer = _reveal(step)
                rooms.show(key, answer.right if answer else None)
                st.rerun()
        return
    answer = _reveal(step)
    votes = [rooms.histogram(room, number) for number in room.rounds]
    right, because = (answer.right, answer.because) if answer else (None, "")
    guesses.remember(step.name, question.words, question.options, None, right, because, tuple(map(tuple, votes)))
    left, right_of_it = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with left:
        histogram(question.options, votes, right)
    with right_of_it:
        if answer:
            _say(question, answer, None)


def _one_row() -> DeltaGenerator:
    """What there is to do now, beside its words: the pictures below stay in sight."""
    return st.container(horizontal=True, vertical_alignment="center")


@st.fragment(run_every=1)
def votes_so_far() -> None:
    """How many have voted: the count alone, for what was said would be copied."""
    if room := hall.room():
        st.metric("Votes", hall.rooms().count(room), label_visibility="collapsed", width="content")


def histogram(options: tuple[str, ...], votes: list[list[int]], right: int | None) -> None:
    """Votes of one or two rounds for each option; the right one has a tick, for colour never stands alone."""
    names = [f"✓ {option}" if index == right else option for index, option in enumerate(options)]
    rows = [
        {"option": names[k], "votes": count, "round": ROUNDS[r]}
        for r, counts in enumerate(votes)
        for k, count in enumerate(counts)
    ]
    counted = "; ".join(f"{row['option']}: {row['votes']} ({row['round']})" for row in rows)
    height = 30 * len(votes) + (14 + 20 * len(votes)) * len(options)  # two rounds have a legend
    show_chart(_bars(rows, names, ROUNDS[: len(votes)]), f"Bars: votes. {counted}.", height=height)


@drawn
def _bars(rows: list[dict], names: list[str], rounds: tuple[str, ...]) -> alt.LayerChart:
    """A bar an option and round, its number of votes at its end."""
    counts = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("option:N", sort=names, title=None, axis=alt.Axis(labelLimit=320, labelOverlap=False)),
        yOffset=alt.YOffset("round:N", sort=list(rounds)),
        x=alt.X("votes:Q", axis=None),
        tooltip=["option", "round", "votes"],
    )
    bars = counts.mark_bar().encode(
        color=alt.Color(
            "round:N",
            title=None,
            sort=list(rounds),
            scale=alt.Scale(domain=list(rounds), range=["#9aa5b1", "#0072B2"][-len(rounds) :]),
            legend=alt.Legend(orient="top") if len(rounds) > 1 else None,
        )
    )
    return bars + counts.mark_text(align="left", dx=6, **WORDS).encode(text="votes:Q")
