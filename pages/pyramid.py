"""How can a small window see a whole scene? By looking at a smaller picture: image pyramids."""

import streamlit as st

from seglib.cards import shipped_nets
from seglib.ui import panels, pyramid_cost_panel, pyramid_levels_panel, pyramid_panel, state, superpixel_panel

CLAIMS = {
    "The pyramid": "The same photo at full, half and quarter size: nothing is lost, it is only sorted by size.",
    "Levels": "One net with a small window looks at all of them: in a small picture it sees the whole scene.",
    "Cost": "Three levels look four times as far as one: what does that cost?",
    "Superpixels": "What the net leaves ragged is cleaned up by a vote in regions that follow the photo's edges.",
}

part = panels.choose_part("Image pyramids", CLAIMS, "part")
photo, labels = state.photo(), state.label_set()
if part == "The pyramid":
    pyramid_panel.take_apart(photo)
elif not {pyramid_levels_panel.NET, pyramid_levels_panel.CONTROL} <= shipped_nets(labels.name, "pyramid").keys():
    st.info("The pyramid nets have not been trained for these classes: choose the other ones in the sidebar.")
else:
    panels.wait_for_nets()
    truth = state.truth(photo, labels)
    if part == "Levels":
        pyramid_levels_panel.look(photo, labels, truth)
    elif part == "Cost":
        pyramid_cost_panel.bill(photo, labels)
    else:
        superpixel_panel.clean_up(photo, labels, truth)
