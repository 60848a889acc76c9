"""The image widget in a real browser: what the eye sees, the pointer reads and Python hears."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from seglib.labels import EVERYDAY
from tests.browser.conftest import start_app
from tests.browser.photo_view_app import H, W

pytestmark = pytest.mark.browser

APP = Path(__file__).with_name("photo_view_app.py")
PHOTO, FINE, COARSE, TRUTH, SWIPE = range(5)  # the panels of both views, in page order
VIEWPORT = {"width": 1280, "height": 1300}
COLOR = dict(zip(EVERYDAY.classes, EVERYDAY.colors, strict=True))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Address of a server that runs the test page."""
    server, address = start_app(APP)
    yield address
    server.terminate()
    server.wait(10)


@pytest.fixture(scope="module")
def tab(browser) -> Iterator[Page]:
    """The tab of visitors who ask for nothing special, one after the other: it has the scripts compiled."""
    tab = browser.new_context(viewport=VIEWPORT).new_page()
    yield tab
    tab.context.close()


@pytest.fixture
def open_page(browser, tab, url):
    """Open the test page with a query and browser options; at the end no script may have failed."""
    contexts, errors, free = [], [], [tab]

    def note(error: object) -> None:
        errors.append(error)

    def open_page(query: str = "", before: str = "", **options):
        if before or options or not free:
            context = browser.new_context(**{"viewport": VIEWPORT} | options)
            contexts.append(context)
            page = context.new_page()
            page.add_init_script(before)
        else:
            page = free.pop()
            page.mouse.move(0, 0)
        page.set_default_timeout(20_000)
        page.on("pageerror", note)
        page.goto(f"{url}/?{query}")
        page.locator(".readout", has_text=re.compile("^(Point at|Tap) ")).nth(1).wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    if not free:
        tab.remove_listener("pageerror", note)
    assert not errors


@pytest.fixture
def page(open_page):
    """The test page as it opens."""
    return open_page()


def place(page, panel: int, row: float, col: float) -> tuple[float, float]:
    """Where on the screen a pixel's middle is, at zoom 1."""
    box = page.locator(".marks").nth(panel).bounding_box()
    return box["x"] + (col + 0.5) / W * box["width"], box["y"] + (row + 0.5) / H * box["height"]


def colors(page, panel: int, *points: tuple[int, int]) -> list[tuple[int, ...]]:
    """What colours are seen at pixels of a panel, with the pointer out of the way."""
    page.mouse.move(0, 0)
    frame = page.locator(".frame").nth(panel)
    frame.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    shot = Image.open(io.BytesIO(frame.screenshot())).convert("RGB")
    return [
        shot.getpixel((int((col + 0.5) / W * shot.width), int((row + 0.5) / H * shot.height))) for row, col in points
    ]


def readout(page, view: int = 0) -> str:
    return page.locator(".readout").nth(view).inner_text()


def expect_text(page, text: str) -> None:
    page.get_by_text(text, exact=True).wait_for()


def zoom_labels(page) -> list[str]:
    return page.get_by_role("button", name="Show the whole picture").all_inner_texts()


def test_hover_reads_every_panel_without_the_server(page):
    page.mouse.move(*place(page, PHOTO, 40, 20))
    expect_text(page, "runs 1")
    wanted = "row 40, column 20 · truth: tree · fcn8s: tree 93 % · fcn32s: grass 61 %"
    assert [readout(page, view) for view in (0, 1)] == [wanted, wanted]
    page.mouse.move(*place(page, TRUTH, 10, 89))
    assert readout(page) == "row 10, column 89 · truth: void · fcn8s: sky 93 % · fcn32s: sky 61 %"


def test_label_maps_are_coloured_exactly(page):
    sky, tree, grass = (10, 10), (50, 20), (50, 70)
    assert colors(page, FINE, sky, tree, grass) == [COLOR["sky"], COLOR["tree"], COLOR["grass"]]
    assert colors(page, COARSE, sky, tree, grass) == [COLOR["sky"], COLOR["grass"], COLOR["grass"]]
    # Borders lie between pixels, also where the map is coarser than the view.
    assert colors(page, COARSE, (29, 5), (30, 5)) == [COLOR["sky"], COLOR["grass"]]
    assert colors(page, FINE, (40, 44), (40, 45)) == [COLOR["tree"], COLOR["grass"]]
    # Void has no colour: the photo shows.
    assert colors(page, TRUTH, (20, 89))[0] == pytest.approx((80, 178, 175), abs=6)


def test_errors_keep_their_colour_and_the_rest_steps_back(open_page):
    page = open_page("mode=errors")
    right, void = colors(page, COARSE, (10, 10), (20, 89))
    assert colors(page, COARSE, (50, 20)) == [COLOR["grass"]]
    assert max(right) < 120, "the photo under what is right is dimmed"
    assert void == pytest.approx((80, 178, 175), abs=6)


def test_confidence_darkens_what_is_unsure(open_page):
    page = open_page("mode=confidence")
    [bare], [fine], [coarse] = (colors(page, panel, (10, 70)) for panel in (PHOTO, FINE, COARSE))
    assert fine == pytest.approx([0.93 * channel for channel in bare], abs=3)
    assert coarse == pytest.approx([0.61 * channel for channel in bare], abs=3)


def test_unsure_pixels_are_hatched_and_sure_ones_keep_their_colour(open_page):
    page = open_page("mode=unsure&unsure=0.7")  # one is 93 % sure, the other 61 %
    assert colors(page, FINE, (10, 10)) == [COLOR["sky"]]
    hatched = colors(page, COARSE, *[(10, 2 + step) for step in range(0, 80, 2)])
    assert COLOR["sky"] not in hatched
    assert min(map(max, hatched)) < 40 < max(map(max, hatched)), "dark stripes, and the photo between"


def test_mode_none_shows_bare_pictures_and_outlines(open_page):
    page = open_page("mode=none&outline=1")
    assert colors(page, PHOTO, (10, 10)) == colors(page, FINE, (10, 10))
    across = [(29 + step / 10, 60) for step in range(12)]  # from sky to grass
    brightest = [max(map(min, colors(page, panel, *across))) for panel in (PHOTO, FINE)]
    assert brightest[1] > brightest[0] + 60, "a white line between sky and grass"


@pytest.mark.parametrize("panel", [PHOTO, SWIPE])
def test_click_pins_and_python_hears_the_exact_pixel(page, panel):
    page.mouse.click(*place(page, panel, 41, 13))
    expect_text(page, "pin (41, 13)")
    assert "row 41, column 13" in page.locator(".unseen").nth(0 if panel == PHOTO else 2).inner_text()
    expect_text(page, "runs 3")  # the click, and the page's own rerun
    # A ring of white in black stands in every linked panel.
    shades = colors(page, COARSE, *[(41, 13 + 0.1 * step) for step in range(40)])
    assert min(map(max, shades)) < 120
    assert max(map(min, shades)) > 230


def test_click_pins_exactly_when_zoomed(page):
    x, y = place(page, FINE, 20, 30)
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    for _ in range(6):
        page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.wait_for_function(
        "() => [...document.querySelectorAll('*')].some((it) => it.shadowRoot?.querySelector('.zoomed'))"
    )
    page.mouse.click(x, y)  # zooming about the pointer keeps its pixel
    expect_text(page, "pin (20, 30)")
    width = page.locator(".marks").nth(FINE).bounding_box()["width"]
    zoom = float(zoom_labels(page)[0].rstrip("×"))
    page.mouse.click(x + 3 * zoom * width / W, y)
    expect_text(page, "pin (20, 33)")


def test_keyboard_moves_pins_and_zooms(page):
    page.locator(".marks").nth(PHOTO).focus()
    for key in ("ArrowUp", "Shift+ArrowLeft", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert readout(page).startswith("row 29, column 37 ")  # from the middle, (30, 45)
    page.keyboard.press("Enter")
    expect_text(page, "pin (29, 37)")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect_text(page, "pin (30, 37)")
    page.keyboard.press("+")
    expect_zoom(page, "1.5×")
    page.keyboard.press("0")
    expect_zoom(page, "1×")


def expect_zoom(page, text: str) -> None:
    for button in page.get_by_role("button", name="Show the whole picture").all():
        button.get_by_text(text, exact=True).or_(button.filter(has_text=re.compile(f"^{re.escape(text)}$"))).wait_for()


def test_views_of_a_group_zoom_and_pan_together_and_a_rerun_keeps_it(page):
    page.get_by_role("button", name="Zoom in").nth(0).click(click_count=2)
    expect_zoom(page, "2.3×")
    before = colors(page, TRUTH, (30, 45))
    x, y = place(page, FINE, 30, 45)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 60, steps=4)
    page.mouse.up()
    assert before == [COLOR["grass"]]
    assert colors(page, TRUTH, (30, 45)) == [COLOR["sky"]]
    page.get_by_role("button", name="rerun").click()
    expect_text(page, "runs 2")  # and not more: panning pins nothing
    expect_zoom(page, "2.3×")
    assert colors(page, TRUTH, (30, 45)) == [COLOR["sky"]]


def test_plain_wheel_scrolls_the_page(open_page):
    page = open_page(viewport={"width": 1280, "height": 500})
    page.mouse.move(*place(page, FINE, 5, 30))
    top = page.locator(".marks").nth(FINE).bounding_box()["y"]
    page.mouse.wheel(0, 120)
    page.wait_for_timeout(300)
    assert page.locator(".marks").nth(FINE).bounding_box()["y"] < top
    expect_zoom(page, "1×")


def test_double_click_zooms_in_and_pins_once(page):
    page.mouse.dblclick(*place(page, FINE, 20, 30))
    expect_zoom(page, "2×")
    expect_text(page, "pin (20, 30)")
    expect_text(page, "runs 3")


def test_swipe_shows_both_and_neither_pins_nor_pans(page):
    assert colors(page, SWIPE, (50, 20), (50, 44)) == [COLOR["tree"], COLOR["tree"]]
    x, y = place(page, SWIPE, 15, 44.5)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(place(page, SWIPE, 15, 10)[0], y, steps=5)
    page.mouse.up()
    assert colors(page, SWIPE, (50, 2), (50, 25)) == [COLOR["tree"], COLOR["grass"]]
    slider = page.get_by_role("slider", name="Swipe between fcn8s and fcn32s")
    slider.focus()
    page.keyboard.press("End")
    assert colors(page, SWIPE, (50, 2), (50, 25)) == [COLOR["tree"], COLOR["tree"]]
    expect_text(page, "pin None")


def test_legend_singles_out_a_class(page):
    legend = page.locator(".legend").nth(0)
    assert legend.get_by_role("button").all_inner_texts() == ["sky", "grass", "tree", "void"]
    tree = legend.get_by_role("button", name="tree")
    tree.focus()
    page.keyboard.press("Enter")
    assert tree.get_attribute("aria-pressed") == "true"
    [shown], [dimmed] = colors(page, FINE, (50, 20)), colors(page, FINE, (10, 10))
    assert shown == COLOR["tree"]
    assert max(dimmed) < 120
    tree.click()
    assert tree.get_attribute("aria-pressed") == "false"
    assert colors(page, FINE, (10, 10)) == [COLOR["sky"]]


def test_overlay_fades_in_the_browser(page):
    page.get_by_role("slider", name="Overlay opacity").nth(0).fill("0")
    assert colors(page, FINE, (10, 10)) == colors(page, PHOTO, (10, 10))
    expect_text(page, "runs 1")


def test_view_follows_a_pin_that_python_sets(page):
    page.get_by_role("button", name="pin from Python").click()
    page.locator(".readout", has_text="row 50, column 80").nth(1).wait_for()


def test_dark_mode_takes_the_page_colours(open_page):
    page = open_page(color_scheme="dark")
    text = page.locator(".title").nth(0).evaluate("it => getComputedStyle(it).color")
    assert min(map(int, re.findall(r"\d+", text)[:3])) > 200
    assert colors(page, FINE, (50, 20)) == [COLOR["tree"]]


def test_phone_has_one_column_and_no_sideways_scrolling(open_page):
    page = open_page(viewport={"width": 390, "height": 844}, device_scale_factor=2, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = [frame.bounding_box() for frame in page.locator(".frame").all()]
    assert len({box["x"] for box in boxes}) == 1
    assert all(box["width"] > 320 for box in boxes)


def test_fingers_tap_pinch_and_scroll(open_page):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.locator(".marks").nth(FINE).scroll_into_view_if_needed()
    page.touchscreen.tap(*place(page, FINE, 20, 30))
    expect_text(page, "pin (20, 30)")
    x, y = place(page, FINE, 30, 45)
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, spread: float) -> None:
        points = [{"x": x - spread, "y": y, "id": 0}, {"x": x + spread, "y": y, "id": 1}] if spread else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", 30)
    for spread in (35, 40, 45, 50, 55, 60):
        fingers("touchMove", spread)
    fingers("touchEnd", 0)
    expect_zoom(page, "2×")
    expect_text(page, "pin (20, 30)")


def test_old_browser_is_told_so(browser, url):
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script("delete globalThis.DecompressionStream")
    page.goto(url)
    page.get_by_role("alert").nth(0).wait_for()
    assert "too old to unpack label maps" in page.get_by_role("alert").nth(0).inner_text()
    context.close()
