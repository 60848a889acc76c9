"""Is 95 % accuracy good? What each metric rewards, what it overlooks, and what "mean IoU" leaves unsaid."""

import streamlit as st

from seglib.ui import page, panels, state
from seglib.ui.metrics import duel as duel_panel
from seglib.ui.metrics import experiments as metrics_panels
from seglib.ui.metrics import folder as folder_panel

EXPERIMENTS = {
    "Metric duel": (
        duel_panel.metric_duel,
        "Make a class rare: predictors that ignore it keep their pixel accuracy, and lose their mean IoU.",
    ),
    "Five mean IoUs": (
        metrics_panels.five_mean_ious,
        "The same masks score differently wherever somebody else wrote the code.",
    ),
    "At the border": (
        metrics_panels.at_the_border,
        "Most pixels are far from any border and easy; the rest is where nets differ.",
    ),
    "Things and stuff": (
        metrics_panels.things_and_stuff,
        "Sky is large and shapeless, a sign is small and has a shape: one mean hides two stories.",
    ),
    "Your folder": (folder_panel.folder, "Your labels, our nets or your predictions, photo by photo."),
}

claims = {name: claim for name, (_, claim) in EXPERIMENTS.items()}
run, _ = EXPERIMENTS[page.choose_part("Is 95 % accuracy good?", claims, "experiment")]
photo, labels = state.photo(), state.label_set()
truth = state.truth(photo, labels)
page.wait_for_nets()
if run in (folder_panel.folder, metrics_panels.five_mean_ious):  # these look at many photos
    run(labels)
elif truth is None:
    panels.show([panels.photo_panel(photo)], photo, None, key="unlabelled", columns=1)
    st.info("There are no human labels of these classes for this photo. Choose another photo, or add labels to yours.")
else:
    run(photo, labels, truth)
