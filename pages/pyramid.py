"""How can a small window see a whole scene? By looking at a smaller picture: image pyramids."""

import streamlit as st

from seglib.models.cards import shipped_nets
from seglib.ui import page, state
from seglib.ui.pyramids import cost as pyramid_cost_panel
from seglib.ui.pyramids import levels as pyramid_levels_panel
from seglib.ui.pyramids import superpixels as superpixel_panel
from seglib.ui.pyramids import take_apart as pyramid_panel

CLAIMS = {
    "The pyramid": "The same photo at full, half and quarter size: nothing is lost, it is only sorted by size.",
    "Levels": "One net with a small window looks at all of them: in a small picture it sees the whole scene.",
    "Cost": "Three levels look four times as far as one: what does that cost?",
    "Superpixels": "What the net leaves ragged is cleaned up by a vote in regions that follow the photo's edges.",
}

part = page.choose_part("Image pyramids", CLAIMS, "part")
photo, labels = state.photo(), state.label_set()
if part == "The pyramid":
    pyramid_panel.take_apart(photo)
elif not {pyramid_levels_panel.NET, pyramid_levels_panel.CONTROL} <= shipped_nets(labels.name, "pyramid").keys():
    st.info("The pyramid nets have not been trained for these classes: choose the other ones in the sidebar.")
else:
    page.wait_for_nets()
    truth = state.truth(photo, labels)
    if part == "Levels":
        pyramid_levels_panel.look(photo, labels, truth)
    elif part == "Cost":
        pyramid_cost_panel.bill(photo, labels)
    else:
        superpixel_panel.clean_up(photo, labels, truth)
