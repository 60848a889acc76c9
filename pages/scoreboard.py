"""Results against the papers: every net and what it costs, every claim and its verdict, and how fast it all is."""

from seglib.ui import page, state
from seglib.ui.scoreboard import claims, nets, speed

label_set = state.label_set()
page.run_parts(
    "Scoreboard",
    {
        "Nets": (
            "What does accuracy cost? All nets on the same validation photos, one photo's bill on the same core.",
            lambda: nets.nets(label_set),
        ),
        "Claims": (
            "Every sentence of the lecture, measured on our nets and photos: what holds, and what does not.",
            claims.show,
        ),
        "Speed": (
            "What a student waits for, beside what others need for the same: ratios, because machines differ.",
            speed.speed,
        ),
    },
    key="board",
)
