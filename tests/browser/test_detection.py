"""A box drawn in a real browser, by mouse, keys and finger; GrabCut answers, and strokes correct it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PHONE, settle

pytestmark = pytest.mark.browser

H = W = 512  # the photographer


def open_panel(page: Page, app: str) -> Locator:
    page.set_default_timeout(60_000)
    page.goto(f"{app}/before_convnets?photo=camera&before=Things&box_by=You")
    settle(page)
    expect(page.locator(".painter .readout")).to_contain_text("Drag a box")
    canvas = page.locator(".painter .marks")
    canvas.scroll_into_view_if_needed()  # waits until it has its place
    return canvas


def place(canvas: Locator, row: float, col: float) -> tuple[float, float]:
    box = canvas.bounding_box()
    return box["x"] + col / W * box["width"], box["y"] + row / H * box["height"]


def caption(page: Page) -> Locator:
    """What GrabCut says of the box."""
    return page.locator("figcaption").filter(has_text="of the box").first


def test_a_box_is_dragged_strokes_correct_it_and_a_click_is_no_box(page: Page, app: str) -> None:
    canvas = open_panel(page, app)
    page.mouse.move(*place(canvas, 60, 4))
    page.mouse.down()
    page.mouse.move(*place(canvas, 300, 200), steps=3)
    page.mouse.move(*place(canvas, 500, 400), steps=3)
    page.mouse.up()
    expect(caption(page)).to_contain_text("person")
    settle(page)
    before = caption(page).inner_text()
    page.locator(".painter").get_by_role("button", name="background").click()
    canvas.evaluate("it => it.scrollIntoView({block: 'center'})")  # below the menu, whatever the click has scrolled
    page.mouse.move(*place(canvas, 200, 60))
    page.mouse.down()
    page.mouse.move(*place(canvas, 450, 250), steps=6)
    page.mouse.up()
    expect(caption(page)).not_to_have_text(before)
    settle(page)
    after = caption(page).inner_text()
    page.locator(".painter").get_by_role("button", name="Box (r)").click()
    page.mouse.click(*place(canvas, 20, 20))  # a first corner, and no second
    expect(page.locator(".painter .readout")).to_contain_text("First corner of the box is set")
    canvas.press("Escape")
    expect(page.locator(".painter .readout")).not_to_contain_text("First corner")
    page.mouse.click(*place(canvas, 20, 20))
    page.mouse.click(*place(canvas, 20, 200))  # no area
    expect(page.locator('[data-testid="stAlert"]').first).to_contain_text("no area")
    expect(caption(page)).to_have_text(after)


def test_keys_draw_a_box_and_a_finger_draws_another(page: Page, browser: Browser, app: str) -> None:
    canvas = open_panel(page, app)
    canvas.focus()
    for key in ("r", " ", *["Shift+ArrowUp"] * 12, *["Shift+ArrowRight"] * 10, " "):
        canvas.press(key)
    # From the middle 120 up and 100 to the right.
    expect(canvas).to_have_attribute("aria-label", re.compile("row 137, column 257 to row 257, column 357"))
    expect(caption(page)).to_be_visible()

    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    phone = context.new_page()
    canvas = open_panel(phone, app)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    touch = context.new_cdp_session(phone)
    for kind, row, col in (("Start", 60, 20), ("Move", 200, 200), ("Move", 500, 400), ("End", None, None)):
        points = [] if row is None else [dict(zip("xy", place(canvas, row, col), strict=True)) | {"id": 0}]
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    expect(canvas).to_have_attribute(
        "aria-label", re.compile(r"row \d+, column \d+ to row (49|50)\d, column (39|40)\d")
    )
    expect(caption(phone)).to_contain_text("person")
    context.close()
