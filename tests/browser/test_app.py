"""The app as a person meets it: open, look, switch a skip, bring a photo of one's own."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, choose_page, settle, start_app
from tests.browser.photos import noise_photo, upload

pytestmark = pytest.mark.browser


def picture(page: Page, title: str) -> bytes:
    """What the canvas of the panel with this title shows, as pixels."""
    panel = page.get_by_role("application", name=title).first
    panel.scroll_into_view_if_needed()
    return panel.screenshot()


def mean_iou(page: Page) -> str:
    """The figure under the heading Mean IoU."""
    metric = page.locator('[data-testid="stMetric"]').filter(has_text="Mean IoU")
    return metric.locator('[data-testid="stMetricValue"]').inner_text()


def test_a_skip_changes_picture_and_number(page: Page, app: str) -> None:
    page.goto(f"{app}/skip_connections?photo=china")
    settle(page)
    before, number = picture(page, "Classes that fcn32s"), mean_iou(page)
    page.get_by_text("+ stream 16").click()  # off: the coarsest net alone
    settle(page)
    expect(page.locator('[data-testid="stMetric"]').filter(has_text="Mean IoU")).not_to_contain_text(number)
    assert picture(page, "Classes that fcn32s") != before


def test_a_pixel_pinned_on_one_page_is_pinned_on_the_next_and_in_the_address(page: Page, app: str) -> None:
    page.goto(f"{app}/?photo=china")
    settle(page)
    canvas = page.get_by_role("application", name="red and green pagoda").first
    canvas.click(position={"x": 40, "y": 30})
    expect(page.get_by_role("heading", name="The pixel at row")).not_to_contain_text("row 213, column 320")
    settle(page)
    heading = page.get_by_role("heading", name="The pixel at row").inner_text()
    row, col = heading.split("row ")[1].split(", column ")
    page.wait_for_url(lambda url: f"pin={row}%2C{col}" in url)
    page.goto(page.url)  # a fresh visitor with the same link
    settle(page)
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    choose_page(page, "The nets", "Skips")
    settle(page)
    expect(page.get_by_text(f"at row {row}, column {col}").first).to_be_visible()


def test_an_upload_is_segmented_and_a_bad_one_refused(page: Page, app: str) -> None:
    page.goto(app)
    settle(page)
    upload(page, "notes.png", b"not a picture")
    expect(page.locator('[data-testid="stAlert"]').first).to_be_visible()
    settle(page)
    expect(page.get_by_role("application", name="Classes that fcn8s")).to_have_count(1)
    upload(page, "mine.jpg", noise_photo())
    expect(page.get_by_role("application", name="fcn8s gives to: Your photo mine.jpg").first).to_be_visible(
        timeout=30_000
    )
    settle(page)
    expect(page.get_by_text("There are no human labels for this photo")).to_be_visible()


def test_a_deep_link_on_a_cold_server_meets_the_router(browser: Browser) -> None:
    process, address = start_app(ROOT / "demo_app.py")
    try:
        page = browser.new_page()
        start = time.monotonic()
        page.goto(f"{address}/resolution?photo=china")
        expect(page.get_by_role("heading", name="The resolution issue")).to_be_visible(timeout=30_000)
        assert time.monotonic() - start < 30
        expect(page.get_by_role("link", name="Compare")).to_be_visible()
        assert page.get_by_text("Page not found").count() == 0
        settle(page)
        page.close()
    finally:
        process.terminate()
        process.wait(10)
