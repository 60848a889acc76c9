"""The pyramid page in a browser: a pixel is clicked and all views follow, a link reopens them, a phone shows all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, settle, start_app
from tests.test_pyramid_page import write_weights

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pyramid_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with pyramid nets of random weights."""
    folder = tmp_path_factory.mktemp("weights")
    write_weights(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEGLIB_TEST_WEIGHTS", str(folder))
        process, address = start_app(ROOT / "tests" / "browser" / "pyramid_app.py")
    yield address
    process.terminate()
    process.wait(10)


def said(page: Page) -> list[str]:
    """What each level adds at the pinned pixel, as printed."""
    return page.get_by_text("at the pinned pixel").all_inner_texts()


def test_a_clicked_pixel_moves_all_views_and_a_link_reopens_them(page: Page, pyramid_app: str) -> None:
    page.goto(f"{pyramid_app}/pyramid?part=Levels&photo=chelsea&level16=false")
    settle(page)
    expect(page.get_by_text("at the pinned pixel")).to_have_count(2)
    before = said(page)
    page.get_by_role("application", name="ginger tabby cat").first.click(position={"x": 40, "y": 30})
    expect(page.get_by_text(before[0])).to_have_count(0)
    settle(page)
    page.wait_for_url(lambda url: "pin=" in url)
    after = said(page)
    assert after != before
    page.goto(page.url)  # a fresh visitor with the same link
    settle(page)
    expect(page.get_by_text("at the pinned pixel")).to_have_text(after)  # the canvases draw a moment later
    expect(page.get_by_label("Half: sees")).not_to_be_checked()
