"""Teach it: your own classes from a few strokes, and a small net that learns while you watch."""

from seglib.teach.heads import fit
from seglib.teach.live_settings import Settings
from seglib.teach.strokes import teach
from seglib.ui import page
from seglib.ui.teach import learn, strokes


def own_classes() -> None:
    strokes.experiment()
    page.show_source(teach, fit)


def watch_a_net() -> None:
    learn.experiment()
    page.show_source(Settings, example="train_a_tiny_net")


page.run_parts(
    "Teach it",
    {
        "Your own classes": (
            "A few strokes, a linear head on frozen features: your own classes, a second later.",
            own_classes,
        ),
        "Watch a net learn": (
            "A few photos, crops of them, a small net: see what it learns, and what by heart.",
            watch_a_net,
        ),
    },
    key="teach_part",
)
