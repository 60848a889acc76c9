"""Teach it: your own classes from a few strokes."""

from seglib.teach.heads import fit
from seglib.teach.strokes import teach
from seglib.ui import page
from seglib.ui.teach import strokes

page.heading(
    "Teach it",
    "A few strokes, a linear head on frozen features: your own classes, a second later.",
)
strokes.experiment()
page.show_source(teach, fit, example="train_a_tiny_net")
