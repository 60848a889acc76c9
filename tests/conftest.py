"""What several tests share: one computing thread, and a tiny data set in the layout that `seglib.datasets` reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, settings
from PIL import Image

from seglib.datasets import MEANING
from tests import headless

torch.set_num_threads(1)
# Hypothesis' own clocks measure how busy the machine is.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

HEIGHT, WIDTH, BLOCK = 80, 96, 16  # a photo is 5 x 6 blocks of one class each


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each file's tests run in one process, for they share fixtures; browser tests share an app, and run in one, too.

    But for the walk through every part, which alone takes about as long as all others: no process waits for the other.
    """
    for item in items:
        shares_app = item.path.parent.name == "browser" and item.path.name != "test_every_part.py"
        item.add_marker(pytest.mark.xdist_group("browser" if shares_app else str(item.path)))


@pytest.fixture(scope="session", autouse=True)
def quick_pages() -> Iterator[None]:
    """Pages that run headless do so without repeating what is the same for all of them."""
    with pytest.MonkeyPatch.context() as patch:
        headless.quicken(patch)
        yield


def class_color(index: int) -> tuple[int, int, int]:
    """A colour per class index, at least 60 apart in one channel, so that JPEG cannot confuse them."""
    return tuple(30 + 64 * (index // 4**place % 4) for place in range(3))


def index_of_color(image: np.ndarray) -> np.ndarray:
    """The class index that each pixel of a photo made of `class_color` shows, ``(H, W)``."""
    digits = np.clip((image.astype(int) - 30 + 32) // 64, 0, 3)
    return digits @ np.array([1, 4, 16])


def write_split(folder: Path, num_classes: int, photos: int, seed: int = 0) -> None:
    """Photos of random blocks whose colour tells their class; the top left block is void, shown in white."""
    rng = np.random.default_rng(seed)
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    for number in range(photos):
        blocks = rng.integers(num_classes, size=(HEIGHT // BLOCK, WIDTH // BLOCK))
        labels = np.kron(blocks, np.ones((BLOCK, BLOCK), int)).astype(np.uint8)
        image = np.array([class_color(k) for k in range(num_classes)], np.uint8)[labels]
        labels[:BLOCK, :BLOCK], image[:BLOCK, :BLOCK] = 255, 255
        Image.fromarray(image).save(folder / "images" / f"photo{number}.jpg", quality=95, subsampling=0)
        Image.fromarray(labels).save(folder / "labels" / f"photo{number}.png")


def write_data(root: Path) -> Path:
    """Every data set that training reads, three photos to train and two to validate on."""
    for name, meanings in MEANING.items():
        if name != "folder":
            for split, photos in (("train", 3), ("val", 2)):
                write_split(root / name / split, len(meanings["everyday"]), photos, seed=photos)
    return root


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with tiny versions of all data sets, for one test alone."""
    return write_data(tmp_path / "data")
