"""Transforms of graphs with several types, as PyG's; and edges along paths through them."""

import pytest
import torch
import torch_geometric.transforms as pyg
from tests.transforms.parity import assert_same, hetero_graph, to_pyg

from edgewise import transforms
from edgewise.data import HeteroData
from edgewise.utils import coalesce

pytestmark = pytest.mark.filterwarnings("ignore:Sparse invariant checks")  # PyG's matrices

CASES = [
    ("ToUndirected", {}),
    ("ToUndirected", {"merge": False}),
    ("ToUndirected", {"reduce": "mean"}),
    ("AddSelfLoops", {"fill_value": 2.0}),
    ("AddRemainingSelfLoops", {}),
    ("RemoveSelfLoops", {}),
    ("RemoveDuplicatedEdges", {}),
    ("Constant", {"value": 3.0}),
    ("Constant", {"node_types": "author", "cat": False}),
    ("Constant", {"node_types": ["author", "venue"]}),
    ("NormalizeFeatures", {}),
    ("NormalizeFeatures", {"attrs": ["x", "edge_attr"]}),
]
PATHS = [
    [("author", "writes", "paper"), ("paper", "cites", "paper")],
    [("author", "reads", "paper"), ("paper", "cites", "paper"), ("paper", "cites", "paper")],
]


@pytest.mark.parametrize(("name", "arguments"), CASES)
@pytest.mark.parametrize("seed", range(3))
def test_as_pyg(name, arguments, seed):
    data = hetero_graph(seed)
    if name == "AddRemainingSelfLoops":  # PyG leaves a node with several undefined
        data = transforms.RemoveSelfLoops()(data)
    ours, theirs = getattr(transforms, name)(**arguments)(data), getattr(pyg, name)(**arguments)(to_pyg(data))
    assert_same(ours, theirs)


@pytest.mark.parametrize("seed", range(3))
def test_isolated_nodes_of_every_type(seed):
    data = hetero_graph(seed)
    ours, theirs = transforms.RemoveIsolatedNodes()(data), pyg.RemoveIsolatedNodes()(to_pyg(data))
    assert_same(ours, theirs)
    assert ours["venue"].num_nodes == 0
    ours.validate() if ours["paper"].train_mask.any() else None


def test_reverse_types_carry_what_belongs_to_their_edges():
    data = hetero_graph()
    written = data["author", "writes", "paper"]
    written.when, written.note = torch.arange(9), torch.ones(3)
    back = transforms.ToUndirected()(data)["paper", "rev_writes", "author"]
    assert torch.equal(back.edge_index, written.edge_index.flip(0))
    assert torch.equal(back.when, written.when)
    assert "note" not in back


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_metapaths_as_pyg(weighted, seed):
    data = transforms.RemoveDuplicatedEdges()(hetero_graph(seed))
    ours = transforms.AddMetaPaths(PATHS, weighted=weighted)(data)
    theirs = pyg.AddMetaPaths(PATHS, weighted=weighted)(to_pyg(data))
    new = [edge_type for edge_type in ours.edge_types if edge_type not in data.edge_types]
    assert new == [("author", "metapath_0", "paper"), ("author", "metapath_1", "paper")]
    for edge_type in new:
        edges, weight = coalesce(theirs[edge_type].edge_index, theirs[edge_type].get("edge_weight"))  # in our order
        assert torch.equal(ours[edge_type].edge_index, edges)
        if weighted:
            torch.testing.assert_close(ours[edge_type].edge_weight, weight)
    assert ours.metapath_dict == theirs.metapath_dict


def test_metapaths_by_counting():
    data = hetero_graph()
    out = transforms.AddMetaPaths([[("author", "reads", "paper"), ("paper", "cites", "paper")]], weighted=True)(data)
    found = out["author", "metapath_0", "paper"]
    steps = [torch.zeros(4, 6), torch.zeros(6, 6)]
    for matrix, edge_type in zip(steps, [("author", "reads", "paper"), ("paper", "cites", "paper")], strict=True):
        store = data[edge_type]
        weight = torch.ones(store.num_edges) if store.edge_weight is None else store.edge_weight
        matrix.index_put_(tuple(store.edge_index), weight, accumulate=True)
    torch.testing.assert_close(
        torch.zeros(4, 6).index_put_(tuple(found.edge_index), found.edge_weight), steps[0] @ steps[1]
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"drop_orig_edge_types": True},
        {"drop_orig_edge_types": True, "keep_same_node_type": True},
        {"drop_orig_edge_types": True, "drop_unconnected_node_types": True},
        {"drop_unconnected_node_types": True},
    ],
)
def test_metapaths_drop_types_as_pyg(arguments):
    data = transforms.RemoveDuplicatedEdges()(hetero_graph())
    path = [[("paper", "paper"), ("paper", "paper")]]
    ours, theirs = (
        library.AddMetaPaths(path, **arguments)(graph) for library, graph in ((transforms, data), (pyg, to_pyg(data)))
    )
    assert ours.node_types == theirs.node_types
    assert ours.edge_types == theirs.edge_types


def test_sampled_metapaths():
    data = HeteroData({"a": {"num_nodes": 40}, "b": {"num_nodes": 50}, "c": {"num_nodes": 1}})
    data["a", "b"].edge_index = torch.cartesian_prod(torch.arange(40), torch.arange(50)).T.contiguous()
    data["b", "c"].edge_index = torch.stack([torch.arange(50), torch.zeros(50, dtype=torch.long)])
    sampled = transforms.AddMetaPaths([[("a", "b"), ("b", "c")]], max_sample=5, weighted=True)
    drawn = []
    for _ in range(2):
        torch.manual_seed(1)
        drawn.append(sampled(data)["a", "metapath_0", "c"])
    assert torch.equal(drawn[0].edge_weight, drawn[1].edge_weight)
    assert 4 < drawn[0].edge_weight.mean() < 6  # of the 50 paths from each node about five
    everything = transforms.AddMetaPaths([[("a", "b"), ("b", "c")]], max_sample=50, weighted=True)(data)
    assert everything["a", "metapath_0", "c"].edge_weight.tolist() == [50.0] * 40


def test_a_type_without_edges_goes_through():
    data = HeteroData({"a": {"num_nodes": 2}, "b": {"x": torch.ones(3, 1)}})
    data["a", "to", "b"].edge_index = torch.zeros(2, 0, dtype=torch.long)
    for transform in (transforms.ToUndirected(), transforms.AddSelfLoops(), transforms.ToSparseTensor()):
        transform(data)
    assert transforms.ToUndirected()(data)["b", "rev_to", "a"].num_edges == 0
    assert transforms.ToSparseTensor()(data)["a", "to", "b"].adj_t.shape == (3, 2)
    assert transforms.AddMetaPaths([[("a", "b"), ("b", "rev_to", "a")]])(transforms.ToUndirected()(data)).num_edges == 0
