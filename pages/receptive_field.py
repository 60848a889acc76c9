"""The window: how large is it, how much of it is used, and what does it cost to have it without losing resolution?"""

from seglib import receptive_field
from seglib.costs import bill
from seglib.ui import page, state
from seglib.ui.window import bill as bill_panel
from seglib.ui.window import dilation as dilation_panel
from seglib.ui.window import grow as grow_panel
from seglib.ui.window import measured as measured_panel
from seglib.window import dilation, stack

CLAIMS = {
    "Grow the window": "Layers stacked on layers see further; strides and dilation multiply.",
    "Theory and measured": "What a pixel could see, what it uses, and what it needs are three different windows.",
    "Dilation lab": "The exploded filter: a large window for the price of nine taps.",
    "The bill": "Dilation keeps window and resolution; somebody has to pay for the resolution.",
}

section = page.choose_part("A large window, and fine resolution?", CLAIMS, "section")
photo, labels = state.photo(), state.label_set()
page.wait_for_nets()
if section == "Grow the window":
    grow_panel.grow(photo, labels)
    page.show_source(receptive_field.receptive_field, stack.costs)
elif section == "Theory and measured":
    measured_panel.measured(photo, labels)
    page.show_source(*measured_panel.sources())
elif section == "Dilation lab":
    dilation_panel.explode(photo)
    dilation_panel.stack_rates()
    page.show_source(dilation.zero_stuffed, dilation.filtered, dilation.pixel_counts)
else:
    bill_panel.show_bill(photo)
    page.show_source(bill.measure, bill.extrapolated)
