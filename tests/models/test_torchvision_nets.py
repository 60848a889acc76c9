"""The optional nets: found in the cache folder, fetched with progress, and one sentence when that fails."""

from __future__ import annotations

import hashlib
import io
import urllib.error
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.models import segmentation

from seglib.models import torchvision_nets
from seglib.models.cards import WeightsError
from seglib.models.torchvision_nets import NETS, VOC, download, load, megabytes, predict, weights_file

SMALL = "lraspp_mobilenet_v3_large"


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in the place of torchvision's own."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def weights_in_cache(cache_folder: Path) -> dict[str, torch.Tensor]:
    """Weights of a random small net, written where torchvision would have put its own."""
    torch.manual_seed(0)
    state = segmentation.lraspp_mobilenet_v3_large(weights=None, weights_backbone=None).state_dict()
    path = weights_file(SMALL)
    path.parent.mkdir(parents=True)
    torch.save(state, path)
    return state


def served(monkeypatch: pytest.MonkeyPatch, answer: bytes | Exception) -> None:
    """Let the network answer so."""

    def urlopen(_url: str, timeout: float) -> io.BytesIO:
        assert timeout > 0
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer)

    monkeypatch.setattr(torchvision_nets.urllib.request, "urlopen", urlopen)


def test_voc_has_the_classes_that_torchvision_names() -> None:
    names = [name.replace("__background__", "background") for name in NETS[SMALL].meta["categories"]]
    assert [name.replace(" ", "") for name in VOC.classes] == [name.replace(" ", "") for name in names]


def test_weights_in_the_cache_folder_are_used_without_a_network(
    weights_in_cache: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(monkeypatch, AssertionError("the network was asked"))
    model = load(SMALL)
    assert torch.equal(
        model.state_dict()["classifier.low_classifier.weight"], weights_in_cache["classifier.low_classifier.weight"]
    )
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    prediction = predict(model, image)
    assert prediction.labels.shape == (48, 64)
    assert np.allclose(prediction.probabilities.sum(0), 1, atol=1e-5)


def test_missing_weights_say_how_large_the_download_is(cache_folder: Path) -> None:
    with pytest.raises(WeightsError, match=f"not on this machine yet: download it first .{megabytes(SMALL):.0f} MB"):
        load(SMALL)


def test_weights_of_another_net_are_refused(weights_in_cache: dict) -> None:
    torch.save({"another": torch.zeros(1)}, weights_file(SMALL))
    with pytest.raises(WeightsError, match="does not hold weights of"):
        load(SMALL)


def test_a_pickle_with_code_is_refused(weights_in_cache: dict) -> None:
    torch.save({"code": print}, weights_file(SMALL))
    with pytest.raises(WeightsError, match="does not hold weights of"):
        load(SMALL)


def test_no_network_names_net_and_host_and_leaves_nothing(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served(monkeypatch, urllib.error.URLError("Name or service not known"))
    with pytest.raises(WeightsError, match=rf"{SMALL} could not be downloaded from \S+ \(Name or service not known\)"):
        download(SMALL)
    assert not list(weights_file(SMALL).parent.iterdir())


def test_a_damaged_download_is_refused_and_leaves_nothing(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served(monkeypatch, b"not the weights")
    with pytest.raises(WeightsError, match="arrived damaged"):
        download(SMALL)
    assert not list(weights_file(SMALL).parent.iterdir())


def test_a_download_reports_progress_and_lands_in_the_cache_folder(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"w" * (3 * 2**18)
    digest = hashlib.sha256(content).hexdigest()
    target = cache_folder / "hub" / "checkpoints" / f"net-{digest[:8]}.pth"
    monkeypatch.setattr(torchvision_nets, "weights_file", lambda _name: target)
    served(monkeypatch, content)
    heard: list[float] = []
    assert download(SMALL, heard.append) == target
    assert target.read_bytes() == content
    assert len(heard) == 3
    assert heard == sorted(heard)


def test_a_stopped_download_leaves_nothing(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served(monkeypatch, b"w" * 2**18)

    def stop(_share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(SMALL, stop)
    assert not list(weights_file(SMALL).parent.iterdir())


def test_an_unknown_net_is_refused_with_the_known_names() -> None:
    with pytest.raises(ValueError, match="no torchvision net 'alexnet': there are lraspp"):
        weights_file("alexnet")
