"""The files of the pages, and their parts."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE_FILES = sorted((ROOT / "pages").glob("*.py"))
# Each page's address, the key by which links name its parts, and the parts in the order of the page. Links are a
# promise, so they are not read from the pages.
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("", ("",)),
    "lecture": ("", ("",)),
    "metrics": (
        "experiment",
        ("Metric duel", "Five mean IoUs", "At the border", "Things and stuff", "Sure and right", "Your folder"),
    ),
    "annotation": ("annotation_panel", ("Paint", "Stopwatch", "Agreement", "Heavy tail")),
    "before_convnets": ("before", ("Filters and textons", "Mosaic", "Learnt from photos", "Your strokes", "Things")),
    "resolution": ("resolution_part", ("There and back", "The ceiling")),
    "pyramid": ("part", ("The pyramid", "Levels", "Cost", "Superpixels")),
    "skip_connections": ("", ("",)),
    "inside": (
        "inside_part",
        (
            *("Red arrows", "One step", "While it learns", "Score maps"),
            *("Units", "Back to pixels", "Units and classes"),
        ),
    ),
    "receptive_field": (
        "section",
        ("Grow the window", "Theory and measured", "In pictures", "Dilation lab", "The bill"),
    ),
    "deeplab_crf": ("crf_part", ("The CRF", "Who talks to whom", "All together")),
    "teach": ("teach_part", ("Your own classes", "Watch a net learn")),
    "scoreboard": ("board", ("Nets", "Claims", "Speed")),
    "notes": ("", ("",)),
}
WITHOUT_PICTURES = {
    *(("lecture", ""), ("notes", ""), ("annotation", "Heavy tail"), ("pyramid", "Cost")),
    *(("metrics", "Your folder"), ("metrics", "Five mean IoUs"), ("receptive_field", "Dilation lab")),
    *(("inside", "While it learns"), ("inside", "Units and classes")),
    *(("scoreboard", part) for part in PARTS["scoreboard"][1]),
}
