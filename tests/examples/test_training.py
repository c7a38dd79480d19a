"""The four ways to stop, on sequences of validation losses and accuracies written by hand."""

import pytest
import torch
from examples.reproduce.training import Stop, accuracy, multiply

from edgewise.nn import Linear


def kept(rule, patience, epochs):
    """Which epoch's weights are kept in the end, and after how many epochs it stops."""
    stop, last = Stop(rule, patience), -1
    for epoch, (loss, percent) in enumerate(epochs):
        if stop.keeps(loss, percent):
            last = epoch
        if stop.is_over:
            return last, epoch + 1
    return last, len(epochs)


def test_window_keeps_the_last_weights_and_stops_above_the_mean_of_the_window():
    losses = [1.0, 0.9, 0.8, 0.7, 0.75, 0.85]

    # 0.75 is below the mean of 0.9, 0.8 and 0.7; 0.85 is above that of 0.8, 0.7 and 0.75.
    assert kept("window", 3, [(loss, 50.0) for loss in losses]) == (5, 6)
    assert kept("window", 3, [(2.0, 50.0)] * 6) == (5, 6)  # equal is not above


def test_loss_keeps_the_lowest_loss_and_never_looks_at_accuracy():
    assert kept("loss", 2, [(1.0, 10.0), (0.5, 20.0), (0.6, 90.0), (0.7, 95.0), (0.1, 99.0)]) == (1, 4)


def test_both_keeps_only_what_is_best_in_both():
    epochs = [(1.0, 50.0), (0.9, 40.0), (0.95, 60.0), (0.9, 60.0), (1.0, 50.0), (1.0, 50.0)]

    assert kept("both", 2, epochs) == (3, 5)


def test_either_keeps_the_best_accuracy_then_the_lowest_loss():
    epochs = [(1.0, 50.0), (0.9, 50.0), (0.95, 50.0), (0.8, 40.0), (0.9, 40.0), (0.9, 40.0)]

    assert kept("either", 2, epochs) == (1, 6)


def test_accuracy_is_a_percentage():
    assert accuracy(torch.eye(4), torch.tensor([0, 1, 2, 0])) == 75.0


@pytest.mark.parametrize("bias", [True, False])
def test_multiply_equals_the_dense_product(bias):
    torch.manual_seed(0)
    x = torch.zeros(700, 100)
    x[torch.arange(700), torch.arange(700) % 100] = 1.0
    lin = Linear(100, 8, bias=bias)

    torch.testing.assert_close(multiply(x, lin, 0.0), lin(x))
    torch.testing.assert_close(multiply(torch.ones(2, 100), lin, 0.0), lin(torch.ones(2, 100)))
    dropped = multiply(x, lin, 0.5) - (0.0 if lin.bias is None else lin.bias)
    once = (dropped.abs().sum(1) > 0).float().mean()
    assert 0.4 < once < 0.6
