"""Charts as files: drawn by Vega, with their words, and nothing fetched from anywhere."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from seglib.lecture.charts import SHARPNESS, WIDTH, chart_file, with_words

BARS = {
    "data": {"values": [{"net": "fcn32s", "score": 40}, {"net": "fcn8s", "score": 60}]},
    "mark": "bar",
    "height": 120,
    "encoding": {
        "x": {"field": "score", "type": "quantitative"},
        "y": {"field": "net", "type": "nominal"},
        "color": {"field": "net", "type": "nominal"},
    },
}


def opened(content: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(content))
    assert image.format == "PNG"
    return np.asarray(image.convert("RGB"))


def test_a_chart_is_drawn_on_white_in_the_colours_of_the_page() -> None:
    pixels = opened(chart_file(BARS, "png", ["#0072B2", "#E69F00"]))
    assert pixels.shape[0] > SHARPNESS * 120
    assert pixels.shape[1] > SHARPNESS * WIDTH
    assert (pixels[0] == 255).all()
    blue, orange = ((pixels == color).all(-1) for color in ((0, 114, 178), (230, 159, 0)))
    # Two bars of one height; the first net of the alphabet, fcn32s, is blue, and two thirds as long.
    assert blue.sum() / orange.sum() == pytest.approx(40 / 60, abs=0.02)


def test_words_stand_above_and_make_the_picture_taller() -> None:
    worded = with_words(BARS | {"title": "IoU, %"}, "Compare", "Bars: the score of each net, best last")
    text = chart_file(worded, "svg").decode()
    assert text.startswith("<svg")
    assert all(words in text for words in (">Compare<", ">IoU, %. Bars: the score of each net, best last<", ">fcn8s<"))
    assert opened(chart_file(worded, "png")).shape[0] > opened(chart_file(BARS, "png")).shape[0] + SHARPNESS * 30
    assert "title" not in BARS


def test_a_long_caption_is_broken_into_lines() -> None:
    lines = with_words(BARS, "Title", "a word " * 60)["title"]["subtitle"]
    assert len(lines) == 5
    assert max(map(len, lines)) <= 84


def test_nothing_is_fetched() -> None:
    with pytest.raises(ValueError, match=r"example\.org"):
        chart_file(BARS | {"data": {"url": "http://example.org/private.csv"}}, "svg")
