"""Claims about windows: whether plain8's is small for the photos, who was trained on more views, and the bill."""

from __future__ import annotations

import numpy as np
import pytest

from seglib import metrics
from seglib.claims import about_nets, about_windows
from seglib.claims.counts import RADII, Counts
from seglib.labels import LABEL_SETS

PERFECT = np.full((3, 2, 2), 10) * np.eye(2, dtype=int)
BLIND = np.repeat(np.array([[[10, 0], [10, 0]]]), 3, 0)
PLAIN8, DILATED8 = 355, 851  # px, their windows


class Bench:
    """Three photos of a given height on which dilated8 is always right, and all other nets see one class."""

    def __init__(self, side: int) -> None:
        self.side = side

    def of_net(self, name: str, label_set_name: str) -> Counts:
        cms = PERFECT if name == "dilated8" else BLIND
        return Counts(np.repeat(cms[:, None], len(RADII), 1), cms, cms)

    def short_sides(self, label_set_name: str) -> np.ndarray:
        return np.array([self.side, self.side, 1])


@pytest.fixture
def views(monkeypatch) -> dict[str, int]:
    """Views that the nets in the box were trained on, to be changed."""
    views = {"plain8": 3000, "dilated8": 3000, "fcn32s": 3000}
    cards = {about_windows.weights_path(net, name): net for net in views for name in LABEL_SETS}
    for module in (about_windows, about_nets):
        monkeypatch.setattr(module, "read_card", lambda path: {"views_in_all": views[cards[path]], "init": {}})
    monkeypatch.setattr(about_windows, "LABEL_SETS", ("street",))
    return views


def test_a_window_that_spans_the_photos_is_told(views) -> None:
    finding = about_windows.window_is_small_without_subsampling(Bench(side=PLAIN8))
    assert f"whose shorter side is {PLAIN8} px, plain8 may still see {PLAIN8} px" in finding.why
    assert "layers of 5x5" in finding.why
    assert finding.figures[0].value == 75  # mean IoU 100 over (1/2 + 0) / 2
    assert finding.context["window of dilated8"] == f"{DILATED8} px"
    assert finding.context["street: shorter side of a photo, median"] == f"{PLAIN8} px"
    assert about_windows.window_is_small_without_subsampling(Bench(side=2 * PLAIN8)).why == ""


def test_a_net_that_was_trained_on_more_views_than_the_other_says_so(views) -> None:
    views |= {"plain8": 5000, "dilated8": 5000}
    finding = about_windows.window_is_small_without_subsampling(Bench(side=2000))
    assert finding.why == "On street photos dilated8 was trained on more views than fcn32s, 5,000 against 3,000."
    assert finding.context["street: views trained on"].startswith("dilated8 5,000")
    views["fcn32s"] = 5000
    assert about_windows.window_is_small_without_subsampling(Bench(side=2000)).why == ""


def test_dilation_that_gains_nothing_over_the_coarse_net_says_so(monkeypatch) -> None:
    monkeypatch.setattr(about_windows, "LABEL_SETS", ("street",))
    monkeypatch.setattr(
        Bench, "of_net", lambda self, *names: Counts(np.repeat(BLIND[:, None], len(RADII), 1), BLIND, BLIND)
    )
    finding = about_windows.window_is_small_without_subsampling(Bench(side=2000))
    assert "is not ahead of it beyond the spread (+0.0 points)" in finding.why


def test_the_bill_holds_windows_parameters_and_what_was_measured() -> None:
    finding = about_windows.dilation_costs_resolution(None)
    figures = {figure.name: figure for figure in finding.figures}
    assert figures["window of dilated8 over plain8's, same parameters"].value == DILATED8 - PLAIN8
    assert sum(figure.unit == "times more" for figure in figures.values()) == 2
    for label_set_name in LABEL_SETS:
        plain, dilated = (finding.context[f"{label_set_name}, {net}"] for net in ("plain8", "dilated8"))
        assert plain.endswith(f" parameters, window {PLAIN8} px")
        assert dilated == plain.replace(f"{PLAIN8} px", f"{DILATED8} px")


def test_one_net_over_another_in_every_label_set(monkeypatch) -> None:
    monkeypatch.setattr(about_windows, "lead", lambda *names: [])
    finding = about_windows.ahead(Bench(100), [("dilated8", "plain8")], metrics.pixel_accuracy, "pixel accuracy")
    assert [(figure.name, figure.value) for figure in finding.figures] == [
        ("everyday: dilated8 over plain8, pixel accuracy", 50),
        ("street: dilated8 over plain8, pixel accuracy", 50),
    ]
