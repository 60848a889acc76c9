"""DeepLab's second half: a net's probabilities through a fully connected CRF, iteration by iteration."""

import streamlit as st

from seglib.crf import mean_field
from seglib.crf.permutohedral import Lattice
from seglib.models.cards import all_nets
from seglib.ui import page, panels, state
from seglib.ui.crf import charts as crf_charts
from seglib.ui.crf import controls as crf_controls
from seglib.ui.crf import experiments as crf_panel
from seglib.ui.loading import loading

page.heading(
    "DeepLab and the fully connected CRF",
    "A net knows what is there, the photo knows where it ends: let every pixel hear every other, and ask again.",
)
photo, label_set = state.photo(), state.label_set()
truth = state.truth(photo, label_set)
page.wait_for_nets()
panels.say_if_unfamiliar(photo, label_set)
if loading():
    panels.show([panels.photo_panel(photo)], photo, None, key="crf")
    st.stop()

left, middle, right = st.columns([2, 2, 3], vertical_alignment="top")
with left:
    unary = crf_controls.choose_unary(all_nets(label_set.name), truth is not None)
with middle:
    iteration = crf_controls.choose_iteration()
with right:
    params = crf_controls.choose_params()
view = crf_panel.look(photo, label_set, truth, unary, params, iteration)
crf_panel.before_and_after(view)
crf_panel.what_happens(view)
crf_panel.who_talks_to_whom(view)
crf_panel.messages(view)
crf_panel.iterations(view)
crf_panel.what_is_lost(view)

st.subheader("The paper beside ours")
crf_charts.paper_table(label_set)
page.show_source(
    mean_field.mean_field_steps, mean_field.update, mean_field.messages, Lattice.filter, example="fully_connected_crf"
)
