"""What nets do not know, in the app: hatching, the notice on a photo of another kind, the reliability diagram."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from seglib.labels import EVERYDAY
from seglib.metrics.calibration import reliability
from seglib.models.cards import read_card, weights_path
from seglib.models.familiar import read_familiar
from seglib.models.prediction import predict
from seglib.models.weights import load_model
from seglib.photos import load_photo, photo_truth
from seglib.training.familiar import strange_pictures
from seglib.ui.metrics import reliability as reliability_panel
from tests.test_metrics_page import open_page as open_metrics
from tests.test_metrics_page import texts
from tests.test_pages import open_page

NOTICE = "Unlike anything these nets have learnt from"


def notices(app) -> list[str]:
    return [str(warning.value) for warning in app.warning if NOTICE in str(warning.value)]


def test_below_the_threshold_is_said_of_every_net() -> None:
    app = open_page(photo="china", view="unsure", nets="fcn8s")
    before = texts(app)
    answer = predict(load_model("fcn8s", "everyday"), load_photo("china"))
    share = 100 * (answer.confidence < 0.5).mean()
    assert f"less than 50 % sure of {share:.1f} %" in before
    app.select_slider(key="unsure").set_value("80 %").run()
    assert "less than 80 % sure of" in texts(app)
    assert texts(app) != before


def test_a_page_of_text_is_strange_and_a_photo_of_the_box_is_not() -> None:
    app = open_page(photo="china")
    assert notices(app) == []
    file = io.BytesIO()
    Image.fromarray(dict(strange_pictures())["page"]).save(file, "PNG")
    app.file_uploader(key="photo_file").upload("page.png", file.getvalue(), "image/png").run()
    [words] = notices(app)
    assert f"within {read_familiar('everyday').farthest:.0f}" in words


@pytest.mark.parametrize("page", ["skip_connections.py", "resolution.py", "deeplab_crf.py"])
def test_other_pages_say_it_too(page: str) -> None:
    app = open_page(page, photo="chelsea", classes="street")
    assert len(notices(app)) == 1


def test_the_diagram_is_that_of_the_photo_and_of_the_card() -> None:
    app = open_metrics("Sure and right")
    answer, truth = predict(load_model("fcn8s", "everyday"), load_photo("china")), photo_truth("china", EVERYDAY)
    bins = reliability(answer.confidence.astype(np.float16).astype(np.float32), answer.labels, truth)
    assert f"lie {100 * bins.error:.1f} %" in texts(app).replace("\n", " ")
    error = read_card(weights_path("fcn8s", "everyday"))["calibration"]["error"]
    assert error["after"] < error["before"]
    assert f"{100 * error['after']:.1f} %" in texts(app)
    app.segmented_control(key="sure_net").set_value("fcn32s").run()
    assert "fcn32s is" in texts(app)


def test_street_nets_are_calibrated_too() -> None:
    app = open_metrics("Sure and right", classes="street", photo="coffee")
    error = read_card(weights_path("fcn8s", "street"))["calibration"]["error"]
    assert error["after"] < error["before"]
    assert f"{100 * error['before']:.1f} % apart as trained, {100 * error['after']:.1f} %" in texts(app)


def test_a_net_that_nobody_calibrated_says_so(monkeypatch) -> None:
    whole = read_card
    monkeypatch.setattr(reliability_panel, "read_card", lambda path: whole(path) | {"calibration": None})
    app = open_metrics("Sure and right", classes="street", photo="coffee")
    assert "nobody has calibrated it yet" in texts(app)
    assert "this net's card no calibration" in app.info[0].value
