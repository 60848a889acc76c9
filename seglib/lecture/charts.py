"""Charts as files to take home: on white, for paper and slides, alone or with title and caption written above."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Literal

WIDTH = 640  # pixels between the axes, where a chart has no width of its own
LINE = 84  # characters of a caption
SHARPNESS = 2  # pixels of the file for each of the chart
SEVERAL = ("hconcat", "vconcat", "concat", "facet", "repeat")  # charts of several, which are as wide as their parts


def with_words(specification: dict, title: str, caption: str) -> dict:
    """A Vega-Lite chart with its title and its caption above; a title of the chart's own joins the caption."""
    own = specification.get("title")
    own = own.get("text") if isinstance(own, dict) else own
    lines = textwrap.wrap(". ".join(filter(None, (own if isinstance(own, str) else "", caption))), LINE)
    words = {"text": textwrap.wrap(title, LINE), "subtitle": lines, "anchor": "start", "frame": "group"}
    return {**specification, "title": {**words, "fontSize": 18, "subtitleFontSize": 14, "offset": 14}}


def chart_file(specification: dict, kind: Literal["png", "svg"], colors: Sequence[str] = ()) -> bytes:
    """A Vega-Lite chart, its data inside, as a file; ``colors`` are those of categories for which it names none.

    It is drawn by Vega itself, which vl-convert holds: the first chart of a process takes seconds and 80 MB.
    """
    import vl_convert  # noqa: PLC0415 - needed when a chart is taken home, and by no page

    specification = {"background": "white", **specification}
    if not any(name in specification for name in SEVERAL):
        specification.setdefault("width", WIDTH)
    if colors:
        ranges = {"range": {"category": list(colors)}}
        specification["config"] = {**ranges, **specification.get("config", {})}
    # Nothing is fetched: what a chart shows is inside it.
    alone = {"vl_spec": specification, "allowed_base_urls": []}
    if kind == "svg":
        return vl_convert.vegalite_to_svg(**alone).encode()
    return vl_convert.vegalite_to_png(**alone, scale=SHARPNESS)
