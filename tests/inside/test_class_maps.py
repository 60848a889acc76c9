"""A classifier made convolutional: the same numbers at every stride, and the photo's answer as a mean."""

import numpy as np
import pytest
import torch
from torchvision.models import EfficientNet_B0_Weights

from seglib.inside.class_maps import STRIDES, class_maps, class_names, converted, on_photo, with_short_side
from seglib.models.imagenet import load_imagenet
from seglib.models.prediction import to_input
from seglib.photos import load_photo


@pytest.fixture(scope="module")
def classifier():
    return load_imagenet()


def test_the_map_of_a_224_pixel_photo_pooled_is_the_classifiers_answer(classifier) -> None:
    image = with_short_side(load_photo("chelsea"))[:224, :224]
    maps = class_maps(classifier, image)
    assert maps.features.shape[1:] == (7, 7)
    with torch.inference_mode():
        answer = classifier(to_input(torch.from_numpy(image.copy())[None]))[0].numpy()
    assert np.allclose(maps.pooled, answer, atol=1e-4)
    for k in (0, int(answer.argmax()), 999):
        assert maps.logits(k).mean() == pytest.approx(answer[k], abs=1e-4)


@pytest.mark.parametrize("size", [(97, 129), (100, 150)], ids=["whole grids", "any size"])
def test_finer_maps_hold_the_same_bits_on_shared_units(classifier, size) -> None:
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    coarse = class_maps(classifier, image)
    for stride in STRIDES[1:]:
        fine = class_maps(converted(classifier, stride), image, stride)
        step = max(STRIDES) // stride
        assert torch.equal(fine.features[:, ::step, ::step], coarse.features)
        assert fine.features.shape[2] > coarse.features.shape[2]


def test_probabilities_are_those_of_a_softmax_over_all_classes(classifier) -> None:
    image = np.random.default_rng(1).integers(0, 256, (70, 100, 3), dtype=np.uint8)
    maps = class_maps(classifier, image)
    every = np.stack([maps.logits(k) for k in range(1000)])
    softmax = torch.from_numpy(every).softmax(0).numpy()
    assert np.allclose(maps.probabilities(17), softmax[17], atol=1e-6)
    assert np.allclose(maps.at(1, 2), softmax[:, 1, 2], atol=1e-6)
    assert maps.terms(17, 1, 2).sum() + float(maps.bias[17]) == pytest.approx(every[17, 1, 2], abs=1e-4)


def test_a_cat_is_found_where_it_is(classifier) -> None:
    names = class_names()
    assert names == tuple(EfficientNet_B0_Weights.IMAGENET1K_V1.meta["categories"])
    maps = class_maps(classifier, with_short_side(load_photo("chelsea")))
    assert names[int(maps.answer().argmax())] in ("Egyptian cat", "tabby", "tiger cat")


def test_the_classifier_that_was_given_is_not_changed(classifier) -> None:
    before = classifier.trunk.stages["16"][0].depthwise[0].stride
    converted(classifier, 8)
    assert classifier.trunk.stages["16"][0].depthwise[0].stride == before == (2, 2)
    assert converted(classifier, 32) is classifier
    with pytest.raises(ValueError, match="32, 16, 8"):
        converted(classifier, 4)


def test_units_are_drawn_where_they_sit() -> None:
    values = np.arange(6.0).reshape(2, 3)
    same = on_photo(values, 8, (16, 24), (16, 24))
    assert same[0].tolist() == [0.0] * 5 + [1.0] * 8 + [2.0] * 11 or same[0, 0] == 0
    assert (same[0, 8], same[8, 16]) == (1, 5)
    large = on_photo(values, 8, (16, 24), (160, 240))
    assert large.shape == (160, 240)
    assert (large[0, 85], large[85, 165]) == (1, 5)
