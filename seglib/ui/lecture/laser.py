"""The laser: what the lecturer pins by hand on the photo, the class sees as a dot on a small copy on its phones.

Only photos that come with the app are copied: an upload stays in its visitor's session. The next step takes the dot
away.
"""

from __future__ import annotations

import cv2
import numpy as np
import streamlit as st

from seglib.lecture.rooms import MOST_PHOTO, NoRoom
from seglib.photos import PHOTOS
from seglib.ui import state
from seglib.ui.lecture import hall
from seglib.ui.lecture.paint_it import data_url

SIDE = 320  # pixels of the copy's longer side


def follow() -> None:
    """Tell the room which pixel was pinned just now, if one was, and if this visitor holds a room."""
    pointed = st.session_state.pop("pointed", None)
    if pointed is None or hall.key() is None or st.session_state.get("photo") not in PHOTOS:
        return
    photo = state.photo()
    height, width = photo.size
    dot = ((pointed[1] + 0.5) / width, (pointed[0] + 0.5) / height)
    try:
        hall.rooms().point(hall.key(), dot, copy_of(photo.image))
    except NoRoom as error:
        st.info(str(error))


def copy_of(image: np.ndarray) -> str:
    """A photo ``(H, W, 3)``, small, as a data URL that a room may hold."""
    height, width = image.shape[:2]
    scale = SIDE / max(height, width)
    small = cv2.resize(image, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    return data_url(small, MOST_PHOTO)
