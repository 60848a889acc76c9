"""What the classes of published data sets mean in each of our label sets.

A data set's own classes rarely are ours. `MEANING` says for each what it stands for: one of our
classes, several (a partial label: "one of these", as for vegetation, which may be tree or grass), or none (void).

Sources: CamVid: Brostow, Fauqueur & Cipolla, PRL 2009, the 11 classes of SegNet. MSRC v2: Shotton et al.,
"TextonBoost", ECCV 2006. LabelMeFacade: Froehlich, Rodner & Denzler, ICPR 2010. People: Clothing
Co-Parsing, Yang, Luo & Lin, CVPR 2014, every garment folded into "person". NYU Depth v2: Silberman, Hoiem, Kohli &
Fergus, ECCV 2012, the 40 classes of Gupta, Arbelaez & Malik, CVPR 2013.
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
            "cow": ("cow",),
            "horse": ("horse",),
            "sheep": ("sheep",),
            "sky": ("sky",),
            "mountain": (),  # not one of ours
            "aeroplane": ("vehicle",),
            "water": ("water",),
            "face": ("person",),
            "car": ("vehicle",),
            "bicycle": ("vehicle",),
            "flower": ("flower",),
            "sign": ("object",),
            "bird": ("bird",),
            "book": ("object",),
            "chair": ("furniture",),
            "road": ("road",),
            "cat": ("cat",),
            "dog": ("dog",),
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
    "nyu": {
        "everyday": {
            "wall": ("wall",),
            "floor": ("floor",),
            "cabinet": ("furniture",),
            "bed": ("furniture",),
            "chair": ("furniture",),
            "sofa": ("furniture",),
            "table": ("furniture",),
            "door": ("building", "wall", "furniture"),
            "window": (),  # a pane, or what is seen through it
            "bookshelf": ("furniture",),
            "picture": ("wall", "object"),
            "counter": ("furniture",),
            "blinds": ("wall", "object"),
            "desk": ("furniture",),
            "shelves": ("furniture",),
            "curtain": ("wall", "object"),
            "dresser": ("furniture",),
            "pillow": ("furniture", "object"),
            "mirror": (),  # what is seen in it
            "floor mat": ("floor", "object"),
            "clothes": ("object",),
            "ceiling": ("wall",),
            "books": ("object",),
            "refridgerator": ("furniture", "object"),  # as the data set spells it
            "television": ("object",),
            "paper": ("object",),
            "towel": ("object",),
            "shower curtain": ("wall", "object"),
            "box": ("object",),
            "whiteboard": ("wall", "object"),
            "person": ("person",),
            "night stand": ("furniture",),
            "toilet": ("furniture", "object"),
            "sink": ("furniture", "object"),
            "lamp": ("object",),
            "bathtub": ("furniture", "object"),
            "bag": ("object",),
            "otherstructure": (),
            "otherfurniture": ("furniture",),
            "otherprop": ("object",),
        },
    },
    "cityscapes": CITYSCAPES,
    "folder": {  # the user's own photos, labelled with our own class indices
        known.name: {name: (name,) for name in known.classes} for known in LABEL_SETS.values()
    },
}

# Scores fold the classes that a partial label cannot tell apart. Where other labels of the same set do tell them apart,
# folding would throw those away (NYU's doors, pictures and pillows would make wall, furniture and object one class):
# there the pixels with a partial label are left out of scores instead.
NOT_FOLDED = frozenset({"nyu"})
