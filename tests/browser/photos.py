"""Photos for browser tests to bring along, and how they are brought."""

from __future__ import annotations

import io
import mimetypes

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect


def noise_photo(seed: int = 0) -> bytes:
    """A JPEG of 300 x 200 random pixels, another for each seed."""
    buffer = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()


def upload(page: Page, name: str, content: bytes) -> None:
    """Hand a file to the uploader, which once in hundreds of runs did not take one.

    Once the app has it, taken or refused, what surrounds the uploader is put away, and the page is in sight.
    """
    chooser = page.locator('[data-testid="stFileUploaderDropzoneInput"]').first
    opener = page.get_by_role("button", name="Your own photo")
    for _ in range(3):
        if opener.get_attribute("aria-expanded") != "true":
            opener.click()
        chooser.set_input_files(files=[{"name": name, "mimeType": mimetypes.guess_type(name)[0], "buffer": content}])
        try:
            expect(opener).to_have_attribute("aria-expanded", "false", timeout=20_000)
            return
        except AssertionError:
            continue
    raise AssertionError(f"the uploader never took {name}")
