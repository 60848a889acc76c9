"""Strokes by mouse on the teaching page: two classes, the answer, a layer less, a second photo, a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PHONE, settle
from tests.browser.test_texture import PATIENCE, drag, use

pytestmark = pytest.mark.browser


def paint_two_classes(page: Page) -> Locator:
    """Sky and what is not sky, on the photo china; the answer."""
    canvas = page.locator(".painter .marks")
    expect(page.locator(".painter .readout")).to_contain_text("Drag to paint", timeout=PATIENCE)
    use(page, "sky")
    drag(page, canvas, (40, 40), (40, 180))
    settle(page)
    notice = page.get_by_test_id("stAlertContentInfo").get_by_text("Only one class is painted")
    expect(notice).to_be_visible(timeout=PATIENCE)
    use(page, "rest")
    drag(page, canvas, (400, 60), (380, 180))
    answer = page.get_by_role("application", name="Your classes on")
    expect(answer).to_be_visible(timeout=PATIENCE)
    settle(page)
    return answer


def test_two_classes_a_layer_less_a_second_photo_and_a_reload(page: Page, app: str) -> None:
    page.set_default_timeout(PATIENCE)
    page.goto(f"{app}/teach?photo=china&named=sky&named=rest")
    settle(page)
    answer = paint_two_classes(page)
    expect(page.get_by_text("A net of streams 32 + 16 + 8 + 4", exact=True)).to_be_visible()
    before = answer.screenshot()
    page.get_by_test_id("stButtonGroup").get_by_role("button", name="32", exact=True).click()
    expect(page.get_by_text("A net of streams 16 + 8 + 4", exact=True)).to_be_visible(timeout=PATIENCE)
    settle(page)
    assert answer.screenshot() != before
    page.get_by_role("combobox", name="Photo").first.click()
    page.get_by_role("option", name="Rocket").click()
    settle(page)
    expect(page.get_by_role("application", name="Your classes on: A white rocket")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("combobox", name="Photo").first.click()
    page.get_by_role("option", name="Summer Palace").click()
    page.wait_for_url(lambda url: "photo=rocket" not in url)  # what a reload would open again
    settle(page)
    page.reload()
    settle(page)
    expect(page.get_by_text("What you painted before the reload is back")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("application", name="Your classes on: A red and green pagoda")).to_be_visible(
        timeout=PATIENCE
    )


def test_a_phone_need_not_scroll_sideways(browser: Browser, app: str) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{app}/teach?photo=china&named=sky&named=rest&teach_beside=Each+layer+alone")
    settle(page)
    paint_two_classes(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()
