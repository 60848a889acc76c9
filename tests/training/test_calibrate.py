"""Calibrating a net: its probabilities change, its classes do not, and its card says what was gained."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from seglib.labels import LABEL_SETS
from seglib.models import MODELS, create_model
from seglib.models.cards import read_card
from seglib.models.weights import load_model, save_weights
from seglib.training.calibrate import cool, main
from tests.conftest import write_split

STREET = LABEL_SETS["street"]


@pytest.mark.parametrize("name", MODELS)
def test_cooling_divides_every_logit(name: str) -> None:
    torch.manual_seed(0)
    net = create_model(name, 5).eval()
    with torch.no_grad():
        for parameter in net.score.parameters():  # skips start at zero
            parameter.normal_()
        x = torch.randn(1, 3, 65, 97)
        before = net(x)
        cool(net, 2.5)
        torch.testing.assert_close(net(x), before / 2.5, rtol=1e-4, atol=1e-4)


def test_the_command_rewrites_net_and_card(tmp_path, capsys) -> None:
    torch.manual_seed(1)
    net = create_model("fcn32s", len(STREET)).eval()
    with torch.no_grad():
        net.score["32"].weight.normal_(std=3)  # far too sure
    path = tmp_path / "net.safetensors"
    save_weights(path, net, {"name": "fcn32s", "labels": "street"})
    write_split(tmp_path / "data" / "camvid" / "val", len(STREET), photos=4)
    image = np.random.default_rng(0).integers(0, 256, (80, 96, 3), np.uint8)
    labels = load_model("fcn32s", "street", path)(torch.from_numpy(image).permute(2, 0, 1)[None] / 128 - 1).argmax(1)
    call = ["--labels", "street", "--model", "fcn32s", "--data", str(tmp_path / "data"), "--weights", str(path)]
    main(call)
    calibration = read_card(path)["calibration"]
    assert calibration["temperature"] > 1.5
    assert calibration["error"]["after"] < calibration["error"]["before"]
    assert str(calibration["temperature"]) in capsys.readouterr().out
    again = load_model("fcn32s", "street", path)(torch.from_numpy(image).permute(2, 0, 1)[None] / 128 - 1).argmax(1)
    assert (again == labels).float().mean() > 0.999  # up to rounding to half precision
    with pytest.raises(SystemExit, match="calibrated already"):
        main(call)
