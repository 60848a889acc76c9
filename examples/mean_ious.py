"""Six "mean IoUs" of the same masks, and all of them are in use.

A table that says "mean IoU" leaves four questions open. Does a class that is nowhere count as nothing, as 0 or as 1? Is
the mean over all pixels at once, or over one score per photo? Are claims on void pixels mistakes? Is it a mean over
classes at all? Here the prediction is the truth, four pixels too far to the right: the masks stay the same, and the
figure moves by more than most papers gain.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import seglib
from seglib.metrics.baselines import shifted
from seglib.metrics.conventions import Convention, counts_with_void, mean_iou_by
from seglib.photos import photo_truth

label_set = seglib.LABEL_SETS["everyday"]
truths = [photo_truth(name, label_set) for name in ("china", "rocket", "motorcycle_left")]
# (photos, K + 1, K): confusion matrices, with a last row for what was said of void pixels.
counts = np.stack([counts_with_void(truth, shifted(truth, 4), len(label_set)) for truth in truths])

conventions = {
    "as in most papers": Convention(),
    "absent classes count 1": Convention(absent="one"),
    "absent classes count 0": Convention(absent="zero"),
    "mean over photos": Convention(per_image=True),
    "void pixels are mistakes": Convention(void_is_error=True),
    "micro: not over classes": Convention(micro=True),
}
values = {name: mean_iou_by(counts, convention) for name, convention in conventions.items()}
for name, value in values.items():
    print(f"{name:26}{value:6.1%}")

figure = Figure(figsize=(8, 3.2), layout="constrained")
axes = figure.subplots()
axes.bar_label(axes.barh(list(values), values.values()), [f"{value:.1%}" for value in values.values()], padding=3)
axes.set(title="“mean IoU” of the same masks", xlim=(0, 1))
axes.invert_yaxis()
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "output" / "mean_ious.png")
