"""One trunk on three levels: each switched on and off, and what each has to say about a pixel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.lecture.answers import in_range
from seglib.models.cards import shipped_nets
from seglib.rendering import score_scale
from seglib.ui import cache, charts, inputs, page, panels, record, seen, state, tables
from seglib.ui.components.photo_view import Panel
from seglib.ui.pyramids import cache as pyramid_cache
from seglib.ui.pyramids import observations
from seglib.ui.pyramids.take_apart import level_name
from seglib.ui.words import percent

NET, CONTROL = "pyramid", "pyramid1"
GAINS = ("below 1", "1 to 3", "3 to 10", "over 10")  # points


def ready(label_set: LabelSet) -> bool:
    """Whether the pyramid nets of these classes are in the box; says so if they are not, waits for them if they are."""
    if not {NET, CONTROL} <= shipped_nets(label_set.name, "pyramid").keys():
        st.info("The pyramid nets have not been trained for these classes: choose the other ones at the top.")
        return False
    page.wait_for_nets()
    return True


def look(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """The pyramid net on the photo, beside the same net with one level."""
    from seglib.models.pyramid import STRIDE, level_window

    if not ready(label_set):
        return
    answers = panels.segment_all(photo, label_set, [NET, CONTROL])
    if not answers:
        panels.show([panels.photo_panel(photo)], photo, None, key="levels_waiting", columns=1)
        return
    strides = {STRIDE * 2**level: level for level in range(len(answers[NET].streams))}
    windows = {stride: level_window(level) for stride, level in strides.items()}
    with st.container(horizontal=True, gap="medium"):
        on = tuple(
            stride
            for stride, level in strides.items()
            if st.toggle(
                f"{level_name(level).capitalize()}: sees {windows[stride]} px",
                value=True,
                key=f"level{stride}",
                bind="query-params",
            )
        )
    pin = state.pin(photo)
    boxed = photo.image
    for stride in sorted(on, reverse=True):
        boxed = pyramid_cache.with_box(boxed, pin, windows[stride])
    pictures = [replace(panels.photo_panel(photo), picture=boxed, caption=_box_caption(on))]
    if truth is not None:
        pictures.append(panels.truth_panel(photo, truth))
    if not on:
        panels.show(pictures, photo, label_set, key="levels_view", truth=truth, columns=2)
        st.info("With no level on there is nothing to add up: every class has the score 0. Switch a level on.")
        return
    answer = answers[NET]
    if len(on) < len(strides):
        answer = pyramid_cache.switched(answer, on)
    pair = {NET: answer, CONTROL: answers[CONTROL]}
    matrices = panels.confusions(label_set, pair, truth)
    ours, control = (panels.net_panel(net, photo, pair[net], matrices[net]) for net in pair)
    pictures.append(panels.swipe(control, ours))
    panels.show(pictures, photo, label_set, key="levels_view", truth=truth, columns=len(pictures))
    if truth is None:
        st.info(panels.NO_TRUTH)
    else:
        tables.score_metrics(matrices[NET], matrices[CONTROL], CONTROL)
    _evidence(photo, label_set, answer, strides, on, windows)
    _say_what_is_seen(label_set, answers[NET], strides, matrices if answer is answers[NET] else {})
    _validation(label_set)


def _box_caption(on: tuple[int, ...]) -> str:
    if not on:
        return "no level is on"
    return "boxes: all that can reach the pinned pixel, " + ("one for each level" if len(on) > 1 else "on this level")


def _evidence(
    photo: state.Photo,
    label_set: LabelSet,
    answer: cache.Segmentation,
    strides: Mapping[int, int],
    on: tuple[int, ...],
    windows: Mapping[int, int],
) -> None:
    """What the trunk is shown on each level, what each level adds, and the sum at the pinned pixel."""
    row, col = state.pin(photo)
    st.header("What each level has to say")
    k = inputs.choose_class(label_set, answer=int(answer.labels[row, col]))
    shares = cache.contributions(answer, k)
    shown = pyramid_cache.trunk_inputs(photo, len(strides))
    limit = max(0.01, *(float(np.abs(shares[stride]).max()) for stride in on))
    grid = [
        Panel(
            title=f"{level_name(strides[stride]).capitalize()}: what the trunk is shown",
            role="input",
            alt=f"Level {level_name(strides[stride])} of the photo's pyramid, with a box around the pinned pixel",
            caption=f"one pixel here is {2 ** strides[stride]} px of the photo",
            picture=pyramid_cache.with_box(shown[strides[stride]], (row, col), windows[stride]),
        )
        for stride in on
    ]
    grid += [
        Panel(
            title=f"{level_name(strides[stride]).capitalize()}: what it adds",
            role="output",
            alt=f"What level {level_name(strides[stride])} adds to the score for {label_set.classes[k]}",
            caption=f"at the pinned pixel {shares[stride][row, col]:+.2f}",
            picture=cache.share_picture(answer, k, stride, limit),
        )
        for stride in on
    ]
    panels.show(grid, photo, None, key="evidence", mode="none", columns=len(on))
    scale, chart = st.columns(2, gap="medium")
    with scale:
        panels.show_scale(score_scale(), f"purple: against, −{limit:.1f}; orange: for, +{limit:.1f}")
        probabilities = cache.pixel_probabilities(answer, (row, col))
        st.markdown(
            "All levels go through one trunk; what differs is how much of the photo fits into its window. With the "
            f"other classes' scores this makes **{label_set.classes[k]}** {percent(float(probabilities[k]))} "
            f"probable here; {NET} says **{label_set.classes[int(answer.labels[row, col])]}**."
        )
    with chart:
        steps = {level_name(strides[stride]): float(shares[stride][row, col]) for stride in sorted(on, reverse=True)}
        charts.waterfall(steps, "sum", f"Score for {label_set.classes[k]} at row {row}, column {col}")


def _say_what_is_seen(
    label_set: LabelSet,
    answer: cache.Segmentation,
    strides: Mapping[int, int],
    matrices: Mapping[str, np.ndarray | None],
) -> None:
    """``answer`` of all levels; ``matrices`` are empty while some are off: then the scores are of no trained net."""
    three, one = matrices.get(NET), matrices.get(CONTROL)
    alone = {level_name(level): pyramid_cache.switched(answer, (stride,)).labels for stride, level in strides.items()}
    seen.what_you_should_see(
        None if three is None else observations.levels_help(three, one, (NET, CONTROL), _usually(label_set)),
        observations.coarse_level_decides(alone, answer.labels),
        seen.always(
            "A level switched off is not a net trained without it: the rest were not taught to stand alone, so compare "
            f"with {CONTROL}, the net of one level, under the divider."
        ),
    )


def _usually(label_set: LabelSet) -> str:
    """Both nets' mean IoU on the validation photos, in a sentence."""
    figures = {net: card["figures"] for net, card in shipped_nets(label_set.name, "pyramid").items()}
    return (
        f"On the {figures[NET]['images']} validation photos {NET} has {percent(figures[NET]['mean_iou'])}, {CONTROL} "
        f"{percent(figures[CONTROL]['mean_iou'])}."
    )


def _validation(label_set: LabelSet) -> None:
    """Both nets on the validation photos, after a guess."""
    st.header("On the validation photos")
    guess = page.guess(
        "How many points of pixel accuracy does the pyramid gain over one level, on the validation photos?",
        GAINS,
        "pyramid_guess",
    )
    if not guess.given:
        return
    cards = shipped_nets(label_set.name, "pyramid")
    keys = ("pixel_accuracy", "class_accuracy", "mean_iou")
    rows = {name: [100 * cards[name]["figures"][key] for key in keys] for name in (CONTROL, NET)}
    gain = rows[NET][0] - rows[CONTROL][0]
    guess.answer(
        GAINS[in_range(gain, GAINS)],
        f"{CONTROL} has {rows[CONTROL][0]:.1f} % pixel accuracy, {NET} {rows[NET][0]:.1f} %: {gain:+.1f} points.",
    )
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(tables.SCORES))
    table.index.name = "Net"
    record.table("Validation photos", table)
    st.table(table.map("{:.1f}".format))
    figures, data = cards[NET]["figures"], cards[NET]["data"]
    st.caption(
        f"Per cent, the {figures['images']} validation photos of {data['validation']}, by `python -m seglib.evaluate`. "
        "The idea is Farabet, Couprie, Najman & LeCun's (TPAMI 2013), who compared one scale with three on photos and "
        "classes of their own; their figures are left out here, for we could not check them."
    )
