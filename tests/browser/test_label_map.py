"""The painter's map and its history, run in Chromium without an app, against other ways to compute the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from scipy import ndimage

from seglib.annotation.polygons import Shape, rasterize
from seglib.labels import IGNORE
from seglib.ui.components import label_painter

pytestmark = pytest.mark.browser

FOLDER = Path(label_painter.__file__).parent
SCRIPTS = ("picture.js", "label_map.js", "label_history.js", "label_painter_drafts.js")
SCRIPT = "\n".join((FOLDER / name).read_text() for name in SCRIPTS)
H, W = 14, 19
LABEL = 3
Rect = tuple[int, int, int, int]
Change = Callable[[np.ndarray, str], tuple[np.ndarray, Rect | None]]
BROWSER_SETTINGS = settings(deadline=None, max_examples=25)


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """A tab in which the functions of the map and its history are defined, and a history to work on."""
    page = browser.new_page()
    page.add_script_tag(content=SCRIPT)
    yield page
    page.close()


@pytest.fixture(scope="module")
def change(tab: Page) -> Change:
    """Runs a JavaScript expression that changes ``map``; the map after that, and the rectangle it named."""

    def run(labels: np.ndarray, expression: str) -> tuple[np.ndarray, Rect | None]:
        values, rect = tab.evaluate(
            f"""([values, height, width]) => {{
              const map = {{ values: Uint8Array.from(values), width, height }};
              const rect = {expression};
              return [[...map.values], rect];
            }}""",
            [labels.ravel().tolist(), *labels.shape],
        )
        return np.array(values, np.uint8).reshape(labels.shape), rect

    return run


def only_within(rect: Rect | None, before: np.ndarray, after: np.ndarray) -> bool:
    """Whether nothing changed outside the rectangle."""
    changed = before != after
    if rect is not None:
        left, top, right, bottom = rect
        assert 0 <= left < right <= W
        assert 0 <= top < bottom <= H
        changed[top:bottom, left:right] = False
    return not changed.any()


maps = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).choice([0, 1, IGNORE], (H, W), p=(0.5, 0.3, 0.2)).astype(np.uint8)
)
pixels = st.tuples(st.integers(-6, W + 5), st.integers(-6, H + 5))  # (x, y); a stroke may leave the picture


@BROWSER_SETTINGS
@given(before=maps, start=pixels, end=pixels, size=st.integers(1, 12))
def test_a_stroke_covers_all_pixels_within_half_its_size_of_the_line(
    change: Change, before: np.ndarray, start: tuple[int, int], end: tuple[int, int], size: int
) -> None:
    (x0, y0), (x1, y1) = start, end
    expression = f"drawStroke(map, {{ x: {x0}, y: {y0} }}, {{ x: {x1}, y: {y1} }}, {size}, {LABEL})"
    after, rect = change(before, expression)
    assert only_within(rect, before, after)
    # In whole numbers: beside the line the distance is cross / length, beyond its ends that of the end.
    y, x = np.mgrid[:H, :W]
    along = (x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)
    cross = (x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    beside = (along > 0) & (along < length)
    end_distance = np.minimum((x - x0) ** 2 + (y - y0) ** 2, (x - x1) ** 2 + (y - y1) ** 2)
    excess = np.where(beside, 4 * cross**2 - size**2 * length, 4 * end_distance - size**2)
    covered, tie = excess <= 0, beside & (excess == 0)  # where rounding may decide either way
    np.testing.assert_array_equal(after[~tie], np.where(covered, LABEL, before)[~tie])


@BROWSER_SETTINGS
@given(before=maps, x=st.integers(0, W - 1), y=st.integers(0, H - 1), label=st.sampled_from([0, 1, LABEL, IGNORE]))
def test_a_fill_takes_the_region_that_is_connected_by_sides(
    change: Change, before: np.ndarray, x: int, y: int, label: int
) -> None:
    after, rect = change(before, f"fillRegion(map, {{ x: {x}, y: {y} }}, {label})")
    regions, _ = ndimage.label(before == before[y, x])
    region = regions == regions[y, x]
    np.testing.assert_array_equal(after, np.where(region, label, before))
    if label == before[y, x]:
        assert rect is None
    else:
        rows, columns = ndimage.find_objects(region.astype(int))[0]
        assert rect == [columns.start, rows.start, columns.stop, rows.stop]


def test_a_fill_of_a_large_photo_needs_no_deep_stack(tab: Page) -> None:
    side = 1000
    filled, rect, others = tab.evaluate(
        f"""() => {{
          // Every second row is empty, and open to the next one at its right or left end in turn: one long corridor.
          const wall = (row, column) => row % 2 && column !== (row % 4 === 1 ? {side - 1} : 0);
          const values = new Uint8Array({side**2});
          for (let at = 0; at < values.length; at++) values[at] = wall(Math.floor(at / {side}), at % {side});
          const rect = fillRegion({{ values, width: {side}, height: {side} }}, {{ x: 0, y: 0 }}, {LABEL});
          const count = (wanted) => values.filter((label) => label === wanted).length;
          return [count({LABEL}), rect, count(1)];
        }}"""
    )
    assert others == side // 2 * (side - 1)
    assert filled == side**2 - others
    assert rect == [0, 0, side, side]


quarters = st.integers(-8, 4 * W + 8).map(lambda quarter: quarter / 4)  # corners on pixels' centres and borders, too
corners = st.lists(st.tuples(quarters, quarters), min_size=3, max_size=9)


@BROWSER_SETTINGS
@given(before=maps, corners=corners)
def test_a_polygon_is_what_a_saved_file_of_it_becomes(
    change: Change, before: np.ndarray, corners: list[tuple[float, float]]
) -> None:
    after, rect = change(before, f"fillPolygon(map, {[list(corner) for corner in corners]}, {LABEL})")
    assert only_within(rect, before, after)
    painted = rasterize([Shape("cat", np.array(corners))], (H, W), {"cat": LABEL})
    np.testing.assert_array_equal(after, np.where(painted == LABEL, LABEL, before))


@pytest.mark.parametrize("corner", [[(2, 3), (9.6, 12.4)], [(9.6, 12.4), (2, 3)], [(2, 12.4), (9.6, 3)]])
def test_a_box_is_the_same_from_any_of_its_corners(tab: Page, corner: list[tuple[float, float]]) -> None:
    assert tab.evaluate("([a, b]) => boxBetween(a, b)", corner) == [3, 2, 12, 10]


class Painted:
    """A history in the tab, and the maps that one step after the other led to."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        tab.evaluate(
            f"""() => {{
              const map = {{ values: new Uint8Array({H * W}).fill(VOID), width: {W}, height: {H} }};
              globalThis.painted = createHistory(map);
            }}"""
        )

    def __call__(self, expression: str) -> object:
        """What an expression of ``painted``, the history, gives."""
        return self.tab.evaluate(f"() => {expression}")

    def draw(self, x: int, y: int, label: int, end: str = "endChange") -> object:
        """A dot of three pixels, drawn in one change."""
        dot = f"drawStroke(painted.map, {{ x: {x}, y: {y} }}, {{ x: {x}, y: {y} }}, 3, {label})"
        return self.tab.evaluate(
            f"() => {{ beginChange(painted); noteChange(painted, {dot}); return {end}(painted); }}"
        )

    @property
    def values(self) -> list[int]:
        """The map as it is now."""
        return self("[...painted.map.values]")


@BROWSER_SETTINGS
@given(
    dots=st.lists(st.tuples(st.integers(0, W - 1), st.integers(0, H - 1), st.sampled_from([0, 1, IGNORE])), max_size=6)
)
def test_every_step_is_undone_and_redone_exactly(tab: Page, dots: list[tuple[int, int, int]]) -> None:
    painted = Painted(tab)
    states = [painted.values]
    for dot in dots:
        assert painted.draw(*dot) is True
        states.append(painted.values)
    for state in reversed(states[:-1]):
        assert painted("undo(painted)") is not None
        assert painted.values == state
    assert painted("undo(painted)") is None
    for state in states[1:]:
        assert painted("redo(painted)") is not None
        assert painted.values == state
    assert painted("redo(painted)") is None


def test_a_new_change_ends_what_could_be_redone(tab: Page) -> None:
    painted = Painted(tab)
    painted.draw(5, 5, 0)
    painted("undo(painted)")
    painted.draw(9, 9, 1)
    assert painted("redo(painted)") is None


def test_a_change_that_is_taken_back_leaves_no_step(tab: Page) -> None:
    painted = Painted(tab)
    painted.draw(5, 5, 0)
    before = painted.values
    assert painted.draw(6, 6, 1, end="takeBackChange") == [4, 4, 9, 9]
    assert painted.values == before
    painted("undo(painted)")
    assert set(painted.values) == {IGNORE}


def test_nothing_is_undone_in_the_middle_of_a_change_and_no_change_is_no_step(tab: Page) -> None:
    painted = Painted(tab)
    painted.draw(5, 5, 0)
    painted("beginChange(painted)")
    assert painted("undo(painted)") is None
    assert painted("endChange(painted)") is False
    assert painted("painted.undo.length") == 1


def test_the_oldest_steps_go_when_there_are_too_many_or_they_are_too_large(tab: Page) -> None:
    painted = Painted(tab)
    tab.evaluate(
        """() => {
          for (let step = 0; step < 201; step++) {
            beginChange(painted); noteChange(painted, [0, 0, 1, 1]); endChange(painted);
          }
        }"""
    )
    assert painted("painted.undo.length") == 200
    tab.evaluate(
        """() => {
          const map = { values: new Uint8Array(20e6), width: 5000, height: 4000 };
          globalThis.painted = createHistory(map);
          for (let step = 0; step < 3; step++) {
            beginChange(painted); noteChange(painted, [0, 0, 5000, 4000]); endChange(painted);
          }
        }"""
    )
    assert painted("painted.undo.length") == 2  # of 20 MB each


def test_a_draft_in_other_classes_is_read_by_their_names(tab: Page) -> None:
    former, today = ["tree", "animal", "sky", "fish"], ["sky", "wall", "tree"]
    values, gone = tab.evaluate(
        """([values, former, today]) => {
          const [labels, gone] = inTodaysClasses(Uint8Array.from(values), former, today.map((name) => ({ name })));
          return [[...labels], gone];
        }""",
        [[0, 1, 2, 255, 0], former, today],
    )
    assert values == [2, IGNORE, 0, IGNORE, 2]
    assert gone == ["animal"]  # nobody painted a fish
