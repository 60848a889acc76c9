"""The window's page headless: every control, every section, bad stacks and rates, and the numbers of the library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seglib.costs import bill
from seglib.labels import EVERYDAY
from seglib.metrics import confusion_matrix, mean_iou
from seglib.models import layer_table_of
from seglib.models.cards import shipped_nets
from seglib.models.prediction import predict
from seglib.models.weights import load_model
from seglib.photos import load_photo, photo_truth
from seglib.receptive_field import receptive_field
from seglib.ui import host, in_steps
from seglib.ui.recent import Recent
from seglib.ui.window import bill as bill_panel
from seglib.ui.window import dilation as dilation_panel
from seglib.ui.window import grow as grow_panel
from seglib.ui.window.in_pictures import WAYS
from seglib.window.dilation import seen_share
from seglib.window.effective_field import effective_size
from seglib.window.paths import path_shares, share_within
from seglib.window.presets import PRESETS
from seglib.window.stack import costs, parse_stack, write_stack
from tests.guessing import right_and_wrong
from tests.test_pages import calm, recorded, views

ROOT = Path(__file__).resolve().parent.parent
GROW, MEASURED, LAB, BILL = "Grow the window", "Theory and measured", "Dilation lab", "The bill"


def open_page(section: str, **query: str) -> AppTest:
    """A visitor who follows a link to one section and declines to guess."""
    app = AppTest.from_file(str(ROOT / "seglib" / "ui" / "router.py"), default_timeout=200)
    for key, value in ({"section": section, "photo": "coins"} | query).items():
        app.query_params[key] = value
    app.session_state["bill_guess"] = "Just show me"
    app.run()
    app.switch_page(str(ROOT / "pages" / "receptive_field.py")).run()
    return calm(app)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_every_way_to_finer_scores_has_a_picture_a_window_and_a_score() -> None:
    app = open_page("In pictures", photo="china")
    panels = views(app)["ways"]["panels"][1:]
    assert [panel["title"].split(":")[0] for panel in panels] == list(WAYS)
    plain = next(panel for panel in panels if panel["title"].startswith("plain8"))
    truth, labels = (
        photo_truth("china", EVERYDAY),
        predict(load_model("plain8", "everyday"), load_photo("china")).labels,
    )
    assert f"mean IoU {100 * mean_iou(confusion_matrix(truth, labels, len(EVERYDAY))):.1f} %" in plain["caption"]
    window = receptive_field(layer_table_of("plain8", "everyday")).size
    assert plain["caption"].startswith(f"sees {window} px")
    assert {"window/fcn8s over shallow8", "window/dilated8 over plain8"} <= set(app.session_state["seen"])


# ------------------------------------------------------------------ grow the window


def test_a_preset_fills_the_stack_and_the_numbers_are_those_of_the_library() -> None:
    app = open_page(GROW)
    app.selectbox(key="stack_preset").set_value("VGG16 (FCN)").run()
    calm(app)
    preset = PRESETS["VGG16 (FCN)"]
    assert app.text_input(key="stack").value == write_stack(preset.rows)
    assert metrics(app)["Receptive field"] == "404 px"
    last = costs(preset.rows, load_photo("coins").shape[:2])[-1]
    assert metrics(app)["Output"] == f"{last.output[1]} x {last.output[0]}"
    assert [len(each.value) for each in app.dataframe] == [len(preset.rows)] * 2
    assert [*app.dataframe[0].value, *app.dataframe[1].value] == list(recorded(app, "Jump"))


def test_every_preset_and_every_net_can_be_chosen() -> None:
    app = open_page(GROW)
    options = app.selectbox(key="stack_preset").options
    assert set(options) >= {*PRESETS, grow_panel.OWN}
    (ours,) = [name for name in options if "fcn8s" in name]
    for name in ("ResNet-50 (longest path)", ours):
        app.selectbox(key="stack_preset").set_value(name).run()
        calm(app)
        assert not app.error
        assert app.selectbox(key="stack_preset").value == name


def test_a_stack_of_ones_own_is_measured_and_reopened_from_the_address() -> None:
    app = open_page(GROW, stack="3:8 3/2:8 5d2:4")
    assert app.selectbox(key="stack_preset").value == grow_panel.OWN
    assert metrics(app)["Receptive field"] == "21 px"
    assert metrics(app)["Jump (output stride)"] == "2 px"
    app.slider(key="layers_3").set_value(2).run()
    assert metrics(calm(app))["Receptive field"] == "5 px"
    app.text_input(key="stack").set_value("3").run()
    assert metrics(calm(app))["Receptive field"] == "3 px"


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        ("0", "kernel is 0"),
        ("4", "no middle"),
        ("3/0", "stride is 0"),
        ("p2/2 " * 12, "less than one unit"),
        ("3 " * 41, "41 layers"),
        ("1234567890", "1234567890"),
        ("", "no layer"),
        ("<b>", "not a layer"),
    ],
)
def test_a_bad_stack_gets_one_sentence_and_is_not_lost(stack: str, words: str) -> None:
    app = open_page(GROW)
    app.text_input(key="stack").set_value(stack).run()
    calm(app)
    assert len(app.error) == 1
    assert words in app.error[0].value
    assert app.text_input(key="stack").value == stack
    assert "grow" in views(app)


# ------------------------------------------------------------------ theory and measured


@pytest.fixture(scope="module")
def measured() -> AppTest:
    return open_page(MEASURED, pin="120,200")


def test_all_views_speak_of_the_pinned_pixel(measured: AppTest) -> None:
    image = load_photo("coins")
    answer = predict(load_model("fcn8s", "everyday"), image)
    said = EVERYDAY.classes[answer.labels[120, 200]]
    assert f"row 120, column 200 fcn8s says **{said}**" in "\n".join(each.value for each in measured.caption)
    view = views(measured)["window_view"]
    assert view["pin"] == [120, 200]
    assert [panel["title"] for panel in view["panels"]] == [
        "The two windows",
        "Effective field",
        "Covered by 48 px of grey",
    ]
    assert said in view["panels"][1]["alt"]
    p = 100 * answer.probabilities[EVERYDAY.index(said), 120, 200]
    assert f"is {p:.1f} % uncovered" in view["panels"][2]["caption"]


def test_why_the_window_is_used_so_little_is_counted(measured: AppTest) -> None:
    shares = path_shares(layer_table_of(measured.selectbox(key="window_net").value, "everyday"))
    words = f"Of all paths from {len(shares)} px a row to a unit, {100 * share_within(shares, len(shares) // 2):.1f} %"
    assert any(words in each.value for each in measured.info)


def test_the_effective_size_is_that_of_the_gradients(measured: AppTest) -> None:
    (key,) = [key for key in in_steps.kept if key[0] == "coins" and key[3] == (120, 200) and key[-1] == "field"]
    energy = in_steps.kept.get(key)
    assert metrics(measured)["Effective (95 % of the energy)"] == f"{effective_size(energy, (120, 200))} px"
    assert np.isfinite(energy).all()


def test_net_class_patch_and_pixel_can_be_changed_and_nothing_is_computed_twice(measured: AppTest) -> None:
    app = measured
    before = metrics(app)
    net = next(net for net in shipped_nets("everyday") if net != "fcn8s")
    app.selectbox(key="window_net").set_value(net).run()
    assert f"column 200 {net} says" in "\n".join(each.value for each in calm(app).caption)
    app.selectbox(key="window_net").set_value("fcn8s").run()
    assert metrics(calm(app)) == before
    count = len(list(in_steps.kept))
    app.selectbox(key="class_everyday").set_value("water").run()
    assert "P(water)" in views(calm(app))["window_view"]["panels"][2]["caption"]
    assert len(list(in_steps.kept)) == count + 2  # gradients of another score, and crops for its size
    app.select_slider(key="patch").set_value(96).run()
    assert views(calm(app))["window_view"]["panels"][2]["title"] == "Covered by 96 px of grey"
    app.session_state["pin"] = (10, 11)
    app.run()
    assert views(calm(app))["window_view"]["pin"] == [10, 11]
    assert "row 10, column 11" in "\n".join(each.value for each in app.caption)


def test_what_was_stopped_stays_stopped_until_it_is_asked_for(measured: AppTest, monkeypatch) -> None:
    monkeypatch.setattr(in_steps, "kept", Recent(8))
    measured.session_state["stop occlusion field"] = True  # what the button leaves behind
    measured.run()
    calm(measured)
    assert any("Stopped" in each.value for each in measured.info)
    assert not measured.metric
    measured.button(key="go_on").click().run()
    assert measured.metric
    calm(measured)


def test_kept_results_are_bounded() -> None:
    kept = Recent(2)
    for number in range(3):
        kept.put(number, str(number))
        kept.get(0)
    assert list(kept) == [2, 0]
    assert kept.get(1) is None


# ------------------------------------------------------------------ dilation lab


def test_the_lab_shows_equal_numbers_and_holes() -> None:
    app = open_page(LAB)
    table = recorded(app, "Dilated")
    assert np.allclose(table["Dilated"], table["With zeros"])
    assert (table["Difference"] < 1e-6).all()
    assert [element.proto.hide_index for element in app.table] == [False] * 2  # rates and layers are to be read
    assert metrics(app)["of it seen"] == "100.0 %"
    app.selectbox(key="rates").set_value("2, 2, 2").run()
    assert metrics(calm(app))["of it seen"] == f"{100 * seen_share([2, 2, 2]):.1f} %"
    assert not app.session_state["seen"]["dilation/no hole"]
    shade = views(app)["taps"]["frames"][-1]["shade"]
    assert sum(value is None for row in shade for value in row) == 169 - 49
    for name in dilation_panel.KERNELS:
        app.button_group(key="kernel").set_value(name).run()
        calm(app)


@pytest.mark.parametrize(
    ("rates", "words"),
    [("0", "no dilation rate"), ("16, 16", "see 65 x 65"), ("", "Wanted 1 to 6 rates"), ("a", "no dilation rate")],
)
def test_bad_rates_get_one_sentence(rates: str, words: str) -> None:
    app = open_page(LAB, rates="my own")
    app.text_input(key="own_rates").set_value(rates).run()
    calm(app)
    assert len(app.error) == 1
    assert words in app.error[0].value


def test_the_lab_works_at_the_photos_corner() -> None:
    app = open_page(LAB, pin="0,0")
    assert len(views(app)["explode"]["frames"]) == len(dilation_panel.RATES)


# ------------------------------------------------------------------ the bill


def test_the_bill_is_drawn_from_the_file_and_names_it() -> None:
    app = open_page(BILL)
    about, lines = bill.read_bill()
    table = app.table[0].value
    assert list(table["Net"]) == [line.net for line in lines]
    limits = [bill_panel.FAILURES.get(line.failure) for line in lines]
    times = [limit or f"{line.seconds:.2f}" for limit, line in zip(limits, lines, strict=True)]
    assert list(table["Seconds"]) == times
    assert [limit or None for limit in recorded(app, "Ended by")["Ended by"]] == limits
    assert about["command"] in "\n".join(each.value for each in app.caption)
    app.button_group(key="bill_show").set_value("memory").run()
    calm(app)


def test_the_guess_on_the_bill_is_answered_by_the_file() -> None:
    app = open_page(BILL)
    lines = bill.read_bill()[1]
    seconds = {(line.net, line.stride): line.seconds for line in [*lines, *bill.extrapolated(lines)]}
    times = seconds["dilated", 1] / seconds["dilated", 8]
    kept = right_and_wrong(app, "bill_guess")
    assert kept.options[kept.right] == bill_panel.RANGES[2]
    assert f"{times:.0f} times" in kept.because
    assert app.session_state["seen"].keys() >= {"bill/window", "bill/as dear as plain", "bill/resolution"}


def test_measuring_runs_aside_shows_progress_and_can_be_stopped(monkeypatch) -> None:
    gate = bill_panel.threading.Event()

    def slow(size, limits, stop):
        yield bill.Item("fcn8s", 32, 10**9, 10**7, 0.1, 10**7)
        stop.wait(20)
        gate.set()

    monkeypatch.setattr(bill_panel.bill, "items", slow)
    app = open_page(BILL)
    app.button(key="bill_start").click().run()
    calm(app)
    assert app.button(key="bill_start").disabled
    other = open_page(BILL)
    other.button(key="bill_start").click().run()
    assert any("Another visitor" in each.value for each in calm(other).info)
    app.button(key="bill_stop").click().run()
    assert gate.wait(10)
    app.run()
    calm(app)
    assert not app.session_state["bill_job"].running
    assert list(app.table[0].value["Net"]) == ["fcn8s"]
    assert not app.button(key="bill_start").disabled


def test_on_a_public_server_nothing_is_measured(monkeypatch) -> None:
    monkeypatch.setenv(host.PUBLIC, "1")
    start = calm(open_page(BILL)).button(key="bill_start")
    assert start.disabled
    assert start.help == host.SWITCHED_OFF


def test_parse_of_the_pages_own_default() -> None:
    assert parse_stack(write_stack(PRESETS[grow_panel.START].rows)) == list(PRESETS[grow_panel.START].rows)
