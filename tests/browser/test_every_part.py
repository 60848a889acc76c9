"""Every page and part, on a desktop, zoomed for a projector, on a phone: all can be read, no barrier is found."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import DESKTOP, PHONE, settle, show_all
from tests.menu import PARTS, WITHOUT_PICTURES

pytestmark = pytest.mark.browser
CLIPPED = (Path(__file__).parent / "clipped.js").read_text(encoding="utf-8")
ZOOMED = {"width": 960, "height": 600}  # 1440 x 900 at 150 %
PLACES = [(page, key, part) for page, (key, parts) in PARTS.items() for part in parts]


# Told before a document's own scripts: what breaks the policy, and that nothing was kept by an earlier visit.
FIRST = """
document.addEventListener('securitypolicyviolation',
    (broken) => console.error('policy:', broken.violatedDirective, broken.blockedURI));
if (window === top && location.protocol !== 'about:') { localStorage.clear(); sessionStorage.clear(); }
"""


@pytest.fixture(scope="module")
def traveller(browser: Browser) -> Iterator[tuple[Page, set[str], list[str]]]:
    """A page for all places, so that the app's scripts are compiled once; the hosts that it asked, and its errors."""
    page = browser.new_context().new_page()
    hosts: set[str] = set()
    errors: list[str] = []
    page.add_init_script(FIRST)
    page.on("console", lambda message: errors.append(message.text) if message.text.startswith("policy:") else None)
    page.on("request", lambda request: hosts.add(request.url.split("/")[2] if "//" in request.url else ""))
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page, hosts, errors
    page.context.close()


@pytest.mark.parametrize(("path", "key", "part"), PLACES, ids=lambda word: word or "-")
def test_nothing_is_cut_off_and_nobody_else_is_asked(
    traveller: tuple[Page, set[str], list[str]], app: str, path: str, key: str, part: str
) -> None:
    page, hosts, errors = traveller
    page.goto("about:blank")  # so that nothing more is heard of the place before
    hosts.clear()
    errors.clear()
    page.context.clear_cookies()
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")
    page.goto(f"{app}/{path}?{key}={part}" if key else f"{app}/{path}")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_test_id("stHtml").first).to_be_attached()  # our looks, which come a moment after the words
    show_all(page)
    canvases = page.locator("canvas[role=application]")
    if (path, part) not in WITHOUT_PICTURES:
        expect(canvases.first).to_be_visible()
    assert all(canvases.nth(i).get_attribute("aria-label") for i in range(canvases.count()))
    for size in (DESKTOP, ZOOMED, PHONE):
        page.set_viewport_size(size)
        still(page)
        assert unreadable(page) == [], size
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        if size == DESKTOP:
            assert violations(page) == []
            turn(page, "dark")
            assert violations(page, ("color-contrast",)) == []
        if size == PHONE:  # still dark
            assert violations(page) == []
    assert hosts <= {app.removeprefix("http://"), ""}
    assert errors == []


def test_the_searches_find_what_they_look_for(page: Page) -> None:
    page.set_content(
        """<html lang="en"><title>Faults</title><main style="position: absolute; height: 0"><div data-testid="stApp">
        <h1>Faults</h1><p style="width: 3em; overflow: hidden; white-space: nowrap">This is cut off</p>
        <div style="width: 3em; overflow: auto; white-space: nowrap" tabindex="0">This scrolls</div>
        <div data-testid="stDataFrame"><div class="dvn-scroller" style="width: 3em; overflow: auto" tabindex="0">
        <div style="width: 9em; height: 1em"></div></div><canvas role="img" aria-label="Numbers"><table><tr>
        <th role="columnheader">Net</th><th role="columnheader">Mean IoU</th></tr></table></canvas></div>
        <svg width="200" height="60"><text x="10" y="20">plain8</text><text x="30" y="20">pyramid</text>
        <text x="10" y="50">halo</text><text x="10" y="50">halo</text><text x="60" y="50">beside</text></svg>
        <p>This is whole</p><p style="color: #999">This is too pale</p>
        <button aria-label="Enlarge">Larger</button></div></main></html>"""
    )
    assert page.evaluate(CLIPPED) == [
        "cut off: This is cut off",
        "scrolls sideways: This scrolls",
        "grid scrolls sideways: Net | Mean IoU",
        "on each other: plain8 | pyramid",
    ]
    assert [words.split(":")[0] for words in violations(page)] == ["color-contrast", "label-content-name-mismatch"]


def unreadable(page: Page, seconds: float = 20) -> list[str]:
    """What stays unreadable: a busy machine lays a page out for its new width late."""
    end = time.monotonic() + seconds
    while (found := page.evaluate(CLIPPED)) and time.monotonic() < end:
        page.wait_for_timeout(250)
    return found


def turn(page: Page, theme: Literal["light", "dark"]) -> None:
    """Show the page in another theme."""
    page.emulate_media(color_scheme=theme)
    expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", theme)
    still(page)  # colours fade from one theme to the other


def still(page: Page) -> None:
    """Wait until the layout stayed the same for a quarter of a second, all grids are drawn, and no colour changes."""
    page.wait_for_function(
        """() => {
            const moves = (root) => root.getAnimations().some(
                ({playState, effect}) => playState === 'running' && effect.getTiming().iterations < Infinity);
            const roots = [...document.querySelectorAll('*')].map((node) => node.shadowRoot).filter(Boolean);
            if ([document, ...roots].some(moves)) return false;
            const drawn = (grid) => grid.querySelector('.dvn-scroller') || !grid.checkVisibility();
            if (![...document.querySelectorAll('[data-testid=stDataFrame]')].every(drawn)) return false;
            const main = document.querySelector('[data-testid=stMain]');
            const now = `${main.clientWidth} ${main.scrollHeight}`;
            const seen = (window.seenLayout ??= {});
            if (seen.was !== now) Object.assign(seen, {was: now, since: performance.now()});
            return performance.now() - seen.since > 250;
        }"""
    )
