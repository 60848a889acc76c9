"""What a layer sees: one unit's map, its strongest places in ten photos, and the answer without it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.lecture.pictures import png
from seglib.photos import PHOTOS
from seglib.rendering import score_scale
from seglib.ui import cache, panels, seen, state, tables
from seglib.ui.components.photo_view import Panel
from seglib.ui.inside import cache as inside_cache
from seglib.ui.inside import observations
from seglib.ui.inside.chosen_unit import ChosenUnit, choose_unit
from seglib.ui.photo import Photo
from seglib.ui.words import percent
from seglib.window.pictures import THEORY, Box, framed, tinted

CROPS = {4: 25, 8: 67, 16: 121, 32: 193}  # pixels shown of a place, by stride: more could not be read
SHOWN = 8  # places
SETS = {"msrc": "MSRC", "voc": "VOC", "nyu": "NYU"}
SIDE = 104  # pixels that a crop is drawn at


def units(photo: Photo, label_set: LabelSet) -> None:
    """The unit on the photo, elsewhere, and switched off."""
    chosen = choose_unit(photo, label_set)
    if chosen is None:
        panels.show([panels.photo_panel(photo)], photo, None, key="unit_view", columns=1)
        return
    from seglib.inside.units import unit_map
    from seglib.models.lite0 import layer_table
    from seglib.receptive_field import receptive_field

    left, right = st.columns(2, gap="medium")
    with left:
        _map(photo, label_set, chosen)
    with right:
        _places(label_set, chosen)
    if chosen.net == inside_cache.IMAGENET:
        _finds(chosen)
    st.header("The answer without it")
    spread = None
    if st.toggle("Switch the unit off: zero everywhere", key="unit_off", bind="query-params"):
        spread = _without(photo, label_set, chosen)
    windows = {stride: receptive_field(layer_table(stride)).size for stride in sorted(chosen.features)}
    seen.what_you_should_see(
        observations.fires_in_few_places(unit_map(chosen.features, chosen.stride, chosen.unit)),
        observations.windows_grow(windows, photo.size),
        spread,
    )


def _map(photo: Photo, label_set: LabelSet, chosen: ChosenUnit) -> None:
    from seglib.inside.units import unit_map
    from seglib.models.lite0 import layer_table
    from seglib.receptive_field import receptive_field

    values = unit_map(chosen.features, chosen.stride, chosen.unit)
    limit = max(float(np.abs(values).max()), 1e-6)
    point = state.pin(photo)
    field = receptive_field(layer_table(chosen.stride))
    box = tuple(field.window((at + chosen.stride // 2) // chosen.stride) for at in point)
    panel = Panel(
        title=f"Unit {chosen.unit} at stride {chosen.stride}",
        role="output",
        alt=f"Map of unit {chosen.unit} at stride {chosen.stride} over: {photo.alt}",
        caption=f"{values.shape[1]} x {values.shape[0]} values, up to ±{limit:.1f}; orange frame: what the pinned "
        f"one can see, {field.size} px a side",
        picture=_map_picture(photo, values, chosen.stride, limit, box),
    )
    panels.show([panel], photo, None, key="unit_view", columns=1)
    panels.show_scale(score_scale(), "purple: below zero; orange: above", width=256)


@cache.shared(8)
def _map_picture(photo: Photo, values: np.ndarray, stride: int, limit: float, box: Box) -> np.ndarray:
    """A unit's map over the photo, and the frame of what one place sees."""
    from seglib.models.streams import on_pixels

    return framed(tinted(photo.image, on_pixels(values, stride, photo.size), limit), [(box, THEORY)])


def _places(label_set: LabelSet, chosen: ChosenUnit) -> None:
    """The unit's strongest places over the photos in the box, one a photo."""
    from seglib.inside.units import best_of
    from seglib.models.lite0 import layer_table
    from seglib.receptive_field import receptive_field

    st.markdown(f"**Where unit {chosen.unit} is strongest: a place in each of ten photos, the best {SHOWN} shown**")
    bar, places = st.empty(), []
    for number, name in enumerate(PHOTOS, 1):
        strongest = inside_cache.places(cache.bundled_photo(name), chosen.net, label_set.name)
        places.append(strongest[chosen.stride][chosen.unit])
        if number < len(PHOTOS):
            bar.progress(number / len(PHOTOS), text=f"{chosen.net} looks at photo {number + 1} of {len(PHOTOS)} …")
    bar.empty()
    best = best_of(places, SHOWN)
    side = CROPS.get(chosen.stride, max(CROPS.values()))
    field = receptive_field(layer_table(chosen.stride))
    with st.container(horizontal=True, gap="small"):  # wraps on phones, where columns would be stacked
        for place in best:
            box = tuple(field.window(at // chosen.stride) for at in place.point)
            picture = _place_file(cache.bundled_photo(place.photo), place.point, side, box)
            words = f"{PHOTOS[place.photo].title}: {place.value:.1f}"
            st.image(picture, caption=words, alt=f"Crop of a photo, and the unit's window. {words}", width=SIDE)
    st.caption(_window_words(side, field.size))


@cache.shared(64)
def _place_file(photo: Photo, point: tuple[int, int], side: int, box: Box) -> bytes:
    """A place on a photo as a PNG file, which takes longer to pack than to draw."""
    from seglib.inside.place_pictures import place_picture

    return png(place_picture(photo.image, point, side, box, SIDE))


def _window_words(side: int, window: int) -> str:
    """What part of the true window the crops show, both in pixels."""
    if window <= side:
        return f"Crops of {side} px; orange frame: the true window, {window} px a side."
    return (
        f"Above: {side} px round each place. Below, orange frame: the true window, {window} px a side, grey "
        "where it leaves the photo; blue frame: the part above."
    )


def _finds(chosen: ChosenUnit) -> None:
    """The human class that the unit fits best, where that was found out and elsewhere."""
    from seglib.inside.dissection import read_dissection

    report = read_dissection()
    if report is None:
        return
    rows = []
    for name, measured in report["sets"].items():
        k, sign, share, where, elsewhere = measured["stages"][str(chosen.stride)]["imagenet"]["unit_classes"][
            chosen.unit
        ]
        rows.append(
            {
                "photos": SETS[name],
                "fits best": measured["classes"][k],
                "places": f"the {'strongest' if sign > 0 else 'weakest'} {100 * share:.0f} %",
                "IoU where chosen, %": 100 * where,
                "elsewhere, %": 100 * elsewhere,
            }
        )
    st.markdown("**What does it find?** The human class that it fits best, and the same on photos not chosen by:")
    tables.show_wrapped(pd.DataFrame(rows).set_index("photos"), title="The unit")


def _without(photo: Photo, label_set: LabelSet, chosen: ChosenUnit) -> seen.Sentence:
    """The answer with and without the unit, and what to say of it."""
    result = inside_cache.without(photo, chosen.net, label_set.name, chosen.stride, chosen.unit)
    if result.answer is not None:
        before = cache.segment(photo, chosen.net, label_set.name)
        changed = before.labels != result.answer.labels
        grid = [
            panels.swipe(
                panels.net_panel(chosen.net, photo, before, None, "with it"),
                panels.net_panel(f"without unit {chosen.unit}", photo, result.answer, None, "drag the divider"),
            )
        ]
        panels.show(grid, photo, label_set, key="unit_off_view", columns=2)
        st.metric("Pixels that change their class", percent(float(changed.mean())))
        return observations.most_answers_stay(float(changed.mean()))
    with_it, without = result.logits
    names, change = inside_cache.class_names(), without - with_it
    order = np.argsort(change)
    rows = [*order[:5], *order[-5:][::-1]]
    table = pd.DataFrame(
        {
            "score with it": with_it[rows],
            "without": without[rows],
            "change": change[rows],
        },
        index=pd.Index([names[k] for k in rows], name="class"),
    )
    one, two = st.columns([3, 2], gap="medium")
    with one:
        tables.show_wrapped(table, dict.fromkeys(table.columns, "{:.2f}"), "Classes without the unit")
    best = [names[int(logits.argmax())] for logits in (with_it, without)]
    with two:
        st.markdown(
            f"Of the 1000 classes these five lose and gain most. The best answer for the whole photo was "
            f"**{best[0]}** and is **{best[1]}**."
        )
    return observations.best_answer_stays(*best)


def sources() -> list:
    """The code behind it."""
    from seglib.inside import units as core

    return [core.strongest, core.without_units]
