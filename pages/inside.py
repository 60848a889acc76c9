"""What happens inside a net: how gradients come back, where a classifier sees its classes, what each unit finds."""

from collections.abc import Callable
from functools import partial

from seglib.inside import files
from seglib.ui import page, state
from seglib.ui.inside import arrows, back_to_pixels, classes, one_step, score_maps, training, units

PARTS = {
    "Red arrows": (
        "Gradients come back through every skip; how far does each reach?",
        arrows.red_arrows,
        arrows.sources,
    ),
    "One step": ("Teach the net one pixel, and see who else has to move.", one_step.one_step, one_step.sources),
    "While it learns": (
        "Skips carry gradient to early layers. So do short cuts.",
        training.training,
        training.sources,
    ),
    "Score maps": (
        "A classifier is a segmenter whose answers are averaged.",
        score_maps.score_maps,
        score_maps.sources,
    ),
    "Units": (
        "Every layer sees more of the photo: something more special, too?",
        units.units,
        units.sources,
    ),
    "Back to pixels": (
        "A picture of what a unit sees may be a picture of the photo.",
        back_to_pixels.back_to_pixels,
        back_to_pixels.sources,
    ),
    "Units and classes": (
        "Do deeper units find what people name? Choose them on some photos, score them on others.",
        classes.classes,
        classes.sources,
    ),
}

NEEDS = {"While it learns": files.FLOW, "Units and classes": files.UNITS}  # parts that show what a command measured

photo, label_set = state.photo(), state.label_set()


def part(run: Callable, sources: Callable) -> None:
    """A part of the page: the experiment, and the code that ran."""
    page.wait_for_nets()
    run(photo, label_set)
    page.show_source(*sources())


page.run_parts(
    "Inside a net",
    {
        title: (claim, partial(part, run, sources))
        for title, (claim, run, sources) in PARTS.items()
        if title not in NEEDS or NEEDS[title].is_file()
    },
    key="inside_part",
)
