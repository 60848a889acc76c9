"""One matrix, four metrics: what each of them rewards.

Count the pixels of true class i that were predicted as class j, and every usual score is a line of arithmetic on that
matrix. Pixel accuracy follows the large classes. Class accuracy averages the rows, so a small class counts as much as
the sky. IoU also charges what was claimed wrongly. To see the difference, score a net beside a predictor that is
perfect, except that it never names a class of less than 5 % of the photo.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import seglib
from seglib import metrics
from seglib.metrics.baselines import without_rare
from seglib.photos import load_photo, photo_truth

label_set = seglib.LABEL_SETS["everyday"]
truth = photo_truth("china", label_set)  # polygons drawn by hand
prediction = seglib.predict(seglib.load_model("fcn8s", "everyday"), load_photo("china")).labels

cm = metrics.confusion_matrix(truth, prediction, len(label_set))
cheat = metrics.confusion_matrix(truth, without_rare(truth, 0.05, len(label_set)), len(label_set))
assert metrics.pixel_accuracy(cm) == np.diag(cm).sum() / cm.sum()

scores = {
    "pixel accuracy": metrics.pixel_accuracy,
    "frequency-weighted IoU": metrics.frequency_weighted_iou,
    "class accuracy": metrics.class_accuracy,
    "mean IoU": metrics.mean_iou,
}
for name, score in scores.items():
    print(f"{name:24} fcn8s {score(cm):6.1%}   never a rare class {score(cheat):6.1%}")

present = np.flatnonzero(cm.sum(0) + cm.sum(1))
names = [label_set.classes[k] for k in present]
figure = Figure(figsize=(11, 4.2), layout="constrained")
matrix, bars = figure.subplots(1, 2)
shares = cm / np.maximum(cm.sum(1, keepdims=True), 1)
matrix.imshow(shares[np.ix_(present, present)], cmap="Blues", vmin=0, vmax=1)
matrix.set(title="fcn8s: share of each true class", xlabel="predicted", ylabel="true")
matrix.set_xticks(range(len(names)), names, rotation=40, ha="right")
matrix.set_yticks(range(len(names)), names)
places = np.arange(len(scores))
bars.barh(places - 0.2, [score(cm) for score in scores.values()], 0.4, label="fcn8s")
bars.barh(places + 0.2, [score(cheat) for score in scores.values()], 0.4, label="never a rare class")
bars.set_yticks(places, scores)
bars.invert_yaxis()
bars.set_xlim(0, 1)
figure.legend(loc="outside lower right", ncols=2)
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "output" / "metrics_of_one_matrix.png")
