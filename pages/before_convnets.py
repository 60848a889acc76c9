"""Before convnets: stuff by its texture, things by a detector and a segmentation inside its box."""

from seglib.ui import page, state
from seglib.ui.before_convnets import filters, model, mosaic, scribbles, things

photo, label_set = state.photo(), state.label_set()
truth = state.truth(photo, label_set)
page.run_parts(
    "Before convnets",
    {
        "Filters and textons": (
            "Stuff has a texture: a window of it is known by how often each texton occurs.",
            lambda: filters.filters(photo, label_set, truth),
        ),
        "Mosaic": (
            "Three textures with the same grey levels: what can a window's histogram tell apart?",
            mosaic.mosaic,
        ),
        "Learnt from photos": (
            "Windows of words, classified one by one: do they know stuff better than things?",
            lambda: model.trained(photo, label_set, truth),
        ),
        "Your strokes": (
            "A few strokes of yours teach a classifier this photo's textures in a second.",
            lambda: scribbles.scribbles(photo, label_set, truth),
        ),
        "Things": (
            "Things have a shape: find each with a detector, then segment inside its box.",
            lambda: things.show(photo, label_set, truth),
        ),
    },
    key="before",
)
