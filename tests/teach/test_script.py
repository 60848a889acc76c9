"""The script that a visitor takes home gives the same labels as the app."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seglib.teach import Lesson, imagenet_net, photo_features, segment, teach, write_lesson
from seglib.teach.lesson import own_classes
from seglib.teach.script import SCRIPT


def test_the_script_does_the_same(tmp_path: Path, three_fields, two_strokes, monkeypatch: pytest.MonkeyPatch) -> None:
    image, _ = three_fields
    features = photo_features(image, imagenet_net())
    head = teach([(features, two_strokes)])
    names = {name: tmp_path / name for name in ("segment.py", "photo.png", "lesson.json", "labels.png")}
    names["segment.py"].write_text(SCRIPT)
    names["lesson.json"].write_bytes(write_lesson(Lesson(own_classes(["left", "right"]), {"p": two_strokes}, head)))
    Image.fromarray(image).save(names["photo.png"])
    monkeypatch.setattr("sys.argv", [str(path) for path in names.values()])
    runpy.run_path(str(names["segment.py"]))
    with Image.open(names["labels.png"]) as file:
        assert np.array_equal(np.asarray(file), segment(features, head).labels)


def test_the_script_is_ten_lines() -> None:
    lines = [line for line in SCRIPT.splitlines() if line and not line.startswith('"""')]
    assert len(lines) == 10
