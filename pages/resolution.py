"""The resolution issue: scores on a subsampled grid, and the ceiling that such a grid puts on any net."""

import streamlit as st

from seglib.models.cards import shipped_nets
from seglib.resolution import FACTORS, through_grid
from seglib.ui import cache, charts, inputs, page, panels, seen, state, tables
from seglib.ui.components.photo_view import Panel
from seglib.ui.resolution import observations
from seglib.ui.resolution.last_layer import last_layer

page.heading(
    "The resolution issue", "A net that subsamples by 32 answers once per 32 x 32 pixels: how much can that cost?"
)
photo, label_set = state.photo(), state.label_set()
truth = state.truth(photo, label_set)
page.wait_for_nets()
panels.say_if_unfamiliar(photo, label_set)

st.header("From photo to scores and back")
net, how = inputs.choose_net_and_upsampling(list(shipped_nets(label_set.name)))
answers = panels.segment_all(photo, label_set, [net])
if not answers:
    panels.show([panels.photo_panel(photo)], photo, label_set, key="pipeline")
    page.stop()
answer = answers[net]
on_grid = cache.grid_labels(answer)
upsampled = answer.labels if how == "bilinear" else on_grid
finest = min(answer.streams)
scores = answer.streams[finest]
coarse = Panel(
    title="Subsampled",
    role="output",
    alt=f"Best class at each of {scores.shape[2]} x {scores.shape[1]} grid points, as computed by {net}",
    caption=f"{scores.shape[2]} x {scores.shape[1]} answers",
    picture=photo.image,
    labels=on_grid,
)
fine = Panel(
    title=f"Upsampled ({how})",
    role="output",
    alt=f"The answers of {net} upsampled to the photo",
    caption=f"{photo.size[1]} x {photo.size[0]} pixels",
    picture=photo.image,
    labels=upsampled,
)
panels.show(
    [panels.photo_panel(photo), panels.swipe(coarse, fine)], photo, label_set, key="pipeline", truth=truth, columns=2
)
tables.layer_table(net, photo, label_set)

st.header("The last layer: one score map a class")
last_layer(photo, label_set, answer)

st.header("The ceiling")
st.markdown(
    "Subsample the *human labels themselves*, upsample them again, and score the result: about what a net could reach "
    "that knew everything, and answered on this grid."
)
if truth is None:
    st.info(panels.NO_TRUTH)
    page.stop()
factor = st.select_slider("One label every … pixels", FACTORS, value=32, key="factor", bind="query-params")
degraded = cache.through_grid(truth, factor, len(label_set), how)
panels.show(
    [
        panels.truth_panel(photo, truth),
        Panel(
            title=f"Human labels through a grid of {factor} px",
            role="output",
            alt=f"The human labels subsampled by {factor} and upsampled again",
            picture=photo.image,
            labels=degraded,
        ),
    ],
    photo,
    label_set,
    key="ceiling",
    truth=truth,
    columns=2,
)
guess = page.guess(
    f"What is the mean IoU of perfect labels through a grid of {observations.ASKED} px, on this photo?",
    observations.OPTIONS,
    "ceiling_guess",
)
if guess.given:
    ours = cache.ceiling(truth, len(label_set), how)
    guess.answer(*observations.ceiling_asked(ours))
    nets = panels.segment_all(photo, label_set, list(shipped_nets(label_set.name)))
    cms = panels.confusions(label_set, nets, truth)
    charts.ceiling_chart(ours, factor, cms)
    seen.what_you_should_see(
        observations.slow_then_fast(ours),
        observations.small_first(truth, degraded, factor, label_set),
        observations.thin_first(truth, degraded, cache.thin(truth, observations.THIN), factor),
        observations.below_ceiling(cms, {net: min(answer.streams) for net, answer in nets.items()}, ours),
    )
    page.text("resolution")
page.show_source(through_grid, example="ceiling")
