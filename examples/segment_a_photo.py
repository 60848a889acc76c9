"""A class for every pixel: load a photo, segment it, look.

The net gives each pixel a probability for every class. The label map keeps the most probable class; that probability is
the net's confidence. It is low along borders, where one unit of the net's coarse grid sees two classes at once.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

import seglib
from seglib.photos import load_photo
from seglib.rendering import colorize

image = load_photo("china")  # or seglib.load_image("my photo.jpg")
label_set = seglib.LABEL_SETS["everyday"]
model = seglib.load_model("fcn8s", "everyday")
prediction = seglib.predict(model, image)

print(f"label map {prediction.labels.shape}, probabilities {prediction.probabilities.shape}")
shares = np.bincount(prediction.labels.ravel(), minlength=len(label_set)) / prediction.labels.size
for k in np.argsort(-shares)[:4]:
    print(f"{label_set.classes[k]:10} {shares[k]:6.1%} of the photo")

figure = Figure(figsize=(12, 3.4), layout="constrained")
pictures = {"photo": image, "label map": colorize(prediction.labels, label_set), "confidence": prediction.confidence}
for axes, (title, picture) in zip(figure.subplots(1, 3), pictures.items(), strict=True):
    axes.imshow(picture, cmap="cividis")
    axes.set_title(title)
    axes.axis("off")
colors = np.array(label_set.colors) / 255
legend = [Patch(color=colors[k], label=label_set.classes[k]) for k in np.flatnonzero(shares)]
figure.legend(handles=legend, loc="outside lower center", ncols=len(legend))
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "output" / "segment_a_photo.png")
