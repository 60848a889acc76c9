"""One step of gradient descent on one pixel: taken, looked at, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.ui import panels, seen, tables
from seglib.ui.components.photo_view import Panel
from seglib.ui.inside import asked as asking
from seglib.ui.inside import cache as inside_cache
from seglib.ui.inside import observations
from seglib.ui.photo import Photo
from seglib.ui.words import percent

if TYPE_CHECKING:
    from seglib.inside.one_step import Change

SHARES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # of the loss that a step should take away, by its slope
TAKEN = "inside_step"  # the step that this visitor took
ALL = "all weights"
NUMBER = 165  # pixels wide; two stand side by side on a phone
MENDED, BROKEN = (0, 158, 255), (230, 159, 0)  # blue, orange: apart for colour-blind eyes, too


def one_step(photo: Photo, label_set: LabelSet) -> None:
    """The step, and what it mends and breaks."""
    asked = asking.ask(photo, label_set)
    if asked is None:
        panels.show([panels.photo_panel(photo)], photo, None, key="inside_step_view", columns=1)
        return
    streams = list(asked.answer.streams)
    names = [ALL, *(f"scores {stride}" for stride in streams)]
    chosen = st.pills("Weights that move", names, default=ALL, key="step_weights", required=True, bind="query-params")
    rate, buttons = st.columns(2, gap="medium", vertical_alignment="bottom")
    with rate:
        share = st.select_slider(
            "Rate: the share of the loss it should take away",
            SHARES,
            value=0.5,
            key="step_rate",
            format_func=lambda value: f"{100 * value:.0f} %",
            bind="query-params",
            help="Were the loss a straight line. It is not, so a large step misses.",
        )
    only = None if chosen == ALL else streams[names.index(chosen) - 1]
    wanted = (asked.net, label_set.name, asked.point, asked.target, only, share)
    with buttons, st.container(horizontal=True):
        st.button("Take the step", type="primary", key="take_step", on_click=_take, args=(photo.key, wanted))
        taken = _taken(photo, asked.net, label_set)
        st.button("Undo", key="undo_step", disabled=taken is None, on_click=_undo, icon=":material/undo:")
    asking.say(asked, label_set)
    if taken is None:
        asking.overview(photo, label_set, asked, key="inside_step_view", columns=1)
        return
    step = inside_cache.step(photo, *taken)
    _show(photo, label_set, asked, taken, step)


def _take(photo_key: str, wanted: tuple) -> None:
    st.session_state[TAKEN] = (photo_key, wanted)


def _undo() -> None:
    st.session_state.pop(TAKEN, None)


def _taken(photo: Photo, net: str, label_set: LabelSet) -> tuple | None:
    """The step this visitor took with this net on this photo, if any."""
    key, wanted = st.session_state.get(TAKEN, ("", ()))
    return wanted if key == photo.key and wanted[:2] == (net, label_set.name) else None


def _show(photo: Photo, label_set: LabelSet, asked: asking.Asked, taken: tuple, step: inside_cache.Step) -> None:
    from seglib.inside.one_step import compare

    _, _, point, target, only, share = taken
    change = compare(asked.answer.labels, step.answer.labels, asked.truth, len(label_set))
    before = asking.answer_panel(photo, asked, asked.answer, f"{asked.net}, before", "")
    after = asking.answer_panel(photo, asked, step.answer, "after the step", "drag the divider")
    grid = [panels.swipe(before, after), _change_panel(photo, asked, step, change)]
    panels.show(grid, photo, label_set, key="inside_step_view", truth=asked.truth, columns=2)
    name = label_set.classes[target]
    moved = ALL if only is None else f"the score layer of stride {only}"
    with st.container(horizontal=True, gap="small"):  # wraps on phones, two by two, where columns would be stacked
        st.metric(
            f"P({name}) there",
            percent(step.after),
            f"{100 * (step.after - step.before):+.1f} points",
            help=f"Row {point[0]}, column {point[1]}. Moved: {moved}, at a rate of {step.rate:.2g}.",
            width=NUMBER,
        )
        st.metric(
            "Changed pixels",
            percent(float(change.changed.mean())),
            help="Those that get another class than before, of all pixels.",
            width=NUMBER,
        )
        if asked.truth is not None:
            st.metric("Mended pixels", f"{int(change.mended.sum()):,}", width=NUMBER)
            st.metric("Broken pixels", f"{int(change.broken.sum()):,}", width=NUMBER)
    after_loss = -np.log(max(step.after, 1e-30))
    st.caption(
        f"The loss there was {step.loss:.2f}; {100 * share:.0f} % of it should have gone, {after_loss:.2f} is left. "
        f"Rate {step.rate:.2g}; moved: {moved}. The step belongs to you alone: all other visitors have the old net."
    )
    _table(label_set, change, asked.truth is not None)
    mended = None
    if asked.truth is not None:
        mended = observations.breaks_more(int(change.mended.sum()), int(change.broken.sum()))
    seen.what_you_should_see(
        observations.the_pixel_learns(step.before, step.after, name),
        observations.felt_far_away(change.changed, point),
        mended,
        seen.always("Compare all weights with the scores of one stream: those change no finer than on its own grid."),
    )


def _change_panel(photo: Photo, asked: asking.Asked, step: inside_cache.Step, change: Change) -> Panel:
    """Mended and broken pixels on the greyed photo; without a truth, changed ones."""
    grey = np.repeat(photo.image.mean(2, keepdims=True) * 0.6, 3, axis=2)
    if asked.truth is None:
        parts = [(change.changed, MENDED)]
        words = "blue: another class than before"
    else:
        known = asked.truth != 255
        right = step.answer.labels == asked.truth
        was = asked.answer.labels == asked.truth
        parts = [(change.changed & known & right, MENDED), (change.changed & known & was, BROKEN)]
        parts.append((change.changed & ~(known & (right | was)), (230, 230, 230)))
        words = "blue: mended, orange: broken, white: wrong before and after, or not labelled"
    for mask, color in parts:
        grey[mask] = color
    return Panel(
        title="What changed",
        role="output",
        alt=f"Changed pixels. {words}",
        caption=words,
        picture=grey.astype(np.uint8),
    )


def _table(label_set: LabelSet, change: Change, has_truth: bool) -> None:
    columns = {"won": change.gained, "lost": change.lost}
    if has_truth:
        columns = {"mended": change.mended, "broken": change.broken} | columns
    table = pd.DataFrame(columns, index=pd.Index(label_set.classes, name="class"))
    table = table[(table != 0).any(axis=1)]
    if table.empty:
        st.caption("Not one pixel changes its class: take a larger step.")
        return
    tables.show_wrapped(table, dict.fromkeys(columns, "{:,}"), title="Pixels by class")


def sources() -> list:
    """The code behind it."""
    from seglib.inside import one_step as core

    return [core.slope, core.stepped, core.compare]
