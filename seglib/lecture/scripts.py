"""An experiment's numbers as a short script, and a route as a notebook: both run against the installed `seglib`.

Values are written by ``repr``, so that whatever a title or a link holds stays a value. The numbers are those of the
page, because the page calls the same functions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from seglib.lecture.routes import Route, Step, Value

HEAD = '''"""{title}"""

import seglib
from seglib import metrics
from seglib.photos import load_photo, photo_truth

label_set = seglib.LABEL_SETS[{classes!r}]
image = load_photo({photo!r})  # or seglib.load_image("my photo.jpg")
truth = photo_truth({photo!r}, label_set)
'''

NETS = """for net in {nets!r}:
    prediction = seglib.predict(seglib.load_model(net, labels=label_set.name), image)
    cm = metrics.confusion_matrix(truth, prediction.labels, num_classes=len(label_set))
    print(net, f"pixel accuracy {{metrics.pixel_accuracy(cm):.4f}}, mean IoU {{metrics.mean_iou(cm):.4f}}")
"""

THINGS = """from seglib.metrics.objects import things_and_stuff

prediction = seglib.predict(seglib.load_model("fcn8s", labels=label_set.name), image)
cm = metrics.confusion_matrix(truth, prediction.labels, num_classes=len(label_set))
for kind, scores in things_and_stuff(cm, label_set).items():
    print(kind, {{name: round(score, 4) for name, score in scores.items()}})
"""

BORDER = """from seglib.metrics.boundary import boundary_band

near = truth.copy()
near[~boundary_band(truth, {radius!r})] = seglib.IGNORE
for net in {nets!r}:
    prediction = seglib.predict(seglib.load_model(net, labels=label_set.name), image)
    cm = metrics.confusion_matrix(near, prediction.labels, num_classes=len(label_set))
    print(net, f"within {radius} px of a border: mean IoU {{metrics.mean_iou(cm):.4f}}")
"""

CHEAT = """from seglib.metrics.baselines import without_rare
from seglib.metrics.duel import METRICS

cheat = without_rare(truth, 0.05, len(label_set))  # the truth, but for classes of less than 5 % of the pixels
cm = metrics.confusion_matrix(truth, cheat, num_classes=len(label_set))
for title, metric in METRICS.items():
    print(title, f"{{metric.score(cm):.4f}}")
"""

AGREEMENT = """from seglib.metrics.agreement import pair_iou
from seglib.photos import TWICE

for name in TWICE:
    first, second = (photo_truth(name, label_set, second=again) for again in (False, True))
    print(name, f"mean IoU of two labellings {{pair_iou(first, second, len(label_set)):.4f}}")
"""

TAIL = """from seglib.annotation.heavy_tail import class_shares, fine_pixels
from seglib.photos import PHOTOS

shares = class_shares(fine_pixels(PHOTOS))
for name, share in list(shares.items())[:10]:
    print(name, f"{{share:.4f}}")
"""

TEXTURE = """from seglib.before_convnets.weights import load_texture

labels = load_texture(label_set.name)(image)
cm = metrics.confusion_matrix(truth, labels, num_classes=len(label_set))
print(f"texture: pixel accuracy {{metrics.pixel_accuracy(cm):.4f}}, mean IoU {{metrics.mean_iou(cm):.4f}}")
"""

CEILING = """from seglib.resolution import FACTORS, through_grid

for factor in FACTORS:
    best = through_grid(truth, factor, len(label_set), {how!r})
    cm = metrics.confusion_matrix(truth, best, num_classes=len(label_set))
    print(factor, f"mean IoU {{metrics.mean_iou(cm):.4f}}")
"""

STREAMS = """from seglib.models.streams import stream_contributions, stream_scores

model = seglib.load_model({net!r}, labels=label_set.name)
row, col = {pin!r} or (image.shape[0] // 2, image.shape[1] // 2)
k = int(seglib.predict(model, image).labels[row, col])
for stride, share in stream_contributions(stream_scores(model, image), image.shape[:2], k).items():
    print(f"stream {{stride}} adds {{share[row, col]:+.4f}} to the score for {{label_set.classes[k]}}")
"""

WINDOW = """from seglib.models import layer_table_of
from seglib.receptive_field import receptive_field

net = {net!r}
print(net, f"sees {{receptive_field(layer_table_of(net, label_set.name)).size}} pixels at most")
"""

RATES = """from seglib.receptive_field import Layer, receptive_field
from seglib.window.dilation import parse_rates

rates = parse_rates({rates!r})
print(rates, f"see {{receptive_field([Layer(3, dilation=rate) for rate in rates]).size}} pixels")
"""

CRF = """from seglib.crf.chosen import chosen_params
from seglib.crf.mean_field import mean_field_steps

prediction = seglib.predict(seglib.load_model("deeplab", labels=label_set.name), image)
steps = mean_field_steps(prediction.probabilities, image, chosen_params(label_set.name), iterations={iteration!r})
for iteration, probabilities in enumerate(steps):
    cm = metrics.confusion_matrix(truth, probabilities.argmax(0), num_classes=len(label_set))
    print(iteration, f"mean IoU {{metrics.mean_iou(cm):.4f}}")
"""

LEDGER = """from seglib.claims.ledger import read_ledger

for entry in read_ledger().values():
    print(entry["verdict"], "-", entry["statement"])
"""

# By page, or by page and part: the part's key in the view, and its value.
BODIES: dict[tuple[str, ...], str] = {
    ("compare",): NETS,
    ("metrics",): CHEAT,
    ("metrics", "experiment", "At the border"): BORDER,
    ("metrics", "experiment", "Things and stuff"): THINGS,
    ("metrics", "experiment", "Five mean IoUs"): NETS,
    ("annotation",): AGREEMENT,
    ("annotation", "annotation_panel", "Heavy tail"): TAIL,
    ("before_convnets",): TEXTURE,
    ("resolution",): CEILING,
    ("pyramid",): NETS,
    ("skip_connections",): STREAMS,
    ("receptive_field",): WINDOW,
    ("receptive_field", "section", "Dilation lab"): RATES,
    ("deeplab_crf",): CRF,
    ("scoreboard",): LEDGER,
}


def script(page: str, view: Mapping[str, Value], title: str = "") -> str | None:
    """The numbers of a view as a script; None for a page that has none."""
    body = _body(page, view)
    if body is None:
        return None
    head = HEAD.format(title=_docstring(title or page), classes=_text(view, "classes", "everyday"), photo=_photo(view))
    return head + "\n" + body.format(**_values(page, view))


def _body(page: str, view: Mapping[str, Value]) -> str | None:
    for key, body in BODIES.items():
        if len(key) == 3 and key[0] == page and view.get(key[1]) == key[2]:
            return body
    return BODIES.get((page,))


def _values(page: str, view: Mapping[str, Value]) -> dict:
    nets = ["pyramid1", "pyramid"] if page == "pyramid" else ["fcn32s", "fcn16s", "fcn8s", "fcn4s"]
    chosen = view.get("nets")
    pin = _text(view, "pin", "").split(",")
    whole = len(pin) == 2 and all(part.isascii() and part.isdigit() for part in pin)
    number: Callable[[str, int], int] = lambda key, start: int(view[key]) if type(view.get(key)) is int else start  # noqa: E731
    return {
        "nets": list(chosen) if isinstance(chosen, tuple | list) and page == "compare" and chosen else nets,
        "radius": number("radius", 4),
        "how": "nearest" if view.get("how") == "nearest" else "bilinear",
        "net": _text(view, "window_net", "fcn8s") if page == "receptive_field" else "fcn4s",
        "pin": (int(pin[0]), int(pin[1])) if whole else None,
        "rates": _text(view, "rates", "1, 2, 4, 8"),
        "iteration": max(1, number("iteration", 5)),
    }


def _text(view: Mapping[str, Value], key: str, start: str) -> str:
    value = view.get(key, start)
    return value if isinstance(value, str) else start


def _photo(view: Mapping[str, Value]) -> str:
    return _text(view, "photo", "china")


def _docstring(title: str) -> str:
    return title.replace("\\", "").replace('"', "'")


def notebook(route: Route) -> str:
    """A route as a notebook of format 4.5: each step's sentence, and its numbers as code.

    Cells have names that follow from their place, so that the same route makes the same file.
    """
    cells = [_cell(0, "markdown", f"# {_plain(route.title)}\n\n{_plain(route.about)}")]
    for step in route.steps:
        cells.append(_cell(len(cells), "markdown", _words(step)))
        if code := script(step.page, step.view, step.says):
            cells.append(_cell(len(cells), "code", code))
    about = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def _words(step: Step) -> str:
    asked = f"\n\n*{_plain(step.question.words)}*" if step.question else ""
    return f"## {_plain(step.says)}{asked}"


def _plain(text: str) -> str:
    """Text that a notebook shows as it was written, in one line."""
    return "".join("\\" + letter if letter in "\\`*_{}[]<>()#+-!|~$&" else letter for letter in " ".join(text.split()))


def _cell(number: int, kind: str, source: str) -> dict:
    cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source.splitlines(keepends=True)}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
