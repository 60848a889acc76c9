"""Before convnets: stuff by its texture, things by a detector and a segmentation inside its box."""

from seglib.ui import page, state
from seglib.ui.before_convnets import filters as texture_panel
from seglib.ui.before_convnets import model as texture_model_panel
from seglib.ui.before_convnets import scribbles as texture_scribbles_panel
from seglib.ui.before_convnets import things as detection_panel

EXPERIMENTS = {
    "Filters and textons": "Stuff has a texture: a window of it is known by how often each texton occurs.",
    "Mosaic": "Three textures with the same grey levels: what can a window's histogram tell apart?",
    "Learnt from photos": "Windows of words, classified one by one: good at stuff, lost on things.",
    "Your strokes": "A few strokes of yours teach a classifier this photo's stuff in a second.",
    "Things": "Things have a shape: find each with a detector, then segment inside its box.",
}

experiment = page.choose_part("Before convnets", EXPERIMENTS, "before")
photo, labels = state.photo(), state.label_set()
truth = state.truth(photo, labels)
if experiment == "Filters and textons":
    texture_panel.filters(photo)
elif experiment == "Mosaic":
    texture_panel.mosaic()
else:
    page.wait_for_nets()
    if experiment == "Learnt from photos":
        texture_model_panel.trained(photo, labels, truth)
    elif experiment == "Your strokes":
        texture_scribbles_panel.scribbles(photo, labels, truth)
    else:
        detection_panel.show(photo, labels, truth)
