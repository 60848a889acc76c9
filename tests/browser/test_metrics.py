"""The metrics page in a real browser: what only a mouse on a canvas can do."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, settle
from tests.browser.test_every_part import CLIPPED, ZOOMED, still

pytestmark = pytest.mark.browser


def test_a_click_on_a_cell_of_the_confusion_matrix_lights_its_pixels_and_all_of_it_fits(page: Page, app: str) -> None:
    page.goto(f"{app}/metrics?photo=china")
    settle(page)
    page.get_by_text("Just show me").first.click()
    settle(page)
    expect(page.get_by_text(re.compile("all its mistakes: [0-9,]+ pixels")).first).to_be_visible()
    cells = page.locator(".st-key-matrix .mark-rect path")
    expect(cells.first).to_be_visible()
    cells.nth(1).evaluate("element => element.scrollIntoView({block: 'center'})")
    still(page)
    box = cells.nth(1).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # on the number that stands in it
    lit = page.get_by_text(re.compile("[a-z]+, called [a-z]+: [0-9,]+ pixels")).first
    expect(lit).to_be_visible()
    settle(page)
    chosen = page.get_by_role("combobox", name=re.compile("Pixels that light up"))
    words = chosen.input_value()
    assert lit.inner_text().startswith(f"{words}: ")
    assert page.get_by_text("all its mistakes:").count() == 0
    chosen.click()  # without a mouse on the chart: the list
    page.get_by_role("option", name="all its mistakes").click()
    expect(page.get_by_text("all its mistakes:").first).to_be_visible()
    settle(page)
    for size in (DESKTOP, ZOOMED, PHONE):
        page.set_viewport_size(size)
        still(page)
        assert page.evaluate(CLIPPED) == [], size
