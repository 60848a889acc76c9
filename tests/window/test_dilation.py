"""The exploded filter: against zero-stuffing, SciPy and PyTorch; counts, holes, hybrid rates."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d

from seglib.window.dilation import (
    BadRates,
    filtered,
    filtered_large,
    largest_gap,
    parse_rates,
    pixel_counts,
    seen_share,
    zero_stuffed,
)

RATES = st.lists(st.integers(1, 6), min_size=1, max_size=4)


@given(
    seed=st.integers(0, 99),
    side=st.sampled_from([1, 3, 5]),
    rate=st.integers(1, 4),
    size=st.tuples(st.integers(17, 24), st.integers(17, 24)),
)
@settings(max_examples=40, deadline=None)
def test_dilated_equals_a_larger_filter_with_zeros_whoever_computes_it(seed, side, rate, size):
    rng = np.random.default_rng(seed)
    values, kernel = rng.normal(size=size), rng.normal(size=(side, side))
    dilated = filtered(values, kernel, rate)
    stuffed = zero_stuffed(kernel, rate)
    assert np.count_nonzero(stuffed) == side * side
    assert np.allclose(dilated, filtered(values, stuffed))
    assert np.allclose(dilated, filtered_large(values, stuffed))
    assert np.allclose(dilated, correlate2d(values, stuffed, mode="valid"))
    by_torch = torch.nn.functional.conv2d(
        torch.from_numpy(values)[None, None], torch.from_numpy(kernel)[None, None], dilation=rate
    )
    assert np.allclose(dilated, by_torch[0, 0].numpy())


@given(RATES)
@settings(deadline=None)
def test_counts_are_the_response_to_all_ones(rates):
    """Convolve a single one with filters of ones: as many ways as the numbers say."""
    total = np.ones(1)
    for rate in rates:
        total = np.convolve(total, zero_stuffed(np.ones((3, 3)), rate)[0])
    assert np.array_equal(pixel_counts(rates), total)


def test_doubling_rates_double_the_window_without_holes():
    for layers in range(1, 6):
        counts = pixel_counts([2**n for n in range(layers)])
        assert len(counts) == 2 ** (layers + 1) - 1
        assert counts.min() > 0


def test_equal_rates_leave_the_gridding_holes():
    counts = pixel_counts([2, 2, 2])
    assert len(counts) == 13
    assert (counts[1::2] == 0).all()
    assert (counts[::2] > 0).all()
    assert seen_share([2, 2, 2]) == pytest.approx(49 / 169)


@pytest.mark.parametrize(
    ("rates", "gap", "closed"), [((1, 2, 5), 2, True), ((1, 2, 9), 5, False), ((1, 2, 3), 2, True)]
)
def test_hybrid_rates_close_the_holes_as_wang_et_al_say(rates, gap, closed):
    """The first two are the paper's own examples, section 3.2."""
    assert largest_gap(rates) == gap
    assert (gap <= 3) == closed
    assert (seen_share(rates) == 1) == closed


@given(st.lists(st.integers(1, 8), min_size=1, max_size=4))
def test_rates_that_keep_wangs_rule_and_start_at_one_have_no_holes(rates):
    rates = [1, *sorted(rates)]
    if largest_gap(rates) <= 3:
        assert seen_share(rates) == 1


@pytest.mark.parametrize("text", ["", "0", "1, x", "1 2 3 4 5 6 7", "17", "9999999999", "1.5", "-1", "²", "1," * 500])
def test_bad_rates_get_one_sentence(text):
    with pytest.raises(BadRates) as error:
        parse_rates(text)
    assert str(error.value).endswith(".")
    assert len(str(error.value)) < 120


def test_a_rate_below_one_is_refused():
    with pytest.raises(ValueError, match="rate is 0"):
        zero_stuffed(np.ones((3, 3)), 0)
