"""The pyramid page headless, with nets of random weights: every control moves, and the sums add up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from seglib.costs.pyramid_levels import level_costs
from seglib.labels import EVERYDAY
from seglib.metrics import confusion_matrix, pixel_accuracy
from seglib.models import cards, create_model
from seglib.models.cards import read_card, some_shipped, weights_path
from seglib.models.prediction import image_tensor, predict
from seglib.models.pyramid import level_inputs, level_window
from seglib.models.weights import load_model, save_weights
from seglib.photos import load_photo, photo_truth
from seglib.pyramids.superpixels import majority, superpixels
from seglib.ui.memory import MEMORY
from tests.guessing import right_and_wrong
from tests.test_pages import calm, recorded, views

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("The pyramid", "Levels", "Cost", "Superpixels")
FIGURES = {"pyramid": (0.8, 0.7, 0.6), "pyramid1": (0.7, 0.6, 0.5)}  # what the cards of the tests' nets claim


def write_weights(folder: Path) -> None:
    """The weights in the box, and pyramid nets of random weights for everyday photos alone."""
    for path in cards.WEIGHTS.iterdir():
        if "-pyramid" not in path.name:
            (folder / path.name).symlink_to(path)
    for name, figures in FIGURES.items():
        torch.manual_seed(0)
        net = create_model(name, len(EVERYDAY))
        torch.nn.init.normal_(net.score.weight, 0, 500)  # features of an untaught trunk are faint
        named = dict(zip(("pixel_accuracy", "class_accuracy", "mean_iou"), figures, strict=True))
        card = {"streams": list(net.strides), "figures": named | {"images": 59}, "data": {"validation": "msrc"}}
        save_weights(folder / f"everyday-{name}.safetensors", net, card | {"name": name, "labels": "everyday"})


@pytest.fixture(scope="module", autouse=True)
def weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A box with the tests' own pyramid nets; the app forgets them afterwards."""
    folder = tmp_path_factory.mktemp("weights")
    write_weights(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cards, "WEIGHTS", folder)
        MEMORY.forget()
        yield
    MEMORY.forget()


def open_page(part: str, **query: str) -> AppTest:
    """A visitor who follows a link to one part and declines to guess."""
    app = AppTest.from_file(str(ROOT / "seglib" / "ui" / "router.py"), default_timeout=200)
    for key, value in ({"part": part, "photo": "chelsea"} | query).items():
        app.query_params[key] = value
    for guess in ("pyramid_guess", "cost_guess"):
        app.session_state[guess] = "Just show me"
    app.run()
    app.switch_page(str(ROOT / "pages" / "pyramid.py")).run()
    return calm(app)


def captions(app: AppTest, view: str) -> list[str]:
    return [panel["caption"] for panel in views(app)[view]["panels"]]


def metric(app: AppTest, label: str) -> str:
    return next(element.value for element in app.metric if element.label == label)


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return load_photo("chelsea")


def test_all_levels_give_the_photo_back_and_fewer_do_not() -> None:
    app = open_page("The pyramid")
    assert captions(app, "rebuilt")[1] == "largest difference to the photo: 0.0 of 255"
    app.button_group(key="on_3").set_value(["half", "quarter"]).run()
    blurred = views(calm(app))["rebuilt"]["panels"][1]
    assert float(blurred["caption"].split(": ")[1].split(" of")[0]) > 20
    app.button_group(key="on_3").set_value([]).run()
    assert "0 of 3 levels" in views(calm(app))["rebuilt"]["panels"][1]["alt"]


def test_the_number_of_levels_changes_both_pyramids() -> None:
    app = open_page("The pyramid")
    assert captions(app, "mosaics")[0] == "Chelsea the cat: 451 x 300, 226 x 150, 113 x 75"
    app.select_slider(key="levels").set_value(5).run()
    assert captions(calm(app), "mosaics")[0] == "Chelsea the cat: 451 x 300, 226 x 150, 113 x 75, 57 x 38, 29 x 19"
    assert captions(app, "mosaics")[1].count(",") == 4  # three commas between four gains, one before the residual


def test_a_level_switched_off_is_missing_everywhere(photo) -> None:
    app = open_page("Levels", pin="100,200", level8="false")
    assert not app.toggle(key="level8").value
    model = load_model("pyramid")
    with torch.inference_mode():
        shares = {s: share[0].numpy() for s, share in model.contributions(image_tensor(photo)).items()}
    k = int((shares[32] + shares[16]).argmax(0)[100, 200])
    said = [caption for caption in captions(app, "evidence") if caption.startswith("at the pinned pixel")]
    assert said == [f"at the pinned pixel {shares[stride][k, 100, 200]:+.2f}" for stride in (16, 32)]
    app.toggle(key="level8").set_value(True).run()
    assert len(captions(calm(app), "evidence")) == 6
    k = int(sum(shares.values()).argmax(0)[100, 200])  # the class follows the answer until one is chosen
    said = [caption for caption in captions(app, "evidence") if caption.startswith("at the pinned pixel")]
    assert said == [f"at the pinned pixel {shares[stride][k, 100, 200]:+.2f}" for stride in (8, 16, 32)]


def test_toggles_name_the_windows_and_the_scores_are_the_librarys(photo) -> None:
    app = open_page("Levels")
    for level, stride in enumerate((8, 16, 32)):
        assert f"sees {level_window(level)} px" in app.toggle(key=f"level{stride}").label
    truth = photo_truth("chelsea", EVERYDAY)
    cm = confusion_matrix(truth, predict(load_model("pyramid"), photo).labels, len(EVERYDAY))
    assert metric(app, "Pixel accuracy") == f"{100 * pixel_accuracy(cm):.1f} %"


def test_without_any_level_there_is_a_sentence() -> None:
    app = open_page("Levels")
    for stride in (8, 16, 32):
        app.toggle(key=f"level{stride}").set_value(False).run()
    assert "Switch a level on" in calm(app).info[0].value
    assert "evidence" not in views(app)


def test_another_class_has_other_evidence() -> None:
    app = open_page("Levels")
    before = captions(app, "evidence")
    app.selectbox(key="class_everyday").set_value("flower").run()
    assert captions(calm(app), "evidence")[3:] != before[3:]
    assert "score for flower" in views(app)["evidence"]["panels"][-1]["alt"]


def test_the_table_holds_the_cards_figures_and_waits_for_a_guess_that_is_answered() -> None:
    app = open_page("Levels")
    table = app.table[0].value
    assert table.loc["pyramid"].tolist() == ["80.0", "70.0", "60.0"]
    assert list(table.index) == ["pyramid1", "pyramid"]  # and no figure that we could not check
    assert any("Farabet" in e.value and "left out here" in e.value for e in app.caption)
    app.session_state["pyramid_guess"] = None
    assert not calm(app.run()).table
    kept = right_and_wrong(app, "pyramid_guess")
    assert kept.options[kept.right] == "over 10"
    assert kept.because == "pyramid1 has 70.0 % pixel accuracy, pyramid 80.0 %: +10.0 points."


def test_the_bill_counts_what_the_net_does(photo) -> None:
    app = open_page("Cost")
    table = recorded(app, "Milliseconds")
    _, costs = level_costs(load_model("pyramid"), photo, repeats=1)
    assert table["M multiply-adds"].tolist() == pytest.approx([cost.multiply_adds / 1e6 for cost in costs])
    total = sum(cost.multiply_adds for cost in costs) / costs[0].multiply_adds
    assert metric(app, "Work, one level = 1") == f"{total:.2f}"
    assert (table["Milliseconds"] > 0).all()
    next(button for button in app.button if button.label == "Measure again").click().run()
    assert calm(app).session_state["measured_again"] == 1
    app.session_state["cost_guess"] = None
    assert not any("Milliseconds" in e.value.columns for e in calm(app.run()).table)
    kept = right_and_wrong(app, "cost_guess")
    assert kept.options[kept.right] == "below 1.5 times"
    assert kept.because.endswith(f"for all: {total:.2f} times.")
    assert app.session_state["seen"]["cost/third more"]


def test_superpixels_vote_and_their_ceiling_is_shown(photo) -> None:
    app = open_page("Superpixels", area="512", cut="Felzenszwalb")
    truth = photo_truth("chelsea", EVERYDAY)
    said = predict(load_model("pyramid"), photo).labels
    regions = superpixels(photo, "Felzenszwalb", 512)
    scores = {
        name: 100 * pixel_accuracy(confusion_matrix(truth, labels, len(EVERYDAY)))
        for name, labels in {
            "pyramid": said,
            "voted": majority(said, regions, len(EVERYDAY)),
            "human labels, voted": majority(truth, regions, len(EVERYDAY)),
        }.items()
    }
    table = recorded(app, "Pixel accuracy")
    assert table["Pixel accuracy"].to_dict() == pytest.approx(scores)
    assert metric(app, "Pixel accuracy") == f"{scores['voted']:.1f} %"
    app.toggle(key="vote").set_value(False).run()
    assert metric(calm(app), "Pixel accuracy") == f"{scores['pyramid']:.1f} %"
    before = captions(app, "superpixels")[0]
    assert ": 512 pixels wanted, " in before
    app.button_group(key="cut").set_value("SLIC").run()
    app.select_slider(key="area").set_value(2048).run()
    assert captions(calm(app), "superpixels")[0] != before


@pytest.mark.parametrize("part", PARTS)
def test_a_photo_without_labels_is_looked_at_all_the_same(part, tmp_path) -> None:
    app = open_page(part)
    pixels = np.random.default_rng(1).integers(0, 256, (48, 65, 3), dtype=np.uint8)
    path = tmp_path / "mine.png"
    Image.fromarray(pixels).save(path)
    app.file_uploader(key="photo_file").upload("mine.png", path.read_bytes(), "image/png").run()
    assert "mine.png" in json.dumps(views(calm(app)))
    assert not app.error


def test_classes_without_these_nets_get_one_sentence() -> None:
    app = open_page("Levels", classes="street")
    assert "have not been trained for these classes" in app.info[0].value
    assert not calm(open_page("The pyramid", classes="street")).info[0].value.startswith("The pyramid nets")


@pytest.mark.parametrize("query", [{"part": "<b>"}, {"levels": "99999"}, {"area": "-1"}, {"cut": "axe"}], ids=str)
def test_a_nonsense_address_opens_the_page_all_the_same(query) -> None:
    app = open_page(**({"part": "Superpixels"} | query))
    assert views(app)


def test_the_page_is_in_the_menu_only_with_both_nets(tmp_path, monkeypatch) -> None:
    assert some_shipped("pyramid", "pyramid1")
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setattr(cards, "WEIGHTS", empty)
    assert not some_shipped("pyramid")
    write = weights_path("pyramid", "street")
    save_weights(write, create_model("pyramid", 11), {"name": "pyramid", "labels": "street"})
    assert read_card(write)["name"] == "pyramid"
    assert some_shipped("pyramid")
    assert not some_shipped("pyramid", "pyramid1")


def test_costs_fall_by_four_from_level_to_level() -> None:
    model = load_model("pyramid")
    image = np.zeros((257, 385, 3), np.uint8)
    making, costs = level_costs(model, image, repeats=1)
    assert making > 0
    assert [cost.size for cost in costs] == [tuple(x.shape[-2:]) for x in level_inputs(image_tensor(image), 3)]
    for fine, coarse in pairwise(costs):
        # A little more than a quarter: half of 2 m + 1 units are m + 1.
        assert 0.25 < coarse.multiply_adds / fine.multiply_adds < 0.28
    with pytest.raises(ValueError, match="0 repeats: wanted one at least"):
        level_costs(model, image, repeats=0)


def test_multiply_adds_worked_by_hand() -> None:
    """One unit on every grid: each kernel is laid down once."""
    model = create_model("pyramid1", 5).eval()
    _, (cost,) = level_costs(model, np.zeros((1, 1, 3), np.uint8), repeats=1)
    kernels = sum(p.numel() for p in model.parameters() if p.ndim == 4)
    assert cost.size == (1, 1)
    assert cost.multiply_adds == kernels
