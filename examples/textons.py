"""Textons: stuff has no shape, but a texture, and a texture is a histogram of small patterns.

Filter the photo with edges, bars and blobs; group the answers into a few typical ones, the textons; say of each pixel
which one it is. How often each occurs within a window describes the texture there (Leung & Malik 2001). Choose one
window, and all that look alike light up: leaves find leaves, sky finds sky, and no class was ever learnt.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from seglib.before_convnets import textons
from seglib.photos import load_photo

CELL, RADIUS, WORDS = 8, 3, 32  # a window is 7 x 7 cells of 8 pixels
image = load_photo("china")
answers = textons.responses(image)  # (H, W, 10)
pixels = answers.reshape(-1, answers.shape[-1])
sample = np.random.default_rng(0).choice(len(pixels), 8000, replace=False)
word_map = textons.nearest_word(answers, textons.learn_words(pixels[sample], WORDS))
histograms = textons.histograms(textons.count_in_cells(word_map, WORDS, CELL), RADIUS)  # (h, w, WORDS)

figure = Figure(figsize=(13, 3.2), layout="constrained")
photo, words, *maps = figure.subplots(1, 4)
photo.imshow(image)
photo.set_title("photo, and two windows")
words.imshow(word_map, cmap="nipy_spectral")
words.set_title(f"nearest of {WORDS} textons")
side = (2 * RADIUS + 1) * CELL
for axes, name, (row, col), color in zip(maps, ("leaves", "sky"), ((380, 430), (60, 480)), ("C1", "C0"), strict=True):
    here = histograms[row // CELL, col // CELL]
    distance = textons.chi_square(histograms.reshape(-1, WORDS), here[None]).reshape(histograms.shape[:2])
    print(f"{np.mean(distance < 0.15):.0%} of all windows are like the one in the {name}")
    axes.imshow(1 - distance, cmap="cividis", vmin=0, vmax=1)
    axes.set_title(f"like the window in the {name}", color=color)
    photo.add_patch(Rectangle((col - side / 2, row - side / 2), side, side, fill=False, color=color, linewidth=2))
for axes in (photo, words, *maps):
    axes.axis("off")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "output" / "textons.png")
