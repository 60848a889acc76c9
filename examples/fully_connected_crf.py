"""The fully connected CRF: every pixel hears every other, and borders follow the photo.

A net's probabilities are smooth where the photo is not. Mean field asks again which class a pixel is, after hearing
what all others think: near ones, and those of like colour. Edges get sharper; what is thin and was guessed faintly gets
outvoted (Krähenbühl & Koltun 2011; Chen et al. 2015).
"""

import sys
from pathlib import Path

from matplotlib.figure import Figure

import seglib
from seglib.crf.chosen import chosen_params
from seglib.crf.mean_field import mean_field_steps
from seglib.metrics import confusion_matrix, mean_iou, pixel_accuracy
from seglib.photos import load_photo, photo_truth
from seglib.rendering import colorize

label_set = seglib.LABEL_SETS["everyday"]
image, truth = load_photo("china"), photo_truth("china", label_set)
before = seglib.predict(seglib.load_model("deeplab", "everyday"), image).probabilities

pictures = {"photo": image, "truth": colorize(truth, label_set)}
for iteration, probabilities in enumerate(mean_field_steps(before, image, chosen_params("everyday"), iterations=5)):
    labels = probabilities.argmax(0)
    cm = confusion_matrix(truth, labels, len(label_set))
    title = f"iteration {iteration}: pixel accuracy {pixel_accuracy(cm):.1%}, mean IoU {mean_iou(cm):.1%}"
    print(title)
    if iteration in (0, 5):
        pictures[title.replace(": ", "\n")] = colorize(labels, label_set)

figure = Figure(figsize=(14, 3), layout="constrained")
for axes, (title, picture) in zip(figure.subplots(1, len(pictures)), pictures.items(), strict=True):
    axes.imshow(picture[60:330, 150:450])  # close up
    axes.set_title(title, fontsize=9)
    axes.axis("off")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "output" / "fully_connected_crf.png")
