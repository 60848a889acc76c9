"""The CRF page headless: every control moves, and the numbers are those of the library."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from seglib.claims.files import read_scoreboard
from seglib.crf.chosen import chosen_iterations, chosen_params
from seglib.crf.mean_field import mean_field, sure_of
from seglib.crf.pairwise import CRFParams
from seglib.labels import EVERYDAY
from seglib.metrics import confusion_matrix, iou_per_class, mean_iou
from seglib.metrics.boundary import band_curve, thin_parts
from seglib.models.cards import all_nets
from seglib.models.prediction import predict
from seglib.models.weights import load_model
from seglib.photos import load_photo, photo_truth
from seglib.ui.crf import cache as crf_cache
from seglib.ui.crf import charts as crf_charts
from seglib.ui.crf import experiments as crf_panel
from seglib.ui.crf.controls import HUMAN, PRESETS
from tests.guessing import right_and_wrong
from tests.test_pages import calm, views

ROOT = Path(__file__).resolve().parent.parent
K = len(EVERYDAY)
PHOTO = "china"
SMALL = "coins"  # for controls that do on any photo what they do: at the end, for few runs of the CRF are kept
SLIDERS = ("smoothness_weight", "smoothness_width", "appearance_weight", "appearance_width", "colour_width")


def open_page(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "seglib" / "ui" / "router.py"), default_timeout=200)
    for key, value in ({"photo": PHOTO} | query).items():
        app.query_params[key] = value
    app.session_state["crf_guess"] = "Just show me"
    app.run()
    app.switch_page(str(ROOT / "pages" / "deeplab_crf.py")).run()
    return calm(app)


def shown(app: AppTest) -> dict[str, str]:
    return {each.label: each.value for each in app.metric}


def texts(app: AppTest) -> str:
    return "\n".join(str(each.value) for each in (*app.markdown, *app.caption, *app.info))


def classes(app: AppTest) -> pd.DataFrame:
    """The table of what each class gains and loses, as numbers again."""
    shown = next(each.value for each in app.table if "Thin pixels" in each.value.columns)
    return shown.map(lambda text: float(text.replace(",", "").replace("–", "nan")))


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    return photo_truth(PHOTO, EVERYDAY)


@pytest.fixture(scope="module")
def probabilities() -> np.ndarray:
    return predict(load_model("deeplab", "everyday"), load_photo(PHOTO)).probabilities


def test_the_numbers_are_those_of_the_library(truth, probabilities) -> None:
    app = open_page()
    before = probabilities.argmax(0).astype(np.uint8)
    after = mean_field(probabilities, load_photo(PHOTO), CRFParams(), 5).argmax(0).astype(np.uint8)
    cm, band = confusion_matrix(truth, after, K), band_curve(truth, after, (4,), K)[0]
    values = shown(app)
    assert values["Mean IoU"] == f"{100 * mean_iou(cm):.1f} %"
    assert values["Mean IoU within 4 px of a border"] == f"{100 * mean_iou(band):.1f} %"
    assert values["Pixels of another class"] == f"{100 * (before != after).mean():.1f} %"
    table = classes(app)
    tree = EVERYDAY.index("tree")
    assert table.loc["tree", "IoU after"] == float(f"{100 * iou_per_class(cm)[tree]:.1f}")
    narrow = thin_parts(truth, crf_panel.THIN) & (truth == tree)
    assert table.loc["tree", "Thin pixels"] == narrow.sum()
    assert table.loc["tree", "Thin found before"] == float(f"{100 * (before[narrow] == tree).mean():.1f}")
    assert table["Change"].is_monotonic_increasing


def test_scrubbing_runs_the_crf_once_and_iteration_0_is_the_net(monkeypatch) -> None:
    app = open_page(iteration="0", colour_width="14")
    assert shown(app)["Pixels of another class"] == "0.0 %"
    monkeypatch.setattr(crf_cache, "trace", None)  # from here on everything is in the cache, or fails
    seen = set()
    for iteration in (1, 2, 10):
        app.slider(key="iteration").set_value(iteration).run()
        seen.add(shown(calm(app))["Pixels of another class"])
        assert f"{iteration} iteration" in json.dumps(views(app)["crf"])
    assert len(seen) == 3


def test_weights_of_0_leave_the_net_alone() -> None:
    app = open_page(smoothness_weight="0", appearance_weight="0")
    assert shown(app)["Pixels of another class"] == "0.0 %"
    app.segmented_control(key="crf_part").set_value("Who talks to whom").run()
    assert "nobody talks" in texts(calm(app))


def test_any_net_can_be_the_unary(truth) -> None:
    app = open_page()
    assert app.selectbox(key="unary_True").value == "deeplab"
    assert app.selectbox(key="unary_True").options == [*all_nets("everyday"), HUMAN]
    app.selectbox(key="unary_True").set_value("fcn32s").run()
    assert views(calm(app))["crf"]["panels"][-1]["title"] == "fcn32s"
    app.selectbox(key="unary_True").set_value(HUMAN).run()
    sure = sure_of(truth, K, 0.9)
    after = mean_field(sure, load_photo(PHOTO), CRFParams(), 5).argmax(0)
    assert shown(calm(app))["Mean IoU"] == f"{100 * mean_iou(confusion_matrix(truth, after, K)):.1f} %"
    assert (classes(app)["Change"] <= 0).all()  # of perfect labels there is only something to lose


def test_masts_are_lost_on_the_rocket() -> None:
    app = open_page()
    app.button(key="hurts_rocket").click().run()
    assert calm(app).selectbox(key="photo").value == "rocket"
    assert app.selectbox(key="unary_True").value == HUMAN
    losses = classes(app).loc["object"]
    assert losses["IoU before"] == 100
    assert losses["IoU after"] < 80
    assert losses["Thin found after"] < losses["IoU after"] + 10
    assert "loses most" in texts(app)


def test_the_guess_about_thin_parts_is_judged_and_kept(truth, probabilities) -> None:
    app = open_page()
    kept = right_and_wrong(app, "crf_guess")
    before = probabilities.argmax(0)
    after = mean_field(probabilities, load_photo(PHOTO), CRFParams(), 5).argmax(0)
    narrow = thin_parts(truth, crf_panel.THIN)
    old, new = ((labels == truth)[narrow].sum() for labels in (before, after))
    word = "as many" if old == new else "more than before" if new > old else "fewer than before"
    assert kept.options[kept.right] == word
    assert f"Of {narrow.sum():,} pixels in thin parts {100 * old / narrow.sum():.1f} % had" in kept.because
    assert app.session_state["seen"]["crf/thin parts lose"] == (new < old)


def test_what_you_should_see_is_judged_on_the_photo() -> None:
    app = open_page()
    app.session_state["crf_guess"] = None
    app.run()
    said = {"crf/borders on edges", "crf/crumbs vanish", "crf/most in the first"}
    assert set(calm(app).session_state["seen"]) == said
    app.slider(key="iteration").set_value(0).run()
    assert set(calm(app).session_state["seen"]) == {"crf/most in the first"}


def test_of_perfect_labels_thin_parts_are_lost() -> None:
    app = open_page(photo="rocket")
    app.selectbox(key="unary_True").set_value(HUMAN).run()
    assert calm(app).session_state["seen"]["crf/thin parts lose"]
    assert "outvotes what is thin" in texts(app)


def test_without_a_guess_nothing_is_revealed() -> None:
    app = open_page()
    app.session_state["crf_guess"] = None
    app.run()
    assert not any("Thin pixels" in each.value.columns for each in calm(app).table)


def test_another_pixel_and_class() -> None:
    app = open_page(pin="100,120", crf_part="Who talks to whom")
    assert "row 100, column 120" in texts(app)
    app.selectbox(key="class_everyday").set_value("water").run()
    assert "message for water" in json.dumps(views(calm(app))["messages"])
    first = views(app)["kernels"]["panels"][1]["picture"]
    app.session_state["pin"] = (300, 20)
    app.run()
    assert views(calm(app))["kernels"]["panels"][1]["picture"] != first


def test_nonsense_in_the_address_is_ignored() -> None:
    app = open_page(iteration="99", colour_width="inf", smoothness_weight="-3", appearance_width="nan")
    assert [app.slider(key=name).value for name in SLIDERS] == [3, 3, 10, 80, 13]
    assert app.slider(key="iteration").value == 5


def test_a_large_upload_without_labels_is_refined_as_the_nets_saw_it() -> None:
    app = open_page()
    buffer = io.BytesIO()
    Image.fromarray(np.kron(load_photo("chelsea"), np.ones((2, 2, 1), np.uint8))).save(buffer, "PNG")
    app.file_uploader(key="photo_file").upload("mine.png", buffer.getvalue(), "image/png").run()
    calm(app)
    assert "Shrunk from 902 x 600 to " in texts(app)
    assert "no human labels" in texts(app)
    assert HUMAN not in app.selectbox(key="unary_False").options


def test_the_table_has_the_papers_rows_and_says_so() -> None:
    for labels in ("everyday", "street"):
        app = open_page(photo=SMALL, classes=labels)
        rows = next(each.value for each in app.table if "With CRF" in each.value.columns)
        assert rows.loc["DeepLab, VOC 2012 val (paper)"].tolist() == ["59.80", "63.74", "3.94"]
        assert crf_charts.DEEPLAB_PAPER["DeepLab"] == (59.8, 63.74)
        assert all("(paper)" in name or "(ours)" in name for name in rows.index)


def test_all_steps_stand_on_one_screen_with_score_and_cost(truth, probabilities) -> None:
    app = open_page(crf_part="All together")
    panels = views(app)["together"]["panels"]
    assert [panel["title"] for panel in panels[1:]] == ["fcn32s", "fcn8s", "dilated8", "deeplab", "deeplab + CRF"]
    table = next(each.value for each in app.table if "Mean IoU here, %" in each.value.columns)
    first, last = (table.loc[name] for name in ("fcn32s: scores every 32 px", "deeplab + CRF: a fully connected CRF"))
    alone = predict(load_model("fcn32s", "everyday"), load_photo(PHOTO)).labels
    assert first["Mean IoU here, %"] == f"{100 * mean_iou(confusion_matrix(truth, alone, K)):.1f}"
    refined = mean_field(probabilities, load_photo(PHOTO), chosen_params("everyday"), chosen_iterations("everyday"))
    assert last["Mean IoU here, %"] == f"{100 * mean_iou(confusion_matrix(truth, refined.argmax(0), K)):.1f}"
    board = read_scoreboard()
    assert first["Time, ms"] == f"{board['costs']['fcn32s']['milliseconds']:.0f}"
    assert last["Time, ms"] == f"{sum(board['costs'][name]['milliseconds'] for name in ('deeplab', 'crf')):,.0f}"
    assert (first["Paper, %"], last["Paper, %"]) == ("59.4", "67.64")
    assert app.session_state["seen"]["together/better"] == (
        float(last["Mean IoU here, %"]) > float(first["Mean IoU here, %"])
    )


def test_without_labels_the_steps_have_pictures_and_no_score() -> None:
    app = open_page(crf_part="All together")
    buffer = io.BytesIO()
    Image.fromarray(load_photo("chelsea")[:120, :160]).save(buffer, "PNG")
    app.file_uploader(key="photo_file").upload("mine.png", buffer.getvalue(), "image/png").run()
    assert len(views(calm(app))["together"]["panels"]) == 6
    table = next(each.value for each in app.table if "Mean IoU here, %" in each.value.columns)
    assert set(table["Mean IoU here, %"]) == {"–"}
    assert "no human labels" in texts(app)


def test_every_kernel_control_moves_the_answer() -> None:
    app = open_page(photo=SMALL)
    for name, value in zip(SLIDERS, (9.0, 6.0, 2.0, 20.0, 40.0), strict=True):
        before = views(app)["crf"]["panels"][-1]["compare"]["labels"]
        app.slider(key=name).set_value(value).run()
        assert views(calm(app))["crf"]["panels"][-1]["compare"]["labels"] != before, name
    assert app.segmented_control(key="crf_preset").value == "your own"


def test_presets_move_the_sliders() -> None:
    app = open_page(photo=SMALL)
    assert app.segmented_control(key="crf_preset").value == "authors' code"
    app.segmented_control(key="crf_preset").set_value("DeepLab").run()
    wanted = PRESETS["DeepLab"]
    assert [app.slider(key=name).value for name in SLIDERS] == [getattr(wanted, name) for name in SLIDERS]
    app.segmented_control(key="crf_preset").set_value("your own").run()  # leaves them where they are
    assert [app.slider(key=name).value for name in SLIDERS] == [getattr(wanted, name) for name in SLIDERS]
    assert app.segmented_control(key="crf_preset").value == "DeepLab"  # for that is what they still are
    calm(app)
