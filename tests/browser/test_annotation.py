"""Painting in a real browser: strokes, keys, fingers, files, and what survives a reload."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from seglib.annotation.polygons import class_indices, rasterize, read_labelme
from seglib.former_labels import former_classes
from seglib.images import decode_label_map
from seglib.labels import EVERYDAY, IGNORE
from tests.browser.conftest import PATIENCE, PHONE, choose_page, settle

pytestmark = pytest.mark.browser

PHOTO, H, W = "china", 427, 640
K = len(EVERYDAY)
FORMER = former_classes(EVERYDAY)


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """A busy machine may take seconds for what usually takes a tenth of one."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=PATIENCE)


@pytest.fixture
def canvas(page: Page, app: str) -> Locator:
    """The painter of a fresh visitor."""
    page.set_default_timeout(30_000)
    page.goto(f"{app}/annotation?photo={PHOTO}")
    settle(page)
    marks = page.locator(".painter .marks")
    expect(page.locator(".painter .readout")).to_contain_text("Drag to paint")
    return marks


def place(canvas: Locator, row: float, col: float) -> tuple[float, float]:
    """Where on the screen a pixel's middle is, at zoom 1."""
    box = canvas.bounding_box()
    return box["x"] + (col + 0.5) / W * box["width"], box["y"] + (row + 0.5) / H * box["height"]


def drag(page: Page, canvas: Locator, *pixels: tuple[int, int]) -> None:
    page.mouse.move(*place(canvas, *pixels[0]))
    page.mouse.down()
    for pixel in pixels[1:]:
        page.mouse.move(*place(canvas, *pixel), steps=4)
    page.mouse.up()


def score(page: Page, label: str = "Mean IoU") -> Locator:
    return page.locator('[data-testid="stMetric"]').filter(has_text=label).locator('[data-testid="stMetricValue"]')


def label_at(page: Page, canvas: Locator, row: int, col: int) -> str:
    """What the painter says is painted at a pixel."""
    readout = page.locator(".painter .readout")
    wanted = f"row {row}, column {col}:"
    for _ in range(30):  # a page that still grows moves the canvas from under a mouse that rests
        page.mouse.move(*place(canvas, row - 1, col))
        page.mouse.move(*place(canvas, row, col))
        if wanted in readout.inner_text():
            break
        page.wait_for_timeout(200)
    expect(readout).to_contain_text(wanted)
    return readout.inner_text().split(": ")[-1]


def use(page: Page, name: str) -> None:
    page.locator(".painter").get_by_role("button", name=name).click()


def save(page: Page, kind: str, folder: Path) -> Path:
    """Download the painting."""
    button = page.get_by_role("button", name=f"Save as {kind}")
    if not button.is_visible():
        page.get_by_role("button", name="Save and load").click()
    with page.expect_download() as download:
        button.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    page.keyboard.press("Escape")
    return path


def saved_map(page: Page, folder: Path) -> np.ndarray:
    return decode_label_map(save(page, "label PNG", folder).read_bytes(), K, (H, W))


def test_a_stroke_changes_the_score_and_the_saved_files_bring_it_back(
    page: Page, canvas: Locator, app: str, tmp_path: Path
) -> None:
    expect(score(page)).to_have_text("0.0 %")
    use(page, "sky")
    drag(page, canvas, (30, 40), (30, 600), (60, 600))
    expect(score(page)).not_to_have_text("0.0 %")
    settle(page)
    sky_alone = score(page, "Labelled").inner_text()
    use(page, "Polygon")
    use(page, "water")
    for row, col in ((300, 100), (300, 300), (400, 300), (400, 100)):
        page.mouse.click(*place(canvas, row, col))
    canvas.press("Enter")
    expect(score(page, "Labelled")).not_to_have_text(sky_alone)
    settle(page)
    polygons = save(page, "LabelMe JSON", tmp_path)
    labels = saved_map(page, tmp_path)
    assert set(np.unique(labels)) == {EVERYDAY.index("sky"), EVERYDAY.index("water"), IGNORE}
    assert labels[30, 300] == EVERYDAY.index("sky")
    assert (labels[301:400, 101:300] == EVERYDAY.index("water")).all()
    assert 19_000 < (labels == EVERYDAY.index("water")).sum() < 21_000
    annotation = read_labelme(polygons.read_bytes())
    np.testing.assert_array_equal(rasterize(annotation.shapes, annotation.size, class_indices(EVERYDAY)), labels)

    shown = score(page).inner_text()
    use(page, "Clear the whole map")
    expect(score(page)).to_have_text("0.0 %")
    page.get_by_role("button", name="Save and load").click()
    page.locator('[data-testid="stPopoverBody"] input[type=file]').set_input_files(polygons)
    expect(score(page)).to_have_text(shown)
    settle(page)
    page.keyboard.press("Escape")
    np.testing.assert_array_equal(saved_map(page, tmp_path), labels)


def test_strokes_outlive_another_page_and_a_reload(page: Page, canvas: Locator) -> None:
    use(page, "building")
    drag(page, canvas, (200, 200), (200, 400))
    expect(score(page, "Labelled")).not_to_have_text("0.0 %")
    share = score(page, "Labelled").inner_text()
    settle(page)
    choose_page(page, "The nets", "Resolution")
    expect(page.get_by_role("heading", name="The resolution issue")).to_be_visible()
    settle(page)
    choose_page(page, "The task", "Annotation")
    expect(score(page, "Labelled")).to_have_text(share)
    settle(page)
    assert label_at(page, canvas, 200, 300) == "building"
    page.reload()
    settle(page)
    expect(page.get_by_text("What you painted before the reload is back")).to_be_visible()
    expect(score(page, "Labelled")).to_have_text(share)
    assert label_at(page, canvas, 200, 300) == "building"
    use(page, "Undo")
    expect(score(page, "Labelled")).to_have_text("0.0 %")


def test_what_was_painted_in_former_classes_comes_back_by_name(page: Page, canvas: Locator) -> None:
    assert FORMER.index("tree") == EVERYDAY.index("wall")
    assert FORMER.index("animal") == EVERYDAY.index("tree")
    for name, row in (("wall", 100), ("tree", 300)):
        use(page, name)
        drag(page, canvas, (row, 200), (row, 400))
    expect(score(page, "Labelled")).not_to_have_text("0.0 %")
    settle(page)
    page.evaluate("""() => {  // as a tab remembers it that was open before the classes changed
      for (const key of Object.keys(sessionStorage)) {
        if (!key.startsWith('seglib painting')) continue;
        const { classes, ...draft } = JSON.parse(sessionStorage[key]);
        if (classes.length !== 19) throw new Error(key);
        sessionStorage[key] = JSON.stringify(draft);
      }
    }""")
    page.reload()
    settle(page)
    expect(page.get_by_text("No longer a class, and so void now: animal.")).to_be_visible()
    assert label_at(page, canvas, 100, 300) == "tree"
    assert label_at(page, canvas, 300, 300) == "void"


def test_a_running_stopwatch_outlives_a_reload_with_its_strokes(page: Page, canvas: Locator) -> None:
    page.get_by_text("Stopwatch", exact=True).click()
    page.get_by_role("button", name="Start").click()
    settle(page)
    drag(page, canvas, (200, 200), (200, 400))
    page.wait_for_url(lambda url: "clock=" in url)
    settle(page)
    painted = label_at(page, canvas, 200, 300)
    page.reload()
    settle(page)
    expect(page.get_by_text("What you painted before the reload is back")).to_be_visible()
    assert label_at(page, canvas, 200, 300) == painted
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_have_count(1)  # while the page is drawn anew, the old one stands there, too
    expect(stop).to_be_visible()


def test_one_visitors_draft_is_not_anothers(page: Page, canvas: Locator, browser: Browser, app: str) -> None:
    drag(page, canvas, (200, 200), (200, 400))
    expect(score(page, "Labelled")).not_to_have_text("0.0 %")
    context = browser.new_context()
    other = context.new_page()
    other.goto(f"{app}/annotation?photo={PHOTO}")
    settle(other)
    expect(score(other, "Labelled")).to_have_text("0.0 %")
    context.close()


def test_everything_goes_by_keyboard(page: Page, canvas: Locator, tmp_path: Path) -> None:
    canvas.focus()
    for key in ("7", "b", *["["] * 20, "ArrowRight", "Shift+ArrowDown", " "):
        canvas.press(key)
    expect(score(page, "Labelled")).to_have_text("0.0 %")  # one pixel of 273,280
    expect(page.locator(".painter .readout")).to_contain_text(f"row {H // 2 + 10}, column {W // 2 + 1}: grass")
    for key in ("p", " ", *["Shift+ArrowRight"] * 3, " ", *["Shift+ArrowDown"] * 3, " ", "Enter"):
        canvas.press(key)
    expect(score(page, "Labelled")).to_have_text(re.compile(r"0\.[1-9] %"))
    settle(page)
    painted = saved_map(page, tmp_path) == EVERYDAY.index("grass")
    assert 400 < painted.sum() < 500  # half of 30 x 30
    canvas.focus()
    canvas.press("Control+z")
    canvas.press("Control+z")
    expect(page.locator(".painter").get_by_role("button", name="Undo")).to_be_disabled()
    canvas.press("Control+y")
    canvas.press("e")
    canvas.press(" ")
    settle(page)


def test_brush_eraser_fill_and_undo_by_mouse(page: Page, canvas: Locator, tmp_path: Path) -> None:
    use(page, "tree")
    drag(page, canvas, (100, 100), (100, 300), (250, 300), (250, 100), (100, 100))
    use(page, "Fill")
    page.mouse.click(*place(canvas, 175, 200))
    assert label_at(page, canvas, 175, 200) == "tree"
    use(page, "Eraser")
    drag(page, canvas, (175, 150), (175, 250))
    assert label_at(page, canvas, 175, 200) == "void"
    use(page, "Undo")
    assert label_at(page, canvas, 175, 200) == "tree"
    use(page, "Redo")
    assert label_at(page, canvas, 175, 200) == "void"
    settle(page)
    labels = saved_map(page, tmp_path)
    assert labels[175, 200] == IGNORE
    assert labels[130, 200] == EVERYDAY.index("tree")
    use(page, "Polygon")
    page.mouse.click(*place(canvas, 10, 10))
    page.mouse.click(*place(canvas, 10, 60))
    canvas.press("Escape")
    assert label_at(page, canvas, 10, 30) == "void"


def test_a_finger_paints_and_two_zoom(browser: Browser, app: str) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{app}/annotation?photo={PHOTO}")
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    canvas = page.locator(".painter .marks")
    canvas.scroll_into_view_if_needed()
    touch = context.new_cdp_session(page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    x, y = place(canvas, H / 2, W / 2)
    fingers("touchStart", (x - 60, y))
    for step in range(-50, 70, 10):
        fingers("touchMove", (x + step, y))
    fingers("touchEnd")
    expect(score(page, "Labelled")).not_to_have_text("0.0 %")
    settle(page)
    share = score(page, "Labelled").inner_text()
    canvas.scroll_into_view_if_needed()
    x, y = place(canvas, H / 2, W / 2)
    fingers("touchStart", (x - 30, y))
    fingers("touchStart", (x - 30, y), (x + 30, y))
    for spread in (35, 40, 45, 50, 55, 60):
        fingers("touchMove", (x - spread, y), (x + spread, y))
    fingers("touchEnd")
    expect(page.get_by_role("button", name="Show the whole picture")).to_have_text("2×")
    expect(score(page, "Labelled")).to_have_text(share)
    context.close()


def test_a_wrong_file_leaves_the_painting(page: Page, canvas: Locator) -> None:
    drag(page, canvas, (200, 200), (200, 400))
    expect(score(page, "Labelled")).not_to_have_text("0.0 %")
    share = score(page, "Labelled").inner_text()
    buffer = io.BytesIO()
    Image.fromarray(np.full((H, W, 3), (200, 10, 30), np.uint8)).save(buffer, "PNG")  # a photo, no label map
    page.get_by_role("button", name="Save and load").click()
    upload = page.locator('[data-testid="stPopoverBody"] input[type=file]')
    upload.set_input_files(files=[{"name": "wrong.png", "mimeType": "image/png", "buffer": buffer.getvalue()}])
    expect(page.locator('[data-testid="stAlert"]').first).to_contain_text("holds colours (RGB)")
    expect(score(page, "Labelled")).to_have_text(share)
