"""Photos for browser tests to bring along, and how they are brought."""

from __future__ import annotations

import io
import mimetypes

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.conftest import settle


def noise_photo(seed: int = 0) -> bytes:
    """A JPEG of 300 x 200 random pixels, another for each seed."""
    buffer = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()


def upload(page: Page, name: str, content: bytes) -> None:
    """Hand a file to the uploader, which once in hundreds of runs did not take one: it lists those that it has.

    What surrounds the uploader covers the page, and a click beside it only puts it away: it is put away first.
    """
    chooser = page.locator('[data-testid="stFileUploaderDropzoneInput"]').first
    opener = page.get_by_role("button", name="Your own photo")
    if opener.get_attribute("aria-expanded") != "true":
        opener.click()
    listed = page.get_by_role("button", name=f"Remove {name}")
    for _ in range(3):
        chooser.set_input_files(files=[{"name": name, "mimeType": mimetypes.guess_type(name)[0], "buffer": content}])
        try:
            listed.wait_for(timeout=10_000)
            break
        except PlaywrightTimeout:
            continue
    expect(listed).to_be_visible()
    settle(page)
    page.keyboard.press("Escape")
    expect(opener).to_have_attribute("aria-expanded", "false")
