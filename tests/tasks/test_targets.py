"""What is learnt: losses and metrics over known labels alone, weights of classes, and the way into a file and back."""

import math

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

from edgewise.tasks.metrics import measure
from edgewise.tasks.targets import Classes, Labels, Numbers, class_weights, target_from

NAN = math.nan


def test_weighted_classes_are_torchs():
    out, y = torch.randn(6, 3), torch.tensor([0, 1, 2, 2, 1, 0])
    target = Classes(3, (1.0, 2.0, 0.5))
    torch.testing.assert_close(target.loss(out, y), cross_entropy(out, y, torch.tensor([1.0, 2.0, 0.5])))
    wider = torch.randn(6, 4)  # a user's model may have an output that no label names
    torch.testing.assert_close(target.loss(wider, y), cross_entropy(wider, y, torch.tensor([1.0, 2.0, 0.5, 1.0])))


def test_unknown_labels_count_nowhere():
    out = torch.randn(4, 2, requires_grad=True)
    y = torch.tensor([[1.0, NAN], [0.0, 1.0], [NAN, NAN], [1.0, 0.0]])
    known = ~y.isnan()
    loss = Labels(2).loss(out, y)
    torch.testing.assert_close(loss, binary_cross_entropy_with_logits(out[known], y[known]))
    loss.backward()
    assert torch.equal(out.grad != 0, known)
    assert Labels(2).known(y).tolist() == [True, True, False, True]


def test_auroc_is_the_share_of_pairs_in_order():
    out, y = torch.randn(40, 1), (torch.rand(40, 1) > 0.6).float()
    yes, no = out[y == 1], out[y == 0]
    expected = float((yes[:, None] > no[None, :]).double().mean())
    assert measure("labels", out, y) == pytest.approx(expected)
    assert math.isnan(measure("labels", out, torch.ones(40, 1)))


def test_numbers_are_learnt_in_units_of_their_spread():
    y = torch.tensor([[10.0, 1.0], [30.0, NAN], [20.0, 3.0]])
    target = Numbers.of(y)
    assert target.mean == (20.0, 2.0)
    out = torch.randn(3, 2)
    known = ~y.isnan()
    wanted = ((y - torch.tensor(target.mean)) / torch.tensor(target.std))[known]
    torch.testing.assert_close(target.loss(out, y), mse_loss(out[known], wanted))
    torch.testing.assert_close(
        target.predict((y - torch.tensor(target.mean)) / torch.tensor(target.std))[known], y[known]
    )
    error = (target.predict(out) - y).double()
    columns = [error[:, 0].square().mean().sqrt(), error[[0, 2], 1].square().mean().sqrt()]
    assert target.measure(out, y) == pytest.approx(float(sum(columns) / 2))


def test_r2_is_scikit_learns():
    from sklearn.metrics import f1_score, mean_absolute_error, r2_score

    out, y = torch.randn(30, 1, dtype=torch.float64), torch.randn(30, 1, dtype=torch.float64)
    assert measure("numbers", out, y) == pytest.approx(r2_score(y.numpy(), out.numpy()))
    assert measure("numbers", out, y, "mae") == pytest.approx(mean_absolute_error(y.numpy(), out.numpy()))
    scores, classes = torch.randn(50, 3), torch.randint(0, 3, (50,))
    expected = f1_score(classes.numpy(), scores.argmax(1).numpy(), average="macro")
    assert measure("classes", scores, classes, "macro_f1") == pytest.approx(expected)


def test_a_constant_target_has_a_spread_of_one():
    assert Numbers.of(torch.full((4, 1), 7.0)) == Numbers((7.0,), (1.0,))


def test_balanced_weights_make_every_class_count_the_same():
    y = torch.tensor([0, 0, 0, 1, 2, 2, -1])
    weights = torch.tensor(class_weights("balanced", y, 3))
    torch.testing.assert_close(weights * y[y >= 0].bincount(), torch.full((3,), 2.0))
    answers = torch.tensor([[1.0], [0.0], [0.0], [0.0], [NAN]])
    assert class_weights("balanced", answers, 1) == (3.0,)


@pytest.mark.parametrize("target", [Classes(3, (1.0, 2.0, 3.0)), Labels(2), Numbers((1.5,), (0.1,))], ids=str)
def test_facts_come_back_from_json(target):
    import json

    assert target_from(json.loads(json.dumps(target.facts()))) == target
