"""A page with known pixels for test_photo_view.py: four quadrants, a net that sees them all and one that does not."""

import numpy as np
import streamlit as st

from seglib.labels import EVERYDAY, IGNORE
from seglib.ui.components.photo_view import Panel, photo_view

H, W = 60, 90
GRASS, TREE, SKY = EVERYDAY.index("grass"), EVERYDAY.index("tree"), EVERYDAY.index("sky")


def main() -> None:
    """Two linked views; ``?mode=`` and ``?outline=`` as in `photo_view`."""
    state = st.session_state
    state.setdefault("pin", None)
    state.runs = state.get("runs", 0) + 1
    mode = st.query_params.get("mode", "labels")
    st.button("rerun")
    if st.button("pin from Python"):
        state.pin = (50, 80)

    rows, cols = np.mgrid[:H, :W]
    photo = np.stack([rows * 4, cols * 2, 255 - rows * 4], axis=-1).astype(np.uint8)
    fine = np.select([rows < 30, cols < 45], [SKY, TREE], GRASS)  # sky over tree and grass
    truth = np.where(cols < 88, fine, IGNORE)
    coarse = np.where(np.arange(4)[:, None] < 2, SKY, np.full((4, 6), GRASS))  # misses the tree
    sure = np.full((H, W), 0.93)
    fine_panel = Panel("fcn8s", "Fine", "output", "mean IoU 98.0 %", photo, fine, sure)
    coarse_panel = Panel("fcn32s", "Coarse", "output", "mean IoU 62.1 %", photo, coarse, sure[::2, ::2] - 0.32)
    common = {"size": (H, W), "label_set": EVERYDAY, "truth": truth, "opacity": 1.0, "pin": state.pin}

    first = photo_view(
        [Panel("photo", "The photo", "input", picture=photo), fine_panel, coarse_panel],
        key="first",
        mode=mode,
        unsure=float(st.query_params.get("unsure", 0.5)),
        columns=3,
        outline="outline" in st.query_params,
        **common,
    )
    second = photo_view(
        [
            Panel("truth", "The truth", "truth", picture=photo, labels=truth),
            Panel("fcn8s", "Fine", picture=photo, labels=fine, compare=coarse_panel),
        ],
        key="second",
        **common,
    )
    st.text(f"pin {state.pin}")
    st.text(f"runs {state.runs}")
    if first or second:
        state.pin = first or second
        st.rerun()


if __name__ == "__main__":
    main()
