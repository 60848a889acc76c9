"""The stuff half of the page before convnets, headless; strokes reach the session as a browser would send them."""

from __future__ import annotations

import base64
import zlib

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seglib.before_convnets.scribbles import example_strokes, unseen
from seglib.before_convnets.weights import load_texture
from seglib.labels import EVERYDAY, IGNORE
from seglib.metrics import confusion_matrix, pixel_accuracy
from seglib.photos import load_photo, photo_truth
from seglib.ui.before_convnets.model import OUTCOMES
from tests.guessing import right_and_wrong
from tests.test_pages import calm, open_page, png, recorded, table, views

PHOTO = "china"
TRUTH = photo_truth(PHOTO, EVERYDAY)
STROKES = example_strokes(TRUTH, len(EVERYDAY))
FILTERS, MOSAIC, PHOTOS, OWN = "Filters and textons", "Mosaic", "Learnt from photos", "Your strokes"


def open_experiment(name: str, photo: str = PHOTO, **query: str) -> AppTest:
    return open_page("before_convnets.py", photo=photo, before=name, **query)


def titles(app: AppTest, key: str) -> list[str]:
    return [panel["title"] for panel in views(app)[key]["panels"]]


def label_map(app: AppTest, key: str, title: str) -> np.ndarray:
    """A label map as it was sent to the browser."""
    view = views(app)[key]
    panel = next(panel for panel in view["panels"] if panel["title"].startswith(title))
    sent = view["maps"][panel["labels"]]
    content = zlib.decompress(base64.b64decode(sent["content"]))
    return np.frombuffer(content, np.uint8).reshape(sent["height"], sent["width"])


def paint(app: AppTest, labels: np.ndarray, rev: int = 1, edition: int = 0, photo: str = PHOTO) -> None:
    content = base64.b64encode(zlib.compress(labels.tobytes())).decode()
    height, width = labels.shape
    value = {"b64": content, "h": height, "w": width, "edition": edition, "rev": rev}
    app.session_state[f"painter {photo} everyday scribbles"] = {"painting": value}
    app.run()
    calm(app)


# ---------------------------------------------------------------- filters and textons


def test_every_control_of_the_filters_changes_its_pictures() -> None:
    app = open_experiment(FILTERS)
    before = views(app)
    app.selectbox(key="family").set_value("Laplacian, 8 px").run()
    calm(app)
    other = views(app)
    assert titles(app, "filters")[1] == "Answers: Laplacian, 8 px"
    assert other["filters"]["panels"][1]["picture"] != before["filters"]["panels"][1]["picture"]
    assert other["bank"]["panels"][0]["picture"] != before["bank"]["panels"][0]["picture"]
    app.select_slider(key="window").set_value(124).run()
    calm(app)
    wide = views(app)["filters"]["panels"]
    assert wide[0]["picture"] != before["filters"]["panels"][0]["picture"]
    assert wide[3]["picture"] != other["filters"]["panels"][3]["picture"]
    assert wide[2]["picture"] == other["filters"]["panels"][2]["picture"]  # textons have no window


def test_the_pinned_pixel_moves_the_window() -> None:
    app = open_experiment(FILTERS)
    before = views(app)["filters"]["panels"][3]["picture"]
    app.session_state["pin"] = (20, 30)
    app.run()
    calm(app)
    assert views(app)["filters"]["panels"][3]["picture"] != before
    assert any("row 20, column 30" in each.value for each in app.caption)


def test_a_tiny_plain_photo_has_textons_too() -> None:
    app = open_experiment(FILTERS)
    app.file_uploader(key="photo_file").upload("grey.png", png(np.full((40, 52, 3), 90, np.uint8)), "image/png").run()
    calm(app)
    assert views(app)["filters"]["size"] == [40, 52]


@pytest.mark.parametrize("query", [{"window": "5"}, {"family": "<script>"}, {"before": "nothing"}])
def test_a_nonsense_address_opens_the_page_all_the_same(query: dict[str, str]) -> None:
    app = open_page("before_convnets.py", photo=PHOTO, **query)
    assert views(app)["filters"]["panels"]


# ---------------------------------------------------------------- mosaic


def test_the_mosaic_waits_for_a_guess_and_textons_win() -> None:
    app = open_experiment(MOSAIC)
    assert titles(app, "mosaic") == ["Mosaic"]
    kept = right_and_wrong(app, "mosaic_guess")
    assert titles(app, "mosaic") == ["Mosaic", "By mean grey", "By grey levels", "By textons"]
    scores = {each.label: float(each.value.split()[0]) for each in app.metric}
    assert scores["By textons"] > scores["By mean grey"] + 30
    assert kept.options[kept.right] == "below 25 %"
    assert f"by mean grey {scores['By mean grey']:.1f} % of the pixels are right" in kept.because
    app.select_slider(key="window").set_value(4).run()
    calm(app)
    small = {each.label: float(each.value.split()[0]) for each in app.metric}
    assert small["By textons"] < scores["By textons"] - 10


# ---------------------------------------------------------------- learnt from photos


def test_the_texture_model_stands_beside_the_net_and_is_scored_as_the_library_does() -> None:
    app = open_experiment(PHOTOS)
    assert titles(app, "trained")[-2:] == ["texture, linear", "fcn8s"]
    scores = table(app, "Mean IoU")
    found = load_texture("everyday")(load_photo(PHOTO))
    wanted = 100 * pixel_accuracy(confusion_matrix(TRUTH, found, len(EVERYDAY)))
    assert scores.loc["texture, linear", "Pixel accuracy"] == pytest.approx(wanted, abs=0.05)
    kinds = recorded(app, "Pixel acc., stuff")
    assert list(kinds.index) == ["texture, linear", "fcn8s"]


def test_window_and_classifier_change_the_map() -> None:
    app = open_experiment(PHOTOS)
    first = label_map(app, "trained", "texture")
    app.select_slider(key="model_window").set_value("a quarter").run()
    small = label_map(app, "trained", "texture")
    app.button_group(key="classifier").set_value("nearest").run()
    calm(app)
    nearest = label_map(app, "trained", "texture")
    assert (first != small).mean() > 0.02
    assert (small != nearest).mean() > 0.02
    borders = [np.count_nonzero(each[:, 1:] != each[:, :-1]) for each in (first, small)]
    assert borders[1] > borders[0]  # too small a window is noise
    app.button_group(key="texture_view").set_value("errors").run()
    calm(app)
    assert views(app)["trained"]["mode"] == "errors"


def test_the_model_stands_beside_the_net_on_a_photo_without_its_classes_too_and_unchecked_figures_nowhere() -> None:
    app = open_experiment(PHOTOS, photo="motorcycle_left")
    rows = next(each.value for each in app.table if "texture" in each.value.index)
    assert list(rows.index) == ["texture", "fcn8s"]
    assert any("TextonBoost" in each.value and "left out here" in each.value for each in app.caption)


def test_the_guess_on_the_window_is_answered_by_the_library() -> None:
    app = open_experiment(PHOTOS)
    kept = right_and_wrong(app, "model_window_guess")
    model = load_texture("everyday")
    cells = model.count_words(load_photo(PHOTO))
    maps = [model.label_map(cells, TRUTH.shape, factor=factor) for factor in (1, 0.25)]
    taught, quarter = (100 * pixel_accuracy(confusion_matrix(TRUTH, labels, len(EVERYDAY))) for labels in maps)
    assert (
        f"{taught:.1f} % of the pixels are right at the window it was taught with, {quarter:.1f} % at" in kept.because
    )
    assert kept.options[kept.right] == OUTCOMES[0 if quarter >= taught else 1 if taught - quarter <= 10 else 2]
    assert "texture/window" in app.session_state["seen"]


def test_classes_without_a_model_get_a_sentence() -> None:
    app = open_experiment(PHOTOS, classes="street")
    assert any("everyday classes only" in each.value for each in app.info)


# ---------------------------------------------------------------- strokes


def test_example_strokes_are_learnt_from_at_once_and_scored_without_themselves() -> None:
    app = open_experiment(OWN)
    assert "stroke_result" not in views(app)
    app.button(key="example_strokes").click().run()
    calm(app)
    found = label_map(app, "stroke_result", "your strokes")
    assert set(np.unique(found)) <= set(np.unique(STROKES)) - {IGNORE}
    scores = table(app, "Mean IoU")
    wanted = 100 * pixel_accuracy(confusion_matrix(unseen(TRUTH, STROKES), found, len(EVERYDAY)))
    assert scores.iloc[0]["Pixel accuracy"] == pytest.approx(wanted, abs=0.05)
    assert scores.iloc[0]["Pixel accuracy"] > 70
    assert "fcn8s" in scores.index
    painter = next(view for key, view in views(app).items() if key.startswith("painter"))
    assert painter["edition"] == 1


def test_two_strokes_of_ones_own_give_a_map_of_two_classes() -> None:
    app = open_experiment(OWN)
    mine = np.where(np.isin(STROKES, [3, 4]), STROKES, np.uint8(IGNORE))
    paint(app, mine)
    assert "stroke_result" not in views(app)
    app.button(key="learn").click().run()
    calm(app)
    first = label_map(app, "stroke_result", "your strokes")
    assert set(np.unique(first)) == {3, 4}
    app.select_slider(key="stroke_window").set_value(4).run()
    app.button_group(key="stroke_words").set_value("texture").run()
    calm(app)
    assert (label_map(app, "stroke_result", "your strokes") != first).any()
    paint(app, STROKES, rev=2)
    assert any("newer strokes" in each.value for each in app.caption)
    assert set(np.unique(label_map(app, "stroke_result", "your strokes"))) <= {3, 4}


def test_one_class_or_none_gets_one_sentence_and_nothing_is_lost() -> None:
    app = open_experiment(OWN)
    app.button(key="learn").click().run()
    calm(app)
    assert "nothing is painted yet" in app.error[0].value
    mine = np.where(STROKES == 3, STROKES, np.uint8(IGNORE))
    paint(app, mine)
    app.button(key="learn").click().run()
    calm(app)
    assert len(app.error) == 1
    assert "only sky is painted" in app.error[0].value
    kept = app.session_state["painted"][f"{PHOTO} everyday scribbles"]
    np.testing.assert_array_equal(kept.labels, mine)
    paint(app, STROKES, rev=2)
    app.button(key="learn").click().run()
    assert not app.error
    result = label_map(app, "stroke_result", "your strokes")
    paint(app, mine, rev=3)
    app.button(key="learn").click().run()
    assert len(app.error) == 1
    np.testing.assert_array_equal(label_map(app, "stroke_result", "your strokes"), result)


def test_strokes_are_nobodys_truth() -> None:
    app = open_experiment(OWN)
    app.button(key="example_strokes").click().run()
    assert "painted_truths" not in app.session_state


def test_a_photo_without_labels_can_be_scribbled_on() -> None:
    app = open_experiment(OWN)
    pixels = np.random.default_rng(0).integers(0, 256, (64, 80, 3), dtype=np.uint8)
    pixels[:, 40:] //= 4
    app.file_uploader(key="photo_file").upload("mine.png", png(pixels), "image/png").run()
    assert app.button(key="example_strokes").disabled
    key = app.selectbox(key="photo").value
    mine = np.full((64, 80), IGNORE, np.uint8)
    mine[:20, :20], mine[:20, 60:] = 2, 5
    paint(app, mine, photo=key)
    app.button(key="learn").click().run()
    calm(app)
    found = label_map(app, "stroke_result", "your strokes")
    assert (found[:, :30] == 2).mean() > 0.9
    assert (found[:, 50:] == 5).mean() > 0.9
    assert any("nothing to score against" in each.value for each in app.info)
