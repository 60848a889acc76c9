"""Foreign text inside our own sentences: always between “ and ”, never long, never with a control character.

A message may be shown by something that reads Markdown or HTML. The marks tell it which part is a stranger's.
"""

from __future__ import annotations

LONGEST = 60  # characters


def quoted(text: object) -> str:
    """A stranger's text between “ and ”, on one line, shortened.

    >>> quoted("a “dog”") + quoted("x" * 100)[-6:]
    '“a "dog"”xxxx…”'
    """
    text = str(text)[: LONGEST + 1].replace("“", '"').replace("”", '"')
    text = "".join(character if character.isprintable() else "�" for character in text)
    return f"“{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}”"
