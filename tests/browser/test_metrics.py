"""The metrics page in a real browser: what only a mouse on a canvas can do."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser


def test_a_click_on_a_cell_of_the_confusion_matrix_lights_its_pixels(page: Page, app: str) -> None:
    page.goto(f"{app}/metrics?photo=china")
    settle(page)
    page.get_by_text("Just show me").first.click()
    settle(page)
    expect(page.get_by_text(re.compile("all its mistakes: [0-9,]+ pixels")).first).to_be_visible()
    matrix = page.locator(".st-key-matrix canvas").first
    matrix.evaluate("element => element.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(500)
    box = matrix.bounding_box()
    # The grid's scroller lies over its canvas, so the mouse goes by place: first true class, rows are 35 px high.
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 1.5 * 35)
    lit = page.get_by_text(re.compile("building, called [a-z]+: [0-9,]+ pixels")).first
    expect(lit).to_be_visible(timeout=30_000)
    settle(page)
    assert page.get_by_text("all its mistakes").count() == 0
