"""DeepLab's second half: a net's probabilities through a fully connected CRF, and all steps of the lecture together."""

from seglib.ui import page
from seglib.ui.crf import parts

page.run_parts(
    "DeepLab and the fully connected CRF",
    {
        "The CRF": (
            "A net knows what is there, the photo knows where it ends: let every pixel hear every other.",
            parts.refine,
        ),
        "Who talks to whom": (
            "Two kernels: near pixels, and near pixels of like colour. What do they say to this one?",
            parts.who_talks,
        ),
        "All together": (
            "Skips, dilation, a large field of view, a CRF: what each step brings on this photo, and what it costs.",
            parts.together,
        ),
    },
    key="crf_part",
)
