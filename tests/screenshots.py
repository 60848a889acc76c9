"""Pictures of every page, to be looked at and for the README: ``python -m tests.screenshots FOLDER``.

Each page at a desktop's and a phone's width, in both themes, as tall as the page is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM, DESKTOP, PHONE, ROOT, settle, start_app
from tests.menu import PAGE_FILES

VIEWPORTS = {"desktop": DESKTOP, "phone": PHONE}
TALLEST = 6000  # pixels


def photograph(browser: Browser, address: str, page_name: str, query: str, folder: Path) -> None:
    """One page at all widths and themes, into ``folder/<page>-<width>-<theme>.png``."""
    for width, viewport in VIEWPORTS.items():
        for theme in ("light", "dark"):
            context = browser.new_context(viewport=viewport, color_scheme=theme)
            page = context.new_page()
            page.goto(f"{address}/{page_name}?{query}")
            settle(page)
            guesses, answered = page.get_by_text("Just show me", exact=True), 0
            while answered < guesses.count():  # what a guess hides belongs in the picture
                guesses.nth(answered).click()
                answered += 1
                page.wait_for_timeout(500)
                settle(page)
            height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
            page.set_viewport_size({"width": viewport["width"], "height": min(height, TALLEST)})
            settle(page)
            page.wait_for_timeout(1000)  # charts and canvases draw once more at the new height
            path = folder / f"{page_name or 'compare'}-{width}-{theme}.png"
            page.screenshot(path=path)
            print(path)
            context.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--query", default="photo=china", help="what follows ? in the address")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    names = [path.stem for path in PAGE_FILES]
    process, address = start_app(ROOT / "demo_app.py")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for name in names:
                photograph(browser, address, "" if name == "compare" else name, args.query, args.folder)
            browser.close()
    finally:
        process.terminate()


if __name__ == "__main__":
    main()
