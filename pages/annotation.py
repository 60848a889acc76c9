"""Labels are hard: paint them, against the clock and against each other, and meet the heavy tail."""

from seglib.ui import page, state
from seglib.ui.annotation import agreement, heavy_tail, paint

photo, label_set = state.photo(), state.label_set()
page.run_parts(
    "Annotation",
    {
        "Paint": (
            "Every score rests on labels drawn by hand: slowly, and by no two people alike.",
            lambda: paint.paint(photo, label_set),
        ),
        "Stopwatch": (
            "Precise borders take time: what would a whole data set take at your pace?",
            lambda: paint.stopwatch(photo, label_set),
        ),
        "Agreement": (
            "No two people draw the same labels: how far they agree is how far a score can be trusted.",
            lambda: agreement.agree(photo, label_set),
        ),
        "Heavy tail": (
            "A few classes own nearly all pixels: annotate those, and call the rest Other.",
            lambda: heavy_tail.tail(label_set),
        ),
    },
    key="annotation_panel",
)
