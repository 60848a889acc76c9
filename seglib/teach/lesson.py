"""A lesson as one small file: the classes, the strokes on each photo, and the head they taught. Photos are not in it.

It is JSON: strokes are deflated bytes, numbers are float32 in base64. Whoever reads one may have got it from anybody,
so nothing in it is run or believed: its length is bounded before it is parsed, every array's before it is unpacked,
and whatever does not fit is refused in one sentence, as `BadLesson`.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from seglib.annotation.polygons import VOID
from seglib.inflate import inflate
from seglib.labels import IGNORE, LabelSet, check_label_map
from seglib.teach.features import LAYERS
from seglib.teach.heads import Head

FORMAT = "seglib lesson 1"
NAME = "own"  # of the label set of one's own classes
MAX_BYTES = 8_000_000
MAX_CLASSES = 12
MAX_NAME = 30  # characters
MAX_PHOTOS = 24
MAX_KEY = 100  # characters
MAX_SIDE = 8 * 1024  # pixels
MAX_STROKES = 1_000_000  # pixels of a photo; earlier versions kept photos that large
CHANNELS = {32: 320, 16: 112, 8: 40, 4: 24, 2: 9}  # of the layers of features
COLORS = (  # RGB, told apart under the common colour blindnesses
    (229, 16, 26),  # red
    (15, 97, 196),  # blue
    (226, 174, 44),  # ochre
    (5, 83, 61),  # dark green
    (138, 209, 248),  # light blue
    (79, 30, 125),  # violet
    (249, 237, 152),  # pale yellow
    (154, 110, 88),  # light brown
    (159, 186, 131),  # pale green
    (255, 113, 182),  # pink
    (125, 124, 128),  # grey
    (242, 247, 251),  # white
)


class BadLesson(ValueError):  # noqa: N818 - a lesson is bad, not in error
    """A file or classes that cannot be used. Its message is one sentence to show."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """What somebody taught."""

    label_set: LabelSet
    strokes: dict[str, np.ndarray] = field(repr=False)  # {photo's key: (H, W) uint8, IGNORE where nothing is painted}
    head: Head | None = field(default=None, repr=False)


def own_classes(names: list[str], colors: list[tuple[int, int, int]] | None = None) -> LabelSet:
    """A label set of one's own; `BadLesson` unless there are one to twelve different names of printable characters.

    >>> own_classes(["cup", "table"]).colors[0]
    (229, 16, 26)
    """
    names = [name.strip() for name in names]
    if not 1 <= len(names) <= MAX_CLASSES:
        raise BadLesson(f"There are {len(names)} classes: wanted 1 to {MAX_CLASSES}.")
    for name in names:
        if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
            raise BadLesson(f"A class's name has 1 to {MAX_NAME} printable characters: {name[:40]!r} does not.")
        if name.casefold() == VOID:
            raise BadLesson(f"{VOID!r} is what pixels without a class are called: choose another name.")
    if len({name.casefold() for name in names}) < len(names):
        twice = next(name for name in names if [n.casefold() for n in names].count(name.casefold()) > 1)
        raise BadLesson(f"Two classes are called {twice!r}: give each a name of its own.")
    return LabelSet(NAME, "Your own classes", tuple(names), tuple(colors or COLORS[: len(names)]))


def write_lesson(lesson: Lesson) -> bytes:
    """The lesson as a file, a few kilobytes for each photo and class; `read_lesson` gives it back, to the bit."""
    label_set, head = lesson.label_set, lesson.head
    content = {
        "format": FORMAT,
        "classes": [
            {"name": name, "color": list(color)}
            for name, color in zip(label_set.classes, label_set.colors, strict=True)
        ],
        "photos": [
            {"key": key, "size": list(strokes.shape), "strokes": _text(zlib.compress(strokes.tobytes(), 9))}
            for key, strokes in lesson.strokes.items()
        ],
        "head": None,
    }
    if head is not None:
        content["head"] = {
            "classes": head.classes.tolist(),
            "bias": _text(head.bias.astype("<f4").tobytes()),
            "layers": {str(stride): _text(weight.astype("<f4").tobytes()) for stride, weight in head.weight.items()},
        }
    return json.dumps(content, indent=1, ensure_ascii=False).encode()


def read_lesson(data: bytes) -> Lesson:
    """Read a file of `write_lesson`; raises `BadLesson`, and nothing else, for whatever is not one."""
    if len(data) > MAX_BYTES:
        raise BadLesson(f"The file has {len(data) / 1e6:.1f} MB: a lesson has {MAX_BYTES // 10**6} MB at most.")
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:  # ValueError: not JSON, not text, a number of 5000 digits
        raise BadLesson("This is not a lesson: wanted the JSON file that was saved here.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadLesson(f"This is not a lesson: wanted JSON whose format is {FORMAT!r}.")
    label_set = _read_classes(content.get("classes"))
    photos = content.get("photos")
    if not isinstance(photos, list) or len(photos) > MAX_PHOTOS:
        raise BadLesson(f"The lesson has no usable list of photos: wanted {MAX_PHOTOS} at most.")
    strokes = dict(_read_strokes(photo, len(label_set)) for photo in photos)
    head = content.get("head")
    return Lesson(label_set, strokes, None if head is None else _read_head(head, len(label_set)))


def _read_classes(value: object) -> LabelSet:
    names, colors = [], []
    for entry in value if isinstance(value, list) else []:
        name, color = (entry.get(key) if isinstance(entry, Mapping) else None for key in ("name", "color"))
        if not isinstance(name, str):
            raise BadLesson("A class of the lesson has no name.")
        if not _are_counts(color, 3, 255):
            raise BadLesson(f"Class {name[:MAX_NAME]!r} has no usable colour: wanted red, green and blue, 0 to 255.")
        names.append(name)
        colors.append(tuple(color))
    return own_classes(names, colors)


def _read_strokes(photo: object, num_classes: int) -> tuple[str, np.ndarray]:
    key, size = (photo.get(name) if isinstance(photo, Mapping) else None for name in ("key", "size"))
    if not isinstance(key, str) or not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        raise BadLesson("A photo of the lesson has no usable name.")
    if not _are_counts(size, 2, MAX_SIDE) or not 0 < size[0] * size[1] <= MAX_STROKES:
        raise BadLesson(f"The strokes on {key!r} have no usable size: wanted up to {MAX_STROKES:,} pixels.")
    labels = inflate(photo.get("strokes"), size[0] * size[1])
    if labels is None:
        raise BadLesson(f"The strokes on {key!r} are damaged: load another copy of the file.")
    try:
        return key, check_label_map(labels.reshape(size), num_classes)
    except ValueError as error:
        raise BadLesson(f"The strokes on {key!r} do not fit: {error}.") from error


def _read_head(head: object, num_classes: int) -> Head:
    classes, layers = (head.get(name) if isinstance(head, Mapping) else None for name in ("classes", "layers"))
    count = len(classes) if isinstance(classes, list) else 0
    if not _are_counts(classes, count, num_classes - 1) or count < 2 or classes != sorted(set(classes)):
        raise BadLesson("The head has no usable list of classes: wanted two at least, in order.")
    if not isinstance(layers, dict) or not layers or not set(layers) <= {str(stride) for stride in LAYERS}:
        raise BadLesson(f"The head has no usable layers: wanted some of {', '.join(map(str, LAYERS))}.")
    shapes = {stride: (count, CHANNELS[stride]) for stride in LAYERS if str(stride) in layers}
    weight = {stride: _floats(layers[str(stride)], shape) for stride, shape in shapes.items()}
    return Head(np.array(classes, np.uint8), weight, _floats(head.get("bias"), (count,)))


def _floats(text: object, shape: tuple[int, ...]) -> np.ndarray:
    content = _bytes(text, 4 * int(np.prod(shape)))
    values = None if content is None else np.frombuffer(content, "<f4").astype(np.float32).reshape(shape)
    if values is None or not np.isfinite(values).all():
        raise BadLesson("The head's numbers are damaged: load another copy of the file.")
    return values


def _are_counts(values: object, length: int, most: int) -> bool:
    """Whether this is a list of so many whole numbers from 0 to ``most``; True is an int too, so `type(...) is int`."""
    return isinstance(values, list) and len(values) == length and all(type(v) is int and 0 <= v <= most for v in values)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: object, count: int) -> bytes | None:
    """Exactly ``count`` bytes from base64; None for anything else."""
    if not isinstance(text, str) or len(text) != 4 * -(-count // 3):
        return None
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if len(content) == count else None


def remap(strokes: np.ndarray, new_index: Mapping[int, int]) -> np.ndarray:
    """Strokes after classes were removed or moved: classes that are not in ``new_index`` become unpainted."""
    table = np.full(256, IGNORE, np.uint8)
    for old, new in new_index.items():
        table[old] = new
    return table[strokes]
