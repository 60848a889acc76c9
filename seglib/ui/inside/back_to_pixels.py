"""Projections of a unit back to pixels, beside the test that tells what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from seglib.labels import LabelSet
from seglib.lecture.pictures import png
from seglib.ui import panels, seen, state
from seglib.ui.cache import shared
from seglib.ui.inside import cache as inside_cache
from seglib.ui.inside import observations
from seglib.ui.inside.cascade import show_cascade
from seglib.ui.inside.chosen_unit import choose_unit
from seglib.ui.photo import Photo

RULES = {
    "gradient": "Gradient: what a small change of each pixel would do.",
    "guided": "Guided backpropagation: only what is positive, through units that are on.",
    "deconvnet": "Deconvnet (Zeiler & Fergus): only what is positive. This net has no pooling, whose switches would "
    "bring in the photo: what is left is the checkerboard of its strided filters.",
}
SIDE, GAP = 230, 10  # pixels that a window is drawn at, and between two


def back_to_pixels(photo: Photo, label_set: LabelSet) -> None:
    """Three ways back, each with the test."""
    chosen = choose_unit(photo, label_set)
    if chosen is None:
        panels.show([panels.photo_panel(photo)], photo, None, key="projection_view", columns=1)
        return
    from seglib.inside.place_pictures import enlarged

    point = state.pin(photo)
    spec = (photo, chosen.net, label_set.name, point, chosen.stride, chosen.unit)
    projected, rows = inside_cache.projections(*spec), _rows(*spec)
    left, right = st.columns([1, 2], gap="medium")
    with left:
        panels.show([panels.photo_panel(photo)], photo, None, key="projection_view", columns=1)
        words = f"the window: {inside_cache.WINDOW} px round the pixel"
        st.image(enlarged(projected["window"], SIDE), caption=words, alt=f"Crop of the photo, {words}")
    with right:
        for rule, title in RULES.items():
            st.markdown(f"**{title}**")
            names = [_caption(name, alike, chosen.unit, projected["other"]) for name, alike in rows[rule].alike.items()]
            st.image(
                rows[rule].picture,
                caption="Left to right: " + "; ".join(names),
                alt=f"{title}: {len(names)} projections side by side",
                width="stretch",
            )
    other, shuffled = (
        {rule: rows[rule].alike[name] for rule in RULES} for name in (inside_cache.OTHER, inside_cache.SHUFFLED)
    )
    left = show_cascade(photo, label_set.name, point, chosen)
    seen.what_you_should_see(observations.shows_the_photo(other, shuffled), left)
    st.caption("The test is that of Adebayo et al., Sanity checks for saliency maps, NeurIPS 2018.")


@dataclass(frozen=True)
class Row:
    """One rule's projections: in one picture, and how much each is like the chosen unit's."""

    picture: bytes  # PNG
    alike: dict[str, float]  # correlation by what was asked


@shared(6)
def _rows(
    photo: Photo, net: str, label_set_name: str, point: tuple[int, int], stride: int, unit: int
) -> dict[str, Row]:
    """A row a rule; drawn and packed once, for that takes ten times as long as the rest of the page."""
    from seglib.inside.place_pictures import enlarged
    from seglib.inside.projections import correlation, projection_picture

    projected, rows = inside_cache.projections(photo, net, label_set_name, point, stride, unit), {}
    for rule in RULES:
        maps = projected[rule]
        row = side_by_side([enlarged(projection_picture(values), SIDE) for values in maps.values()])
        alike = {name: correlation(maps[inside_cache.THIS], values) for name, values in maps.items()}
        rows[rule] = Row(png(row), alike)
    return rows


def side_by_side(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Pictures of one height in one, with see-through gaps: columns of the page would be stacked on a phone."""
    height = pictures[0].shape[0]
    gap = np.zeros((height, GAP, 4), np.uint8)
    opaque = [np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)]) for picture in pictures]
    return np.hstack([part for picture in opaque for part in (picture, gap)][:-1])


def _caption(name: str, alike: float, unit: int, other: int) -> str:
    if name == inside_cache.THIS:
        return f"unit {unit}"
    what = f"unit {other}, strongest here" if name == inside_cache.OTHER else f"unit {unit}, {name}"
    return f"{what}: correlation {alike:.2f}"


def sources() -> list:
    """The code behind it."""
    from seglib.inside import projections as core
    from seglib.inside.cascade import cascade

    return [core._Rectifier, core.project, core.shuffled, core.correlation, cascade]
