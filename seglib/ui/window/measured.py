"""Theory against measured: the pinned pixel's theoretical box, effective field, occlusion map and window test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.models.cards import all_nets
from seglib.photos import PHOTOS
from seglib.rendering import score_scale
from seglib.ui import cache, inputs, page, panels, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.loading import loading
from seglib.ui.window import cache as window_cache
from seglib.ui.words import percent
from seglib.window.pictures import EFFECTIVE, THEORY, Box, centred_box, energy_picture, framed, heat_scale, tinted

PATCHES = (16, 24, 32, 48, 64, 96, 128)
OTHERS = 3  # photos of the box that the effective field is averaged over, beside the one on the page


def measured(photo: state.Photo, labels: LabelSet) -> None:
    """All four views of one pixel's window."""
    page.wait_for_nets()
    _measure(photo, labels)
    page.show_source(*_sources(), example="receptive_field")


def _measure(photo: state.Photo, labels: LabelSet) -> None:
    nets = all_nets(labels.name)
    left, middle, right = st.columns(3, gap="medium")
    with left:
        start = nets.index("fcn8s") if "fcn8s" in nets else 0
        net = st.selectbox("Net", nets, index=start, key="window_net", bind="query-params", persist_state="session")
    with right:
        patch = st.select_slider("Grey patch, px", PATCHES, value=48, key="patch", bind="query-params")
    if loading():
        panels.show([panels.photo_panel(photo)], photo, None, key="window", columns=3)
        return
    point = state.pin(photo)
    answer = panels.segment_all(photo, labels, [net])[net]
    said = int(answer.labels[point])
    with middle:
        k = inputs.choose_class(labels, answer=said, title="Score of")
    name = labels.classes[k]
    st.caption(
        f"At row {point[0]}, column {point[1]} {net} says **{labels.classes[said]}**. Click another pixel: "
        "all views follow."
    )
    box = _theory(photo, net, point)
    found = window_cache.compute_all(
        {
            "occlusion": (
                (photo.key, labels.name, net, point, patch, "occlusion"),
                _occlusion(photo, labels, net, patch),
            ),
            "field": ((photo.key, labels.name, net, point, k, "field"), _field(photo, labels, net, k)),
        },
        f"{net} looks at {OTHERS + 1} photos, and at this one with a patch over it …",
    )
    if found is None:
        return
    from seglib.window.crops import sides_for
    from seglib.window.effective_field import effective_size

    energy, covered = found["field"], found["occlusion"]
    side = effective_size(energy, point)
    theory_side = max(end - first for first, end in box)
    marks = (side, theory_side, *_reach(box, point))
    sides = sides_for(photo.size, point, marks)
    found |= (
        window_cache.compute_all(
            {
                "window": (
                    (photo.key, labels.name, net, point, tuple(sides), "window"),
                    _window(photo, labels, net, sides),
                )
            },
            f"{net} looks at ever larger crops …",
        )
        or {}
    )
    if "window" not in found:
        return
    curve = found["window"]
    panels.show(_pictures(photo, net, name, k, box, energy, covered, side, patch), photo, None, key="window", columns=3)
    one, two, three = st.columns(3)
    # In the outlines' own colours: Markdown's orange and blue are others.
    one.caption(
        f'<span style="color: rgb{THEORY}">■</span> theoretical window, <span style="color: rgb{EFFECTIVE}">■</span> '
        "effective: the square with 95 % of the gradient's energy",
        unsafe_allow_html=True,
    )
    with two:
        st.image(heat_scale(), caption="gradient energy: none to most (fourth root)", width="stretch")
    with three:
        st.image(score_scale(), caption="P falls if covered (purple), rises (orange)", width="stretch")
    st.subheader("The window test: the net sees nothing but a crop round the pixel")
    _chart(curve, labels, k, side, theory_side)
    _verdict(curve, k, name, net, side, theory_side, photo.size)


def _theory(photo: state.Photo, net: str, point: state.Point) -> Box:
    """What the pixel's score can depend on, by the layer table, on the photo."""
    from seglib.models.fcn import padded_side
    from seglib.receptive_field import window_at

    table = cache.layer_table(net)
    spans = (window_at(table, at, padded_side(n)) for at, n in zip(point, photo.size, strict=True))
    return tuple((first, min(end, n)) for (first, end), n in zip(spans, photo.size, strict=True))


def _reach(box: Box, point: state.Point) -> tuple[int]:
    """The side of the square round the pixel that holds its whole theoretical window, which need not be centred."""
    return (2 * max(max(at - first, end - 1 - at) for at, (first, end) in zip(point, box, strict=True)) + 1,)


def _field(photo: state.Photo, labels: LabelSet, net: str, k: int) -> window_cache.Work:
    """The effective field over this photo and some of the box."""
    from seglib.window.effective_field import effective_field, fitted

    model, point = cache.model(net, labels.name), state.pin(photo)
    others = [fitted(cache.bundled_photo(name).image, photo.size) for name in PHOTOS if name != photo.key][:OTHERS]
    images = [photo.image, *others]

    def steps() -> Iterator[tuple[np.ndarray, float]]:
        for count, energy in enumerate(effective_field(model, images, point, k), 1):
            yield energy, count / len(images)

    return steps


def _occlusion(photo: state.Photo, labels: LabelSet, net: str, patch: int) -> window_cache.Work:
    from seglib.window.occlusion import occlude

    model, point = cache.model(net, labels.name), state.pin(photo)

    def steps() -> Iterator[tuple[object, float]]:
        for found in occlude(model, photo.image, point, patch):
            yield found, found.done

    return steps


def _window(photo: state.Photo, labels: LabelSet, net: str, sides: Sequence[int]) -> window_cache.Work:
    from seglib.window.crops import window_test

    model, point = cache.model(net, labels.name), state.pin(photo)

    def steps() -> Iterator[tuple[list, float]]:
        seen = []
        for each in window_test(model, photo.image, point, sides):
            seen.append(each)
            yield seen, len(seen) / len(sides)

    return steps


def _pictures(
    photo: state.Photo,
    net: str,
    name: str,
    k: int,
    box: Box,
    energy: np.ndarray,
    covered: object,
    side: int,
    patch: int,
) -> list[Panel]:
    from seglib.window.occlusion import on_pixels

    point = state.pin(photo)
    boxes = [(box, THEORY)]
    if side:
        boxes.append((centred_box(point, side), EFFECTIVE))
    change = covered.change(k)
    limit = max(0.02, float(np.abs(change).max()))
    worst = np.unravel_index(np.argmin(change), change.shape)
    height, width = (end - first for first, end in box)
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
            picture=framed(energy_picture(photo.image, energy), boxes),
        ),
        Panel(
            title=f"Covered by {patch} px of grey",
            role="output",
            alt=f"Map of how the probability of {name} changes where a grey patch covers the photo",
            caption=f"P({name}) is {percent(float(covered.uncovered[k]))} uncovered; at worst "
            f"{100 * change[worst]:+.0f} points; full colour ±{100 * limit:.0f}",
            picture=framed(tinted(photo.image, on_pixels(change, covered.step, photo.size), limit), boxes),
        ),
    ]


def _chart(curve: Sequence[object], labels: LabelSet, k: int, side: int, theory_side: int) -> None:
    """P(class) against the side of the crop, the two sizes marked, and the strongest rival."""
    table = np.array([seen.probabilities for seen in curve])
    rival = int(np.argmax(np.where(np.arange(len(labels)) == k, -1, table.max(0))))
    data = pd.DataFrame(
        [
            {"side": seen.side, "P": 100 * float(seen.probabilities[c]), "class": labels.classes[c]}
            for seen in curve
            for c in (k, rival)
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
                scale=alt.Scale(domain=[labels.classes[k], labels.classes[rival]], range=["#0072B2", "#9aa0a6"]),
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
    st.altair_chart((lines + rules).resolve_scale(color="independent"), height=320)


def _verdict(
    curve: Sequence[object], k: int, name: str, net: str, side: int, theory_side: int, size: tuple[int, int]
) -> None:
    final = curve[-1].probabilities
    within = [seen.side for seen in curve if abs(seen.probabilities[k] - final[k]) > 0.05]
    settled = next((seen.side for seen in curve if not within or seen.side > within[-1]), curve[-1].side)
    one, two, three = st.columns(3)
    one.metric("Theoretical window", f"{theory_side} px")
    two.metric("Effective (95 % of the energy)", f"{side} px")
    three.metric("Needed: within 5 points of the end", f"{settled} px")
    page.what_you_should_see(
        "The effective field is much smaller than the window, and what the net needs lies mostly inside it. Once a "
        "crop holds the whole theoretical window, the curve is flat to the last digit: what lies further out is never "
        "seen."
    )
    st.caption(
        "The crop is a picture of its own. So that the pixel keeps its place on the net's grid of 32 px, up to 31 grey "
        f"rows and columns go above and left of it; right and below {net} pads in the same way itself. The largest "
        f"crop is the whole photo, {size[1]} x {size[0]} px, where P({name}) is {percent(float(final[k]))}."
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
