"""The training loss: pixels and weights worked by hand, then PyTorch's own cross-entropy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import f1_score

from seglib.labels import IGNORE
from seglib.training.losses import class_weights, overlap_loss, partial_label_loss

MEMBERS = torch.tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1]], dtype=torch.bool)  # a, b, c, "b or c"


def test_loss_of_three_pixels_worked_by_hand():
    p = torch.tensor([0.6, 0.3, 0.1])
    logits = p.log().view(1, 3, 1, 1).expand(1, 3, 1, 3) + 5.0  # a constant changes nothing
    targets = torch.tensor([[[0, 3, IGNORE]]])  # a; b or c; void
    weights = torch.tensor([2.0, 1.0, 1.0, 0.5])
    wanted = (2 * -np.log(0.6) + 0.5 * -np.log(0.4)) / 2.5
    assert partial_label_loss(logits, targets, MEMBERS, weights).item() == pytest.approx(wanted, rel=1e-5)


def test_loss_of_full_labels_is_cross_entropy():
    torch.manual_seed(0)
    logits = torch.randn(2, 3, 8, 9, requires_grad=True)
    targets = torch.randint(3, (2, 8, 9))
    targets[0, :3] = IGNORE
    weights = torch.tensor([0.5, 1.0, 2.0, 7.0])
    ours = partial_label_loss(logits, targets, MEMBERS, weights)
    oracle = F.cross_entropy(logits, targets, weights[:3], ignore_index=IGNORE)
    torch.testing.assert_close(ours, oracle)
    gradients = [torch.autograd.grad(loss, logits)[0] for loss in (ours, oracle)]
    torch.testing.assert_close(*gradients)


def test_loss_of_a_partial_label_is_cross_entropy_of_the_merged_class():
    torch.manual_seed(0)
    logits = torch.randn(1, 3, 4, 5)
    merged = torch.stack([logits[:, 0], logits[:, 1:].logsumexp(1)], 1)  # a, "b or c"
    targets = torch.randint(2, (1, 4, 5))
    ours = partial_label_loss(logits, targets * 3, MEMBERS, torch.ones(4))
    torch.testing.assert_close(ours, F.cross_entropy(merged, targets))


def test_a_label_that_allows_everything_teaches_nothing():
    logits = torch.randn(1, 3, 2, 2, requires_grad=True)
    members = torch.cat([MEMBERS, torch.ones(1, 3, dtype=torch.bool)])
    loss = partial_label_loss(logits, torch.full((1, 2, 2), 4), members, torch.ones(5))
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-6)
    assert logits.grad.abs().max() < 1e-6


def test_the_loss_survives_extreme_logits():
    logits = torch.tensor([500.0, -500.0, -400.0]).view(1, 3, 1, 1).requires_grad_()
    loss = partial_label_loss(logits, torch.tensor([[[3]]]), MEMBERS, torch.ones(4))
    loss.backward()
    assert loss.item() == pytest.approx(900, rel=1e-5)
    assert logits.grad.isfinite().all()


def test_class_weights_worked_by_hand():
    frequency = np.array([0.5, 0.25, 0.2, 0.05, 0.0])
    assert class_weights(frequency, "natural").tolist() == [1] * 5
    inverse = class_weights(frequency, "inverse")  # the median of those that occur is 0.225
    torch.testing.assert_close(inverse[:4], torch.tensor([0.45, 0.9, 1.125, 4.5]))
    log = class_weights(frequency, "log")
    torch.testing.assert_close(log[:2], torch.tensor([1 / np.log(1.6), 1 / np.log(1.35)], dtype=torch.float32))
    assert log.isfinite().all()
    assert inverse.isfinite().all()
    assert (log[:3].diff() > 0).all()  # rarer, heavier


def test_a_batch_without_any_label_teaches_nothing():
    logits = torch.randn(1, 3, 2, 2, requires_grad=True)
    loss = partial_label_loss(logits, torch.full((1, 2, 2), IGNORE), MEMBERS, torch.ones(4))
    assert loss.item() == 0


def test_an_unknown_balance_lists_those_there_are():
    with pytest.raises(ValueError, match="no balance 'fair': there are natural, log, inverse"):
        class_weights(np.ones(3) / 3, "fair")


def test_overlap_of_three_pixels_worked_by_hand():
    p = torch.tensor([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]])
    logits = torch.cat([p, p[:1]]).log().T.view(1, 3, 1, 3)
    targets = torch.tensor([[[0, 1, IGNORE]]])
    # Class a: overlap 0.6, predicted 0.8, true 1. Class b: overlap 0.7, predicted 1.0, true 1. Class c is absent.
    wanted = 1 - (2 * 0.6 / 1.8 + 2 * 0.7 / 2.0) / 2
    assert overlap_loss(logits, targets, MEMBERS).item() == pytest.approx(wanted, rel=1e-5)


def test_overlap_of_certain_answers_is_one_minus_dice():
    torch.manual_seed(0)
    truth, answer = torch.randint(4, (2, 3, 20, 30))
    logits = 1000.0 * F.one_hot(answer, 4).movedim(-1, 1).float()
    oracle = f1_score(truth.ravel(), answer.ravel(), average="macro")
    assert overlap_loss(logits, truth, torch.eye(4, dtype=torch.bool)).item() == pytest.approx(1 - oracle, abs=1e-5)


def test_void_pixels_do_not_enter_the_overlap():
    torch.manual_seed(0)
    logits = torch.randn(1, 3, 4, 6, requires_grad=True)
    targets = torch.randint(3, (1, 4, 6))
    targets[..., 3:] = IGNORE
    loss = overlap_loss(logits, targets, MEMBERS)
    torch.testing.assert_close(loss, overlap_loss(logits[..., :3], targets[..., :3], MEMBERS))
    loss.backward()
    assert (logits.grad[..., 3:] == 0).all()
    assert (logits.grad[..., :3] != 0).any()


def test_overlap_of_a_partial_label_worked_by_hand():
    """A pixel that is "b or c" counts against a, which it is not, and tells nothing of b and c."""
    p = torch.tensor([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.2, 0.3]])
    logits = p.log().T.view(1, 3, 1, 3)
    targets = torch.tensor([[[0, 1, 3]]])
    # Class a: overlap 0.6, predicted 0.6 + 0.2 + 0.5, true 1. Class b, on two pixels: 0.7, 0.3 + 0.7, 1. c is absent.
    wanted = 1 - (2 * 0.6 / (1.3 + 1) + 2 * 0.7 / (1.0 + 1)) / 2
    assert overlap_loss(logits, targets, MEMBERS).item() == pytest.approx(wanted, rel=1e-5)


def test_a_partial_label_pushes_down_what_it_excludes_and_does_not_choose_among_the_rest():
    logits = torch.zeros(1, 3, 1, 3, requires_grad=True)  # without preferences
    overlap_loss(logits, torch.tensor([[[0, 1, 3]]]), MEMBERS).backward()
    excluded, *allowed = logits.grad[0, :, 0, 2].tolist()
    assert excluded > 0  # a step downhill makes it less probable
    assert allowed[0] == pytest.approx(allowed[1])
    assert allowed[0] < 0


def test_a_class_that_only_partial_labels_allow_is_absent():
    logits = torch.randn(1, 3, 2, 2, requires_grad=True)
    loss = overlap_loss(logits, torch.full((1, 2, 2), 3), MEMBERS)
    loss.backward()
    assert loss.item() == 0
    assert (logits.grad == 0).all()


def test_overlap_of_nothing_is_zero_and_teaches_nothing():
    logits = torch.randn(1, 3, 2, 2, requires_grad=True)
    loss = overlap_loss(logits, torch.full((1, 2, 2), IGNORE), MEMBERS)
    loss.backward()
    assert loss.item() == 0
    assert (logits.grad == 0).all()
