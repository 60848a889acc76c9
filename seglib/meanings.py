"""What the classes of published data sets mean in each of our label sets.

A data set's own classes rarely are ours. `MEANING` says for each what it stands for: one of our
classes, several (a partial label: "one of these", as for vegetation, which may be tree or grass), or none (void).

Sources: CamVid: Brostow, Fauqueur & Cipolla, PRL 2009, the 11 classes of SegNet. MSRC v2: Shotton et al.,
"TextonBoost", ECCV 2006. LabelMeFacade: Froehlich, Rodner & Denzler, ICPR 2010. People: Clothing
Co-Parsing, Yang, Luo & Lin, CVPR 2014, every garment folded into "person".
"""

from __future__ import annotations

from seglib.labels import EVERYDAY, LABEL_SETS, STREET
from seglib.published_labels import CITYSCAPES, VOC, Meaning

NOT_A_PERSON = tuple(name for name in EVERYDAY.classes if name != "person")

# {data set: {label set: {the data set's class, in index order: meaning}}}
MEANING: dict[str, dict[str, dict[str, Meaning]]] = {
    "camvid": {
        "everyday": {
            "sky": ("sky",),
            "building": ("building",),
            "pole": ("object",),
            "road": ("road",),
            "pavement": ("road",),
            "tree": ("tree",),
            "sign": ("object",),
            "fence": ("object",),
            "car": ("vehicle",),
            "pedestrian": ("person",),
            "bicyclist": ("person",),
        },
        "street": {name: (name,) for name in STREET.classes},
    },
    "msrc": {
        "everyday": {
            "building": ("building",),
            "grass": ("grass",),
            "tree": ("tree",),
            "cow": ("animal",),
            "horse": ("animal",),
            "sheep": ("animal",),
            "sky": ("sky",),
            "mountain": (),  # not one of ours
            "aeroplane": ("vehicle",),
            "water": ("water",),
            "face": ("person",),
            "car": ("vehicle",),
            "bicycle": ("vehicle",),
            "flower": ("flower",),
            "sign": ("object",),
            "bird": ("animal",),
            "book": ("object",),
            "chair": ("object",),
            "road": ("road",),
            "cat": ("animal",),
            "dog": ("animal",),
            "body": ("person",),
            "boat": ("vehicle",),
        },
    },
    "labelmefacade": {
        "everyday": {
            "building": ("building",),
            "car": ("vehicle",),
            "door": ("building",),
            "pavement": ("road",),
            "road": ("road",),
            "sky": ("sky",),
            "vegetation": ("tree", "grass", "flower"),
            "window": ("building",),
        },
    },
    "people": {
        "everyday": {"not person": NOT_A_PERSON, "person": ("person",)},
    },
    "voc": VOC,
    "cityscapes": CITYSCAPES,
    "folder": {  # the user's own photos, labelled with our own class indices
        known.name: {name: (name,) for name in known.classes} for known in LABEL_SETS.values()
    },
}
