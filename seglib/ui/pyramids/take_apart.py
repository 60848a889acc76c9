"""The pyramid itself: a photo taken apart into levels, and put together again."""

from __future__ import annotations

import streamlit as st

from seglib import pyramid
from seglib.pyramids.apart import PyramidPictures
from seglib.ui import page, panels, seen, state
from seglib.ui.components.photo_view import Panel, photo_view
from seglib.ui.pyramids import cache as pyramid_cache
from seglib.ui.pyramids import observations


def level_name(level: int) -> str:
    """What a level is called: by the share of the photo's side that it has."""
    return {0: "full size", 1: "half", 2: "quarter"}.get(level, f"1/{2**level}")


def gaussian_panel(photo: state.Photo, drawn: PyramidPictures) -> Panel:
    """The photo at all sizes in one picture."""
    return Panel(
        title="Gaussian pyramid",
        role="input",
        alt=f"{len(drawn.sizes)} copies of the photo, each blurred and half the size of the one before: {photo.alt}",
        caption=f"{photo.title}: " + ", ".join(f"{width} x {height}" for height, width in drawn.sizes),
        picture=drawn.gaussian,
    )


def show_mosaics(pictures: list[Panel], drawn: PyramidPictures, key: str) -> None:
    """Pictures of whole pyramids; they have pixels of their own, so that a pin would point elsewhere."""
    frame = drawn.gaussian.shape[:2]
    photo_view(
        pictures, key=key, size=frame, label_set=None, mode="none", group=f"{key} {frame}", columns=len(pictures)
    )


def take_apart(photo: state.Photo) -> None:
    """Both pyramids of the photo, and the photo made again of those levels that are on."""
    levels = st.select_slider("Levels", range(2, 7), value=3, key="levels", bind="query-params", width=420)
    drawn = pyramid_cache.pictures(photo, levels)
    pictures = [
        gaussian_panel(photo, drawn),
        Panel(
            title="Laplacian pyramid",
            role="input",
            alt=f"{levels - 1} bands that show edges on grey, and a small blurred photo: {photo.alt}",
            caption="bands brightened "
            + ", ".join(f"{gain:.1f}" for gain in drawn.gains)
            + " times; last, the residual",
            picture=drawn.laplacian,
        ),
    ]
    show_mosaics(pictures, drawn, "mosaics")

    st.header("Put together again")
    names = [level_name(level) for level in range(levels)]
    on = st.pills("Levels that are on", names, selection_mode="multi", default=names, key=f"on_{levels}", wrap=True)
    chosen = tuple(level for level, name in enumerate(names) if name in (on or []))
    image, difference = pyramid_cache.rebuilt(photo, levels, chosen)
    rebuilt = Panel(
        title="From the levels that are on",
        role="output",
        alt=f"The sum of {len(chosen)} of {levels} levels: {photo.alt}",
        caption=f"largest difference to the photo: {abs(difference):.1f} of 255",
        picture=image,
    )
    panels.show([panels.photo_panel(photo), rebuilt], photo, None, key="rebuilt", mode="none", columns=2)
    seen.what_you_should_see(
        observations.given_back(difference, [name for level, name in enumerate(names) if level not in chosen]),
        seen.always(
            "A band holds what a level adds to the smaller ones: grey, nothing, where the photo is smooth at that "
            "size. Brightness lies in the smallest level, the residual."
        ),
    )
    page.show_source(
        pyramid.laplacian_pyramid, pyramid.reconstruct, pyramid.reduce, pyramid.expand, example="image_pyramid"
    )
