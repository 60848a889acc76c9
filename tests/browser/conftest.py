"""A running app and a Chromium to look at it with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

collect_ignore = [  # apps for tests to start, not modules to search for doctests
    "late_looks_app.py",
    "late_looks_router.py",
    "pyramid_app.py",
    "replica_app.py",
]
ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE = 20_000  # ms: a busy machine may take seconds for what usually takes a tenth of one
expect.set_options(timeout=PATIENCE)
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_app(
    script: Path, seconds: float = 60, host: str = "127.0.0.1", port: int | None = None
) -> tuple[subprocess.Popen, str]:
    """``streamlit run`` as a user would, on a free port; the process and its address once it answers."""
    port = port or free_port()
    options = ["--server.port", str(port), *(["--server.address", host] if host != "127.0.0.1" else [])]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), *options],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://{host}:{port}"
    until_it_answers(process, address, script.name, seconds)
    return process, address


def until_it_answers(process: subprocess.Popen, address: str, name: str, seconds: float = 60) -> None:
    """Wait until the app at this address is healthy; a process that is not within the time is ended, and said."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    process.kill()
    raise RuntimeError(f"{name} did not answer within {seconds} s")


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    """Address of the real app, one for all tests."""
    process, address = start_app(ROOT / "demo_app.py")
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium from the system; where there is none the tests are skipped, or fail if it was promised."""
    if not CHROMIUM:
        reason = "no Chromium found: install the package chromium"
        if os.environ.get("SEGLIB_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def desk(browser: Browser) -> Iterator[list[Page]]:
    """The page that visitors at a desktop have one after the other; none while one is there."""
    free: list[Page] = []
    yield free
    for page in free:
        page.context.close()


@pytest.fixture
def page(browser: Browser, desk: list[Page]) -> Iterator[Page]:
    """A fresh visitor at a desktop. What is kept of the one before are the app's scripts, compiled."""
    page = desk.pop() if desk else browser.new_context(viewport=DESKTOP).new_page()
    yield page
    try:
        forget(page)
    except Error:  # the page has crashed, or its server is gone
        page.context.close()
    else:
        desk.append(page)


def forget(page: Page) -> None:
    """Leave a page as a new one is: nothing stored, no other tab, the pointer in a corner."""
    for other in page.context.pages:
        if other != page:
            other.close()
    if page.url.startswith("http"):
        page.goto(urljoin(page.url, "/_stcore/health"))  # a place of the same server with no script to store anything
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.goto("about:blank")
    page.context.clear_cookies()
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    page.mouse.up()
    page.mouse.move(0, 0)
    page.set_default_timeout(30_000)


def choose_page(page: Page, section: str, title: str) -> None:
    """Go to a page by the menu at the top, which has its pages in sections."""
    page.get_by_role("button", name=section, exact=True).click()
    page.get_by_role("menuitem", name=title, exact=True).click()


def settle(page: Page) -> None:
    """Wait until the app has drawn everything it has to draw, and no error stands there."""
    expect(page.locator('[data-testid="stApp"]')).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=180_000
    )
    expect(page.get_by_text("The nets are being loaded")).to_have_count(0, timeout=180_000)
    expect(page.locator('[data-testid="stApp"]')).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=180_000
    )
    assert page.locator('[data-testid="stException"]').count() == 0


def show_all(page: Page) -> None:
    """Take every guess for granted: what it hides is a part of the page, too."""
    guesses, answered = page.get_by_text("Just show me", exact=True), 0
    while answered < guesses.count():
        guesses.nth(answered).click()
        answered += 1
        settle(page)
