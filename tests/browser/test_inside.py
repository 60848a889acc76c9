"""The page Inside as a person meets it: click a wrong pixel, take a step, undo; cut an arrow by clicking it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser

SAYS = re.compile(r"At row (\d+), column (\d+) \w+ says")


def answer(page: Page) -> bytes:
    """The picture of the net's answer, as it is drawn."""
    view = page.get_by_role("application").first
    expect(view).to_be_visible()
    view.scroll_into_view_if_needed()
    page.mouse.move(5, 5)
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    return view.screenshot()


def test_click_a_wrong_pixel_take_a_step_undo_it_and_the_answer_is_the_old_one(page: Page, app: str) -> None:
    page.goto(f"{app}/inside?inside_part=One+step&photo=china")
    settle(page)
    before = SAYS.search(page.get_by_text(SAYS).inner_text()).groups()
    page.get_by_role("button", name=re.compile(", not ")).nth(1).click()
    expect(page.get_by_text(SAYS)).not_to_contain_text(f"row {before[0]}, column {before[1]} ")
    settle(page)
    old = answer(page)
    page.get_by_role("button", name="Take the step").click()
    expect(page.get_by_text("What changed", exact=True)).to_be_visible(timeout=60_000)
    settle(page)
    expect(page.get_by_test_id("stMetric").filter(has_text="Mended pixels")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("What changed", exact=True)).to_have_count(0)
    settle(page)
    assert answer(page) == old


def test_a_click_on_a_red_arrow_cuts_it_and_a_second_one_mends_it(page: Page, app: str) -> None:
    page.goto(f"{app}/inside?inside_part=Red+arrows&photo=china&pin=248%2C520")
    settle(page)
    arrow = page.locator('[data-arrow="scores 16"] polygon')
    arrow.click()
    expect(page.get_by_text("By stride 16: cut")).to_be_visible(timeout=60_000)
    page.wait_for_url(lambda url: "cuts=scores+16" in url or "cuts=scores%2016" in url)
    settle(page)
    page.locator('[data-arrow="scores 16"] polygon').click()
    expect(page.get_by_text("By stride 16: cut")).to_have_count(0, timeout=60_000)
