"""Theory against measured: the pinned pixel's theoretical box, effective field, occlusion map and window test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.models.cards import all_nets
from seglib.rendering import score_scale
from seglib.ui import cache, inputs, page, panels, seen, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.in_steps import compute_all
from seglib.ui.large_type import drawn, show_chart
from seglib.ui.loading import loading
from seglib.ui.window import cache as window_cache
from seglib.ui.window import observations
from seglib.ui.window.cache import OTHERS
from seglib.ui.words import percent
from seglib.window.pictures import EFFECTIVE, THEORY, Box, centred_box, energy_picture, framed, heat_scale, tinted

PATCHES = (16, 24, 32, 48, 64, 96, 128)


def measured(photo: state.Photo, label_set: LabelSet) -> None:
    """All four views of one pixel's window."""
    page.wait_for_nets()
    _measure(photo, label_set)
    page.show_source(*_sources(), example="receptive_field")


@dataclass(frozen=True, eq=False)
class View:
    """What is asked about the window of the pinned pixel, and what was found out."""

    photo: state.Photo
    label_set: LabelSet
    net: str
    class_index: int  # whose score is looked at
    patch: int  # pixels a side of what covers the photo
    theory: Box  # what the pixel's score can depend on
    energy: np.ndarray  # (H, W), of the gradient
    covered: object  # `seglib.window.occlusion.Occlusion`

    @property
    def point(self) -> state.Point:
        """The pinned pixel."""
        return state.pin(self.photo)

    @property
    def name(self) -> str:
        """Of the class."""
        return self.label_set.classes[self.class_index]

    @cached_property
    def side(self) -> int:
        """Of the effective window, in pixels."""
        from seglib.window.effective_field import effective_size

        return effective_size(self.energy, self.point)

    @property
    def theory_side(self) -> int:
        """Of the theoretical window on the photo, in pixels."""
        return max(self.theory_size)

    @property
    def theory_size(self) -> tuple[int, int]:
        """Height and width of the theoretical window on the photo."""
        return tuple(end - first for first, end in self.theory)

    @property
    def is_cut(self) -> bool:
        """Whether the photo's edge cuts the theoretical window."""
        return any(first == 0 or end == n for (first, end), n in zip(self.theory, self.photo.size, strict=True))

    @property
    def unit_window(self) -> int:
        """What a unit of the coarsest scores sees, in pixels a side, wherever it is."""
        from seglib.receptive_field import receptive_field

        return receptive_field(cache.layer_table(self.net, self.label_set.name)).size


def _measure(photo: state.Photo, label_set: LabelSet) -> None:
    """Ask for net, class and patch, then show the views one after the other as they are there."""
    left, middle, right = st.columns(3, gap="medium")
    with left:
        net = _choose_net(label_set)
    with right:
        patch = st.select_slider("Grey patch, px", PATCHES, value=48, key="patch", bind="query-params")
    if loading():
        panels.show([panels.photo_panel(photo)], photo, None, key="window_view", columns=3)
        return
    point = state.pin(photo)
    class_there = int(panels.segment_all(photo, label_set, [net])[net].labels[point])
    with middle:
        k = inputs.choose_class(label_set, answer=class_there, title="Score of")
    st.caption(
        f"At row {point[0]}, column {point[1]} {net} says **{label_set.classes[class_there]}**. Click another pixel: "
        "all views follow."
    )
    results = compute_all(
        {
            "occlusion": window_cache.occlusion(photo, label_set.name, net, point, patch),
            "field": window_cache.field(photo, label_set.name, net, point, k),
        },
        f"{net} looks at {OTHERS + 1} photos, and at this one with a patch over it …",
    )
    if results is None:
        return
    theory = _theory(photo, label_set, net, point)
    view = View(photo, label_set, net, k, patch, theory, results["field"], results["occlusion"])
    crops = _crops(view)
    if crops is None:
        return
    panels.show(_pictures(view), photo, None, key="window_view", columns=3)
    _legends()
    _paths(view)
    st.header("The window test: the net sees nothing but a crop round the pixel")
    _chart(crops, label_set, k, view.side, view.theory_side)
    _verdict(view, crops)


def _choose_net(label_set: LabelSet) -> str:
    nets = all_nets(label_set.name)
    start = nets.index("fcn8s") if "fcn8s" in nets else 0
    return st.selectbox("Net", nets, index=start, key="window_net", bind="query-params", persist_state="session")


def _crops(view: View) -> list | None:
    """What the net says if it sees nothing but crops around the pixel; None if the visitor stopped it."""
    from seglib.window.crops import sides_for

    marks = (view.side, view.theory_side, *_reach(view.theory, view.point))
    sides = tuple(sides_for(view.photo.size, view.point, marks))
    work = window_cache.window(view.photo, view.label_set.name, view.net, view.point, sides)
    results = compute_all({"window": work}, f"{view.net} looks at ever larger crops …")
    return None if results is None else results["window"]


def _legends() -> None:
    """What the colours of the three pictures mean."""
    one, two, three = st.columns(3)
    # In the outlines' own colours: Markdown's orange and blue are others.
    one.caption(
        f'<span style="color: rgb{THEORY}">■</span> theoretical window, <span style="color: rgb{EFFECTIVE}">■</span> '
        "effective: the square with 95 % of the gradient's energy",
        unsafe_allow_html=True,
    )
    with two:
        panels.show_scale(heat_scale(), "gradient energy: none to most (fourth root)")
    with three:
        panels.show_scale(score_scale(), "P falls if covered (purple), rises (orange)")


def _paths(view: View) -> None:
    """Why the window that is used is smaller: the share of paths that begin at each pixel, by the layers alone."""
    from seglib.window.paths import path_shares, share_within

    st.header("Why: few paths lead from the window's edge")
    shares = path_shares(cache.layer_table(view.net, view.label_set.name))
    size = len(shares)
    alt_text = "Area: how many paths begin at each pixel of the window, from edge to edge."
    show_chart(_paths_area(shares), alt_text, height=220)
    seen.what_you_should_see(observations.few_paths(size, share_within(shares, size // 2)))


@drawn
def _paths_area(shares: np.ndarray) -> alt.Chart:
    size = len(shares)
    step = max(1, size // 300)
    data = pd.DataFrame({"px": np.arange(size)[::step] - size // 2, "share": 100 * shares[::step] / shares.max()})
    return (
        alt.Chart(data)
        .mark_area(color="#0072B2", opacity=0.7, line=True)
        .encode(
            x=alt.X("px:Q", title="pixels from the middle of the window", scale=alt.Scale(nice=False)),
            y=alt.Y("share:Q", title="paths, % of the most", scale=alt.Scale(domain=[0, 100])),
            tooltip=["px", alt.Tooltip("share", format=".1f")],
        )
    )


def _theory(photo: state.Photo, label_set: LabelSet, net: str, point: state.Point) -> Box:
    """What the pixel's score can depend on, by the layer table, on the photo."""
    from seglib.models.fcn import padded_side
    from seglib.receptive_field import window_at

    table = cache.layer_table(net, label_set.name)
    spans = (window_at(table, at, padded_side(n)) for at, n in zip(point, photo.size, strict=True))
    return tuple((first, min(end, n)) for (first, end), n in zip(spans, photo.size, strict=True))


def _reach(box: Box, point: state.Point) -> tuple[int]:
    """The side of the square round the pixel that holds its whole theoretical window, which need not be centred."""
    return (2 * max(max(at - first, end - 1 - at) for at, (first, end) in zip(point, box, strict=True)) + 1,)


def _pictures(view: View) -> list[Panel]:
    """Both windows, the effective field, and what covering does."""
    from seglib.window.occlusion import on_pixels

    photo, name, side, covered = view.photo, view.name, view.side, view.covered
    boxes = [(view.theory, THEORY)]
    if side:
        boxes.append((centred_box(view.point, side), EFFECTIVE))
    change = covered.change(view.class_index)
    limit = max(0.02, float(np.abs(change).max()))
    worst = np.unravel_index(np.argmin(change), change.shape)
    height, width = view.theory_size
    return [
        Panel(
            title="The two windows",
            role="input",
            alt=f"Theoretical window of {width} x {height} px and effective one of {side} px, on: {photo.alt}",
            caption=f"theory {width} x {height} px on the photo, effective {side} px",
            picture=framed(photo.image, boxes, dim=True),
        ),
        Panel(
            title="Effective field",
            role="output",
            alt=f"Heat map of how strongly each pixel moves the score of {name} at the pinned pixel",
            caption=f"gradient of the score for {name}, mean of {OTHERS + 1} photos",
            picture=framed(energy_picture(photo.image, view.energy), boxes),
        ),
        Panel(
            title=f"Covered by {view.patch} px of grey",
            role="output",
            alt=f"Map of how the probability of {name} changes where a grey patch covers the photo",
            caption=f"P({name}) is {percent(float(covered.uncovered[view.class_index]))} uncovered; at worst "
            f"{100 * change[worst]:+.0f} points; full colour ±{100 * limit:.0f}",
            picture=framed(tinted(photo.image, on_pixels(change, covered.step, photo.size), limit), boxes),
        ),
    ]


def _chart(curve: Sequence[object], label_set: LabelSet, k: int, side: int, theory_side: int) -> None:
    """P(class) against the side of the crop, the two sizes marked, and the strongest rival."""
    table = np.array([seen.probabilities for seen in curve])
    rival = int(np.argmax(np.where(np.arange(len(label_set)) == k, -1, table.max(0))))
    curves = {label_set.classes[c]: [float(p) for p in table[:, c]] for c in (k, rival)}
    show_chart(
        _crop_curves([seen.side for seen in curve], curves, side, theory_side),
        f"Lines: probability of {label_set.classes[k]} and of {label_set.classes[rival]} at the pixel, by the side of "
        "the crop; two marks: the effective and the theoretical window.",
        height=320,
    )


@drawn
def _crop_curves(
    sides: Sequence[int], curves: Mapping[str, Sequence[float]], side: int, theory_side: int
) -> alt.LayerChart:
    data = pd.DataFrame(
        [
            {"side": at, "P": 100 * p, "class": name}
            for name, curve in curves.items()
            for at, p in zip(sides, curve, strict=True)
        ]
    )
    lines = (
        alt.Chart(data)
        .mark_line(point=True)
        .encode(
            x=alt.X("side:Q", title="side of the crop, px"),
            y=alt.Y("P:Q", scale=alt.Scale(domain=[0, 100]), title="probability at the pixel, %"),
            color=alt.Color(
                "class:N",
                title=None,
                scale=alt.Scale(domain=list(curves), range=["#0072B2", "#9aa0a6"]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["class", "side", alt.Tooltip("P", format=".1f", title="%")],
        )
    )
    marks = pd.DataFrame([{"side": side, "mark": "effective"}, {"side": theory_side, "mark": "theoretical"}])
    rules = (
        alt.Chart(marks)
        .mark_rule(strokeWidth=2, strokeDash=[6, 4])
        .encode(
            x="side:Q",
            color=alt.Color(
                "mark:N",
                title=None,
                scale=alt.Scale(domain=["effective", "theoretical"], range=["#009EFF", "#E69F00"]),
                legend=alt.Legend(orient="bottom"),
            ),
            tooltip=["mark", "side"],
        )
    )
    return (lines + rules).resolve_scale(color="independent")


def _verdict(view: View, crops: Sequence[object]) -> None:
    """Three sizes of window, and how to read them."""
    from seglib.window.crops import settled_side

    height, width = view.photo.size
    at_the_end = float(crops[-1].probabilities[view.class_index])
    one, two, three = st.columns(3)
    one.metric("Theoretical window, on the photo", f"{view.theory_side} px")
    two.metric("Effective (95 % of the energy)", f"{view.side} px")
    three.metric("Needed: within 5 points of the end", f"{settled_side(crops, view.class_index)} px")
    sides = observations.Sides(
        view.unit_window, view.theory_size, view.is_cut, view.side, settled_side(crops, view.class_index)
    )
    (reach,) = _reach(view.theory, view.point)
    values = [float(crop.probabilities[view.class_index]) for crop in crops]
    seen.what_you_should_see(
        observations.effective_is_smaller(sides),
        observations.needs_little(sides),
        observations.flat_beyond_theory([crop.side for crop in crops], values, reach),
    )
    st.caption(
        "The crop is a picture of its own. So that the pixel keeps its place on the net's grid of 32 px, up to 31 grey "
        f"rows and columns go above and left of it; right and below {view.net} pads in the same way itself. The "
        f"largest crop is the whole photo, {width} x {height} px, where P({view.name}) is {percent(at_the_end)}."
    )


def _sources() -> list:
    """The code behind the views."""
    from seglib.window import crops, effective_field, occlusion

    return [
        effective_field.gradient_energy,
        effective_field.effective_size,
        occlusion.occlude,
        crops.window_test,
    ]
