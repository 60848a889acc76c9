"""A box drawn in a real browser, by mouse, keys and finger; GrabCut answers, and strokes correct it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PHONE, settle

pytestmark = pytest.mark.browser

H = W = 512  # the photographer


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """A busy machine may take seconds for what usually takes a tenth of one."""
    expect.set_options(timeout=60_000)
    yield
    expect.set_options(timeout=5_000)


def open_panel(page: Page, app: str) -> Locator:
    page.set_default_timeout(60_000)
    page.goto(f"{app}/before_convnets?photo=camera&before=Things&box_by=You")
    settle(page)
    expect(page.locator(".painter .readout")).to_contain_text("Drag a box")
    return page.locator(".painter .marks")


def place(canvas: Locator, row: float, col: float) -> tuple[float, float]:
    box = canvas.bounding_box()
    return box["x"] + col / W * box["width"], box["y"] + row / H * box["height"]


def caption(page: Page) -> Locator:
    """What GrabCut says of the box."""
    return page.locator("figcaption").filter(has_text="of the box").first


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
    canvas.scroll_into_view_if_needed()
    touch = context.new_cdp_session(phone)
    for kind, row, col in (("Start", 60, 20), ("Move", 200, 200), ("Move", 500, 400), ("End", None, None)):
        points = [] if row is None else [dict(zip("xy", place(canvas, row, col), strict=True)) | {"id": 0}]
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    expect(canvas).to_have_attribute(
        "aria-label", re.compile(r"row \d+, column \d+ to row (49|50)\d, column (39|40)\d")
    )
    expect(caption(phone)).to_contain_text("person")
    context.close()
