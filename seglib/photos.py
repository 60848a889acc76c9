"""Ten real photos that come with libraries we need anyway, and our own ground truth for them.

They are read at run time from the installed packages, not copied, and never fetched over a network. Credits and
licences are quoted from those packages: the docstrings of `skimage.data`, `sklearn/datasets/images/README.txt`,
and the comment inside Matplotlib's file. Where a package states none, that is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from seglib.annotation.polygons import class_indices, load_annotation
from seglib.annotation.raster import rasterize
from seglib.images import load_image
from seglib.labels import LabelSet


@dataclass(frozen=True)
class BundledPhoto:
    """A bundled photo: what to call it, what to say of it, whom to thank."""

    name: str
    title: str
    alt: str  # what is to be seen, for those who cannot
    credit: str
    licence: str
    source: str  # address it came from
    file: str  # package, and path inside it


_PHOTOS = (
    BundledPhoto(
        name="astronaut",
        title="Astronaut",
        alt="Eileen Collins in an orange space suit, smiling, before a flag and a model of the Space Shuttle.",
        credit="NASA Great Images",
        licence="No known copyright restrictions, public domain",
        source="https://flic.kr/p/r9qvLn",
        file="skimage/data/astronaut.png",
    ),
    BundledPhoto(
        name="china",
        title="Summer Palace",
        alt="A red and green pagoda of several roofs among trees, a lake and a pale sky behind it.",
        credit="danielbuechele",
        licence="CC BY 2.0",
        source="https://www.flickr.com/photos/danielbuechele/6061409035/sizes/z/in/photostream/",
        file="sklearn/datasets/images/china.jpg",
    ),
    BundledPhoto(
        name="motorcycle_left",
        title="Motorcycle",
        alt="A red motorcycle in a garage, shelves full of boxes and a wooden bench behind it.",
        credit=(
            "Nera Nesic, Porter Westling, Xi Wang, York Kitajima, Greg Krathwohl and Daniel Scharstein, "
            "Middlebury College (Middlebury 2014 stereo benchmark)"
        ),
        licence="Not stated in scikit-image, which redistributes it",
        source="http://vision.middlebury.edu/stereo/data/scenes2014/",
        file="skimage/data/motorcycle_left.png",
    ),
    BundledPhoto(
        name="camera",
        title="Photographer",
        alt="Black and white: a man in a dark coat looks through a camera on a tripod, on a lawn before a skyline.",
        credit="Lav Varshney",
        licence="CC0",
        source="https://github.com/scikit-image/scikit-image/issues/3927",
        file="skimage/data/camera.png",
    ),
    BundledPhoto(
        name="chelsea",
        title="Chelsea the cat",
        alt="The face of a ginger tabby cat, close up, the room behind it out of focus.",
        credit="Stefan van der Walt",
        licence="CC0",
        source="https://scikit-image.org/docs/stable/api/skimage.data.html",
        file="skimage/data/chelsea.png",
    ),
    BundledPhoto(
        name="rocket",
        title="Rocket",
        alt="A white rocket on its pad at dusk, lit by floodlights, lattice masts to both sides.",
        credit="SpaceX (launch of DSCOVR on Falcon 9)",
        licence="Released in the public domain",
        source="https://www.flickr.com/photos/spacexphotos/16511594820/in/photostream/",
        file="skimage/data/rocket.jpg",
    ),
    BundledPhoto(
        name="flower",
        title="Dahlia",
        alt="A round orange dahlia, another below it, before dark leaves out of focus.",
        # The README repeats china's name beside this photo, but links to the account of vultilion.
        credit="vultilion (Flickr)",
        licence="CC BY 2.0",
        source="https://www.flickr.com/photos/vultilion/6056698931/sizes/z/in/photostream/",
        file="sklearn/datasets/images/flower.jpg",
    ),
    BundledPhoto(
        name="grace_hopper",
        title="Grace Hopper",
        alt="Portrait of Grace Hopper in a dark navy uniform and cap, wearing glasses, a flag behind her.",
        credit="United States Navy, by way of Wikimedia Commons",
        licence="Public domain, a work of the United States Navy (Matplotlib names the source, not the licence)",
        source="http://commons.wikimedia.org/wiki/File:Grace_Hopper.jpg",
        file="matplotlib/mpl-data/sample_data/grace_hopper.jpg",
    ),
    BundledPhoto(
        name="coffee",
        title="Coffee",
        alt="A cup of espresso on a saucer with a spoon, on a wooden table, seen from above at a slant.",
        credit="Rachel Michetti, courtesy of Pikolo Espresso Bar",
        licence="CC0",
        source="https://scikit-image.org/docs/stable/api/skimage.data.html",
        file="skimage/data/coffee.png",
    ),
    BundledPhoto(
        name="coins",
        title="Coins",
        alt="Black and white: twenty-four ancient Greek coins in four rows on a dark ground.",
        credit="Brooklyn Museum",
        licence="No known copyright restrictions",
        source="https://www.brooklynmuseum.org/opencollection/archives/image/51611",
        file="skimage/data/coins.png",
    ),
)

PHOTOS: dict[str, BundledPhoto] = {photo.name: photo for photo in _PHOTOS}
TWICE = ("astronaut", "grace_hopper", "camera")  # labelled twice, the second time fast


def photo_path(name: str) -> Path:
    """Where the bundled photo lies on this machine; `ValueError` lists the names there are."""
    if name not in PHOTOS:
        raise ValueError(f"no photo {name!r}: there are {', '.join(PHOTOS)}")
    package, _, inside = PHOTOS[name].file.partition("/")
    # Found, not imported: scikit-learn alone takes a second, and scikit-image would ask a downloader.
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"photo {name!r} comes with the package {package}, which is not installed")
    return Path(spec.submodule_search_locations[0]) / inside


def load_photo(name: str) -> np.ndarray:
    """Bundled photo, ``(H, W, 3)`` uint8 RGB; a grey one has three equal channels.

    Its pixels are those that its library gives, so that a notebook finds the same: a colour profile is not applied.

    >>> load_photo("chelsea").shape
    (300, 451, 3)
    """
    return load_image(photo_path(name), full_size=True, managed=False)


def photo_truth(name: str, label_set: LabelSet, second: bool = False) -> np.ndarray:
    """Our ground truth for a bundled photo, in the classes of ``label_set``: ``(H, W)`` uint8, 255 where void.

    Photos in `TWICE` have a ``second`` one, see `seglib.annotation.polygons.load_annotation`.
    """
    annotation = load_annotation(name, second)
    return rasterize(annotation.shapes, annotation.size, class_indices(label_set))
