"""A visitor without a mouse: every page is reached, used and left by Tab, arrows, Enter and Space alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.menu import PARTS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PATIENCE = 120_000  # ms: nothing here is about speed
MOST_STOPS = 60  # presses of Tab until something is reached
# Role and name of what has the focus, inside components, too.
FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const role = at.getAttribute('role') || at.type || at.tagName;
  const words = at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText || '';
  return `${role}: ${words.trim()}`.toLowerCase();
}"""


@dataclass(frozen=True)
class Visit:
    """A page of the menu, the control of it that is used, and what then has changed."""

    path: str
    title: str  # in the menu
    control: str  # how its role and name begin
    keys: tuple[str, ...]
    address: str  # what the address says then
    then: str = ""  # words of what the control leads to, where the pixel is pinned there
    pins: bool = True  # whether a pixel is pinned


def right(steps: int = 1) -> tuple[str, ...]:
    """So many options further."""
    return ("ArrowRight",) * steps + ("Enter",)


VISITS = {  # by section of the menu
    "The task": (
        Visit("metrics", "Metrics", "radio: metric duel", right(2), "experiment=At", then="The band:"),
        Visit("annotation", "Annotation", "radio: paint", right(), "annotation_panel=Stop", then="What there is"),
        Visit("before_convnets", "Before convnets", "radio: filters", right(4), "before=Things"),
    ),
    "The nets": (
        Visit("resolution", "Resolution", "radio: fcn32s", right(), "net=fcn16s"),
        Visit("pyramid", "Pyramids", "radio: the pyramid", right(), "part=Levels", then="Full size: what"),
        Visit("skip_connections", "Skips", "switch: + stream 16", ("Space",), "stream16=false"),
        Visit("inside", "Inside", "radio: red arrows", right(), "inside_part=One"),
        Visit("receptive_field", "Window", "radio: grow", right(3), "section=Dilation"),
        Visit("deeplab_crf", "DeepLab", "radio: the crf", right(), "crf_part=Who"),
    ),
    "Yours": (
        Visit("teach", "Teach it", "radio: your own", right(), "teach_part=Watch", pins=False),
        Visit("scoreboard", "Scoreboard", "radio: time", right(), "cost=Multiply", pins=False),
    ),
}


def test_all_pages_are_visited() -> None:
    visited = {visit.path for visits in VISITS.values() for visit in visits}
    others = {"", "lecture"}  # in a test of their own
    assert visited | others | {"notes"} == set(PARTS)  # which are for a second window


@pytest.mark.parametrize("section", VISITS)
def test_every_page_of_a_section_is_reached_used_and_left(page: Page, app: str, section: str) -> None:
    arrive(page, app)
    for visit in VISITS[section]:
        choose(page, section, visit)
        if visit.path == "teach":
            paint_two_classes(page)
        if visit.pins and not visit.then:
            pin(page)
        use(page, visit, "Shift+Tab" if visit.pins and not visit.then else "Tab")
        if visit.then:
            pin(page)


def test_the_opening_page_and_a_route_of_the_lecture(page: Page, app: str) -> None:
    arrive(page, app)
    use(page, Visit("", "Compare", "radio: classes", right(), "view=errors"), "Tab")
    pin(page, "Space")
    tab_to(page, "a: lecture", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Lecture")).to_be_visible(timeout=PATIENCE)
    settle(page)
    tab_to(page, "submit: play_arrow")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-lecture_bar")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(re.compile("[?&]route="), timeout=PATIENCE)
    settle(page)


def arrive(page: Page, app: str) -> None:
    """Open the app."""
    page.set_default_timeout(PATIENCE)
    page.goto(app)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)
    settle(page)


def choose(page: Page, section: str, visit: Visit) -> None:
    """Go back to the menu, and by it to a page."""
    old = page.get_by_role("heading", level=1).inner_text()
    arrived = page.evaluate("() => document.activeElement === document.body")  # the menu is the first that Tab comes to
    tab_to(page, f"button: {section}".lower(), "Tab" if arrived else "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name=visit.title, exact=True)).to_be_visible()
    for _ in range(len(PARTS)):
        if page.evaluate(FOCUSED) == f"menuitem: {visit.title}".lower():
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/{visit.path}([?]|$)"), timeout=PATIENCE)
    expect(page.get_by_role("heading", level=1)).not_to_have_text(old, timeout=PATIENCE)
    settle(page)


def use(page: Page, visit: Visit, direction: str) -> None:
    """Change the control of a page, which keeps the focus."""
    tab_to(page, visit.control, direction)
    for key in visit.keys:
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(f"[?&]{visit.address}"), timeout=PATIENCE)
    if visit.then:  # the address changes before the page does
        expect(page.get_by_text(visit.then).first).to_be_visible(timeout=PATIENCE)
    settle(page)
    assert page.evaluate(FOCUSED).startswith(visit.control.split(":")[0])


def pin(page: Page, key: str = "Enter") -> None:
    """Move over a picture with the arrows and pin a pixel: the page hears of it, and the focus stays."""
    picture, old = tab_to(page, "application: "), page.url
    for press in ("Shift+ArrowUp", "ArrowLeft", key):
        page.keyboard.press(press)
    expect(page).not_to_have_url(old, timeout=PATIENCE)  # Python's answer
    row, column = re.search(r"[?&]pin=(\d+)(?:,|%2C)(\d+)", page.url).groups()
    expect(page.get_by_text(f"row {row}, column {column}").first).to_be_visible(timeout=PATIENCE)
    settle(page)
    assert page.evaluate(FOCUSED) == picture


def paint_two_classes(page: Page) -> None:
    """A dot of each class, a little apart: the net learns them, and shows both on the whole photo."""
    painter = tab_to(page, "application: paint")
    expect(page.locator(".painter .readout")).to_contain_text("Space paints", timeout=PATIENCE)
    for key in ("1", "Space", *["Shift+ArrowDown"] * 12, "2", "Space"):
        page.keyboard.press(key)
    expect(page.get_by_role("application", name="Your classes on")).to_be_visible(timeout=PATIENCE)
    settle(page)
    assert page.evaluate(FOCUSED) == painter


def tab_to(page: Page, start: str, key: str = "Tab") -> str:
    """Press Tab until the focus is on something whose role and name begin like this; what it is."""
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        stops.append(page.evaluate(FOCUSED))
        if stops[-1].startswith(start):
            return stops[-1]
    raise AssertionError(f"no way to {start!r} by {key}: {stops}")
