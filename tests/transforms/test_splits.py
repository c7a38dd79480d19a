"""RandomNodeSplit and RandomLinkSplit: PyG's sizes and draws where the two mean the same, and no leak anywhere."""

import pytest
import torch
import torch_geometric as pyg
import torch_geometric.transforms as pyg_transforms
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import graphs

from edgewise.data import Data, HeteroData
from edgewise.data.splits import LinkSplit, NodeSplit
from edgewise.errors import EdgewiseWarning
from edgewise.transforms.random_link_split import RandomLinkSplit
from edgewise.transforms.random_node_split import RandomNodeSplit
from edgewise.utils import coalesce, to_undirected

MASKS = ("train_mask", "val_mask", "test_mask")


def same_seed(ours, theirs):
    results = []
    for action in (ours, theirs):
        torch.manual_seed(12)
        results.append(action())
    return results


@pytest.mark.parametrize("split", ["train_rest", "test_rest", "random"])
@pytest.mark.parametrize("splits", [1, 3])
@pytest.mark.parametrize(("num_val", "num_test"), [(5, 7), (0.21, 0.3), (0, 4)])
def test_node_split_draws_as_pyg(split, splits, num_val, num_test):
    y = torch.arange(60) % 4
    arguments = (split, splits, 3, num_val, num_test)
    ours, theirs = same_seed(
        lambda: RandomNodeSplit(*arguments)(Data(y=y, num_nodes=60)),
        lambda: pyg_transforms.RandomNodeSplit(*arguments)(pyg.data.Data(y=y, num_nodes=60)),
    )
    for name in MASKS:
        assert torch.equal(ours[name], theirs[name])
    if num_val:
        NodeSplit.of(ours).check()


def test_node_split_leaves_unknown_labels_out():
    data = Data(y=torch.arange(40) % 4 - 1, num_nodes=40)
    before = dict(data.to_dict())
    out = RandomNodeSplit(num_val=0.1, num_test=0.2)(data)
    assert data.to_dict().keys() == before.keys()
    used = out.train_mask | out.val_mask | out.test_mask
    assert torch.equal(used, data.y >= 0)
    assert [int(out[name].sum()) for name in MASKS] == [21, 3, 6]


def test_node_split_of_types():
    data = HeteroData()
    data["paper"].y = torch.zeros(30).long()
    data["author"].x = torch.zeros(9, 1)
    out = RandomNodeSplit(num_val=3, num_test=4)(data)
    assert "train_mask" not in out["author"]
    assert int(out["paper"].train_mask.sum()) == 23
    everywhere = RandomNodeSplit(num_val=3, num_test=4, key=None)(data)
    assert int(everywhere["author"].train_mask.sum()) == 2


def pairs_of(edge_index):
    return sorted(map(tuple, edge_index.t().tolist()))


def link_data(edge_index, nodes, package=None, **attributes):
    kind = Data if package is None else package.data.Data
    return kind(x=torch.zeros(nodes, 1), edge_index=edge_index, **attributes)


ARGUMENTS = [
    {},
    {"num_val": 0.0, "num_test": 5},
    {"num_val": 3, "num_test": 0.3, "split_labels": True},
    {"add_negative_train_samples": False},
    {"neg_sampling_ratio": 0.0},
    {"neg_sampling_ratio": 2.5, "disjoint_train_ratio": 0.4},
    {"disjoint_train_ratio": 6},
]


@pytest.mark.parametrize("arguments", ARGUMENTS)
@pytest.mark.parametrize("undirected", [False, True])
def test_link_split_draws_as_pyg(arguments, undirected):
    torch.manual_seed(0)
    edge_index = coalesce(torch.randint(0, 30, (2, 120)))
    edge_index = edge_index[:, edge_index[0] != edge_index[1]]
    edge_index = to_undirected(edge_index) if undirected else edge_index
    weight = (edge_index.sum(0) + edge_index.prod(0)).float()  # the same for both directions
    arguments = {**arguments, "is_undirected": undirected}
    ours, theirs = same_seed(
        lambda: RandomLinkSplit(**arguments)(link_data(edge_index, 30, edge_weight=weight)),
        lambda: pyg_transforms.RandomLinkSplit(**arguments)(link_data(edge_index, 30, pyg, edge_weight=weight)),
    )
    assert isinstance(ours, LinkSplit)
    ours.check()
    key = "pos_edge_label" if arguments.get("split_labels") else "edge_label"
    for mine, other in zip(ours, theirs, strict=True):
        assert set(mine.keys()) == set(other.keys())
        assert pairs_of(mine.edge_index) == pairs_of(other.edge_index)
        assert torch.equal(mine.edge_weight, (mine.edge_index.sum(0) + mine.edge_index.prod(0)).float())
        assert torch.equal(mine[key], other[key])
        positive = mine[key] > 0
        assert torch.equal(mine[f"{key}_index"][:, positive], other[f"{key}_index"][:, positive])
    if undirected:
        for part in ours:
            index = part[f"{key}_index"]
            assert bool((index[0] <= index[1]).all())  # negatives, too: the order of the ends tells nothing


@settings(max_examples=60, deadline=None)
@given(
    graph=graphs(square=True, max_nodes=10, max_edges=50),
    undirected=st.booleans(),
    disjoint=st.sampled_from([0.0, 0.5]),
    split_labels=st.booleans(),
)
@pytest.mark.filterwarnings("ignore::edgewise.errors.EdgewiseWarning")
def test_link_split_leaks_nothing(graph, undirected, disjoint, split_labels):
    """Loops, duplicates, nearly complete graphs: by the check, and by sets of pairs that share no code with it."""
    edge_index, nodes, _ = graph
    edge_index = to_undirected(edge_index, num_nodes=nodes) if undirected else edge_index
    pairs = {frozenset(pair) if undirected else pair for pair in pairs_of(edge_index)}
    if len(pairs) < 6:
        return
    transform = RandomLinkSplit(
        0.2, 0.2, undirected, disjoint_train_ratio=disjoint, split_labels=split_labels, neg_sampling_ratio=1.5
    )
    split = transform(link_data(edge_index, nodes)).check()

    def sets(part):
        messages = part.edge_index
        if split_labels:
            positive, negative = part.pos_edge_label_index, part.to_dict().get("neg_edge_label_index", messages[:, :0])
        else:
            positive, negative = (part.edge_label_index[:, part.edge_label == label] for label in (1, 0))
        same = frozenset if split.relations[0].is_undirected else tuple
        return [{same(pair) for pair in pairs_of(edges)} for edges in (messages, positive, negative)]

    (train, train_pos, train_neg), (val, val_pos, val_neg), (test, test_pos, test_neg) = map(sets, split)
    assert not test_pos & test
    assert not val_pos & val
    assert train <= val <= test
    assert not train_pos & val_pos
    assert not (train_pos | val_pos) & test_pos
    known = test | test_pos | train_pos
    assert not (train_neg | val_neg | test_neg) & known
    assert not train_neg & val_neg
    assert not (train_neg | val_neg) & test_neg
    if disjoint:
        assert not train_pos & train
    else:
        assert train_pos == train


def test_duplicates_stay_together_and_keep_their_attributes():
    edge_index = torch.tensor([[0, 1, 2, 0, 3, 4, 2], [1, 2, 3, 1, 4, 5, 3]])
    data = Data(edge_index=edge_index, edge_attr=torch.arange(7.0), num_nodes=6)
    for _ in range(10):
        train, val, test = RandomLinkSplit(1, 1, neg_sampling_ratio=0.0)(data).check()
        assert len(set(pairs_of(train.edge_index))) == 3
        assert len(set(pairs_of(val.edge_label_index))) == len(set(pairs_of(test.edge_label_index))) == 1
        for part in (train, val, test):
            assert torch.equal(part.edge_index, edge_index[:, part.edge_attr.long()])


def test_undirected_graph_is_noticed():
    data = link_data(to_undirected(torch.tensor([[0, 1, 2, 3, 0], [1, 2, 3, 4, 4]])), 5)
    torch.manual_seed(3)
    with pytest.warns(EdgewiseWarning, match="every edge has its opposite, so the two are kept together"):
        noticed = RandomLinkSplit(1, 1)(data)
    torch.manual_seed(3)
    said = RandomLinkSplit(1, 1, is_undirected=True)(data)
    for mine, other in zip(noticed, said, strict=True):
        assert torch.equal(mine.edge_index, other.edge_index)
        assert torch.equal(mine.edge_label_index, other.edge_label_index)
    noticed.check()


def test_self_loops_pass_one_message():
    edge_index = to_undirected(torch.tensor([[0, 1, 2, 2], [1, 2, 2, 3]]))
    train, _, test = RandomLinkSplit(0, 1, is_undirected=True)(link_data(edge_index, 9)).check()
    assert train.edge_index.shape[1] in (5, 6)  # without a pair, or without the loop
    assert len(pairs_of(test.edge_index)) == len(set(pairs_of(test.edge_index)))


def test_classes_of_edges():
    edge_index = torch.tensor([[0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 0]])
    data = Data(edge_index=edge_index, edge_label=torch.tensor([0, 1, 2, 0, 1, 2]), num_nodes=6)
    split = RandomLinkSplit(1, 1, add_negative_train_samples=False)(data).check()
    for part in split:  # train has no negatives, and its classes are raised all the same
        positive = part.edge_label > 0
        edges = part.edge_label_index[:, positive]
        assert torch.equal(part.edge_label[positive], edges[0] % 3 + 1)
    assert (split.val.edge_label == 0).sum() == 1
    plain = RandomLinkSplit(1, 1, neg_sampling_ratio=0.0)(data).check()
    assert torch.equal(plain.train.edge_label, plain.train.edge_label_index[0] % 3)
    assert data.edge_label.tolist() == [0, 1, 2, 0, 1, 2]


def rating_data(reverse=True):
    data = HeteroData()
    data["user"].x, data["movie"].x = torch.zeros(8, 1), torch.zeros(9, 1)
    torch.manual_seed(0)
    edges = coalesce(torch.stack([torch.randint(0, 8, (40,)), torch.randint(0, 9, (40,))]))
    data["user", "rates", "movie"].edge_index = edges
    data["user", "rates", "movie"].edge_attr = edges.float().t()
    if reverse:
        order = torch.randperm(edges.shape[1])
        data["movie", "rev_rates", "user"].edge_index = edges.flip(0)[:, order]
        data["movie", "rev_rates", "user"].weight = edges.prod(0)[order]  # an attribute of its own
    return data


RATES, REVERSE = ("user", "rates", "movie"), ("movie", "rev_rates", "user")


@pytest.mark.parametrize("disjoint", [0.0, 0.3])
def test_reverse_types_are_split_alike(disjoint):
    data = rating_data()
    torch.manual_seed(4)
    split = RandomLinkSplit(disjoint_train_ratio=disjoint, edge_types=RATES, rev_edge_types=REVERSE)(data).check()
    counts = []
    for part in split:
        assert pairs_of(part[RATES].edge_index) == pairs_of(part[REVERSE].edge_index.flip(0))
        assert torch.equal(part[RATES].edge_attr, part[RATES].edge_index.float().t())
        assert torch.equal(part[REVERSE].weight, part[REVERSE].edge_index.prod(0))
        counts.append(part[RATES].edge_label_index.shape[1])
    theirs = pyg.data.HeteroData()
    theirs["user"].x, theirs["movie"].x = data["user"].x, data["movie"].x
    theirs[RATES].edge_index = data[RATES].edge_index
    theirs[REVERSE].edge_index = data[REVERSE].edge_index
    torch.manual_seed(4)
    transform = pyg_transforms.RandomLinkSplit(disjoint_train_ratio=disjoint, edge_types=RATES, rev_edge_types=REVERSE)
    for part, other, count in zip(split, transform(theirs), counts, strict=True):
        assert pairs_of(part[RATES].edge_index) == pairs_of(other[RATES].edge_index)
        assert count == other[RATES].edge_label_index.shape[1]


def test_several_edge_types():
    data = rating_data()
    data["user", "follows", "user"].edge_index = torch.tensor([[0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6]])
    types = [RATES, ("user", "follows", "user")]
    split = RandomLinkSplit(1, 1, edge_types=types, rev_edge_types=[REVERSE, None])(data).check()
    for part in split:
        for edge_type in types:
            assert part[edge_type].edge_label_index.shape[1] >= 2
    assert split.train["user", "follows", "user"].edge_index.shape[1] == 4


def test_input_stays_as_it_is():
    data = link_data(torch.tensor([[0, 1, 2, 3], [1, 2, 3, 0]]), 4)
    RandomLinkSplit(1, 1)(data)
    assert set(data.keys()) == {"x", "edge_index"}
    assert data.num_edges == 4
    assert repr(RandomLinkSplit(0.05, 0.1)) == "RandomLinkSplit(num_val=0.05, num_test=0.1)"


def test_fewer_negatives_than_asked_for():
    nodes = 6
    grid = torch.cartesian_prod(torch.arange(nodes), torch.arange(nodes)).t()
    edge_index = grid[:, (grid[0] != grid[1]) & (grid[0] + 1 != grid[1])]
    with pytest.warns(EdgewiseWarning, match="expected 25 pairs without an edge, got 5, which is all there are"):
        split = RandomLinkSplit(5, 5)(link_data(edge_index, nodes)).check()
    assert [int((part.edge_label == 0).sum()) for part in split] == [3, 1, 1]
