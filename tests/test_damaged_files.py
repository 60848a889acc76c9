"""Files of the box cut short: each costs its net or its photo, is said in one sentence, and the rest goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from seglib import assets
from seglib.annotation import polygons
from seglib.annotation.heavy_tail import fine_pixels
from seglib.assets import DamagedFile, left_out, read_json
from seglib.models import cards
from seglib.models.cards import WEIGHTS, WeightsError, read_card, shipped_nets
from seglib.ui import cache
from tests.test_pages import calm, open_page

NETS = ("fcn32s", "fcn16s", "fcn8s", "fcn4s")


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four nets in a box of our own to damage; nothing is left out yet, and caches are those of the real box again."""
    for net in NETS:
        for suffix in (".json", ".safetensors"):
            shutil.copy(WEIGHTS / f"everyday-{net}{suffix}", tmp_path)
    monkeypatch.setattr(cards, "WEIGHTS", tmp_path)
    monkeypatch.setattr(assets, "_left_out", {})
    for remembered in (cache.model, cache.segment, cache.bundled_truth):
        remembered.clear()
    yield tmp_path
    for remembered in (cache.model, cache.segment, cache.bundled_truth):
        remembered.clear()


def cut(path: Path, share: float = 0.5) -> None:
    """Keep the first part of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000])
def test_json_that_is_none_is_a_damaged_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(content)
    with pytest.raises(DamagedFile, match=r"^card.json is damaged, it is not JSON: install the app again\.$"):
        read_json(path)


def test_a_card_is_read_again_when_it_was_written_again(tmp_path: Path) -> None:
    path = tmp_path / "everyday-fcn8s.json"
    path.write_text('{"name": "one"}')
    read_card(path)["name"] = "changed by a caller"
    assert read_card(path) == {"name": "one"}
    path.write_text('{"name": "another"}')
    assert read_card(path) == {"name": "another"}
    path.write_text("[]")
    with pytest.raises(WeightsError, match="wanted an object"):
        read_card(path)


@pytest.mark.parametrize("suffix", [".json", ".safetensors"])
def test_a_cut_file_costs_its_net_and_is_said(box: Path, suffix: str) -> None:
    cut(box / f"everyday-fcn16s{suffix}")
    assert list(shipped_nets("everyday")) == ["fcn32s", "fcn8s", "fcn4s"]
    assert list(left_out()) == ["everyday-fcn16s"]
    page = calm(open_page())
    (notice,) = page.warning
    assert notice.value.startswith("Done without: ")
    assert "everyday-fcn16s" in notice.value
    assert page.pills(key="nets").options == ["fcn32s", "fcn8s", "fcn4s"]
    assert not page.error


def test_a_changed_byte_costs_its_net_when_it_is_loaded(box: Path) -> None:
    path = box / "everyday-fcn16s.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    page = calm(open_page())
    (notice,) = page.warning
    assert "everyday-fcn16s.safetensors is damaged: its sha256 is" in notice.value
    assert page.pills(key="nets").options == ["fcn32s", "fcn8s", "fcn4s"]
    assert not page.error


def test_a_cut_annotation_costs_the_labels_of_its_photo(box: Path, tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "annotations"
    shutil.copytree(polygons.ANNOTATIONS, folder)
    monkeypatch.setattr(polygons, "ANNOTATIONS", folder)
    whole = fine_pixels(["china", "coins"])
    cut(folder / "china.json")
    assert fine_pixels(["china", "coins"]) == fine_pixels(["coins"]) != whole
    page = calm(open_page(photo="china"))
    assert any("The labels of the photo china are damaged" in notice.value for notice in page.warning)
    assert any("There are no human labels for this photo" in info.value for info in page.info)
    assert not page.error
