"""What is found out about a pixel's window, in steps: `seglib.ui.in_steps` runs them, and keeps what comes out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from seglib.photos import PHOTOS
from seglib.ui import cache
from seglib.ui.in_steps import in_steps
from seglib.ui.photo import Photo

OTHERS = 3  # photos of the box that the effective field is averaged over, beside the one on the page


@in_steps
def field(
    photo: Photo, label_set_name: str, net: str, point: tuple[int, int], class_index: int
) -> Iterator[tuple[np.ndarray, float]]:
    """Gradient energy ``(H, W)`` of the score of a class at a pixel, mean over this photo and some of the box."""
    from seglib.window.effective_field import effective_field, fitted

    others = [fitted(cache.bundled_photo(name).image, photo.size) for name in PHOTOS if name != photo.key][:OTHERS]
    images = [photo.image, *others]
    energies = effective_field(cache.model(net, label_set_name), images, point, class_index)
    for count, energy in enumerate(energies, 1):
        yield energy, count / len(images)


@in_steps
def occlusion(
    photo: Photo, label_set_name: str, net: str, point: tuple[int, int], patch: int
) -> Iterator[tuple[object, float]]:
    """What a grey patch anywhere does to the probabilities at a pixel, see `seglib.window.occlusion.occlude`."""
    from seglib.window.occlusion import occlude

    for covered in occlude(cache.model(net, label_set_name), photo.image, point, patch):
        yield covered, covered.done


@in_steps
def window(
    photo: Photo, label_set_name: str, net: str, point: tuple[int, int], sides: tuple[int, ...]
) -> Iterator[tuple[list, float]]:
    """What the net says of a pixel if it sees nothing but a crop around it, for crops of these sides."""
    from seglib.window.crops import window_test

    crops = []
    for crop in window_test(cache.model(net, label_set_name), photo.image, point, sides):
        crops.append(crop)
        yield crops, len(crops) / len(sides)
