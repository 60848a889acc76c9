"""Teach a net your own classes from a few strokes.

>>> from seglib.teach import imagenet_net, photo_features, teach       # doctest: +SKIP
>>> features = photo_features(image, imagenet_net())                    # doctest: +SKIP
>>> head = teach([(features, strokes)])                                 # doctest: +SKIP
>>> answer = segment(features, head)                                    # doctest: +SKIP
"""

from seglib.teach.answer import Answer, segment
from seglib.teach.features import COLOUR, LAYERS, Features, photo_features
from seglib.teach.heads import Head
from seglib.teach.lesson import BadLesson, Lesson, read_lesson, write_lesson
from seglib.teach.nets import imagenet_net
from seglib.teach.strokes import BadStrokes, teach

__all__ = [
    "COLOUR",
    "LAYERS",
    "Answer",
    "BadLesson",
    "BadStrokes",
    "Features",
    "Head",
    "Lesson",
    "imagenet_net",
    "photo_features",
    "read_lesson",
    "segment",
    "teach",
    "write_lesson",
]
