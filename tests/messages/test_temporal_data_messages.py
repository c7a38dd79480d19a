"""What a stream of events says when it cannot be used."""

import numpy as np
import pytest
import torch

from edgewise.data.temporal_data import TemporalData
from edgewise.errors import ArgumentError, DataError, DTypeError, NodeIndexError, ShapeError

NODES = torch.tensor([0, 1, 2])
TIMES = torch.tensor([1, 2, 3])


def events(**changed):
    return TemporalData(**{"src": NODES, "dst": NODES, "t": TIMES, **changed})


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: TemporalData(src=[0, 1]),
            DTypeError,
            "TemporalData: expected src as a torch.Tensor, got list. Use torch.tensor(src).",
        ),
        (
            lambda: TemporalData(t=np.array(["a"])),
            DTypeError,
            "TemporalData: expected numbers in t, got <U1. Convert them first.",
        ),
        (
            lambda: events()[{1}],
            DTypeError,
            "TemporalData: expected an integer, slice, list or tensor, got set. Use one.",
        ),
        (
            lambda: events()[[0.5]],
            DTypeError,
            "TemporalData: expected integers or booleans, got float32. Use .long().",
        ),
        (
            lambda: events()[[True]],
            ArgumentError,
            "TemporalData: expected one boolean for each of the 3 events, got [1]. "
            "Make the mask as long as the stream.",
        ),
        (
            lambda: events()[3],
            ArgumentError,
            "TemporalData: expected events in 0..2, got 3. Choose among those there are.",
        ),
        (
            lambda: TemporalData(src=NODES).edge_index,
            DataError,
            "TemporalData.edge_index: expected src and dst, got src. Set both.",
        ),
        (
            lambda: events().train_val_test_split(0.5, 0.5),
            ArgumentError,
            "TemporalData.train_val_test_split: expected shares of 0 or more with a sum below 1, got val_ratio=0.5 and "
            "test_ratio=0.5. Leave some events to train on.",
        ),
        (
            lambda: TemporalData(src=NODES, dst=NODES).train_val_test_split(),
            DataError,
            "TemporalData.train_val_test_split: expected events with times t, got none. Set t.",
        ),
        (
            lambda: events(t=torch.tensor([1, 3, 2])).train_val_test_split(),
            DataError,
            "TemporalData.train_val_test_split: expected times in ascending order, got 2 after 3 at event 2. "
            "Sort: events[events.t.argsort(stable=True)].",
        ),
        (
            lambda: events(t=torch.tensor([1.0, 0.5, 2.0])).validate(),
            DataError,
            "TemporalData.validate: expected times in ascending order, got 0.5 after 1.0 at event 1. "
            "Sort: events[events.t.argsort(stable=True)].",
        ),
        (
            lambda: TemporalData(src=NODES, t=TIMES).validate(),
            DataError,
            "TemporalData.validate: expected dst, got none. Set it, one value an event.",
        ),
        (
            lambda: events(msg=torch.ones(2, 4)).validate(),
            ShapeError,
            "TemporalData.validate: expected msg with one row for each of the 3 events, got [2, 4]. "
            "Give every event a row.",
        ),
        (
            lambda: events(src=NODES.float()).validate(),
            DTypeError,
            "TemporalData.validate: expected src as integers [events], got float32 [3]. Use src.long().",
        ),
        (
            lambda: events(dst=NODES - 1).validate(),
            NodeIndexError,
            "TemporalData.validate: expected nodes in 0..2 in dst, got -1 at event 0. Number the nodes from 0, and set "
            "num_nodes to how many there are.",
        ),
        (
            lambda: events(num_nodes=2).validate(),
            NodeIndexError,
            "TemporalData.validate: expected nodes in 0..1 in src, got 2 at event 2. Number the nodes from 0, and set "
            "num_nodes to how many there are.",
        ),
        (
            lambda: events(msg=torch.tensor([[1.0], [float("nan")], [0.0]])).validate(),
            DataError,
            "TemporalData.validate: expected finite msg, got another value at event 1. Fill or drop it.",
        ),
    ],
)
def test_message(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text
