"""Streams of events against PyG's, and what they refuse."""

import copy

import numpy as np
import pytest
import torch
import torch_geometric.data as pyg
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.data import Batch
from edgewise.data.temporal_data import TemporalData


def stream(events=6, seed=0):
    generator = torch.Generator().manual_seed(seed)
    src, dst = (torch.randint(0, 5, (events,), generator=generator) for _ in range(2))
    t = torch.randint(0, 9, (events,), generator=generator).sort().values
    return {"src": src, "dst": dst, "t": t, "msg": torch.rand(events, 2, generator=generator), "y": src % 2}


def same(ours, theirs):
    assert ours.keys() == list(theirs.to_dict())
    for name, value in theirs.to_dict().items():
        assert torch.equal(ours[name], value), name


INDICES = [slice(1, 4), slice(None, None, 2), 3, [0, 2, 2], torch.tensor([5, 1]), torch.arange(6) % 2 == 0, slice(0, 0)]


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_index_as_pyg(index):
    values = stream()
    same(TemporalData(**values)[index], pyg.TemporalData(**values)[index])


@given(events=st.integers(1, 30), seed=st.integers(0, 10**6), val=st.floats(0, 0.5), test=st.floats(0, 0.45))
@settings(max_examples=60, deadline=None)
def test_split_cuts_at_quantiles(events, seed, val, test):
    values = stream(events, seed)
    parts = TemporalData(**values).train_val_test_split(val, test)
    assert torch.equal(torch.cat([part.t for part in parts]), values["t"])
    for cut, kept in ((1 - val - test, parts[:1]), (1 - test, parts[:2])):
        bound = np.quantile(values["t"].numpy(), cut)
        assert sum(map(len, kept)) == int((values["t"].double() <= bound).sum())


@pytest.mark.parametrize("ratios", [(0.15, 0.15), (0.2, 0.1), (0.0, 0.5), (0.0, 0.0)])
def test_split_as_pyg(ratios):
    for seed in range(20):
        values = stream(25, seed)
        ours = TemporalData(**values).train_val_test_split(*ratios)
        theirs = pyg.TemporalData(**values).train_val_test_split(*ratios)
        for one, other in zip(ours, theirs, strict=True):
            same(one, other)


def test_split_keeps_seconds_apart_that_float32_does_not():
    # Between 2**30 and 2**31 float32 knows multiples of 128 only.
    t = torch.arange(1_400_000_000, 1_400_000_100)
    nodes = torch.zeros(100, dtype=torch.int64)
    parts = TemporalData(nodes, nodes, t).train_val_test_split(0.2, 0.1)
    assert [len(part) for part in parts] == [70, 20, 10]


def test_properties_as_pyg():
    values = stream()
    ours, theirs = TemporalData(**values), pyg.TemporalData(**values)
    assert repr(ours) == repr(theirs)
    assert (len(ours), ours.num_events, ours.num_edges, ours.num_nodes) == (6, 6, 6, theirs.num_nodes)
    assert torch.equal(ours.edge_index, theirs.edge_index)
    assert [len(event) for event in ours] == [1] * 6
    same(TemporalData.from_dict(ours.to_dict()), theirs)
    assert "msg" in ours
    assert "pos" not in ours
    assert ours["t"] is ours.t


def test_attributes_are_set_and_moved():
    events = TemporalData(**stream())
    shallow, deep = copy.copy(events), events.clone()
    events.t[0] = -5
    assert int(shallow.t[0]) == -5
    assert int(deep.t[0]) != -5
    shallow.msg = None
    assert (events.msg is None, shallow.msg is None) == (False, True)
    assert events.to("cpu") is events
    assert events.apply(lambda tensor: tensor.double(), "msg").msg.dtype == torch.float64
    assert events.src.dtype == torch.int64
    assert events.to("meta").t.device.type == "meta"
    events.num_nodes = 9
    assert events.num_nodes == events[:2].num_nodes == 9
    events.num_nodes = None
    array = TemporalData(src=np.array([0, 1]), dst=np.array([1, 2])[::-1], t=np.array([0.5, 1.5]))
    assert (array.dst.tolist(), array.t.dtype) == ([2, 1], torch.float64)


def test_empty_stream():
    nothing = torch.zeros(0, dtype=torch.int64)
    events = TemporalData(nothing, nothing, nothing)
    assert (len(events), events.num_nodes, list(events), events.edge_index.shape) == (0, 0, [], (2, 0))
    assert events.validate() is events
    assert (len(TemporalData()), repr(TemporalData())) == (0, "TemporalData()")


def test_negative_positions_count_from_the_end():
    events = TemporalData(**stream())
    assert torch.equal(events[-1].t, events.t[-1:])
    assert torch.equal(events[[-1, 0]].t, events.t[[-1, 0]])


@pytest.mark.unhooked  # Batch says that it takes Data and HeteroData, and takes what has their methods
def test_batch_as_pyg():
    one, two = stream(3, 1), stream(4, 2)
    ours = Batch.from_data_list([TemporalData(**one), TemporalData(**two)])
    theirs = pyg.Batch.from_data_list([pyg.TemporalData(**one), pyg.TemporalData(**two)])
    for name in one:
        assert torch.equal(ours[name], theirs[name]), name
    assert ours.num_graphs == 2


def test_validate_returns_the_stream():
    events = TemporalData(**stream())
    assert events.validate() is events
