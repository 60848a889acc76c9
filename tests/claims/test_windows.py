"""Claims about windows: whether plain8's is small for the photos, on both trunks, and the bill of both label sets."""

from __future__ import annotations

import numpy as np
import pytest

from seglib import metrics
from seglib.claims import about_windows
from seglib.claims.counts import RADII, Counts
from seglib.models import trunks

PERFECT = np.full((3, 2, 2), 10) * np.eye(2, dtype=int)
BLIND = np.repeat(np.array([[[10, 0], [10, 0]]]), 3, 0)
WINDOWS = {"lite0": {"plain8": 355, "dilated8": 851}, "residual": {"plain8": 215, "dilated8": 423}}


class Bench:
    """Three photos of a given height on which dilated8 is always right, and all other nets see one class."""

    def __init__(self, side: int) -> None:
        self.side = side

    def of_net(self, name: str, label_set_name: str) -> Counts:
        cms = PERFECT if name == "dilated8" else BLIND
        return Counts(np.repeat(cms[:, None], len(RADII), 1), cms, cms)

    def short_sides(self, label_set_name: str) -> np.ndarray:
        return np.array([self.side, self.side, 1])


@pytest.mark.parametrize("trunk", WINDOWS)
def test_a_window_that_spans_the_photos_is_told(trunk: str, monkeypatch) -> None:
    monkeypatch.setitem(trunks.OF_LABEL_SET, "street", trunk)
    monkeypatch.setattr(about_windows, "LABEL_SETS", ("street",))
    plain = WINDOWS[trunk]["plain8"]
    finding = about_windows.window_is_small_without_subsampling(Bench(side=plain))
    assert f"whose shorter side is {plain} px, plain8 may still see {plain} px" in finding.why
    assert ("layers of 5x5" in finding.why) == (trunk == "lite0")
    assert finding.figures[0].value == 75  # mean IoU 100 over (1/2 + 0) / 2
    assert finding.context["window of dilated8"] == f"{WINDOWS[trunk]['dilated8']} px (street)"
    assert finding.context["street: shorter side of a photo, median"] == f"{plain} px"
    assert about_windows.window_is_small_without_subsampling(Bench(side=2 * plain)).why == ""


def test_dilation_that_gains_nothing_over_the_coarse_net_says_so(monkeypatch) -> None:
    monkeypatch.setattr(about_windows, "LABEL_SETS", ("street",))
    monkeypatch.setattr(
        Bench, "of_net", lambda self, *names: Counts(np.repeat(BLIND[:, None], len(RADII), 1), BLIND, BLIND)
    )
    finding = about_windows.window_is_small_without_subsampling(Bench(side=2000))
    assert "is not ahead of it beyond the spread (+0.0 points)" in finding.why


def test_the_bill_is_that_of_each_label_sets_trunk(monkeypatch) -> None:
    monkeypatch.setitem(trunks.OF_LABEL_SET, "street", "residual")
    figures = {figure.name: figure for figure in about_windows.dilation_costs_resolution(None).figures}
    assert figures["street: window of dilated8 over plain8's, same parameters"].value == 423 - 215
    assert figures["everyday: window of dilated8 over plain8's, same parameters"].value == 851 - 355
    assert sum(figure.unit == "times more" for figure in figures.values()) == 2


def test_one_net_over_another_in_every_label_set(monkeypatch) -> None:
    monkeypatch.setattr(about_windows, "lead", lambda *names: [])
    finding = about_windows.ahead(Bench(100), [("dilated8", "plain8")], metrics.pixel_accuracy, "pixel accuracy")
    assert [(figure.name, figure.value) for figure in finding.figures] == [
        ("everyday: dilated8 over plain8, pixel accuracy", 50),
        ("street: dilated8 over plain8, pixel accuracy", 50),
    ]
