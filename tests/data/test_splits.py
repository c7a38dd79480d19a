"""Splits of nodes, events, graphs and molecules: the right sizes, nothing shared, and copies that stay splits."""

import copy
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.data import Data, InMemoryDataset
from edgewise.data.splits import (
    GraphSplit,
    LinkSplit,
    NodeSplit,
    ScaffoldSplit,
    TemporalSplit,
    k_folds,
    random_split,
    scaffold_split,
    temporal_split,
)
from edgewise.data.temporal_data import TemporalData


class Graphs(InMemoryDataset):
    """Graphs with a class each: 0 three times as often as 1."""

    def __init__(self, count):
        self.count = count
        super().__init__()

    def process(self):
        return [Data(x=torch.full((2, 1), float(i)), y=torch.tensor([int(i % 4 == 0)])) for i in range(self.count)]


def mask(*nodes, size=6):
    return torch.zeros(size, dtype=torch.bool).index_fill(0, torch.tensor(nodes), value=True)


def test_node_split_of_masks_indices_and_several_splits():
    train, val, test = NodeSplit((mask(0, 1), mask(2), mask(3, 5))).check()
    assert test.tolist() == [False, False, False, True, False, True]
    assert NodeSplit((torch.tensor([0, 1]), None, torch.tensor([2]))).check().val is None
    assert NodeSplit((torch.tensor([0, 1]), mask(2), None)).check().train.tolist() == [0, 1]
    several = [torch.stack(columns, dim=1) for columns in ((mask(0), mask(1)), (mask(1), mask(2)), (mask(2), mask(0)))]
    assert NodeSplit(several).check().train.shape == (6, 2)
    assert train.sum() + val.sum() == 3


@settings(max_examples=50, deadline=None)
@given(
    times=st.lists(st.integers(0, 12), min_size=1, max_size=40),
    val_ratio=st.sampled_from([0.0, 0.1, 0.15, 0.3]),
    test_ratio=st.sampled_from([0.0, 0.15, 0.25]),
)
def test_temporal_split_cuts_where_pyg_does(times, val_ratio, test_ratio):
    """PyG's rule, from its documentation: quantiles of time, and an event at a quantile belongs to the earlier part."""
    t = torch.tensor(times)
    events = TemporalData(src=torch.arange(len(t)), dst=torch.arange(len(t)), t=t, msg=torch.zeros(len(t), 1))
    cuts = np.quantile(t.numpy(), [1 - val_ratio - test_ratio, 1 - test_ratio])
    expected = [t[t <= cuts[0]], t[(t > cuts[0]) & (t <= cuts[1])], t[t > cuts[1]]]
    if any(share and not len(part) for share, part in zip((1, val_ratio, test_ratio), expected, strict=True)):
        return  # refused: see the messages
    split = temporal_split(events, val_ratio, test_ratio).check()
    assert isinstance(split, TemporalSplit)
    for part, other in zip(split, expected, strict=True):
        assert isinstance(part, TemporalData)
        assert part.t.tolist() == other.tolist()
        assert part.t.tolist() == t[part.src].tolist()


def test_temporal_split_of_a_graph():
    # As many nodes as edges, so that only the split knows what "time" counts.
    edge_index = torch.arange(20).reshape(2, 10)
    time = torch.tensor([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    data = Data(edge_index=edge_index % 10, edge_weight=time.float(), time=time, num_nodes=10)
    train, val, test = temporal_split(data, 0.2, 0.2).check()
    assert train.time.tolist() == [5, 4, 3, 2, 1, 0]
    assert train.edge_weight.tolist() == train.time.tolist()
    assert (val.time.tolist(), test.time.tolist()) == ([7, 6], [9, 8])
    assert torch.equal(test.edge_index, data.edge_index[:, :2])
    named = Data(edge_index=edge_index, stamp=time, num_nodes=20)
    assert temporal_split(named, 0.2, 0.2, time="stamp").check().test.stamp.tolist() == [9, 8]


def test_large_times_lose_no_digits():
    first = 1_700_000_000_000_000_000  # nanoseconds, which float64 rounds to multiples of 256
    t = first + torch.arange(10)
    events = TemporalData(src=torch.zeros(10).long(), dst=torch.zeros(10).long(), t=t)
    assert [len(part) for part in temporal_split(events, 0.2, 0.1).check()] == [7, 2, 1]


@settings(max_examples=50, deadline=None)
@given(
    classes=st.lists(st.integers(0, 3), min_size=12, max_size=60),
    shares=st.sampled_from([(0.8, 0.1), (0.5, 0.25), (0.6, 0.2), (0.7, 0.0)]),
)
def test_random_split_has_its_share_of_each_class(classes, shares):
    count = len(classes)
    split = random_split(range(count), *shares, stratify=classes).check()
    assert sorted(graph for part in split for graph in part) == list(range(count))
    expected = round(count * shares[0]), round(count * shares[1])
    assert [len(part) for part in split] == [*expected, count - sum(expected)]
    for part in split:
        for c in set(classes):
            fair = classes.count(c) * len(part) / count
            assert abs(sum(classes[graph] == c for graph in part) - fair) < 2


def test_random_split_of_a_dataset():
    dataset = Graphs(40)
    split = random_split(dataset, 0.5, 0.25, stratify="y", generator=torch.Generator().manual_seed(1))
    ones = [int(sum(graph.y for graph in part)) for part in split.check()]
    assert sum(ones) == 10
    assert all(abs(found - share) < 2 for found, share in zip(ones, (5, 2.5, 2.5), strict=True))
    assert isinstance(split.train, Graphs)
    assert [int(graph.x[0]) for graph in split.val] == split.indices[1].tolist()
    again = random_split(dataset, 0.5, 0.25, stratify="y", generator=torch.Generator().manual_seed(1))
    assert all(torch.equal(one, other) for one, other in zip(split.indices, again.indices, strict=True))
    drawn = []
    for _ in range(2):
        torch.manual_seed(7)
        drawn.append(random_split(dataset).test.indices().tolist())
    assert drawn[0] == drawn[1]


def test_every_graph_is_as_likely_to_be_tested():
    torch.manual_seed(0)
    tested = torch.zeros(12)
    for _ in range(600):
        tested[random_split(range(12), 0.5, 0.25, stratify=[0] * 7 + [1] * 5).indices[2]] += 1
    assert bool(((tested - 150).abs() < 43).all())  # four standard deviations


@pytest.mark.parametrize("k", [3, 5, 10])
def test_folds(k):
    dataset = Graphs(43)
    splits = k_folds(dataset, k)
    tested = torch.cat([split.check().indices[2] for split in splits])
    assert sorted(tested.tolist()) == list(range(43))
    for position, split in enumerate(splits):
        assert torch.equal(split.indices[1], splits[(position + 1) % k].indices[2])
        assert abs(len(split.test) - 43 / k) < 1
        assert abs(int(sum(graph.y for graph in split.test)) - 11 / k) < 1
        assert len(split.train) == 43 - len(split.val) - len(split.test)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda split: pickle.loads(pickle.dumps(split))])
def test_copies_stay_splits(copied):
    split = copied(random_split(list("abcdefghij")))
    assert isinstance(split, GraphSplit)
    assert list(split.train) == [list("abcdefghij")[i] for i in split.indices[0]]
    events = TemporalData(src=torch.zeros(10).long(), dst=torch.zeros(10).long(), t=torch.arange(10))
    assert copied(temporal_split(events)).check().time == "t"
    links = LinkSplit([Data(edge_index=torch.zeros(2, 0).long(), edge_label_index=torch.zeros(2, 0).long())] * 3)
    assert copied(links).check().key == "edge_label"
    nodes = [torch.tensor([i]) for i in range(3)]
    assert repr(copied(NodeSplit(nodes))) == "NodeSplit(train=tensor([0]), val=tensor([1]), test=tensor([2]))"


def test_link_split_finds_out_what_is_undirected():
    def part(messages, judged):
        edges = [torch.tensor(pairs).reshape(-1, 2).t() for pairs in (messages, judged)]
        return Data(edge_index=edges[0], edge_label_index=edges[1], edge_label=torch.ones(len(judged)), num_nodes=6)

    both = [[0, 1], [1, 0]]
    undirected = LinkSplit((part(both, []), part(both, [[2, 3]]), part([*both, [2, 3], [3, 2]], [[4, 5]])))
    assert undirected.check() is undirected
    # One way and the other of a pair of a directed graph are two facts.
    one_way = [[0, 1], [1, 2], [3, 4]]
    directed = LinkSplit((part(one_way, []), part(one_way, [[1, 0]]), part(one_way, [[2, 1]])))
    assert directed.check() is directed


SMILES = [
    "c1ccccc1C",
    "c1ccccc1CC",
    "c1ccccc1O",
    "C1CCCCC1",
    "C1CCCCC1C",
    "CCO",
    "CCN",
    "C1CC1",
    "c1ccncc1",
    "C1CCNCC1",
]


def test_scaffold_split():
    pytest.importorskip("rdkit")
    split = scaffold_split(SMILES, 0.5, 0.2).check()
    assert split.scaffolds[:4] == ["c1ccccc1"] * 3 + ["C1CCCCC1"]
    # Sets of one size go in descending order of their first molecule: 5-6 before 3-4, then 9, 8, 7.
    assert [index.tolist() for index in split.indices] == [[0, 1, 2, 5, 6], [3, 4], [7, 8, 9]]
    assert split.val == ["C1CCCCC1", "C1CCCCC1C"]
    graphs = [Data(x=torch.zeros(1, 1), smiles=smiles) for smiles in SMILES]
    assert all(torch.equal(*pair) for pair in zip(scaffold_split(graphs, 0.5, 0.2).indices, split.indices, strict=True))
    assert isinstance(copy.copy(split), ScaffoldSplit)


def test_scaffold_split_as_moleculenet(data_root):
    """Their procedure, written down plainly, on real molecules."""
    murcko = pytest.importorskip("rdkit.Chem.Scaffolds.MurckoScaffold")
    import csv

    with (data_root / "molecules" / "delaney-processed.csv").open() as file:
        smiles = [row["smiles"] for row in csv.DictReader(file)][:400]
    groups = {}
    for i, one in enumerate(smiles):
        groups.setdefault(murcko.MurckoScaffoldSmiles(one), []).append(i)
    train, val, test = set(), set(), set()
    for group in sorted(groups.values(), key=lambda g: (-len(g), -g[0])):
        if len(train) + len(group) <= 320:
            train |= set(group)
        elif len(train) + len(val) + len(group) <= 360:
            val |= set(group)
        else:
            test |= set(group)
    split = scaffold_split(smiles).check()
    assert [set(index.tolist()) for index in split.indices] == [train, val, test]
    assert len(train) == 320
