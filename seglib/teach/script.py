"""What a visitor did with the mouse, as a Python script: the same lesson on any photo, with `seglib.teach`."""

SCRIPT = '''"""Segment a photo as taught: python segment.py photo.jpg lesson.json labels.png"""

import sys
from pathlib import Path

from seglib import load_image
from seglib.annotation.contours import label_png
from seglib.teach import imagenet_net, photo_features, read_lesson, segment

photo, lesson, out = map(Path, sys.argv[1:])
taught = read_lesson(lesson.read_bytes())  # its head is teach([(features, strokes), ...]) of the strokes in it
features = photo_features(load_image(photo), imagenet_net())
answer = segment(features, taught.head)
out.write_bytes(label_png(answer.labels, taught.label_set))
'''
