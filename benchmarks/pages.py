"""The app as a person feels it, in a real browser: ``python -m benchmarks.pages``.

From `streamlit run` to the first heading, and from touching a control to the new number beside the new picture. The
peer of the latter, in the same run, is an app of one slider and one number: what Streamlit and the browser take by
themselves.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks import publish, spread
from tests.browser.conftest import CHROMIUM, DESKTOP, ROOT, settle, start_app

BARE = """
import streamlit as st

st.metric("Number", st.slider("Slider", 0, 100, 50))
"""
# The browser itself stops the time: from the event that a hand would cause to the first frame with other numbers among
# the page's metrics, which change in the same reply as the pictures do.
WATCH = """() => {
  const numbers = () => [...document.querySelectorAll('[data-testid=stMetricValue]')].map(e => e.innerText).join(' ');
  const before = numbers();
  let touched = null;
  window.took = null;
  const touch = () => { touched ??= performance.now(); };
  for (const kind of ['pointerdown', 'keydown']) document.addEventListener(kind, touch, { capture: true, once: true });
  new MutationObserver((_, watch) => {
    if (touched === null || numbers() === before) return;
    watch.disconnect();
    requestAnimationFrame(() => { window.took = performance.now() - touched; });
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def until_changed(page: Page, touch: Callable[[], None]) -> float:
    """Milliseconds from a touch until the numbers on the page are others."""
    page.evaluate(WATCH)
    touch()
    page.wait_for_function("() => window.took !== null", timeout=30_000)
    took = page.evaluate("window.took")
    settle(page)
    return took


def bare(page: Page, address: str, rounds: int) -> list[float]:
    page.goto(address)
    slider = page.get_by_role("slider")
    settle(page)
    return [until_changed(page, lambda: slider.press("ArrowRight")) for _ in range(rounds)]


def skips(page: Page, address: str, rounds: int) -> list[float]:
    """The toggle of stream 8, on and off."""
    page.goto(f"{address}/skip_connections?photo=china")
    settle(page)
    toggle = page.get_by_text("+ stream 8")
    return [until_changed(page, toggle.click) for _ in range(rounds)]


def iterations(page: Page, address: str, rounds: int) -> list[float]:
    """The slider of the CRF's iterations, from 0 to 1 and back."""
    page.goto(f"{address}/deeplab_crf?photo=china&iteration=0")
    settle(page)
    slider = page.get_by_role("slider", name=re.compile("^Iteration"))
    keys = ("ArrowRight", "ArrowLeft")
    return [until_changed(page, lambda key=keys[n % 2]: slider.press(key)) for n in range(rounds)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(viewport=DESKTOP).new_page()
        peer, address = start_app(script)
        times = {"one slider, one number": bare(page, address, args.rounds)}
        peer.terminate()
        start = time.perf_counter()
        app, address = start_app(ROOT / "demo_app.py")
        page.goto(address)
        page.get_by_role("heading").first.wait_for()
        first = time.perf_counter() - start
        settle(page)
        for name, run in (("skip toggle", skips), ("CRF iteration slider", iterations)):
            run(page, address, 2)  # computed once for all
            times[name] = run(page, address, args.rounds)
        app.terminate()
        browser.close()
    peer = np.median(times["one slider, one number"])
    report = {
        "cores": os.cpu_count(),
        "start to first heading s": round(first, 1),
        "milliseconds": {
            name: {"median": round(float(np.median(each))), "slowest": round(max(each))} for name, each in times.items()
        },
        "ratios": {
            f"{name} / one slider, one number": spread(np.array(times[name]) / peer)
            for name in ("skip toggle", "CRF iteration slider")
        },
    }
    publish(report, args.out)


if __name__ == "__main__":
    main()
