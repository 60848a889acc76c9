"""How can a small window see a whole scene? By looking at a smaller picture: image pyramids."""

from seglib.ui import page, state
from seglib.ui.pyramids import cost, levels, superpixels, take_apart

photo, label_set = state.photo(), state.label_set()
truth = state.truth(photo, label_set)
page.run_parts(
    "Image pyramids",
    {
        "The pyramid": (
            "The same photo at ever smaller sizes: nothing is lost, it is only sorted by size.",
            lambda: take_apart.take_apart(photo),
        ),
        "Levels": (
            "One net with a small window looks at all of them: in a small picture it sees more of the scene.",
            lambda: levels.look(photo, label_set, truth),
        ),
        "Cost": (
            "Three levels look four times as far as one: what does that cost?",
            lambda: cost.bill(photo, label_set),
        ),
        "Superpixels": (
            "What the net leaves ragged is cleaned up by a vote in regions that follow the photo's edges.",
            lambda: superpixels.clean_up(photo, label_set, truth),
        ),
    },
    key="part",
)
