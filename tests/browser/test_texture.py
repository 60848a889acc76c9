"""Strokes by mouse on the page before convnets: paint two classes, learn, see a label map."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser

H, W = 427, 640  # of the photo china
STROKES = "photo=china&before=Your+strokes"
PATIENCE = 60_000


def drag(page: Page, canvas: Locator, *pixels: tuple[int, int]) -> None:
    """A stroke through pixels (row, col) of the photo."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    places = [(box["x"] + col / W * box["width"], box["y"] + row / H * box["height"]) for row, col in pixels]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def use(page: Page, name: str) -> None:
    page.locator(".painter").get_by_role("button", name=name).click()


def test_two_strokes_are_learnt_and_label_the_photo(page: Page, app: str) -> None:
    page.set_default_timeout(PATIENCE)
    page.goto(f"{app}/before_convnets?{STROKES}")
    settle(page)
    canvas = page.locator(".painter .marks")
    expect(page.locator(".painter .readout")).to_contain_text("Drag to paint", timeout=PATIENCE)
    learn = page.get_by_role("button", name="Learn from the strokes")
    learn.click()
    expect(page.get_by_text("nothing is painted yet")).to_be_visible(timeout=PATIENCE)
    settle(page)
    use(page, "sky")
    drag(page, canvas, (40, 40), (40, 180))
    settle(page)
    learn.click()
    expect(page.get_by_text("only sky is painted")).to_be_visible(timeout=PATIENCE)
    settle(page)
    use(page, "tree")
    drag(page, canvas, (400, 60), (380, 180))
    settle(page)
    learn.click()
    result = page.get_by_role("application", name="Classes by your strokes, both")
    expect(result).to_be_visible(timeout=PATIENCE)
    settle(page)
    expect(page.get_by_text("It can only say sky, tree")).to_be_visible()
    before = result.screenshot()
    page.get_by_role("button", name="Example strokes").click()
    expect(page.get_by_text("It can only say building, sky, water, tree")).to_be_visible(timeout=PATIENCE)
    settle(page)
    assert result.screenshot() != before
    page.wait_for_timeout(300)
    use(page, "Undo")  # one's own strokes are not lost
    expect(page.get_by_text("There are newer strokes")).to_be_visible(timeout=PATIENCE)


def test_a_click_moves_the_window(page: Page, app: str) -> None:
    page.set_default_timeout(PATIENCE)
    page.goto(f"{app}/before_convnets?photo=china")
    settle(page)
    page.get_by_role("application", name="A yellow square").click(position={"x": 50, "y": 40})
    expect(page.get_by_text(re.compile(r"pixels around row \d+, column \d+"))).not_to_contain_text(
        "row 213, column 320", timeout=PATIENCE
    )
    settle(page)
