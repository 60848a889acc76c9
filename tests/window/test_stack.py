"""Stacks as people write them: read, refused in one sentence, and what each layer costs, against real convolutions."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from seglib.receptive_field import receptive_field
from seglib.window.presets import PRESETS, field_of_view
from seglib.window.stack import LIMITS, MAX_LAYERS, BadStack, Row, costs, parse_stack, write_stack

ODD = [k for k in range(1, LIMITS["kernel"][1] + 1) if k % 2]
ROWS = st.one_of(
    st.builds(
        Row,
        kernel=st.sampled_from(ODD),
        stride=st.integers(*LIMITS["stride"]),
        dilation=st.integers(*LIMITS["dilation"]),
        channels=st.integers(*LIMITS["channels"]),
    ),
    st.builds(Row, kernel=st.integers(*LIMITS["kernel"]), stride=st.integers(*LIMITS["stride"]), pool=st.just(True)),
    st.builds(
        Row,
        kernel=st.integers(*LIMITS["kernel"]),
        stride=st.integers(*LIMITS["stride"]),
        groups=st.integers(*LIMITS["groups"]),
        padding=st.integers(*LIMITS["padding"]),
        ceil=st.booleans(),
    ),
)


@given(st.lists(ROWS, min_size=1, max_size=MAX_LAYERS))
def test_what_is_written_is_read_back(rows):
    assert parse_stack(write_stack(rows)) == rows


def test_commas_and_spaces_do_not_matter():
    assert parse_stack(" 3,5/2:8 ,p2/2\n") == [Row(3), Row(5, 2, channels=8), Row(2, 2, pool=True)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no layer"),
        ("   ", "no layer"),
        ("0", "kernel is 0, wanted 1 to 31"),
        ("3 3/0", "Layer 2: stride is 0, wanted 1 to 32"),
        ("3d0", "dilation is 0"),
        ("3:0", "channels is 0"),
        ("4", "kernel of 4 has no middle, so its output would lie half a pixel aside: wanted 3 or 5"),
        ("3 2:64", "Layer 2: a kernel of 2 has no middle"),
        ("p2/2d2", "no middle"),
        ("1234567890", "kernel is 1234567890, wanted 1 to 31"),
        ("3:" + "9" * 500, "channels is 999999999… (500 digits)"),
        (" ".join(["3"] * 41), "41 layers: at most 40"),
        ("3 " * 5000, "characters long"),
        ("3x3", "“3x3”, is not a layer"),
        ("-3", "is not a layer"),
        ("3.5", "is not a layer"),
        ("<script>alert(1)</script>" * 3, "is not a layer"),
        ("p2/2:64", "pools: it has as many channels as come in, so write p2/2"),
        ("٣", "is not a layer"),
        ("3:64 a7", "Layer 2 pools adaptively, so its windows depend on the photo's size"),
        ("3g0:8", "groups is 0, wanted 1 to 4096"),
        ("3+129:8", "padding is 129, wanted 0 to 128"),
        ("p3/2+2", "padded by 1 px at most"),
        ("p3g2", "as many channels as come in, so write p3"),
        ("4/2:64", "or a padding, as in 4/2+1"),
    ],
)
def test_bad_stacks_get_one_sentence(text, words):
    with pytest.raises(BadStack) as error:
        parse_stack(text)
    message = str(error.value)
    assert words in message
    assert "\n" not in message
    assert message.endswith(".")
    assert len(message) < 250


def test_an_output_below_one_pixel_gets_one_sentence():
    with pytest.raises(BadStack, match="Layer 6: its kernel of 2 is larger than the 1 x 1 units that are left"):
        costs(parse_stack("p2/2 " * 6), (40, 50))


def test_costs_worked_by_hand():
    first, second = costs(parse_stack("3/2:8 3d2:16"), (9, 13))
    assert (first.size, first.jump, first.output, first.channels) == (3, 2, (5, 7), 8)
    assert first.parameters == 3 * 3 * 3 * 8 + 8
    assert first.multiply_adds == 3 * 3 * 3 * 8 * 35
    assert first.activation_bytes == 4 * 8 * 35
    assert (second.size, second.jump, second.output) == (11, 2, (5, 7))
    assert second.parameters == 9 * 8 * 16 + 16


@pytest.mark.parametrize(
    "text",
    [
        "3:4 5/2:6 p2/2 3d3:2",
        "7/2:5 p3/2 1:3",
        "p2/2 p3 3/3:2",
        "8/8:12 7g12:12 2/2:24",
        "3/2:32 3g32:32 1:64 3g4:8",
        "3+0:6 p3/2c 4/2+1:8 p2/2c",
        "p3/2+1c 5d2g3+0:6 p3/3c",
    ],
)
def test_costs_are_those_of_real_layers(text):
    x, rows = torch.zeros(1, 3, 41, 60), parse_stack(text)
    for row, cost in zip(rows, costs(rows, (41, 60)), strict=True):
        layer = row.layer
        if row.pool:
            module: nn.Module = nn.MaxPool2d(row.kernel, row.stride, layer.padding, ceil_mode=row.ceil)
        else:
            sizes = (x.shape[1], row.channels, row.kernel, row.stride, layer.padding, row.dilation)
            module = nn.Conv2d(*sizes, groups=row.groups)
        x = module(x)
        assert x.shape[1:] == (cost.channels, *cost.output)
        assert cost.parameters == sum(p.numel() for p in module.parameters())
        assert cost.activation_bytes == x.numel() * x.element_size()


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.published])
def test_presets_have_their_published_window(name):
    preset = PRESETS[name]
    assert receptive_field([row.layer for row in preset.rows]).size == preset.published


def test_vgg16_at_pool5_and_resnet50_have_the_published_stride_too():
    """google-research/receptive_field, RECEPTIVE_FIELD_TABLE.md: vgg_16 212 at stride 32, resnet_v1_50 483 at 32."""
    vgg16, resnet50 = (PRESETS[name].rows for name in ("VGG16 (FCN)", "ResNet-50 (longest path)"))
    pool5 = receptive_field([row.layer for row in vgg16[:18]])
    assert (pool5.size, pool5.jump) == (212, 32)
    last = receptive_field([row.layer for row in resnet50])
    assert (last.size, last.jump) == (483, 32)


def test_vgg16_has_its_published_parameters():
    """Simonyan & Zisserman 2015: 14.7 M in the convolutions of configuration D; fc6 alone has 102.8 M."""
    found = costs(PRESETS["VGG16 (FCN)"].rows, (224, 224))
    assert sum(each.parameters for each in found[:18]) == 14_714_688
    assert found[18].parameters == 7 * 7 * 512 * 4096 + 4096


@pytest.mark.parametrize(("kernel", "dilation"), [(7, 4), (3, 12)])
def test_large_fov_in_the_papers_count(kernel, dilation):
    """Chen et al. 2015, table 2: both kernels have a field of view of 224."""
    assert field_of_view(kernel, dilation) == 224


def test_large_fov_counted_to_the_end_is_wider_than_the_paper_prints():
    rows = PRESETS["DeepLab-LargeFOV"].rows
    fc6 = next(row for row in rows if row.dilation == 12)
    field = receptive_field([row.layer for row in rows])
    assert field.jump == 8
    assert field_of_view(fc6.kernel, fc6.dilation) == 224 < field.size


def test_every_preset_can_be_drawn():
    for preset in PRESETS.values():
        assert len(costs(preset.rows, (360, 480))) == len(preset.rows)


# What the papers, or torchvision's nets, give for a photo of 224 x 224.
PUBLISHED = {
    "AlexNet": ("11/4:64 p3/2 5:192 p3/2 3:384 3:256 3:256 p3/2", [55, 27, 27, 13, 13, 13, 13, 6]),
    "VGG16": (
        write_stack(PRESETS["VGG16 (FCN)"].rows[:18]),
        [224, 224, 112, 112, 112, 56] + [56] * 3 + [28] * 4 + [14] * 4 + [7],
    ),
    "ResNet's stem": ("7/2:64 p3/2+1 3:64 3/2:128 3/2:256 3/2:512", [112, 56, 56, 28, 14, 7]),
    "SqueezeNet 1.1's stem": ("3/2+0:64 p3/2c 1:16 3:64 p3/2c", [111, 55, 55, 55, 27]),
    "GoogLeNet's stem": ("7/2:64 p3/2c 1:64 3:192 p3/2c", [112, 56, 56, 56, 28]),
    "ConvNeXt": ("4/4:96 7g96:96 2/2:192 7g192:192 2/2:384 2/2:768", [56, 56, 28, 28, 14, 7]),
    "ViT-B/16": ("16/16:768", [14]),
    "MobileNetV2's stem": ("3/2:32 3g32:32 1:16 1:96 3/2g96:96", [112, 112, 112, 112, 56]),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_nets_have_their_published_sizes(name):
    text, sizes = PUBLISHED[name]
    assert [cost.output[0] for cost in costs(parse_stack(text), (224, 224))] == sizes


def test_a_depthwise_layer_sees_one_channel_each():
    """3x3 over 32 channels: 9 weights and a bias each (MobileNet, Howard et al. 2017)."""
    [first] = costs(parse_stack("3g32:32"), (8, 8), channels=32)
    assert first.parameters == 32 * 9 + 32
    assert first.multiply_adds == 32 * 9 * 64


def test_a_stack_that_begins_depthwise_is_a_piece_of_a_net():
    assert costs(parse_stack("3g32:32"), (8, 8)) == costs(parse_stack("3g32:32"), (8, 8), channels=32)


def test_channels_that_groups_cannot_share_get_one_sentence():
    with pytest.raises(BadStack, match=r"Layer 2: 5 groups cannot share 64 channels that come in and 32 that go out"):
        costs(parse_stack("3:64 3g5:32"), (40, 50))
