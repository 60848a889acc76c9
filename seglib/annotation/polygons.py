"""Polygons drawn by people: LabelMe's files, ours among them, and what their labels mean.

An annotation is a list of labelled polygons, as the program LabelMe saves them. Labels are free text, as fine as
the annotator pleased ("mission patch"); a table says what each means in our label sets, so that one annotation serves
all of them. Painting follows the list: what comes later lies in front. Coordinates are those of
`seglib.annotation.raster`.

LabelMe: Russell, Torralba, Murphy & Freeman, IJCV 2008; the file format is that of github.com/wkentaro/labelme.
"""

from __future__ import annotations

import base64
import csv
import json
from dataclasses import dataclass

import numpy as np

from seglib.annotation.label_text import MAX_TEXT, parse
from seglib.annotation.raster import MAX_POINTS, BadAnnotation, Shape, inside, rasterize
from seglib.annotation.shape_types import FARTHEST, OddShape, read_shape
from seglib.assets import ASSETS, DamagedFile
from seglib.former_labels import former_words
from seglib.labels import IGNORE, LABEL_SETS, LabelSet

__all__ = [
    "ANNOTATIONS",
    "FARTHEST",
    "MAX_POINTS",
    "MAX_SHAPES",
    "MAX_SIDE",
    "MAX_TEXT",
    "VOID",
    "Annotation",
    "BadAnnotation",
    "Shape",
    "class_indices",
    "fine_classes",
    "inside",
    "load_annotation",
    "rasterize",
    "read_labelme",
    "write_labelme",
]

ANNOTATIONS = ASSETS / "annotations"

VOID = "void"
# Other words for it: LabelMe's own, and what data sets and people call pixels without a class.
VOID_WORDS = ("__ignore__", "_background_", "__background__", "background", "ignore", "unlabeled", "unlabelled")

MAX_SHAPES = 2000
MAX_SIDE = 65_535  # pixels: of a JPEG


@dataclass(frozen=True, eq=False)
class Annotation:
    """All polygons of a photo, from back to front."""

    shapes: tuple[Shape, ...]
    size: tuple[int, int] | None  # (height, width) of the photo; None if the file does not say
    left_out: tuple[str, ...] = ()  # of each shape that could not be read, what is odd about it

    def resized(self, size: tuple[int, int], drawn_on: tuple[int, int] | None = None) -> Annotation:
        """The same polygons on the photo shrunk or enlarged to ``size`` (height, width).

        ``drawn_on`` is the photo's size where the file does not give it.
        """
        height, width = self.size or drawn_on or size
        scale = np.array([size[1] / width, size[0] / height])
        shapes = tuple(Shape(s.label, s.points * scale, s.group) for s in self.shapes)
        return Annotation(shapes, tuple(size), self.left_out)

    @property
    def notice(self) -> str | None:
        """One sentence on what was left out, with the number; None if all was read."""
        if not self.left_out:
            return None
        count = len(self.left_out)
        some = "; ".join(self.left_out[:3]) + ("; …" if count > 3 else "")
        return f"{count} {'shape is' if count == 1 else 'shapes are'} left out: {some}."


def read_labelme(data: bytes | str) -> Annotation:
    """Read a LabelMe file; raises `BadAnnotation`, and nothing else, for whatever is not one.

    All shape types that LabelMe and its relatives write are taken, as polygons (see `seglib.annotation.shape_types`).
    A shape that cannot be read costs itself only and is named in ``left_out``. Outlines may cross themselves: what
    they hold follows from the even-odd rule, as in LabelMe. A picture inside is ignored.
    """
    return annotation_of(parse(data))


def annotation_of(content: object) -> Annotation:
    """`read_labelme` for a file that is parsed already."""
    if not isinstance(content, dict) or not isinstance(content.get("shapes"), list):
        kind = "a list" if isinstance(content, list) else "something else"
        raise BadAnnotation(
            f"This is not a LabelMe file: wanted an object with a list of shapes, and this is {kind}, so convert it to "
            "LabelMe's JSON, or to a PNG of class indices."
        )
    sides = [_side(content.get(key), key) for key in ("imageHeight", "imageWidth")]
    if len(content["shapes"]) > MAX_SHAPES:
        raise BadAnnotation(f"The file has {len(content['shapes'])} shapes: at most {MAX_SHAPES} are taken.")
    shapes: list[Shape] = []
    left_out: list[str] = []
    for number, entry in enumerate(content["shapes"], 1):
        try:
            parts = read_shape(entry, number)
        except OddShape as odd:
            left_out.append(str(odd))
            continue
        if len(shapes) + len(parts) > MAX_SHAPES:
            raise BadAnnotation(f"The shapes have more than {MAX_SHAPES} parts, which is as many as are taken.")
        shapes += parts
    return Annotation(tuple(shapes), None if None in sides else tuple(sides), tuple(left_out))


def write_labelme(annotation: Annotation, photo: str = "", picture: bytes | None = None) -> str:
    """A LabelMe file of these polygons, to be saved as JSON; ``photo`` is the image's file name beside it.

    ``picture`` is that file's content, put inside so that LabelMe opens the labels without the file. `read_labelme`
    gives back the same annotation, to the last bit.
    """
    height, width = annotation.size
    shapes = [
        {"label": s.label, "points": s.points.tolist(), "group_id": s.group, "shape_type": "polygon", "flags": {}}
        for s in annotation.shapes
    ]
    content = {
        "version": "5.0.0",
        "flags": {},
        "shapes": shapes,
        "imagePath": photo,
        "imageData": base64.b64encode(picture).decode() if picture else None,
        "imageHeight": height,
        "imageWidth": width,
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


def fine_classes() -> dict[str, dict[str, str]]:
    """What our annotators' fine labels mean: ``{fine label: {label set: class, or "" for void}}``."""
    with (ANNOTATIONS / "classes.csv").open(newline="", encoding="utf-8") as file:
        return {row["fine"]: {name: row[name] for name in LABEL_SETS} for row in csv.DictReader(file)}


def class_indices(label_set: LabelSet) -> dict[str, int]:
    """Class index of every label that may be drawn: the set's own classes, "void", our fine labels, former classes.

    >>> from seglib.labels import EVERYDAY
    >>> indices = class_indices(EVERYDAY)
    >>> indices["cat"], indices["cat ear"], indices["void"]
    (9, 9, 255)
    """
    indices = {name: index for index, name in enumerate(label_set.classes)} | {VOID: IGNORE}
    for fine, meaning in fine_classes().items():
        name = meaning[label_set.name]
        indices.setdefault(fine, label_set.index(name) if name else IGNORE)
    for word, index in (dict.fromkeys(VOID_WORDS, IGNORE) | former_words(label_set)).items():
        indices.setdefault(word, index)
    return indices


def load_annotation(name: str, second: bool = False) -> Annotation:
    """Our annotation of a bundled photo; `ValueError` lists the names there are, `DamagedFile` says if one is damaged.

    Some photos have been annotated a ``second`` time, faster: people, camera and tripod without a look at the first.
    """
    folder = ANNOTATIONS / "second" if second else ANNOTATIONS
    names = sorted(path.stem for path in folder.glob("*.json"))
    if name not in names:
        raise ValueError(f"no annotation {name!r}: there are {', '.join(names)}")
    try:
        return read_labelme((folder / f"{name}.json").read_bytes())
    except (BadAnnotation, OSError) as error:
        raise DamagedFile(f"The labels of the photo {name} are damaged: install the app again.") from error


def _side(value: object, key: str) -> int | None:
    """A side of the photo, in pixels; None if the file has none, as LabelMe's before version 4."""
    if value is None or (value == 0 and not isinstance(value, bool)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_SIDE:
        raise BadAnnotation(f"The file gives no usable {key}: wanted a whole number from 1 to {MAX_SIDE}.")
    return value
