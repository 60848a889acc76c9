"""One reader of label files, whatever they are: a PNG of class indices, LabelMe's JSON, COCO's or Cityscapes'.

What kind of file it is, its content says. Labels belong to their photo: they must be of its size, upright, as it was
in its file or as it was shrunk, by whatever way they come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from seglib.annotation.coco import is_coco, read_coco
from seglib.annotation.label_text import looks_like_json, parse
from seglib.annotation.polygons import MAX_SHAPES, Annotation, annotation_of, class_indices
from seglib.annotation.raster import BadAnnotation, index_of_label, rasterize
from seglib.former_labels import SPLIT_NOTICE, former_words
from seglib.label_png import Size, check_size, decode_with_notice
from seglib.labels import LabelSet

BadLabels = (ValueError,)  # what reading raises: `BadImage` and `BadAnnotation` are both of it
REACH = 0.02  # how far beyond a photo, in its sides, a point may lie that was drawn on it


@dataclass(frozen=True)
class LabelFile:
    """A label file as read: a label map for one label set, or polygons that serve several."""

    labels: np.ndarray  # (H, W) uint8, at the photo's size
    annotation: Annotation | None = None
    notice: str | None = None  # what was left out of it, or means something else today


def read_labels(
    data: bytes, label_set: LabelSet, size: Size, original_size: Size | None = None, photo: str = ""
) -> LabelFile:
    """The labels of a photo of ``size`` (height, width), which was ``original_size`` in its file called ``photo``.

    Raises `BadImage` or `BadAnnotation`, one sentence each, for what is no label file or belongs to another photo.
    """
    if not looks_like_json(data):
        labels, notice = decode_with_notice(data, len(label_set), size, original_size, label_set)
        return LabelFile(labels, notice=notice)
    annotation = read_annotation(data, photo)
    labels = paint(annotation, class_indices(label_set), size, original_size)
    notices = [notice for notice in (annotation.notice, split_notice(annotation, label_set)) if notice]
    return LabelFile(labels, annotation, " ".join(notices) or None)


def split_notice(annotation: Annotation, label_set: LabelSet) -> str | None:
    """One sentence where a label names a class that is several today; else None."""
    former = former_words(label_set)
    names = {shape.label for shape in annotation.shapes}
    return SPLIT_NOTICE if any(index_of_label(name, former) is not None for name in names) else None


def read_annotation(data: bytes | str, photo: str = "") -> Annotation:
    """Polygons from LabelMe's JSON, COCO's (of the picture called ``photo``) or Cityscapes'; else `BadAnnotation`."""
    content = parse(data)
    if is_coco(content):
        shapes, (height, width), left_out = read_coco(content, photo)
        if len(shapes) > MAX_SHAPES:
            raise BadAnnotation(f"The file has more than {MAX_SHAPES} outlines of this photo: simplify it.")
        empty = annotation_of({"shapes": [], "imageHeight": height, "imageWidth": width})
        return Annotation(tuple(shapes), empty.size, tuple(left_out))
    if isinstance(content, dict) and isinstance(content.get("objects"), list) and "imgHeight" in content:
        shapes = [
            {"label": thing.get("label"), "points": thing.get("polygon")}
            for thing in content["objects"]
            if isinstance(thing, dict) and not thing.get("deleted")
        ]
        content = {"shapes": shapes, "imageHeight": content["imgHeight"], "imageWidth": content.get("imgWidth")}
    return annotation_of(content)


def paint(
    annotation: Annotation, index_of: Mapping[str, int], size: Size, original_size: Size | None = None
) -> np.ndarray:
    """The label map ``(H, W)`` uint8 of polygons that were drawn on this photo; else a sentence, see `read_labels`."""
    original_size = original_size or size
    if annotation.size is not None:
        check_size(annotation.size, [original_size, size], "The picture on which these polygons were drawn")
    elif annotation.shapes:
        corners = np.concatenate([shape.points for shape in annotation.shapes])
        beyond = corners.max(0) - np.array(original_size[::-1]) * (1 + REACH)
        if (beyond > 0).any():
            x, y = corners.max(0)
            raise BadAnnotation(
                f"These polygons were drawn on another picture, for they reach to x = {x:.0f}, y = {y:.0f}: wanted "
                f"polygons of this photo, {original_size[1]} x {original_size[0]}."
            )
    return rasterize(annotation.resized(size, original_size).shapes, size, index_of)
