"""The task: a class for every pixel. What do the trained nets make of one photo?"""

import streamlit as st

from seglib import metrics
from seglib.ui import cache, inputs, page, panels, seen, state, tables
from seglib.ui.compare import guests, observations
from seglib.ui.compare.unsure import unsure_words
from seglib.ui.lecture import tour
from seglib.ui.words import percent

page.heading(
    "A class for every pixel", "Four nets, one photo: they differ only in how finely they score it.", beside=tour.draw
)
photo, label_set = state.photo(), state.label_set()
truth = state.truth(photo, label_set)
page.wait_for_nets()
panels.say_if_unfamiliar(photo, label_set)

left, right = st.columns(2)
with left:
    nets = inputs.choose_nets(label_set)
with right:
    view = inputs.choose_view(truth is not None)
unsure = inputs.choose_threshold() if view == "unsure" else 0.5

answers = panels.segment_all(photo, label_set, nets)
cms = panels.confusions(label_set, answers, truth)
pictures = [panels.photo_panel(photo)]
if truth is not None:
    pictures.append(panels.truth_panel(photo, truth))
pictures += [panels.net_panel(net, photo, answer, cms[net]) for net, answer in answers.items()]
panels.show(pictures, photo, label_set, key="compare", truth=truth, mode=view, unsure=unsure)
if view == "unsure" and answers:
    st.caption(unsure_words(answers, truth, unsure))

if truth is None:
    st.info(panels.NO_TRUTH)

scores, pixel = st.columns(2, gap="medium")
if answers and truth is not None:
    with scores:
        st.header("Scores on this photo")
        tables.score_table(cms)
        st.caption(f"Void pixels are not counted: {percent((truth == 255).mean())} of this photo.")
        tables.name_phantoms(cms, label_set)
if answers:
    with pixel:
        row, col = state.pin(photo)
        st.header(f"The pixel at row {row}, column {col}")
        tables.pixel_table(
            {net: cache.pixel_probabilities(answer, (row, col)) for net, answer in answers.items()},
            label_set,
        )
        st.caption("Click or tap a picture to pin another pixel; arrow keys and Enter work too.")

seen.what_you_should_see(
    observations.agreement({net: answer.labels for net, answer in answers.items()}, truth),
    observations.finer_is_better(cms, label_set.name),
)
guests.show_guests(photo)
page.show_source(metrics.mean_iou, metrics.iou_per_class, metrics.confusion_matrix, example="segment_a_photo")
