"""Paint it: the whole class marks one class on the same small square, and meets its own disagreement."""

from __future__ import annotations

import base64
import io

import cv2
import numpy as np
import streamlit as st
from PIL import Image

from seglib.lecture.class_paintings import net_against_class, pool, unpack_mask
from seglib.lecture.rooms import MOST_PICTURE, PAINT_SIDE, Asked, Room
from seglib.lecture.routes import Paint, Step
from seglib.metrics.agreement import heat_picture
from seglib.models.cards import shipped_nets
from seglib.ui import panels, state
from seglib.ui.lecture import hall
from seglib.ui.lecture.plain import escaped
from seglib.ui.photo import Photo
from seglib.ui.words import percent

SIDE = 384  # pixels of the square as it is sent to phones
QUALITIES = (85, 70, 50, 30)  # JPEG, the first that is small enough


def square_picture(image: np.ndarray, paint: Paint) -> np.ndarray:
    """The square that is painted, cut from a photo ``(H, W, 3)`` as far as it lies inside, enlarged."""
    height, width = image.shape[:2]
    side = min(paint.side, height, width)
    row, col = min(paint.row, height - side), min(paint.col, width - side)
    cut = image[row : row + side, col : col + side]
    return cv2.resize(cut, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)


def data_url(picture: np.ndarray, most: int = MOST_PICTURE) -> str:
    """A picture as a data URL that a room may hold."""
    for quality in QUALITIES:
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
        url = f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
        if len(url) <= most:
            return url
    raise ValueError(f"a picture of {picture.shape} does not fit into {most} bytes")


def show(step: Step, room: Room) -> None:
    """Ask, count, end, show."""
    paint, key, rooms = step.paint, hall.key(), hall.rooms()
    photo, words = state.photo(), f"Paint the {step.paint.label} in this square."
    st.markdown(f"**{escaped(words)}** Every phone gets the same square of the photo.")
    if room.asked is None or room.asked.step != step.name:
        asked = Asked("paint", words, picture=data_url(square_picture(photo.image, paint)), step=step.name)
        st.button("Let the class paint", type="primary", icon=":material/brush:", on_click=rooms.ask, args=(key, asked))
    elif room.is_open:
        with st.container(horizontal=True, vertical_alignment="center"):
            _painters()
            st.button("End the painting", type="primary", on_click=rooms.end, args=(key,), key="lecture_end")
    elif not room.is_shown:
        st.button("Show", type="primary", on_click=rooms.show, args=(key, None), key="lecture_show")
    else:
        _show_pooled(step, room, photo)


@st.fragment(run_every=1)
def _painters() -> None:
    if room := hall.room():
        st.metric("Painters", hall.rooms().count(room), width="content")


def _show_pooled(step: Step, room: Room, photo: Photo) -> None:
    masks = [unpack_mask(ballot) for ballot in hall.rooms().paintings(room)]
    pooled = pool(masks)
    if pooled is None:
        st.info("Nobody has painted anything.")
        return
    paint, labels = step.paint, state.label_set()
    picture = square_picture(photo.image, paint)
    left, middle, right = st.columns([2, 2, 3], gap="medium")
    shares, heat = (
        cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) for part in (pooled.share, pooled.heat)
    )
    for place, values, words in (
        (left, shares, f"Painted by: black nobody, yellow all {pooled.painters}"),
        (middle, heat, "Where they differ: yellow, half against half"),
    ):
        place.image(heat_picture(picture, values), caption=words, alt=f"Heat map over the square. {words}")
    with right:
        people = "–" if np.isnan(pooled.ceiling) else percent(pooled.ceiling)
        st.metric("Two people of this class agree with each other", people, help="Mean IoU of every two paintings.")
        if paint.label in labels.classes:
            index, box = labels.index(paint.label), (paint.row, paint.col, paint.side)
            for net, answer in panels.segment_all(photo, labels, list(shipped_nets(labels.name))).items():
                st.markdown(
                    f"{net} agrees with them: **{percent(net_against_class(answer.labels, index, box, masks))}**"
                )
        else:
            st.caption(f"No net here knows a class {escaped(paint.label)}.")
        st.caption(f"IoU of {escaped(paint.label)} on a square of {PAINT_SIDE} x {PAINT_SIDE} cells.")
