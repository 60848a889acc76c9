"""Label files as their makers publish them: CamVid's, VOC's and Cityscapes' numbers and colours.

Sources: Brostow, Fauqueur & Cipolla, PRL 2009, and ``label_colors.txt`` of the 701 frames, grouped into SegNet's 11
classes as in Badrinarayanan, Kendall & Cipolla, TPAMI 2017, whose own files have 11 for void. Everingham et al., VOC
2012, ``VOClabelcolormap``. Cordts et al., "Cityscapes", CVPR 2016, and ``labels.py`` of cityscapesScripts.
"""

from __future__ import annotations

from seglib.label_png import VOC as VOC_CODE
from seglib.label_png import Code
from seglib.labels import EVERYDAY, IGNORE, STREET

Meaning = tuple[str, ...]  # our classes that a source class may be; empty = void

# CamVid's 32 classes as the 11 of SegNet, and their colours.
_CAMVID: dict[str, tuple[tuple[int, int, int], ...]] = {
    "sky": ((128, 128, 128),),
    # Building, Wall, Bridge, Tunnel, Archway
    "building": ((128, 0, 0), (64, 192, 0), (0, 128, 64), (64, 0, 64), (192, 0, 128)),
    "pole": ((192, 192, 128), (0, 0, 64)),  # Column_Pole, TrafficCone
    "road": ((128, 64, 128), (128, 0, 192), (192, 0, 64)),  # Road, LaneMkgsDriv, LaneMkgsNonDriv
    "pavement": ((0, 0, 192), (64, 192, 128), (128, 128, 192)),  # Sidewalk, ParkingBlock, RoadShoulder
    "tree": ((128, 128, 0), (192, 192, 0)),  # Tree, VegetationMisc
    "sign": ((192, 128, 128), (128, 128, 64), (0, 64, 64)),  # SignSymbol, Misc_Text, TrafficLight
    "fence": ((64, 64, 128),),
    # Car, SUVPickupTruck, Truck_Bus, Train, OtherMoving
    "car": ((64, 0, 128), (64, 128, 192), (192, 128, 192), (192, 64, 128), (128, 64, 64)),
    # Pedestrian, Child, CartLuggagePram, Animal
    "pedestrian": ((64, 64, 0), (192, 128, 64), (64, 0, 192), (64, 128, 64)),
    "bicyclist": ((0, 128, 192), (192, 0, 192)),  # Bicyclist, MotorcycleScooter
}
CAMVID_CODE: Code = {color: STREET.index(name) for name, colors in _CAMVID.items() for color in colors} | {
    (0, 0, 0): IGNORE
}

CODES: dict[str, tuple[Code, ...]] = {"camvid": (CAMVID_CODE,), "voc": (VOC_CODE,)}
VOID_INDICES: dict[str, tuple[int, ...]] = {"camvid": (len(STREET),)}

# VOC's background is whatever is none of its twenty classes; furniture, flowers and objects only partly are.
NONE_OF_VOC = ("building", "wall", "floor", "sky", "water", "road", "grass", "tree", "flower", "furniture", "object")
_VEHICLE, _OBJECT, _FURNITURE = ("vehicle",), ("object",), ("furniture",)
VOC: dict[str, dict[str, Meaning]] = {
    "everyday": {
        "background": NONE_OF_VOC,
        "aeroplane": _VEHICLE,
        "bicycle": _VEHICLE,
        "bird": ("bird",),
        "boat": _VEHICLE,
        "bottle": _OBJECT,
        "bus": _VEHICLE,
        "car": _VEHICLE,
        "cat": ("cat",),
        "chair": _FURNITURE,
        "cow": ("cow",),
        "diningtable": _FURNITURE,
        "dog": ("dog",),
        "horse": ("horse",),
        "motorbike": _VEHICLE,
        "person": ("person",),
        "pottedplant": ("tree", "flower", "object"),
        "sheep": ("sheep",),
        "sofa": _FURNITURE,
        "train": _VEHICLE,
        "tvmonitor": _OBJECT,
    },
}

# Cityscapes' labelIds, 0 to 33.
_CITYSCAPES: dict[str, tuple[Meaning, Meaning]] = {  # name: what it is in everyday terms, and in street terms
    "unlabeled": ((), ()),
    "ego vehicle": ((), ()),
    "rectification border": ((), ()),
    "out of roi": ((), ()),
    "static": ((), ()),
    "dynamic": ((), ()),
    "ground": ((), ()),
    "road": (("road",), ("road",)),
    "sidewalk": (("road",), ("pavement",)),
    "parking": (("road",), ("pavement",)),
    "rail track": ((), ()),
    "building": (("building",), ("building",)),
    "wall": (("building",), ("building",)),
    "fence": (_OBJECT, ("fence",)),
    "guard rail": (_OBJECT, ("fence",)),
    "bridge": (("building",), ("building",)),
    "tunnel": (("building",), ("building",)),
    "pole": (_OBJECT, ("pole",)),
    "polegroup": (_OBJECT, ("pole",)),
    "traffic light": (_OBJECT, ("sign",)),
    "traffic sign": (_OBJECT, ("sign",)),
    "vegetation": (("tree", "grass", "flower"), ("tree",)),
    "terrain": (("grass",), ()),
    "sky": (("sky",), ("sky",)),
    "person": (("person",), ("pedestrian",)),
    "rider": (("person",), ("bicyclist",)),
    "car": (_VEHICLE, ("car",)),
    "truck": (_VEHICLE, ("car",)),
    "bus": (_VEHICLE, ("car",)),
    "caravan": (_VEHICLE, ("car",)),
    "trailer": (_VEHICLE, ("car",)),
    "train": (_VEHICLE, ("car",)),
    "motorcycle": (_VEHICLE, ("bicyclist",)),
    "bicycle": (_VEHICLE, ("bicyclist",)),
}
CITYSCAPES: dict[str, dict[str, Meaning]] = {
    label_set.name: {name: meanings[place] for name, meanings in _CITYSCAPES.items()}
    for place, label_set in enumerate((EVERYDAY, STREET))
}
