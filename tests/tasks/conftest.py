"""Graphs small enough to train on within a test."""

import pytest
import torch
from torch import nn

from edgewise.data import Data
from edgewise.datasets import KarateClub


class TwoOutputs(nn.Module):
    """A user's own model in the introductory example's form: scores and an embedding."""

    def __init__(self, width: int = 34, classes: int = 4) -> None:
        super().__init__()
        self.first = nn.Linear(width, 6)
        self.last = nn.Linear(6, classes)

    def forward(self, x, edge_index):
        hidden = torch.zeros(len(x), 6).index_add_(0, edge_index[1], self.first(x)[edge_index[0]]).tanh()
        return self.last(nn.functional.dropout(hidden, 0.3, self.training)), hidden


@pytest.fixture
def karate() -> Data:
    return KarateClub()[0]


@pytest.fixture
def split_karate() -> Data:
    """The karate club with validation and test nodes."""
    data = KarateClub()[0]
    rest = (~data.train_mask).nonzero().flatten()
    data.val_mask = torch.zeros(34, dtype=torch.bool)
    data.val_mask[rest[::3]] = True
    data.test_mask = ~data.train_mask & ~data.val_mask
    return data


@pytest.fixture
def own_module() -> nn.Module:
    torch.manual_seed(11)
    return TwoOutputs()
