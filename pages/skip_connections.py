"""How do skip connections sharpen an FCN? Streams switched on and off, and their sum taken apart."""

import streamlit as st

from seglib import metrics
from seglib.models.cards import shipped_nets
from seglib.rendering import score_scale
from seglib.ui import cache, charts, inputs, page, panels, seen, state, tables
from seglib.ui.components.photo_view import Panel
from seglib.ui.skips import border, observations
from seglib.ui.skips.steps import what_turned
from seglib.ui.words import percent

page.heading(
    "Skip connections",
    "Class scores from several layers, upsampled and added: coarse layers know what, fine ones where.",
)
photo, label_set = state.photo(), state.label_set()
truth = state.truth(photo, label_set)
page.wait_for_nets()
panels.say_if_unfamiliar(photo, label_set)

net = inputs.choose_streams(list(shipped_nets(label_set.name)))
answers = panels.segment_all(photo, label_set, list(dict.fromkeys(["fcn32s", net])))
if not answers:
    panels.show([panels.photo_panel(photo)], photo, label_set, key="skips")
    page.stop()
answer, coarse = answers[net], answers["fcn32s"]
cms = panels.confusions(label_set, answers, truth)

result = panels.net_panel(net, photo, answer, cms[net])
if net != "fcn32s":
    result = panels.swipe(panels.net_panel("fcn32s", photo, coarse, cms["fcn32s"]), result)
pictures = [panels.photo_panel(photo), result]
if truth is not None:
    pictures.insert(1, panels.truth_panel(photo, truth))
panels.show(pictures, photo, label_set, key="skips", truth=truth, columns=len(pictures))
if truth is None:
    st.info(panels.NO_TRUTH)
else:
    tables.score_metrics(cms[net], cms["fcn32s"], "fcn32s")
    tables.name_phantoms(cms, label_set)
    what_turned(photo, label_set, truth)

row, col = state.pin(photo)
st.header("The streams, and their sum")
k = inputs.choose_class(label_set, answer=int(answer.labels[row, col]))
shares = cache.contributions(answer, k)
# Finer streams add little: on one scale they would all look white, so each has its own, and says which.
limits = cache.contribution_limits(answer, k)
grid = [
    Panel(
        title=f"Stream {stride}: as computed",
        role="output",
        alt=f"Scores for {label_set.classes[k]} of the stream at stride {stride}, at their true resolution",
        caption=f"{answer.streams[stride].shape[2]} x {answer.streams[stride].shape[1]} scores, up to ±{limit:.2f}",
        picture=cache.stream_picture(answer, k, stride, limit),
        pixelated=True,
    )
    for stride, limit in limits.items()
]
grid += [
    Panel(
        title=f"Stream {stride}: upsampled",
        role="output",
        alt=f"Scores for {label_set.classes[k]} of the stream at stride {stride}, upsampled to the photo",
        caption=f"at the pinned pixel {share[row, col]:+.2f}",
        picture=cache.share_picture(answer, k, stride, limits[stride]),
    )
    for stride, share in shares.items()
]
panels.show(grid, photo, None, key="streams", columns=len(shares))
total = sum(share[row, col] for share in shares.values())
limit = cache.sum_limit(answer, k)
sum_view, sum_chart = st.columns(2, gap="medium")
with sum_view:
    summed = Panel(
        title=f"Sum of the streams: score for {label_set.classes[k]}",
        role="output",
        alt=f"Sum of all streams' scores for {label_set.classes[k]}",
        caption=f"at the pinned pixel {total:+.2f}",
        picture=cache.sum_picture(answer, k, limit),
    )
    panels.show([summed], photo, None, key="sum", columns=1)
    panels.show_scale(score_scale(), f"purple: against, −{limit:.0f}; orange: for, +{limit:.0f}")
with sum_chart:
    steps = {f"stream {stride}": float(share[row, col]) for stride, share in shares.items()}
    charts.waterfall(steps, "sum", f"Score for {label_set.classes[k]} at row {row}, column {col}")
    others = cache.pixel_probabilities(answer, (row, col))
    st.caption(
        f"With the other classes' scores this makes {label_set.classes[k]} "
        f"{percent(float(others[k]))} probable here; {net} says {label_set.classes[int(answer.labels[row, col])]}."
    )

st.header("The border, close up")
border.close_up(photo, label_set, truth)
distance = None if truth is None else cache.border_distance(truth)
seen.what_you_should_see(
    observations.grids(list(answer.streams)),
    observations.streams_at_borders(shares, distance, label_set.classes[k]),
    observations.right_at_borders(coarse.labels, answer.labels, truth, distance, net),
    observations.skips_help(cms["fcn32s"], cms[net], net, label_set.name),
)
st.header("On the validation photos, beside the paper")
tables.validation_table(label_set)
page.show_source(metrics.mean_iou, example="skip_contribution")
