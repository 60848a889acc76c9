"""Label maps as PNG: one class index a pixel, 255 where void, however the file stores it.

Grey of 1 to 16 bits, palettes, and colours whose channels are equal all hold the index itself. A palette's colours
usually do not matter, as in VOC. But programs that make PNGs smaller reorder a palette, because for a viewer only
colours count: where it holds the classes' colours in other places, the pixels are read by colour, and where it
holds some of them and others too, nobody can tell, so it is refused. Colours that are the classes' own are read
without a palette as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from PIL import Image

from seglib.deep_pixels import deep_size, read_deep
from seglib.former_labels import former_codes, settle
from seglib.labels import IGNORE, LABEL_SETS, VOID_COLOR, LabelSet, check_label_map
from seglib.picture_files import (
    PNG_START,
    SIDEWAYS,
    BadImage,
    check_bytes,
    open_header,
    orientation,
    untrusted,
)

Size = tuple[int, int]  # (height, width)
Code = Mapping[tuple[int, int, int], int]  # colour -> index


def voc_colors() -> tuple[tuple[int, int, int], ...]:
    """VOC's 256 colours: the bits of an index, dealt to red, green and blue in turn (its devkit, VOClabelcolormap).

    >>> voc_colors()[:3], voc_colors()[15], voc_colors()[255]
    (((0, 0, 0), (128, 0, 0), (0, 128, 0)), (192, 128, 128), (224, 224, 192))
    """
    return tuple(
        tuple(sum((index >> 3 * place + channel & 1) << 7 - place for place in range(3)) for channel in range(3))
        for index in range(256)
    )


def code_of(label_set: LabelSet) -> Code:
    """A label set's own colours, and void's."""
    return MappingProxyType({color: index for index, color in enumerate(label_set.colors)} | {VOID_COLOR: IGNORE})


def codes_of(label_set: LabelSet) -> tuple[Code, ...]:
    """All colours that stand for a label set's classes: its own, then those it once had."""
    return (code_of(label_set), *former_codes(label_set))


GREYS: Code = MappingProxyType({(value,) * 3: value for value in range(256)})
VOC: Code = MappingProxyType({color: index for index, color in enumerate(voc_colors())})


def decode_label_map(
    data: bytes,
    num_classes: int,
    size: Size,
    original_size: Size | None = None,
    label_set: LabelSet | None = None,
) -> np.ndarray:
    """Label map ``(H, W)`` uint8 from a PNG whose pixels are class indices, 255 where void.

    ``size`` is the photo's (height, width) as decoded; a map of the photo's ``original_size`` is shrunk to it, nearest
    pixel. Colours are those of ``label_set``, or else of any label set of that many classes. Raises `BadImage` for
    anything else: other colours, another size, an index that is no class.
    """
    return decode_with_notice(data, num_classes, size, original_size, label_set)[0]


def decode_with_notice(
    data: bytes,
    num_classes: int,
    size: Size,
    original_size: Size | None = None,
    label_set: LabelSet | None = None,
) -> tuple[np.ndarray, str | None]:
    """`decode_label_map`, and perhaps a sentence on classes that are no more, see `seglib.former_labels`."""
    sets = [label_set] if label_set else [known for known in LABEL_SETS.values() if len(known) == num_classes]
    valid = np.append(np.arange(256) < num_classes, np.zeros(2**16 - 256, bool))
    valid[IGNORE] = True
    codes = [code for known in sets for code in codes_of(known)]
    labels, code = read_label_png(data, [size, original_size or size], valid, codes)
    labels, notice = settle(labels, code, label_set)
    try:
        check_label_map(labels, num_classes)
    except ValueError as error:
        raise BadImage(
            f"This label map does not fit: {error}; ids of another data set, such as Cityscapes', must be converted."
        ) from error
    return to_size(labels.astype(np.uint8, copy=False), size), notice


def to_size(labels: np.ndarray, size: Size) -> np.ndarray:
    """A label map shrunk or enlarged to ``size`` (height, width), each pixel taking the nearest."""
    if labels.shape == tuple(size):
        return labels
    rows, cols = ((np.arange(new) + 0.5) * old / new for new, old in zip(size, labels.shape, strict=True))
    return labels[rows.astype(int)[:, None], cols.astype(int)]


def png_size(data: bytes) -> Size:
    """(height, width) in a PNG's header; `BadImage` if it is none."""
    check_bytes(len(data))
    if not data.startswith(PNG_START) or data[12:16] != b"IHDR":
        raise BadImage("This label map is not a PNG file: save one class index per pixel as PNG, which loses nothing.")
    return int.from_bytes(data[20:24], "big"), int.from_bytes(data[16:20], "big")


def read_label_png(
    data: bytes, sizes: Collection[Size], valid: np.ndarray, codes: Sequence[Code]
) -> tuple[np.ndarray, Code | None]:
    """Indices ``(H, W)`` uint8 or uint16 of a label PNG, of one of ``sizes`` (height, width), upright.

    With them comes the code whose colours the file shows, one of ``codes``; None where it holds bare numbers.
    ``valid`` ``(65536,)`` bool says which indices mean something: it decides between readings and refuses nothing.
    ``codes`` are colours that stand for indices, the likeliest first. `BadImage` says what does not fit.
    """
    png_size(data)
    sizes = list(dict.fromkeys(tuple(size) for size in sizes))
    with untrusted():
        file = open_header(data)
        turn = orientation(file)
        upright = (file.height, file.width)
        if turn in SIDEWAYS and upright[::-1] in sizes:
            upright = upright[::-1]
        elif turn in SIDEWAYS:
            turn = None  # the note was copied from a photo whose pixels were turned before they were labelled
        check_size(upright, sizes, "This label map")
        pixels = read_deep(data) if deep_size(data) else None
        read = _read_palette(file, valid, codes) if file.mode == "P" else _read_values(file, data, pixels, codes)
        labels, code = read
        if turn is not None:
            labels = np.array(Image.fromarray(labels).transpose(turn))
    return labels, code


def check_size(came: Size, sizes: Collection[Size], what: str) -> None:
    """`BadImage` if ``came`` (height, width) is none of the photo's ``sizes``: labels belong to their photo.

    The one check of all ways that labels come in.
    """
    sizes = list(dict.fromkeys(tuple(size) for size in sizes))
    if tuple(came) in sizes:
        return
    height, width = came
    wanted = " or ".join(f"{w} x {h}" for h, w in sizes)
    if tuple(came)[::-1] in sizes:
        raise BadImage(
            f"{what} is {width} x {height} pixels, the photo's own size on its side: it was drawn before the photo was "
            f"turned upright, so turn it too (wanted {wanted})."
        )
    raise BadImage(f"{what} is {width} x {height} pixels: wanted the photo's own size, {wanted}.")


def _read_values(
    file: Image.Image, data: bytes, pixels: np.ndarray | None, codes: Sequence[Code]
) -> tuple[np.ndarray, Code | None]:
    """Indices of a PNG without a palette, and the code of its colours if it has any."""
    if pixels is None:
        mode = file.mode
        pixels = np.asarray(file) if mode != "1" else np.array(file).astype(np.uint8)
        depth = data[24]  # bits a pixel
        if mode == "L" and depth < 8:
            pixels = pixels // (255 // (2**depth - 1))  # Pillow spreads 2 and 4 bits over the greys: 1 of 15 becomes 17
    else:
        mode = "RGBA" if pixels.shape[2] == 4 else "RGB"
    if pixels.ndim == 2:
        return pixels, None
    channels = pixels.shape[2]
    if channels in (2, 4):
        opaque = np.iinfo(pixels.dtype).max
        if (pixels[..., -1] != opaque).any() and pixels[..., -1].any():
            raise BadImage(
                "This label map has transparent parts, whose meaning nobody can tell: save it without transparency."
            )
        pixels = pixels[..., : channels - 1]
    first = pixels[..., 0]
    labels, code = _by_colour(pixels, codes) if pixels.dtype == np.uint8 and pixels.shape[2] == 3 else (None, None)
    if labels is None and all(np.array_equal(first, pixels[..., channel]) for channel in range(1, pixels.shape[2])):
        labels = np.ascontiguousarray(first)
    if labels is None:
        raise BadImage(
            f"This label map holds colours ({mode}): wanted one class index per pixel, "
            "so save it in grey or with a palette."
        )
    return labels, code


def _by_colour(pixels: np.ndarray, codes: Iterable[Code]) -> tuple[np.ndarray, Code] | tuple[None, None]:
    """Indices of colours ``(H, W, 3)``, and the first code that knows all of them; None if there is none."""
    packed = pixels[..., 0].astype(np.int32) << 16 | pixels[..., 1].astype(np.int32) << 8 | pixels[..., 2]
    for code in codes:
        if tuple(pixels[0, 0].tolist()) not in code:
            continue
        labels, known = np.zeros(packed.shape, np.uint8), np.zeros(packed.shape, bool)
        for (red, green, blue), index in code.items():
            here = packed == (red << 16 | green << 8 | blue)
            labels[here] = index
            known |= here
            if known.all():
                return labels, code
    return None, None


def _read_palette(file: Image.Image, valid: np.ndarray, codes: Sequence[Code]) -> tuple[np.ndarray, Code | None]:
    """Indices of a PNG with a palette: as they are, or by colour where the colours have other places than theirs.

    With them comes the code whose colours they are, None where they are nobody's that ``codes`` knows.
    """
    labels = np.asarray(file)
    colours = np.zeros((256, 3), int)
    entries = np.array(file.getpalette("RGB") or [], int).reshape(-1, 3)
    colours[: len(entries)] = entries
    used = np.flatnonzero(np.bincount(labels.ravel(), minlength=256))
    shown = {int(index): tuple(map(int, colours[index])) for index in used}
    if len(set(shown.values())) < len(shown):
        return labels, None  # colours that do not tell indices apart say nothing about them
    if shown == {0: (0, 0, 0), 1: (255, 255, 255)}:
        return labels, None  # a mask in black and white
    in_place = [code for code in (*codes, VOC, GREYS) if shown.items() <= {(i, colour) for colour, i in code.items()}]
    if in_place:
        return labels, next((code for code in codes if code is in_place[0]), None)
    knowing = [code for code in codes if _knows(code, shown)]
    moved = [{index: code[colour] for index, colour in shown.items()} for code in knowing]
    if not moved and _knows(GREYS, shown) and valid[[grey for grey, _, _ in shown.values()]].all():
        moved = [{index: colour[0] for index, colour in shown.items()}]  # a grey map, made smaller by a palette
    if moved and all(table == moved[0] for table in moved):
        lookup = np.zeros(256, np.uint8)
        lookup[list(moved[0])] = list(moved[0].values())
        return lookup[labels], next(iter(knowing), None)
    own = {colour for code in codes for colour, index in code.items() if index != IGNORE}
    if moved or _knows(VOC, shown) or own & set(shown.values()):
        raise BadImage(
            "This label map has a palette in which known classes' colours stand in other places than theirs, so nobody "
            "can tell what an index means: save it in grey, one class index per pixel."
        )
    return labels, None  # colours of somebody else's choice


def _knows(code: Code, shown: Mapping[int, tuple[int, int, int]]) -> bool:
    return all(colour in code for colour in shown.values())
