"""The page Inside headless: every control, the library's numbers on it, and nets that no visitor's step touches."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seglib.inside import dissection, files, gradient_flow
from seglib.inside.one_step import compare, slope, stepped
from seglib.inside.paths import red_arrows
from seglib.inside.wrong_pixels import wrong_pixels
from seglib.labels import EVERYDAY
from seglib.models.prediction import predict
from seglib.models.weights import load_model
from seglib.photos import load_photo, photo_truth
from seglib.ui import cache, in_steps
from seglib.ui.inside import training
from seglib.ui.inside.back_to_pixels import GAP, side_by_side
from seglib.ui.inside.cascade import table
from seglib.ui.recent import Recent
from tests.test_pages import calm, png, recorded, views

ROOT = Path(__file__).resolve().parent.parent


def open_page(part: str, **query: str) -> AppTest:
    """A visitor who follows a link to one part."""
    app = AppTest.from_file(str(ROOT / "seglib" / "ui" / "router.py"), default_timeout=200)
    for key, value in ({"inside_part": part, "photo": "china"} | query).items():
        app.query_params[key] = value
    app.run()
    app.switch_page(str(ROOT / "pages" / "inside.py")).run()
    return calm(app)


WRONG = "248,520"  # a pixel of the lake


@pytest.fixture
def _measured(monkeypatch) -> None:
    """As if both commands had been run; what they wrote is up to the test."""
    monkeypatch.setattr(files, "FLOW", ROOT / "README.md")
    monkeypatch.setattr(files, "UNITS", ROOT / "README.md")


def numbers(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def bits(net: str) -> list[bytes]:
    """Every number of the net that all visitors share."""
    return [value.numpy().tobytes() for value in cache.model(net, "everyday").state_dict().values()]


# ------------------------------------------------------------------ red arrows


def test_the_page_opens_on_a_pixel_that_the_net_gets_wrong() -> None:
    app = open_page("Red arrows")
    truth = photo_truth("china", EVERYDAY)
    answer = predict(load_model("fcn4s"), load_photo("china")).labels
    assert views(app)["inside_view"]["pin"] == list(wrong_pixels(answer, truth)[0])


def test_a_button_takes_one_to_another_wrong_pixel() -> None:
    app = open_page("Red arrows", pin="0,0")
    app.button(key="wrong1").click().run()
    calm(app)
    truth = photo_truth("china", EVERYDAY)
    answer = predict(load_model("fcn4s"), load_photo("china")).labels
    assert views(app)["inside_view"]["pin"] == list(wrong_pixels(answer, truth)[1])


def test_the_norms_on_the_page_are_those_of_the_library() -> None:
    app = open_page("Red arrows", pin=WRONG)
    target = int(photo_truth("china", EVERYDAY)[248, 520])
    arrows = red_arrows(load_model("fcn4s"), load_photo("china"), (248, 520), target)
    captions = [panel["caption"] for panel in views(app)["inside_maps"]["panels"]]
    for path, caption in zip(arrows.pieces[1], captions, strict=False):
        assert caption.startswith(f"norm {arrows.norm(1, [path]):.3g};")
    assert captions[-1] == f"norm {arrows.norm(1):.3g}"


def test_a_cut_arrow_darkens_its_path_alone_and_can_be_mended() -> None:
    app = open_page("Red arrows", pin=WRONG)
    before = views(app)["inside_maps"]["panels"]
    app.button_group(key="cuts").set_value(["scores 16"]).run()
    calm(app)
    after = views(app)["inside_maps"]["panels"]
    changed = [panel["title"] for old, panel in zip(before, after, strict=True) if old["picture"] != panel["picture"]]
    assert changed == ["By stride 16: cut", "All that arrives"]
    assert ">cut<" in views(app)["net_view"]["drawing"]
    app.button_group(key="cuts").set_value([]).run()
    assert views(app)["inside_maps"]["panels"] == before


def test_the_gradient_can_be_seen_at_every_stage_and_of_every_net_and_class() -> None:
    app = open_page("Red arrows", pin=WRONG)
    app.button_group(key="seen_at").set_value(16).run()
    calm(app)
    assert [panel["title"] for panel in views(app)["inside_maps"]["panels"]] == [
        "By stride 32",
        "By stride 16",
        "All that arrives",
    ]
    app.selectbox(key="inside_net").set_value("fcn32s").run()
    calm(app)
    assert len(views(app)["inside_maps"]["panels"]) == 2
    app.selectbox(key="inside_class_everyday").set_value("tree").run()
    calm(app)
    assert any("asked for is **tree**" in element.value for element in app.caption)


# ------------------------------------------------------------------ one step


def test_a_step_and_undo_give_the_old_answer_bit_for_bit_and_others_never_notice() -> None:
    before = bits("fcn4s")
    one, other = open_page("One step", pin=WRONG), open_page("One step", pin=WRONG)
    start = views(one)["inside_step_view"]
    one.button(key="take_step").click().run()
    calm(one)
    panel = views(one)["inside_step_view"]["panels"][0]
    assert panel["title"] == "fcn4s, before"
    assert panel["compare"]["labels"] != panel["labels"]
    assert bits("fcn4s") == before
    other.run()
    assert views(other)["inside_step_view"] == start
    one.button(key="undo_step").click().run()
    calm(one)
    assert views(one)["inside_step_view"] == start


def test_the_step_on_the_page_is_the_librarys() -> None:
    app = open_page("One step", pin=WRONG)
    app.button_group(key="step_weights").set_value("scores 4").run()
    app.select_slider(key="step_rate").set_value(1.0).run()
    app.button(key="take_step").click().run()
    calm(app)
    model, image, truth = load_model("fcn4s"), load_photo("china"), photo_truth("china", EVERYDAY)
    target = int(truth[248, 520])
    downhill = slope(model, image, (248, 520), target, 4)
    moved = stepped(model, downhill, downhill.rate(1.0))
    change = compare(predict(model, image).labels, predict(moved, image).labels, truth, len(EVERYDAY))
    shown = numbers(app)
    assert shown["Mended pixels"] == f"{int(change.mended.sum()):,}"
    assert shown["Broken pixels"] == f"{int(change.broken.sum()):,}"
    table = recorded(app, "won")
    assert table["won"].sum() == table["lost"].sum() == int(change.changed.sum())


def test_a_step_belongs_to_the_photo_and_the_net_that_it_was_taken_with() -> None:
    app = open_page("One step", pin=WRONG)
    app.button(key="take_step").click().run()
    app.selectbox(key="inside_net").set_value("fcn8s").run()
    calm(app)
    assert not app.metric
    assert app.button(key="undo_step").disabled


# ------------------------------------------------------------------ while it learns


@pytest.mark.usefixtures("_measured")
def test_gradients_are_shown_for_each_trunk_and_phase(tmp_path, monkeypatch) -> None:
    layers = ["stem", "deep"]
    run = {"norm": [1.0, 2.0], "deep": [0.5, 2.0], "share": [0.5, 0.0]}
    runs = [{"seed": 0, "loss": {"start": 3.0, "end": 1.0}, "start": run, "end": run}]
    recipe = {"steps": 2, "batch": 2, "crop": 33, "phase": 1, "seeds": [0]}
    nets = {kind: {"fcn32s": runs, "fcn4s": runs} for kind in ("plain", "norms")}
    monkeypatch.setattr(gradient_flow, "read_flow", lambda: {"recipe": recipe, "layers": layers, "nets": nets})
    app = open_page("While it learns")
    assert app.table[0].value.loc["plain", "whole / arrows cut"] == f"{np.hypot(1, 2) / np.hypot(0.5, 2):.2f}"
    assert app.table[0].value.loc["norms", "share by skips, %"] == "25.00"
    assert any("plain 25 %" in element.value for element in app.info)
    for key, value in (("flow_trunk", "norms"), ("flow_phase", "start")):
        app.button_group(key=key).set_value(value).run()
        calm(app)
    table = training.layer_norms(gradient_flow.read_flow(), "norms", "start")
    assert table[table["line"].str.contains("cut")]["norm"].tolist() == [0.5, 2.0]


def test_our_own_trunk_is_one_more_choice_and_its_start_has_no_skips() -> None:
    flow = gradient_flow.read_flow()
    app = open_page("While it learns", flow_trunk=training.OURS, flow_phase="start of training")
    assert any("the three lines are one" in element.value for element in app.caption)
    assert app.table[0].value.loc[training.OURS, "share by skips, %"] == "0.00"
    assert "training/ours owes less" in app.session_state["seen"]
    app.button_group(key="flow_phase").set_value("end").run()
    calm(app)
    share = np.mean([run["end"]["share"][:3] for run in flow["ours"]["nets"]["fcn4s"]])
    assert app.table[0].value.loc[training.OURS, "share by skips, %"] == f"{100 * share:.2f}"
    table = training.layer_norms(flow, training.OURS, "end")
    assert len(table) == len(training.LINES) * len(flow["ours"]["layers"])


@pytest.mark.usefixtures("_measured")
@pytest.mark.parametrize(
    ("part", "module", "name"),
    [
        ("While it learns", gradient_flow, "read_flow"),
        ("Units and classes", dissection, "read_dissection"),
    ],
)
def test_what_was_not_measured_is_said(part, module, name, monkeypatch) -> None:
    monkeypatch.setattr(module, name, lambda: None)
    app = open_page(part)
    assert any("Not measured yet" in element.value for element in app.info)


def test_parts_without_their_numbers_are_left_out(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(files, "FLOW", tmp_path / "none.json")
    monkeypatch.setattr(files, "UNITS", tmp_path / "none.json")
    app = open_page("While it learns")
    parts = app.button_group(key="inside_part").options
    assert "Red arrows" in parts
    assert not {"While it learns", "Units and classes"} & set(parts)


# ------------------------------------------------------------------ score maps


def test_the_mean_of_the_map_is_the_classifiers_score() -> None:
    app = open_page("Score maps", photo="chelsea")
    shown = numbers(app)
    assert shown["Mean of all places"] == shown["Classifier's own score"]
    pictures = {panel["picture"] for panel in views(app)["class_view"]["panels"]}
    for key, value in (("class_stride", 32), ("class_size", 448)):
        app.button_group(key=key).set_value(value).run()
        calm(app)
        more = {panel["picture"] for panel in views(app)["class_view"]["panels"]}
        assert len(more - pictures) == 2
        pictures |= more
    app.selectbox(key="imagenet_class").set_value("espresso").run()
    calm(app)
    assert any("espresso" in element.value for element in app.markdown)


# ------------------------------------------------------------------ units


def test_units_of_every_stage_and_net_are_shown() -> None:
    app = open_page("Units", pin=WRONG)
    for stage in (4, 32):
        app.button_group(key="unit_stage").set_value(stage).run()
        calm(app)
        assert f"at stride {stage}" in views(app)["unit_view"]["panels"][0]["title"]
    app.number_input(key="unit").set_value(319).run()
    app.button_group(key="unit_stage").set_value(8).run()  # has 40
    calm(app)
    assert views(app)["unit_view"]["panels"][0]["title"] == "Unit 39 at stride 8"
    app.toggle(key="unit_off").set_value(True).run()
    calm(app)
    table = recorded(app, "without")
    assert np.allclose(table["without"] - table["score with it"], table["change"], atol=0.02)
    app.selectbox(key="unit_net").set_value("fcn8s").run()
    calm(app)
    assert "unit_off_view" in views(app)


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("4", "Crops of 25 px; orange frame: the true window, 19 px a side."),
        ("32", "Above: 193 px round each place. Below, orange frame: the true window, 851 px a side"),
    ],
)
def test_strongest_places_are_shown_with_the_true_window(stage: str, words: str) -> None:
    app = open_page("Units", pin=WRONG, unit="7", unit_stage=stage)
    assert any(words in element.value for element in app.caption)


def test_a_suggested_unit_can_be_taken_and_a_link_names_another() -> None:
    app = open_page("Units", pin=WRONG, unit="7")
    assert views(app)["unit_view"]["panels"][0]["title"] == "Unit 7 at stride 16"
    button = next(element for element in app.button if element.label.startswith("unit "))
    button.click().run()
    calm(app)
    assert views(app)["unit_view"]["panels"][0]["title"].lower() == f"{button.label} at stride 16"


def test_the_class_that_a_unit_fits_is_told_with_what_it_keeps_elsewhere(monkeypatch) -> None:
    stage = {"imagenet": {"unit_classes": [[1, -1, 0.04, 0.5, 0.25]] * 112}}
    report = {"sets": {"msrc": {"classes": ["cow", "sky"], "stages": {"16": stage}}}}
    monkeypatch.setattr(dissection, "read_dissection", lambda: report)
    app = open_page("Units", pin=WRONG)
    (row,) = app.table[0].value.to_dict("records")
    assert (row["fits best"], row["places"]) == ("sky", "the weakest 4\u00a0%")
    assert (row["IoU where chosen, %"], row["elsewhere, %"]) == ("50.0", "25.0")


def test_pictures_side_by_side_keep_their_pixels_and_show_the_page_between() -> None:
    left, right = np.full((4, 5, 3), 9, np.uint8), np.full((4, 6, 3), 7, np.uint8)
    both = side_by_side([left, right])
    assert both.shape == (4, 5 + GAP + 6, 4)
    assert np.array_equal(both[:, :5, :3], left)
    assert np.array_equal(both[:, -6:, :3], right)
    assert not both[:, 5:-6, 3].any()


def test_projections_come_with_their_test() -> None:
    app = open_page("Back to pixels", pin=WRONG)
    words = next(element.value for element in app.info if "What you should see" in element.value)
    assert "guided" in words
    assert "deconvnet" in words


def test_the_net_is_destroyed_from_the_top_down_when_asked_for_and_only_once() -> None:
    app = open_page("Back to pixels", pin=WRONG, unit_stage="32")
    assert "projections/survives" not in app.session_state["seen"]
    app.toggle(key="cascade").set_value(True).run()
    calm(app)
    assert app.session_state["seen"]["projections/survives"]
    (key,) = [key for key in in_steps.kept if key[0] == "china" and key[-1] == "cascade"]
    cascade = in_steps.kept.get(key)
    words = next(element.value for element in app.info if "What you should see" in element.value)
    assert f"guided {cascade.mean('guided')[1]:.2f} (" in words
    data = table(cascade)
    assert len(data) == 3 * 6
    assert (data["lowest"] <= data["mean"] + 1e-9).all()
    assert (data["mean"] <= data["highest"] + 1e-9).all()
    app.run()
    assert in_steps.kept.get(key) is cascade


def test_a_cascade_that_was_stopped_leaves_the_pictures(monkeypatch) -> None:
    monkeypatch.setattr(in_steps, "kept", Recent(8))
    app = open_page("Back to pixels", pin=WRONG, unit_stage="4", cascade="true")
    assert "projections/survives" in app.session_state["seen"]
    monkeypatch.setattr(in_steps, "kept", Recent(8))
    app.session_state["stop cascade"] = True  # what the button leaves behind
    app.run()
    calm(app)
    assert any("Stopped" in element.value for element in app.info)
    assert "projections/photo" in app.session_state["seen"]
    assert "projections/survives" not in app.session_state["seen"]


@pytest.mark.usefixtures("_measured")
def test_the_best_units_are_listed_by_what_they_keep_elsewhere(monkeypatch) -> None:
    def mask(unit: int, chosen: float, scored: float) -> dict:
        return {"unit": unit, "sign": 1, "share": 0.04, "chosen": chosen, "scored": scored}

    best = {"cow": mask(3, 0.9, 0.1), "sky": mask(5, 0.5, 0.45)}
    stage = {"units": 9, "chosen": 0.7, "scored": 0.3, "best": best}
    report = {"sets": {"msrc": {"photos": [30, 29], "stages": {"32": {"imagenet": stage, "random": stage}}}}}
    monkeypatch.setattr(dissection, "read_dissection", lambda: report)
    app = open_page("Units and classes")
    table = next(element.value for element in app.table if "elsewhere, %" in element.value.columns)
    assert table.index.tolist() == ["sky", "cow"]
    assert table["places"].tolist() == ["strongest 4\u00a0%"] * 2
    probes = recorded(app, "linear probe, class accuracy, %")
    assert probes.notna().all(axis=None)
    words = next(element.value for element in app.info if "What you should see" in element.value)
    assert "The one chosen for cow had 90 % and keeps 10 %" in words


@pytest.mark.parametrize("part", ["Red arrows", "One step", "Score maps", "Units", "Back to pixels"])
def test_a_small_photo_of_ones_own_is_taken_apart_as_well(part: str) -> None:
    app = open_page(part)
    pixels = np.random.default_rng(1).integers(0, 256, (40, 56, 3), dtype=np.uint8)
    app.file_uploader(key="photo_file").upload("mine.png", png(pixels), "image/png").run()
    calm(app)
    assert "mine.png" in json.dumps(views(app))


def test_a_net_without_the_arrow_that_was_cut_is_shown_all_the_same() -> None:
    app = open_page("Red arrows", pin=WRONG)
    app.button_group(key="cuts").set_value(["scores 4"]).run()
    app.selectbox(key="inside_net").set_value("fcn32s").run()
    calm(app)
    assert ">cut<" not in views(app)["net_view"]["drawing"]
