"""The window's page as a person meets it: click a pixel, reopen it by its address, step through the dilation lab."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, ROOT, settle, start_app

pytestmark = pytest.mark.browser

SAYS = re.compile(r"At row (\d+), column (\d+) (\w+) says")
MEASURED = "section=Theory+and+measured"


def caption(page: Page) -> tuple[str, ...]:
    """Row, column and net that the page speaks of."""
    return SAYS.search(page.get_by_text(SAYS).inner_text()).groups()


def wait_for_views(page: Page) -> None:
    expect(page.get_by_text("The window test:")).to_be_visible(timeout=60_000)
    charts = page.locator('[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg')
    expect(charts.last).to_be_visible()
    settle(page)


def test_click_a_pixel_all_views_follow_and_the_address_reopens_it(page: Page, app: str) -> None:
    page.goto(f"{app}/receptive_field?{MEASURED}&photo=coins")
    settle(page)
    wait_for_views(page)
    page.get_by_role("combobox", name="Net").click()
    page.get_by_role("option", name="fcn32s").click()
    settle(page)
    wait_for_views(page)
    before = caption(page)
    assert before[2] == "fcn32s"
    views = page.get_by_role("application")
    heat, covered = views.nth(1), views.nth(2)
    pictures = heat.screenshot(), covered.screenshot()
    sizes = page.locator('[data-testid="stMetricValue"]').all_inner_texts()
    views.first.click(position={"x": 60, "y": 50})
    expect(page.get_by_text(SAYS)).not_to_contain_text(f"row {before[0]}, column {before[1]} ", timeout=30_000)
    wait_for_views(page)
    row, col, net = caption(page)
    assert net == "fcn32s"
    assert heat.screenshot() != pictures[0]
    assert covered.screenshot() != pictures[1]
    assert page.locator('[data-testid="stMetricValue"]').all_inner_texts() != sizes
    page.wait_for_url(lambda url: f"pin={row}%2C{col}" in url and "window_net=fcn32s" in url and "photo=coins" in url)
    numbers = page.locator('[data-testid="stMetricValue"]').all_inner_texts()
    page.goto(page.url)  # a fresh visitor with the same link
    settle(page)
    wait_for_views(page)
    assert caption(page) == (row, col, net)
    assert page.locator('[data-testid="stMetricValue"]').all_inner_texts() == numbers


def test_what_is_drawn_while_the_nets_load_stays_bound_to_the_address(page: Page) -> None:
    process, app = start_app(ROOT / "demo_app.py")  # a server of its own: the shared one has long loaded its nets
    try:
        page.goto(f"{app}/receptive_field?{MEASURED}&photo=coins")
        expect(page.get_by_text("The nets are being loaded")).to_be_visible()
        wait_for_views(page)
        page.get_by_role("combobox", name="Net").click()
        page.get_by_role("option", name="fcn32s").click()
        page.wait_for_url(lambda url: "window_net=fcn32s" in url)
    finally:
        process.terminate()
        process.wait(10)


def test_the_lab_is_stepped_by_hand_played_and_heeds_the_wish_for_less_motion(browser: Browser, app: str) -> None:
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{app}/receptive_field?section=Dilation+lab&photo=coins")
    settle(page)
    stepper = page.locator(".stepper").first
    expect(stepper.get_by_text("step 1 of 5")).to_be_visible()
    tap = stepper.locator(".tap").first
    where = tap.bounding_box()
    stepper.get_by_role("button", name="One step on").click()
    expect(stepper.get_by_text("step 2 of 5")).to_be_visible()
    expect(stepper.get_by_text("Dilation 2: nine taps, 2 px apart, span 5 x 5")).to_be_visible()
    assert tap.bounding_box()["x"] < where["x"]  # at once: no motion was asked for
    assert tap.evaluate("it => getComputedStyle(it).transitionDuration") == "0s"
    stepper.get_by_role("button", name="One step back").click()
    expect(stepper.get_by_role("button", name="One step back")).to_be_disabled()
    stepper.get_by_role("button", name="Play").click()
    expect(stepper.get_by_text("step 5 of 5")).to_be_visible(timeout=15_000)
    expect(stepper.get_by_role("button", name="Play")).to_be_visible()
    context.close()


def test_holes_are_hatched_and_rates_come_from_the_address(page: Page, app: str) -> None:
    page.goto(f"{app}/receptive_field?section=Dilation+lab&photo=coins&rates=2%2C+2%2C+2")
    settle(page)
    stepper = page.locator(".stepper").nth(1)
    expect(stepper.get_by_text("3 layers (rate 2, 2, 2): a window of 13 x 13 px, 29.0 % of it seen.")).to_be_visible()
    assert stepper.locator('.cell[fill="url(#hole)"]').count() == 169 - 49
