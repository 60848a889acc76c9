"""The resolution issue: scores on a subsampled grid, and the ceiling that such a grid puts on any net."""

import streamlit as st

from seglib.ui import page, state
from seglib.ui.resolution import ceiling, there_and_back

if "factor" in st.query_params and "resolution_part" not in st.query_params:  # a link from when the page was one
    st.session_state.setdefault("resolution_part", "The ceiling")
photo, label_set = state.photo(), state.label_set()
page.run_parts(
    "The resolution issue",
    {
        "There and back": (
            "A net that subsamples by 32 answers once per 32 x 32 pixels; the rest is upsampling.",
            lambda: there_and_back.there_and_back(photo, label_set),
        ),
        "The ceiling": (
            "Perfect labels through such a grid: about what a net could reach that knew everything.",
            lambda: ceiling.ceiling(photo, label_set),
        ),
    },
    key="resolution_part",
)
