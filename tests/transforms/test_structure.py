"""Transforms of edges and nodes as PyG's, where its results are defined; and where they are not."""

import pytest
import torch
import torch_geometric.transforms as pyg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import graphs
from tests.transforms.parity import NAMES, assert_same, corner, graph_of, plain, random_graph, to_pyg

from edgewise import transforms
from edgewise.data import Data
from edgewise.errors import EdgewiseWarning

WEIGHTED = ("edge_index", "edge_weight", "x", "label", "name")
CASES = [
    ("ToUndirected", {}),
    ("ToUndirected", {"reduce": "max"}),
    ("ToUndirected", {"reduce": "mean"}),
    ("AddSelfLoops", {}),
    ("AddSelfLoops", {"fill_value": "mean"}),
    ("AddSelfLoops", {"fill_value": 3.0}),
    ("RemoveSelfLoops", {}),
    ("RemoveIsolatedNodes", {}),
    ("RemoveDuplicatedEdges", {}),
    ("RemoveDuplicatedEdges", {"key": "edge_weight", "reduce": "min"}),
    ("LargestConnectedComponents", {}),
    ("LargestConnectedComponents", {"num_components": 2}),
    ("LargestConnectedComponents", {"connection": "strong"}),
    ("VirtualNode", {}),
]


def both(name, data, **arguments):
    return getattr(transforms, name)(**arguments)(data), getattr(pyg, name)(**arguments)(to_pyg(data))


@pytest.mark.parametrize(("name", "arguments"), CASES)
@pytest.mark.parametrize("case", NAMES)
def test_corner_cases_as_pyg(case, name, arguments):
    if (case, name) == ("empty", "LargestConnectedComponents"):  # PyG, by SciPy, fails
        assert transforms.LargestConnectedComponents(**arguments)(corner(case)).num_nodes == 0
        return
    assert_same(*both(name, plain(corner(case), *WEIGHTED), **arguments), "edge_index", "edge_weight", "x", "label")


@settings(max_examples=40, deadline=None)
@given(graph=graphs(square=True), case=st.sampled_from(CASES), seed=st.integers(0, 99))
def test_generated_graphs_as_pyg(graph, case, seed):
    edge_index, nodes, _ = graph
    name, arguments = case
    if nodes == 0 and name == "LargestConnectedComponents":
        return
    ours, theirs = both(name, plain(graph_of(edge_index.long(), nodes, seed), *WEIGHTED), **arguments)
    assert_same(ours, theirs, "edge_index", "edge_weight", "x", "label")


def test_every_edge_attribute_goes_with_its_edge():
    data = random_graph(undirected=False)
    data.edge_type = torch.arange(data.num_edges)
    loops = data.edge_index[0] == data.edge_index[1]
    out = transforms.RemoveSelfLoops()(data)
    for name in ("edge_attr", "edge_weight", "edge_type"):
        assert torch.equal(out[name], data[name][~loops])
    out = transforms.RemoveDuplicatedEdges()(data)
    kept = out.edge_type  # the first of each edge, in the caller's order
    assert torch.equal(data.edge_index[:, kept], out.edge_index)
    where = [(data.edge_index == edge.reshape(2, 1)).all(0).nonzero().flatten() for edge in out.edge_index.T]
    assert kept.tolist() == [int(positions[0]) for positions in where]
    torch.testing.assert_close(out.edge_weight, torch.stack([data.edge_weight[p].sum() for p in where]))


def test_labels_of_other_edges_are_left_alone():
    data = random_graph()
    data.edge_label_index = data.edge_index.flip(1)  # as many as there are edges, and yet others
    data.edge_label = torch.arange(data.num_edges)
    out = transforms.RemoveDuplicatedEdges()(data)
    assert torch.equal(out.edge_label_index, data.edge_label_index)
    assert torch.equal(out.edge_label, data.edge_label)


def test_a_tensor_of_the_graph_with_as_many_rows_as_edges_is_not_dropped():
    data = Data(
        edge_index=torch.tensor([[0, 1, 0], [1, 2, 2]]), moments=torch.ones(3), edge_note=torch.ones(3), num_nodes=4
    )
    with pytest.warns(EdgewiseWarning, match="edge_note has no rows"):
        out = transforms.AddSelfLoops()(data)
    assert out.keys() == ["edge_index", "moments", "num_nodes"]


def test_a_graph_label_is_not_a_node_s_or_an_edge_s():
    data = Data(x=torch.ones(1, 2), edge_index=torch.zeros(2, 1, dtype=torch.long), y=torch.tensor([[4.0, 5.0]]))
    for transform in (transforms.VirtualNode(), transforms.RemoveSelfLoops(), transforms.LineGraph()):
        assert torch.equal(transform(data).y, data.y)


@pytest.mark.parametrize(
    ("transform", "dropped"),
    [
        (transforms.AddSelfLoops(), "edge_attr"),
        (transforms.AddRemainingSelfLoops(attr="edge_attr"), "edge_weight"),
        (transforms.GCNNorm(), "edge_attr"),
    ],
)
def test_attributes_that_loops_have_no_row_for_are_dropped_with_a_warning(transform, dropped):
    data = random_graph()
    with pytest.warns(EdgewiseWarning, match=rf"{type(transform).__name__}: {dropped} has no rows for the self loops"):
        out = transform(data)
    assert dropped not in out
    kept = "edge_attr" if dropped == "edge_weight" else "edge_weight"
    assert out[kept].shape[0] == out.num_edges > data.num_edges
    out.validate()


@settings(max_examples=30, deadline=None)
@given(graph=graphs(square=True))
def test_remaining_self_loops(graph):
    edge_index, nodes, _ = graph
    data = plain(graph_of(edge_index.long().unique(dim=1), nodes), "edge_index", "edge_weight")
    assert_same(*both("AddRemainingSelfLoops", data, fill_value=2.0), "edge_index", "edge_weight")


def test_isolated_nodes_leave_with_their_rows():
    data = Data(
        pos=torch.arange(6.0).reshape(6, 1),
        edge_index=torch.tensor([[1, 4], [4, 4]], dtype=torch.int32),
        train_mask=torch.tensor([True, True, False, False, True, False]),
        y=torch.arange(6),
        scale=torch.tensor(3.0),
    )
    out = transforms.RemoveIsolatedNodes()(data)
    assert out.edge_index.tolist() == [[0, 1], [1, 1]]
    assert out.edge_index.dtype == torch.int32
    assert out.y.tolist() == [1, 4]
    assert out.train_mask.tolist() == [True, True]
    assert out.pos.flatten().tolist() == [1.0, 4.0]
    assert float(out.scale) == 3.0
    assert out.num_nodes == 2


def test_largest_component_by_definition():
    edge_index = torch.tensor([[0, 2, 3, 5, 6, 7], [1, 3, 4, 6, 7, 5]])
    data = Data(x=torch.arange(8.0).reshape(8, 1), edge_index=edge_index)
    keep = {
        (1, "weak"): [5, 6, 7],  # as large as 2, 3, 4, and higher
        (2, "weak"): [2, 3, 4, 5, 6, 7],
        (3, "weak"): list(range(8)),
        (1, "strong"): [5, 6, 7],
    }
    for (count, connection), nodes in keep.items():
        out = transforms.LargestConnectedComponents(count, connection)(data)
        assert out.x.flatten().tolist() == nodes


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("force_directed", [False, True])
@pytest.mark.parametrize("undirected", [False, True])
def test_line_graph_as_pyg(undirected, force_directed, seed):
    data = random_graph(7, 12, seed, undirected=undirected, simple=True)
    weight = data.edge_index.sum(0).float().reshape(-1, 1)  # the same for both directions
    data = Data(edge_index=data.edge_index, edge_attr=weight, num_nodes=data.num_nodes)
    assert_same(*both("LineGraph", data, force_directed=force_directed), "edge_index", "x")


@pytest.mark.parametrize("undirected", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_line_graph_by_definition(undirected, seed):
    """Duplicates, self loops and any order: PyG's rows do not follow its nodes there."""
    data = random_graph(6, 14, seed)
    edge_index = data.edge_index
    if undirected:
        edge_index = torch.cat([edge_index, edge_index.flip(0)], dim=1)
    values = edge_index.sum(0).float()
    out = transforms.LineGraph()(Data(edge_index=edge_index, edge_attr=values, num_nodes=6, y=torch.arange(6)))
    pairs = sorted(set(zip(*edge_index.tolist(), strict=True)))
    if undirected:
        pairs = [(source, target) for source, target in pairs if source < target]
        meet = [(i, j) for i, a in enumerate(pairs) for j, b in enumerate(pairs) if i != j and set(a) & set(b)]
    else:
        meet = [(i, j) for i, a in enumerate(pairs) for j, b in enumerate(pairs) if a[1] == b[0]]
    assert list(zip(*out.edge_index.tolist(), strict=True)) == meet
    assert out.num_nodes == len(pairs)
    wanted = [float(values[(torch.tensor(pair) == edge_index.T).all(1)].sum()) for pair in pairs]
    back = [float(values[(torch.tensor(pair[::-1]) == edge_index.T).all(1)].sum()) for pair in pairs]
    assert out.x.tolist() == [a + b for a, b in zip(wanted, back, strict=True)] if undirected else wanted
    assert "y" not in out


def test_virtual_node_by_definition():
    data = random_graph(5, 8)
    data.edge_type = torch.arange(8) % 3
    data.train_mask = torch.ones(5, dtype=torch.bool)
    data.batch = torch.zeros(5, dtype=torch.long)
    ours, theirs = both("VirtualNode", data)
    assert_same(ours, theirs)
    assert ours.edge_type[8:].tolist() == [3] * 5 + [4] * 5
    assert not ours.train_mask[5]
    ours.validate()
