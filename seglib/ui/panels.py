"""What pages are made of: heading, guess, pictures of nets, tables and charts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

from seglib import metrics
from seglib.cards import shipped_nets
from seglib.labels import LabelSet
from seglib.ui import cache, state, warm_up
from seglib.ui.components.photo_view import Panel, photo_view
from seglib.ui.inputs import View

TEXTS = Path(__file__).resolve().parent.parent.parent / "assets" / "texts"
NO_TRUTH = (
    "There are no human labels for this photo, so there is nothing to score against: the nets' confidence is "
    "shown instead. Labels can be added under *Your own photo*."
)


def percent(share: float) -> str:
    """A share as people read it; a dash where there is none."""
    return "–" if np.isnan(share) else f"{100 * share:.1f} %"


def heading(title: str, claim: str) -> None:
    """A page's first two lines: its title, and the claim that it puts to the test."""
    st.title(title)
    st.markdown(f"#### {claim}")


def choose_part(title: str, claims: Mapping[str, str], key: str) -> str:
    """A page of several parts: its title, the claim of the part that is chosen, and the choice, kept in the link."""
    above = st.container()
    part = st.segmented_control(
        "Part",
        list(claims),
        default=next(iter(claims)),
        key=key,
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    with above:
        heading(title, claims[part])
    return part


def text(name: str) -> None:
    """A page's longer words, from assets/texts."""
    st.markdown((TEXTS / f"{name}.md").read_text(encoding="utf-8"))


def wait_for_nets() -> None:
    """In the server's first seconds, say that the nets are loading; look again by itself."""
    # The place is kept when the notice has gone: columns that move up a place are drawn anew before the old ones go,
    # and the old controls take the new ones' binding to the address bar with them.
    with st.container():
        if warm_up.loading():
            _poll()


@st.fragment(run_every=0.4)
def _poll() -> None:
    if warm_up.loading():
        st.info("The nets are being loaded; their answers appear here in a moment.", icon=":material/hourglass_top:")
    else:
        st.rerun()


def guess(question: str, options: Sequence[str], key: str) -> bool:
    """Ask for a prediction before the reveal; True once an answer was given or declined."""
    answer = st.pills(
        f"**Your guess first.** {question}", [*options, "Just show me"], key=key, persist_state="session", wrap=True
    )
    return answer is not None


def segment_all(photo: state.Photo, labels: LabelSet, nets: Sequence[str]) -> dict[str, cache.Segmentation]:
    """Each net's answer; none while the nets are still being loaded."""
    if warm_up.loading():
        return {}
    return {net: cache.segment(photo.image, photo.key, net, labels.name) for net in nets}


def photo_panel(photo: state.Photo) -> Panel:
    """The photo itself."""
    return Panel(title="Photo", role="input", alt=photo.alt, caption=photo.title, picture=photo.image)


def truth_panel(photo: state.Photo, truth: np.ndarray) -> Panel:
    """The labels that count as true, on the photo."""
    title = "Your labels" if state.uses_painted() else "Human labels"
    return Panel(title=title, role="truth", alt=f"{title} of: {photo.alt}", picture=photo.image, labels=truth)


def net_panel(
    net: str, photo: state.Photo, answer: cache.Segmentation, cm: np.ndarray | None, caption: str = ""
) -> Panel:
    """A net's answer on the photo, with its mean IoU where there is a truth."""
    if cm is not None:
        caption = caption or f"mean IoU {percent(metrics.mean_iou(cm))}"
    return Panel(
        title=net,
        role="output",
        alt=f"Classes that {net} gives to: {photo.alt}. {caption}",
        caption=caption or f"mean confidence {percent(float(answer.confidence.mean(dtype=np.float64)))}",
        picture=photo.image,
        labels=answer.labels,
        confidence=answer.confidence,
    )


def swipe(left: Panel, right: Panel) -> Panel:
    """Two pictures under one divider."""
    return replace(left, compare=right)


def show(
    panels: Sequence[Panel],
    photo: state.Photo,
    label_set: LabelSet | None,
    key: str,
    truth: np.ndarray | None = None,
    mode: View = "classes",
    columns: int = 3,
) -> None:
    """Linked pictures at the photo's size; a pixel that is clicked becomes the pinned one everywhere."""
    pinned = photo_view(
        panels,
        key=key,
        size=photo.size,
        label_set=label_set,
        truth=truth,
        mode="labels" if mode == "classes" else mode,
        pin=state.pin(photo),
        group=photo.key,  # another photo starts unzoomed
        columns=columns,
    )
    if pinned is not None and pinned != state.pin(photo):
        state.remember_pin(pinned)
        st.rerun()


def confusions(
    photo: state.Photo, labels: LabelSet, answers: Mapping[str, cache.Segmentation], truth: np.ndarray | None
) -> dict[str, np.ndarray | None]:
    """Confusion matrix of each net on the photo; None without a truth."""
    if truth is None:
        return dict.fromkeys(answers)
    return {
        net: cache.confusion(truth, answer, photo.key, photo.revision, net, labels.name)
        for net, answer in answers.items()
    }


def close_up(photo: state.Photo, labels: LabelSet, truth: np.ndarray | None, key: str, side: int = 96) -> None:
    """A square around the pinned pixel in every net, with linked zoom."""
    row, col = state.pin(photo)
    top, left = (max(0, min(p - side // 2, n - side)) for p, n in zip((row, col), photo.size, strict=True))
    window = np.s_[top : top + side, left : left + side]
    answers = segment_all(photo, labels, list(shipped_nets(labels.name)))
    cut = {net: replace(a, labels=a.labels[window], confidence=a.confidence[window]) for net, a in answers.items()}
    small = replace(photo, image=np.ascontiguousarray(photo.image[window]))
    panels = [net_panel(net, small, answer, None) for net, answer in cut.items()]
    if truth is not None:
        panels.insert(0, truth_panel(small, truth[window]))
    photo_view(
        panels,
        key=key,
        size=small.size,
        label_set=labels,
        truth=None if truth is None else truth[window],
        pin=(row - top, col - left),
        group=key,
        columns=len(panels),
    )


def what_you_should_see(words: str) -> None:
    """The observation a lecturer would point at."""
    st.info(f"**What you should see.** {words}", icon=":material/visibility:")


def show_source(*functions: Callable) -> None:
    """The code that ran, read from the running program itself."""
    with st.expander("The code that ran", icon=":material/code:"):
        for function in functions:
            st.code(inspect.getsource(inspect.unwrap(function)), language="python")
