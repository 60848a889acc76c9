"""How the pages say a number, and show a stranger's text.

Streamlit reads every message as Markdown: a file called ``![](http://a.b/c.png)`` would make the browser fetch it, and
``**`` would vanish. `seglib.quoting` marks foreign text inside our own sentences; here it becomes a code span, in which
nothing is Markdown, HTML, a link, a formula, a colour or an emoji.
"""

from __future__ import annotations

import re

import numpy as np

from seglib.quoting import quoted

_FOREIGN = re.compile(r"“([^”]*)”")
_MARKS = re.compile(r"([\\`*_{}\[\]<>#$~|])")


def percent(share: float) -> str:
    """A share as people read it; a dash where there is none."""
    return "–" if np.isnan(share) else f"{100 * share:.1f} %"


def literal(sentence: str) -> str:
    """A sentence of ours for `st.error` and its like, foreign text between “ and ” in it shown as it is.

    >>> literal("No class is known for the label “**dog**”.")
    'No class is known for the label “`**dog**`”.'
    """
    parts = _FOREIGN.split(sentence)  # ours, theirs, ours, ...
    return "".join(f"“{_span(part)}”" if at % 2 else _MARKS.sub(r"\\\1", part) for at, part in enumerate(parts))


def foreign(text: str) -> str:
    """A stranger's text alone, as a label or inside a sentence of our own Markdown."""
    return _span(quoted(text)[1:-1])


def _span(text: str) -> str:
    if not text.strip():
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"
