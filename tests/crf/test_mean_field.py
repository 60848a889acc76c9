"""Mean field: a case of two pixels by hand, all pairs in float64 as the oracle, and what must hold for any photo."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.crf import mean_field as crf
from seglib.crf import pairwise
from seglib.crf.mean_field import (
    check_iterations,
    free_energy,
    mean_field,
    mean_field_steps,
    messages,
    softmax,
    unary_energy,
)
from seglib.crf.pairwise import CRFParams, kernel_pictures, pairwise_kernels
from seglib.photos import load_photo

K, HEIGHT, WIDTH = 5, 36, 48
SETTINGS = settings(max_examples=12, deadline=None)
PARAMS = st.builds(
    CRFParams,
    smoothness_weight=st.sampled_from([0.0, 1.0, 3.0]) | st.floats(0, 10),
    smoothness_width=st.floats(0.5, 20),
    appearance_weight=st.sampled_from([0.0, 10.0]) | st.floats(0, 20),
    appearance_width=st.floats(1, 200),
    colour_width=st.floats(1, 100),
)


def noise(seed: int, classes: int = K, height: int = HEIGHT, width: int = WIDTH) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and an image, both at random."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.full(classes, 0.7), (height, width)).transpose(2, 0, 1)
    return probabilities.astype(np.float32), rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def all_pairs(image: np.ndarray, params: CRFParams) -> list[tuple[float, np.ndarray]]:
    """Weights and normalised kernels ``(N, N)`` in float64."""
    rows, cols = np.indices(image.shape[:2]).reshape(2, -1).astype(float)
    colours = image.reshape(-1, 3).astype(float)
    distance = (rows[:, None] - rows) ** 2 + (cols[:, None] - cols) ** 2
    colour = sum((colours[:, None, c] - colours[:, c]) ** 2 for c in range(3))
    found = []
    for weight, exponent in (
        (params.smoothness_weight, distance / params.smoothness_width**2),
        (params.appearance_weight, distance / params.appearance_width**2 + colour / params.colour_width**2),
    ):
        kernel = np.exp(-exponent / 2)
        scale = 1 / np.sqrt(kernel.sum(1))
        found.append((weight, scale[:, None] * kernel * scale))
    return found


def oracle(
    probabilities: np.ndarray, image: np.ndarray, params: CRFParams, iterations: int, mu: np.ndarray | None = None
) -> np.ndarray:
    """Krähenbühl & Koltun's algorithm 1 by the letter: the pairwise energy, Potts spelled out."""
    mu = 1 - np.eye(len(probabilities)) if mu is None else mu
    psi = -np.log(np.clip(probabilities.reshape(len(probabilities), -1).astype(float), crf.SMALLEST, 1)).T
    kernels = all_pairs(image, params)
    energy = psi
    for _ in range(iterations + 1):
        q = np.exp(-(energy - energy.min(1, keepdims=True)))
        q /= q.sum(1, keepdims=True)
        energy = psi + sum(weight * kernel @ q for weight, kernel in kernels) @ mu.T
    return q.T.reshape(probabilities.shape)


def test_two_pixels_by_hand() -> None:
    # One kernel, smoothness, of width 1 at distance 1: k = exp(-1/2), row sums 1 + k, so normalised 1 and k over that.
    probabilities = np.array([[[0.8, 0.4]], [[0.2, 0.6]]], np.float32)
    params = CRFParams(2, 1, 0, 1, 1)
    k = np.exp(-0.5)
    own, other = 2 / (1 + k), 2 * k / (1 + k)
    logits = np.log(probabilities[:, 0]) + own * probabilities[:, 0] + other * probabilities[:, 0, ::-1]
    wanted = np.exp(logits) / np.exp(logits).sum(0)
    for method in ("exact", "lattice"):  # smoothness never goes through a lattice
        found = mean_field(probabilities, np.zeros((1, 2, 3), np.uint8), params, 1, method=method)
        np.testing.assert_allclose(found[:, 0], wanted, rtol=1e-5)


@SETTINGS
@given(st.integers(0, 10**6), PARAMS, st.integers(0, 6))
def test_small_photos_agree_with_all_pairs(seed, params, iterations) -> None:
    probabilities, image = noise(seed, height=12, width=17)
    wanted = oracle(probabilities, image, params, iterations)
    for method in ("exact", "low rank"):
        found = mean_field(probabilities, image, params, iterations, method=method)
        np.testing.assert_allclose(found, wanted, atol=0.02)


@pytest.mark.parametrize("name", ["china", "rocket", "astronaut", None])
@pytest.mark.parametrize("method", ["auto", "low rank"])
def test_photos_of_48_by_36_agree_with_all_pairs(name, method) -> None:
    probabilities, image = noise(1, classes=11)
    if name:
        image = np.ascontiguousarray(load_photo(name)[5::10, 5::10][:HEIGHT, :WIDTH])
    found, wanted = mean_field(probabilities, image, method=method), oracle(probabilities, image, CRFParams(), 5)
    assert (found.argmax(0) == wanted.argmax(0)).mean() >= 0.995
    assert np.abs(found - wanted).max() < 0.02


@pytest.mark.parametrize(("method", "agreeing", "off"), [("lattice", 0.94, 0.03), ("low rank", 0.998, 0.001)])
def test_a_filter_gives_nearly_all_pixels_the_same_class(method, agreeing, off) -> None:
    image = np.ascontiguousarray(load_photo("china")[5::10, 5::10][:HEIGHT, :WIDTH])
    rng = np.random.default_rng(0)
    blocks = rng.dirichlet(np.ones(K), (HEIGHT // 6, WIDTH // 6)).transpose(2, 0, 1)
    probabilities = np.kron(blocks, np.ones((6, 6))).astype(np.float32)
    found, wanted = mean_field(probabilities, image, method=method), oracle(probabilities, image, CRFParams(), 5)
    assert (found.argmax(0) == wanted.argmax(0)).mean() > agreeing
    assert np.abs(found - wanted).mean() < off


def test_a_compatibility_of_ones_but_on_the_diagonal_is_potts() -> None:
    probabilities, image = noise(2, height=9, width=8)
    potts = mean_field(probabilities, image)
    np.testing.assert_allclose(mean_field(probabilities, image, compatibility=1 - np.eye(K)), potts, atol=1e-4)


@SETTINGS
@given(st.integers(0, 10**6), PARAMS)
def test_any_compatibility_agrees_with_all_pairs(seed, params) -> None:
    probabilities, image = noise(seed, height=8, width=9)
    mu = np.random.default_rng(seed).normal(size=(K, K)) * 0.3
    mu += mu.T
    found = mean_field(probabilities, image, params, 3, compatibility=mu)
    np.testing.assert_allclose(found, oracle(probabilities, image, params, 3, mu), atol=0.02)


@SETTINGS
@given(
    st.integers(0, 10**6),
    PARAMS,
    st.sampled_from([1, 2, 150]),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.sampled_from(["auto", "lattice", "low rank"]),
    st.booleans(),
)
def test_probabilities_come_out_whatever_went_in(seed, params, classes, size, method, constant) -> None:
    probabilities, image = noise(seed, classes, *size)
    image[:] = 77 if constant else image
    probabilities[:, 0, 0] = 0  # a net that has lost its mind
    probabilities[0, 0, -1:] = 1
    for q in mean_field_steps(probabilities, image, params, 3, method=method):
        assert q.shape == probabilities.shape
        assert q.dtype == np.float32
        assert np.isfinite(q).all()
        np.testing.assert_allclose(q.sum(0), 1, atol=1e-4)


def test_one_class_stays_one_class_and_weights_of_0_change_nothing() -> None:
    probabilities, image = noise(0)
    assert (mean_field(np.ones((1, HEIGHT, WIDTH), np.float32), image) == 1).all()
    silent = CRFParams(smoothness_weight=0, appearance_weight=0)
    assert pairwise_kernels(image, silent) == []
    clipped = np.clip(probabilities, crf.SMALLEST, 1)
    np.testing.assert_allclose(mean_field(probabilities, image, silent), clipped / clipped.sum(0), atol=1e-5)


def test_on_a_constant_image_a_crumb_is_swallowed() -> None:
    probabilities = np.full((2, 20, 20), 0.1, np.float32)
    probabilities[0] = 0.9
    probabilities[:, 10, 10] = 0.3, 0.7
    found = mean_field(probabilities, np.full((20, 20, 3), 120, np.uint8))
    assert (found.argmax(0) == 0).all()


def test_steps_start_with_the_net_and_end_with_the_answer() -> None:
    probabilities, image = noise(4, height=10, width=11)
    steps = list(mean_field_steps(probabilities, image, iterations=4))
    assert len(steps) == 5
    np.testing.assert_allclose(steps[0], oracle(probabilities, image, CRFParams(), 0), atol=1e-5)
    np.testing.assert_array_equal(steps[-1], mean_field(probabilities, image, iterations=4))
    assert not np.array_equal(steps[0], steps[1])


def test_the_argument_stays_as_it_was_and_results_repeat() -> None:
    probabilities, image = noise(5)
    kept = probabilities.copy()
    first = mean_field(probabilities, image, method="lattice")
    np.testing.assert_array_equal(probabilities, kept)
    np.testing.assert_array_equal(first, mean_field(probabilities, image, method="lattice"))


def test_free_energy_is_what_the_definition_says_and_falls() -> None:
    probabilities, image = noise(6, height=8, width=9)
    params = CRFParams(appearance_weight=2, smoothness_weight=1)
    kernels, unary = pairwise_kernels(image, params), unary_energy(probabilities)
    total = messages(kernels, np.ones((len(unary), 1), np.float32))
    q, energies = softmax(-unary), []
    for _ in range(8):
        energies.append(free_energy(unary, q, messages(kernels, q), total))
        q = crf.update(unary, kernels, q)
    q0 = softmax(-unary).astype(float)
    pairs = sum(
        weight * (kernel * (1 - q0 @ q0.T)).sum() for weight, kernel in all_pairs(image, params)
    )  # Potts: what a pair costs is the chance that its pixels disagree
    wanted = ((q0 * (unary + np.log(q0))).sum() + pairs / 2) / len(q0)
    assert energies[0] == pytest.approx(wanted, rel=1e-4)
    assert energies[1] < energies[0]
    assert energies[-1] <= min(energies) + 1e-4
    mu = 1 - np.eye(K)
    general = free_energy(unary, softmax(-unary), messages(kernels, softmax(-unary)), total, mu)
    assert general == pytest.approx(energies[0], rel=1e-3)


def test_kernel_pictures_are_rows_of_the_exact_kernels() -> None:
    _, image = noise(7, height=10, width=12)
    params = CRFParams(colour_width=60)
    for picture, (_, kernel) in zip(
        kernel_pictures(image, params, (3, 4)).values(), all_pairs(image, params), strict=True
    ):
        row = kernel[3 * 12 + 4].reshape(10, 12)
        assert picture[3, 4] == 1
        unscaled = kernel / np.sqrt(np.outer(np.diag(kernel), np.diag(kernel)))
        np.testing.assert_allclose(picture, unscaled[3 * 12 + 4].reshape(row.shape), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("name", list(CRFParams.__dataclass_fields__))
@pytest.mark.parametrize("value", [-1, np.nan, np.inf, 10**9, "3", None, True])
def test_parameters_out_of_bounds_are_refused_in_one_sentence(name, value) -> None:
    with pytest.raises(ValueError, match=name.replace("_", " ")) as stop:
        CRFParams(**{name: value})
    assert "\n" not in str(stop.value)


@pytest.mark.parametrize("name", ["smoothness_width", "appearance_width", "colour_width"])
def test_a_width_of_0_is_refused(name) -> None:
    with pytest.raises(ValueError, match=r"wanted a number from 0\.1"):
        CRFParams(**{name: 0})


def test_bad_input_is_refused() -> None:
    probabilities, image = noise(8, height=6, width=7)
    wrong = {
        "wanted \\(K, H, W\\)": (probabilities[:, 1:], image),
        "are fractions": ((probabilities > 0.5).astype(int), image),
        "wanted 0 to 1": (probabilities + 1, image),
        "run from nan": (np.full_like(probabilities, np.nan), image),
        "uint8 RGB": (probabilities, image.astype(float)),
    }
    for words, (p, im) in wrong.items():
        with pytest.raises(ValueError, match=words):
            mean_field(p, im)
    for iterations in (-1, 1.5, True, 10**6):
        with pytest.raises(ValueError, match="iterations: wanted"):
            check_iterations(iterations)
    for matrix, words in (
        (np.eye(3), "wanted"),
        (np.triu(np.ones((K, K))), "symmetric"),
        (np.full((K, K), np.nan), "finite"),
    ):
        with pytest.raises(ValueError, match=words):
            mean_field(probabilities, image, compatibility=matrix)
    with pytest.raises(ValueError, match="there are auto"):
        mean_field(probabilities, image, method="quick")
    large = np.zeros((65, 64, 3), np.uint8)
    with pytest.raises(ValueError, match=f"wanted {pairwise.EXACT_PIXELS} at most"):
        pairwise_kernels(large, CRFParams(), "exact")


def test_memory_grows_with_the_pixels_not_with_their_square() -> None:
    def peak(height: int, width: int) -> int:
        probabilities, image = noise(9, 4, height, width)
        image = np.ascontiguousarray(np.broadcast_to(np.arange(width, dtype=np.uint8)[:, None], image.shape))
        tracemalloc.start()
        mean_field(probabilities, image, iterations=2)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(160, 200) / peak(80, 100) < 5
