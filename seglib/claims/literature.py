"""What others found, to be held against our figures, each number with its table and with how sure we are of it.

Numbers of others are of other photos, other classes and other nets: they tell a direction, and seldom more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SURE = {"V": "read in the source", "S": "from a secondary source"}  # what nobody could check stands nowhere


@dataclass(frozen=True)
class Row:
    """A net on a data set that we use, too; scores in per cent."""

    net: str
    mean_iou: float
    sure: Literal["V", "S"]
    parameters: float | None = None  # millions
    start: str = "–"  # what its weights were before: "random", or what taught them; "–" where we have not read it
    photos: Literal["test", "validation"] = "test"
    note: str = ""


# CamVid, 11 classes; the 233 test photos are harder than the 101 of validation.
CAMVID = (
    Row("SegNet (2015), from scratch", 42.5, "S", start="random"),
    Row("SegNet (2015)", 50.2, "S"),
    Row("FCN-8s (2015)", 57.0, "S"),
    Row("FCN-8s, as re-run (2018)", 50.4, "V"),
    Row("FCN-32s, as re-run (2018)", 48.6, "V"),
    Row("U-Net, as re-run (2018)", 49.8, "V"),
    Row("DeepLab-LFOV, as re-run (2018)", 52.1, "V"),
    Row("ENet, as re-run", 52.9, "V"),
    Row("DeepLab-LFOV (2015)", 61.6, "V"),
    Row("Bayesian SegNet (2015)", 63.1, "S"),
    Row("Dilation8 (2016)", 65.3, "V"),
    Row("FC-DenseNet103 (2017)", 66.9, "S", 9.4, "random"),
    Row("EDANet (2018)", 66.4, "S", 0.7, "random"),
    Row("CGNet", 65.6, "S", 0.5, "random", note="about"),
    Row("FBSNet", 68.9, "S", 0.62, "random"),
    Row("LETNet", 70.5, "S", 0.95, "random", note="train + val"),
    Row("HAFormer", 71.1, "S", start="random"),
    Row("ICNet of OpenVINO", 69.5, "S", start="random", photos="validation"),
    Row("PP-LiteSeg-T", 73.3, "S", start="ImageNet", note="960x720"),
    Row("PP-LiteSeg-B", 75.1, "S", start="ImageNet", note="960x720"),
    Row("DDRNet-23-slim", 74.7, "S", start="ImageNet", note="960x720"),
    Row("PIDNet-S", 80.1, "S", start="Cityscapes"),
)
# Small nets on VOC 2012's own validation photos, 21 classes: ours are 220 of them, chosen for their animals.
VOC = (
    Row("FCN on MobileNetV2", 59.9, "S", start="ImageNet", photos="validation"),
    Row("PSPNet on MobileNetV2", 68.4, "S", start="ImageNet", photos="validation"),
    Row("DeepLabV3 on MobileNetV2", 70.1, "S", start="ImageNet", photos="validation"),
    Row("DeepLab on MobileNetV2", 75.3, "S", start="ImageNet, COCO", photos="validation"),
    Row("LRASPP of torchvision", 57.9, "S", start="ImageNet", photos="validation"),
)
ROWS = {"street": ("CamVid", CAMVID), "everyday": ("VOC 2012, 21 classes", VOC)}  # {label set: (data set, rows)}


@dataclass(frozen=True)
class Scores:
    """Per cent."""

    pixel_accuracy: float
    class_accuracy: float
    mean_iou: float
    boundary_f: float


# Badrinarayanan, Kendall & Cipolla, "SegNet", TPAMI 2017, on CamVid's test photos at 480x360. Table 1: one encoder,
# trained on CamVid, the loss balanced by median frequency but where it says natural. Table 3: trained on 3,433 street
# photos of several sets, unbalanced.
SEGNET = {
    "FCN-Basic": Scores(81.7, 62.4, 47.3, 38.1),
    "FCN-Basic-NoAddition": Scores(80.5, 58.6, 44.1, 32.0),
    "FCN-Basic, natural frequency": Scores(83.9, 55.6, 45.0, 37.3),
    "DeepLab-LargeFOV": Scores(88.2, 62.5, 53.9, 32.8),
    "DeepLab-LargeFOV-denseCRF": Scores(89.7, 60.7, 54.7, 40.8),
}
SEGNET_SUN = {"DeepLab-LargeFOV": 32.1, "DeepLab-LargeFOV-denseCRF": 24.1}  # table 4: SUN RGB-D, mean IoU
# Zeiler & Fergus, ECCV 2014, table 7: a linear SVM on the features of a layer, Caltech-101, accuracy in per cent.
ZEILER_FERGUS = {1: 44.8, 2: 66.2, 3: 72.3, 4: 76.6, 5: 86.2, 7: 85.5}
