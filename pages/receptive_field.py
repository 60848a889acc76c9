"""The window: how large is it, how much of it is used, and what does it cost to have it without losing resolution?"""

from seglib.ui import page, state
from seglib.ui.window import bill, dilation, grow, in_pictures, measured

photo, label_set = state.photo(), state.label_set()
page.run_parts(
    "A large window, and fine resolution?",
    {
        "Grow the window": (
            "Layers stacked on layers see further; strides and dilation multiply.",
            lambda: grow.grow(photo, label_set),
        ),
        "Theory and measured": (
            "What a pixel could see, what it uses, and what it needs are three different windows.",
            lambda: measured.measured(photo, label_set),
        ),
        "In pictures": (
            "Stop early, leave subsampling out, dilate, skip: what becomes of the photo.",
            lambda: in_pictures.in_pictures(photo, label_set),
        ),
        "Dilation lab": (
            "The exploded filter: a large window for the price of nine taps.",
            lambda: dilation.lab(photo),
        ),
        "The bill": (
            "Dilation keeps window and resolution; somebody has to pay for the resolution.",
            lambda: bill.show_bill(photo),
        ),
    },
    key="section",
)
