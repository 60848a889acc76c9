"""Text of strangers on a page: shown as it is, never as Markdown or HTML."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$:&])")


def escaped(text: str) -> str:
    """Text that Markdown shows as it was written.

    >>> escaped("*a* [b](c) :smile:")
    '\\\\*a\\\\* \\\\[b\\\\]\\\\(c\\\\) \\\\:smile\\\\:'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
