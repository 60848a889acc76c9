"""JSON from strangers, as text of any usual encoding, parsed within bounds.

Windows programs write a byte order mark, or UTF-16. LabelMe puts the whole photo inside, as text; nothing here needs
it, so it is cut out before the parser sees it: what is left is small, and so is what it can unfold to.
"""

from __future__ import annotations

import json
import re

from seglib.annotation.raster import BadAnnotation

MAX_FILE = 40_000_000  # bytes: a photo of 20 MB inside takes 27
MAX_TEXT = 6_000_000  # characters without the photo: a list of lists unfolds to thirty times that
# Possessive, so that nothing is remembered of a photo's millions of letters.
_PICTURE = re.compile(r'"imageData"\s*:\s*"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_STARTS = ("{", "[")


def looks_like_json(data: bytes) -> bool:
    """Whether a file's content, not its name, says that it is JSON."""
    start = data[:400]
    return start.decode(json.detect_encoding(start), errors="replace").lstrip("\ufeff \t\r\n").startswith(_STARTS)


def parse(data: bytes | str) -> object:
    """What the JSON says; `BadAnnotation` if it is none, or too much."""
    if len(data) > MAX_FILE:
        raise BadAnnotation(
            f"The file has {len(data) / 1e6:.1f} MB: at most {MAX_FILE // 10**6} MB are taken, "
            "so save it without the image data."
        )
    text = data if isinstance(data, str) else data.decode(json.detect_encoding(data), errors="replace")
    text = _PICTURE.sub('"imageData": null', text.lstrip("\ufeff"))
    if len(text) > MAX_TEXT:
        raise BadAnnotation(
            f"The file has {len(text) / 1e6:.1f} MB of shapes: at most {MAX_TEXT // 10**6} MB are taken, "
            "so simplify the outlines."
        )
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: not JSON, a number of 5000 digits
        raise BadAnnotation("This is not a LabelMe file: wanted JSON with the keys shapes and imageHeight.") from error
