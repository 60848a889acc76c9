"""Pictures of every page, to be looked at and for the README: ``python -m tests.screenshots FOLDER``.

Each page, and with ``--parts`` each part of it, at a desktop's and a phone's width, in both themes, as tall as it is.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import CHROMIUM, DESKTOP, PHONE, ROOT, settle, show_all, start_app
from tests.menu import PAGE_FILES, PARTS

VIEWPORTS = {"desktop": DESKTOP, "phone": PHONE}
TALLEST = 6000  # pixels


def settled_height(page: Page) -> int:
    """The page's height in pixels, once it has stayed the same for a second: pictures and charts come late."""
    settle(page)
    heights = [0]
    while len(heights) < 5 or len(set(heights[-5:])) > 1:
        page.wait_for_timeout(250)
        heights.append(page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight"))
    return heights[-1]


def photograph(browser: Browser, address: str, page_name: str, query: dict[str, str], stem: Path) -> None:
    """One page at all widths and themes, into ``<stem>-<width>-<theme>.png``."""
    for width, viewport in VIEWPORTS.items():
        for theme in ("light", "dark"):
            context = browser.new_context(viewport=viewport, color_scheme=theme)
            page = context.new_page()
            page.goto(f"{address}/{page_name}?{urlencode(query)}")
            expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)
            settled_height(page)
            show_all(page)
            height = settled_height(page)
            page.set_viewport_size({"width": viewport["width"], "height": min(height, TALLEST)})
            settle(page)
            expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
            page.locator('[data-testid="stMain"]').evaluate("main => main.scrollTo(0, 0)")  # answers scrolled it
            page.wait_for_timeout(1000)  # charts and canvases draw once more at the new height
            path = stem.with_name(f"{stem.name}-{width}-{theme}.png")
            page.screenshot(path=path)
            print(path, flush=True)
            context.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photo", default="china", help="name of a bundled photo")
    names = [path.stem for path in PAGE_FILES]
    parser.add_argument("--pages", nargs="+", choices=names, default=names, help="only these")
    parser.add_argument("--parts", action="store_true", help="each part of a page too, not only the first")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    process, address = start_app(ROOT / "demo_app.py")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for name in args.pages:
                page_name = "" if name == "compare" else name
                key, parts = PARTS[page_name]
                for part in [{key: part} for part in parts] if args.parts and key else [{}]:
                    stem = args.folder / "-".join([name, *(words.lower().replace(" ", "_") for words in part.values())])
                    photograph(browser, address, page_name, {"photo": args.photo} | part, stem)
            browser.close()
    finally:
        process.terminate()


if __name__ == "__main__":
    main()
