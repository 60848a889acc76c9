"""The tour in Chromium: it waits until each place was used, is left at will, and is not offered a second time."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, choose_page, settle

pytestmark = pytest.mark.browser
OFFER = "Show me around"


def waits_at(page: Page, number: int) -> None:
    """The tip names this stop, and the ring lies around a place on the screen."""
    expect(page.get_by_role("status").filter(has_text=f"({number} of 4)")).to_be_visible()
    ring = page.locator(".ring")
    expect(ring).to_be_visible()
    expect(ring).to_be_in_viewport()


def is_over(page: Page) -> None:
    """Nothing is ringed, and the tour waits behind its small button."""
    expect(page.locator(".ring")).to_be_hidden()
    expect(page.get_by_role("button", name="Tour", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=OFFER)).to_have_count(0)


def test_each_place_waits_until_it_is_used_and_the_tour_is_not_offered_again(page: Page, app: str) -> None:
    page.goto(app)
    settle(page)
    page.get_by_role("button", name=OFFER).click()
    waits_at(page, 1)
    photo = page.locator(".st-key-photo").get_by_role("combobox")
    photo.click()  # opens the list; chosen is nothing yet
    waited = page.get_by_role("option").nth(1)
    expect(waited).to_be_visible()
    expect(page.locator(".ring")).to_be_visible()
    waited.click()
    waits_at(page, 2)
    page.locator(".st-key-view").get_by_text("Confidence", exact=False).first.click()
    waits_at(page, 3)
    settle(page)
    page.locator(".st-key-compare canvas.marks").first.click(position={"x": 40, "y": 30})
    waits_at(page, 4)
    settle(page)
    choose_page(page, "The nets", "Skips")
    expect(page.get_by_role("status").filter(has_text="of 4)")).to_have_count(0)
    page.goto(app)
    settle(page)
    is_over(page)


def test_keys_alone_walk_the_tour_and_escape_leaves_it(page: Page, app: str) -> None:
    page.goto(app)
    settle(page)
    page.get_by_role("button", name=OFFER).focus()
    page.keyboard.press("Enter")
    waits_at(page, 1)
    expect(page.locator(".st-key-photo").get_by_role("combobox")).to_be_focused()
    page.get_by_role("button", name="Skip this").focus()
    page.keyboard.press("Enter")
    waits_at(page, 2)
    settle(page)
    expect(page.locator(".st-key-view").get_by_role("radio", checked=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    waits_at(page, 3)
    page.keyboard.press("Escape")
    is_over(page)
    page.reload()
    settle(page)
    is_over(page)


def test_on_a_phone_the_opened_menu_is_ringed_and_nothing_lies_on_it(page: Page, app: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(app)
    settle(page)
    page.get_by_role("button", name=OFFER).click()
    for number in (1, 2, 3):
        waits_at(page, number)
        page.get_by_role("button", name="Skip this").click()
    waits_at(page, 4)
    settle(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.locator(".tip")).to_be_hidden()
    expect(page.locator(".ring")).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_text("Resolution", exact=True).click()
    expect(page.get_by_role("heading", name="The resolution issue")).to_be_visible()
    expect(page.locator(".ring")).to_have_count(0)
