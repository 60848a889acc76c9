"""Parts that are drawn again by themselves go on, and take nothing from the page that follows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import start_app

pytestmark = pytest.mark.browser
VISITS = 8


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Address of a server that runs the test's two pages."""
    server, address = start_app(Path(__file__).with_name("late_looks_app.py"))
    yield address
    server.terminate()
    server.wait(10)


@pytest.mark.parametrize("way", ["link", "button"])
def test_leaving_a_restless_page_leaves_the_next_one_whole(page: Page, url: str, way: str) -> None:
    page.goto(url)
    for _ in range(VISITS):
        expect(page.get_by_text(re.compile(r"drawn \d{2,} times"))).to_be_visible()  # it is drawn again and again
        page.get_by_text(f"{way} to the still page").click()
        expect(page.get_by_text("these words stay")).to_be_visible()
        page.wait_for_timeout(100)  # an answer to the page that was left would be here by now
        expect(page.get_by_text("these words stay")).to_be_visible(timeout=1000)
        page.get_by_text("to the restless page").click()
