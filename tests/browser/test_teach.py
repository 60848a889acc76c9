"""Strokes by mouse on the teaching page: two classes, the answer, a layer less, a second photo, a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PHONE, settle
from tests.browser.test_texture import PATIENCE, H, W, drag, use

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


RING = "[...globalThis.seglibRings.told.values()][0]"
RING_OF = f"""async ([rev, patience]) => {{
  const end = performance.now() + patience;
  while (({RING})?.rev !== rev && performance.now() < end) await new Promise(requestAnimationFrame);
  return {RING} ?? null;
}}"""  # what the answer to this state of the strokes asks about
MARKED = """canvas => {
  const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const [rows, cols] = [[], []];
  for (let at = 0; at < width * height; at++) {
    if (data[4 * at + 3]) { rows.push(Math.floor(at / width) / height); cols.push((at % width) / width); }
  }
  const middle = (of) => (of.reduce((a, b) => Math.min(a, b)) + of.reduce((a, b) => Math.max(a, b))) / 2;
  return rows.length ? [middle(rows), middle(cols)] : null;
}"""  # middle of what the painter draws over photo and map, in fractions of the picture


def test_the_painter_rings_the_place_that_the_answer_asks_about(page: Page, app: str) -> None:
    """The ring of exactly these strokes, while the painter stays where it is and keeps what was painted."""
    page.set_default_timeout(PATIENCE)
    page.goto(f"{app}/teach?photo=china&named=sky&named=rest")
    settle(page)
    canvas = page.locator(".painter .marks")
    paint_two_classes(page)
    canvas.evaluate("canvas => { canvas.stays = true; }")
    drag(page, canvas, (300, 500), (320, 600))
    settle(page)
    ring = page.evaluate(RING_OF, [3, PATIENCE])
    assert ring["rev"] == 3
    assert canvas.evaluate("canvas => canvas.stays")
    leave(page, canvas)
    row, col, radius = *ring["place"], ring["radius"]
    middle = [(max(0, at - radius) + min(side, at + radius)) / 2 / side for at, side in ((row, H), (col, W))]
    assert canvas.evaluate(MARKED) == pytest.approx(middle, abs=0.01)
    over(page, canvas, (310, 550))
    expect(page.locator(".painter .readout")).to_contain_text("row 310, column 550: rest")
    page.evaluate(f"() => {{ {RING}.rev -= 1; }}")  # as if told too late, of the strokes before
    leave(page, canvas)
    assert canvas.evaluate(MARKED) is None
    page.evaluate(f"() => {{ {RING}.rev += 1; }}")
    canvas.press("n")
    expect(page.locator(".painter .readout")).to_contain_text(f"row {row}, column {col}:")


def over(page: Page, canvas: Locator, pixel: tuple[int, int]) -> None:
    """The pointer at the middle of a pixel (row, col) of the photo."""
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + (pixel[1] + 0.5) / W * box["width"], box["y"] + (pixel[0] + 0.5) / H * box["height"])


def leave(page: Page, canvas: Locator) -> None:
    """The pointer beside the painter, whose brush then is not drawn; until that is drawn."""
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.move(box["x"] - 20, box["y"] + 5)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_a_phone_need_not_scroll_sideways(browser: Browser, app: str) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{app}/teach?photo=china&named=sky&named=rest&teach_beside=Each+layer+alone")
    settle(page)
    paint_two_classes(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()
