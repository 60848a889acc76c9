"""The CRF page as a person meets it: scrub, click a pixel, move a width put away in a popover."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser


def metric(page: Page, title: str) -> str:
    found = page.locator('[data-testid="stMetric"]').filter(has_text=title)
    return found.locator('[data-testid="stMetricValue"]').inner_text()


def test_scrubbing_clicking_and_widening(page: Page, app: str) -> None:
    page.goto(f"{app}/deeplab_crf?photo=china&iteration=0")
    settle(page)
    assert metric(page, "Pixels of another class") == "0.0 %"
    page.get_by_role("slider", name=re.compile("^Iteration")).press("ArrowRight")
    value = page.locator('[data-testid="stMetric"]').filter(has_text="Pixels of another class")
    expect(value).not_to_contain_text("0.0 %")
    settle(page)
    page.wait_for_url(lambda url: "iteration=1" in url)
    first = metric(page, "Pixels of another class")

    page.get_by_test_id("stButtonGroup").get_by_text("Who talks to whom", exact=True).click()
    kernel = page.get_by_role("application", name="through the appearance kernel").first
    kernel.scroll_into_view_if_needed()
    before = kernel.screenshot()
    kernel.click(position={"x": 40, "y": 30})
    expect(page.get_by_text("listens to.").first).not_to_contain_text("row 213, column 320")
    settle(page)
    assert kernel.screenshot() != before

    page.get_by_test_id("stButtonGroup").get_by_text("The CRF", exact=True).click()
    page.get_by_text("Weights and widths").click()
    page.get_by_role("slider", name="Appearance: width, grey levels").press("PageUp")
    page.wait_for_url(lambda url: "colour_width" in url)
    expect(value).not_to_contain_text(first)
    settle(page)
    page.goto(page.url)  # a fresh visitor with the same link
    settle(page)
    expect(page.get_by_text("your own", exact=True)).to_be_visible()
