"""Drawn graphs: their shape, what is known of them, and that the seed alone decides."""

import pytest
import torch
import torch_geometric.datasets as pyg

from edgewise.datasets.ba_shapes import BAShapes
from edgewise.datasets.fake import FakeDataset, FakeHeteroDataset
from edgewise.datasets.mixhop_synthetic_dataset import MixHopSyntheticDataset
from edgewise.datasets.rmat import RMAT, rmat_graph
from edgewise.datasets.sbm_dataset import StochasticBlockModelDataset
from edgewise.utils import homophily

PROBS = [[0.5, 0.05], [0.05, 0.5]]


def same_for_a_seed(draw):
    graphs = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        graphs.append(draw())
    one, again, other = (torch.cat([value.flatten().double() for value in tensors(graph)]) for graph in graphs)
    assert torch.equal(one, again)
    assert one.shape != other.shape or not torch.equal(one, other)
    return graphs[0]


def tensors(graph):
    stores = graph.stores if hasattr(graph, "node_types") else [graph]
    return [value for store in stores for _, value in store if isinstance(value, torch.Tensor)]


def test_blocks():
    make = lambda: StochasticBlockModelDataset(None, [60, 40], PROBS, num_graphs=3, num_channels=5)  # noqa: E731
    dataset = make()
    assert (len(dataset), dataset.num_classes, dataset.num_features) == (3, 2, 5)
    graph = same_for_a_seed(lambda: make()[1])
    assert graph.validate().y.bincount().tolist() == [60, 40]
    assert graph.is_undirected()
    within = (graph.y[graph.edge_index[0]] == graph.y[graph.edge_index[1]]).double().mean()
    expected = 0.5 * (60 * 59 + 40 * 39) / (0.5 * (60 * 59 + 40 * 39) + 0.05 * 2 * 60 * 40)
    assert abs(float(within) - expected) < 0.03
    assert not torch.equal(dataset[0].edge_index, dataset[1].edge_index)
    # Each block's middle is a corner of the hypercube: 1 away from 0 in every direction.
    wide = StochasticBlockModelDataset(None, [4000, 4000], [[0.0, 0.0], [0.0, 0.0]], num_channels=3, class_sep=2.0)[0]
    for block in range(2):
        assert torch.allclose(wide.x[wide.y == block].mean(0).abs(), torch.full((3,), 2.0), atol=0.1)
    assert not torch.allclose(wide.x[wide.y == 0].mean(0).sign(), wide.x[wide.y == 1].mean(0).sign())


def test_blocks_without_features_or_directions():
    graph = StochasticBlockModelDataset(None, torch.tensor([3, 2]), torch.tensor([[0.0, 1.0], [0.0, 0.0]]),
                                        is_undirected=False)[0]  # fmt: skip
    assert (graph.x, graph.num_nodes) == (None, 5)
    assert sorted(map(tuple, graph.edge_index.t().tolist())) == [(a, b) for a in range(3) for b in (3, 4)]


def test_rmat_is_drawn_by_its_probabilities():
    edges = rmat_graph(10, 64, generator=torch.Generator().manual_seed(0))
    assert (edges.shape, edges.dtype) == ((2, 65536), torch.int64)
    assert (int(edges.min()) >= 0, int(edges.max()) < 1024) == (True, True)
    # The busiest node is drawn as a source with probability (a + b) at each of 10 levels.
    largest = int(edges[0].bincount().max())
    assert abs(largest / 65536 - 0.76**10) < 0.01
    even = rmat_graph(10, 64, 0.25, 0.25, 0.25, generator=torch.Generator().manual_seed(0))
    assert int(even[0].bincount().max()) < 110  # 64 on average
    corner = rmat_graph(5, 2, 1.0, 0.0, 0.0)
    assert len(corner.unique()) == 1


def test_rmat_dataset():
    graph = RMAT(8, 4, seed=5)[0].validate()
    assert torch.equal(graph.edge_index, RMAT(8, 4, seed=5)[0].edge_index)
    assert not torch.equal(graph.edge_index, RMAT(8, 4, seed=6)[0].edge_index)
    same_for_a_seed(lambda: RMAT(6)[0])
    assert (graph.num_nodes, graph.is_coalesced(), graph.has_self_loops()) == (256, True, False)
    assert RMAT(8, 4, seed=5, is_undirected=True)[0].is_undirected()
    assert RMAT(0)[0].num_edges == 0


@pytest.mark.parametrize("graphs", [1, 3])
def test_fake(graphs):
    draw = lambda: FakeDataset(graphs, 40, 4.0, 6, edge_dim=2, num_classes=3, other=(2, 2))[0]  # noqa: E731
    graph = same_for_a_seed(draw).validate()
    theirs = pyg.FakeDataset(graphs, 40, 4.0, 6, edge_dim=2, num_classes=3, other=(2, 2))[0]
    assert {name: value.dim() for name, value in graph} == {name: value.dim() for name, value in theirs}
    assert 30 <= graph.num_nodes <= 50
    assert graph.is_coalesced()
    assert not graph.has_self_loops()
    assert torch.equal(graph.edge_index.flip(0).unique(dim=1), graph.edge_index.unique(dim=1))
    assert 2 * graph.num_nodes < graph.num_edges <= 8 * graph.num_nodes
    assert graph.y.shape == ((1,) if graphs > 1 else (graph.num_nodes,))


def test_fake_without_features_or_labels():
    graph = FakeDataset(avg_num_nodes=20, avg_degree=2.0, num_channels=0, num_classes=0, edge_dim=1, task="graph",
                        is_undirected=False)[0]  # fmt: skip
    assert (graph.x, graph.y, graph.edge_attr) == (None, None, None)
    assert graph.edge_weight.shape == (graph.num_edges,)
    assert graph.num_edges <= 2 * graph.num_nodes
    labelled = FakeDataset(avg_num_nodes=2000, num_channels=2, num_classes=4)[0]
    for label in range(4):  # features move with the label
        assert abs(float(labelled.x[labelled.y == label].mean()) - label) < 0.2


@pytest.mark.parametrize("graphs", [1, 2])
def test_fake_hetero(graphs):
    draw = lambda: FakeHeteroDataset(graphs, 2, 6, 30, 3.0, 8, edge_dim=1, num_classes=4, extra=5)[0]  # noqa: E731
    graph = same_for_a_seed(draw).validate()
    assert graph.node_types == ["v0", "v1"]
    assert len(set(graph.edge_types)) == 6
    # Six relations among four pairs of types: two pairs have a second one.
    assert sorted(name for _, name, _ in graph.edge_types) == ["e0"] * 4 + ["e1"] * 2
    assert all(6 <= store.x.shape[1] <= 10 for store in graph.node_stores)
    assert all(store.edge_weight.shape == (store.num_edges,) for store in graph.edge_stores)
    assert (graph["v0"].y is None, hasattr(graph, "y"), graph.extra.shape) == (graphs > 1, graphs > 1, (5,))
    dataset = FakeHeteroDataset(graphs, 2, 6, 30, 3.0, 8, num_classes=4)
    assert 1 <= dataset.num_classes <= 4
    assert FakeHeteroDataset(num_classes=0, avg_num_nodes=9, avg_num_channels=0)[0]["v1"].x is None


@pytest.mark.filterwarnings("ignore:.*BAShapes.*")
def test_houses_as_pyg():
    ours, theirs = same_for_a_seed(lambda: BAShapes("uniform")[0]), pyg.BAShapes("uniform")[0]
    for name in ("x", "y", "expl_mask"):
        assert torch.equal(ours[name], theirs[name]), name
    assert ours.validate().num_nodes == 700
    # The random graph below differs; the houses and their doors must not.
    built = [edges[:, (edges >= 300).any(0)] for edges in (ours.edge_index, theirs.edge_index)]
    assert torch.equal(*(edges[:, (edges[0] * 700 + edges[1]).argsort()] for edges in built))
    labelled = [{tuple(edge) for edge in graph.edge_index[:, graph.edge_label == 1].t().tolist()} for graph in
                (ours, theirs)]  # fmt: skip
    assert labelled[0] == labelled[1]
    assert len(labelled[0]) == 80 * 12
    random = BAShapes()[0]
    doors = random.edge_index[0][(random.edge_index[0] < 300) & (random.edge_index[1] >= 300)]
    assert len(doors.unique()) == 80


def test_mixhop_is_as_homophilous_as_asked():
    for asked in (0.0, 0.8):
        graph = MixHopSyntheticDataset(None, asked)[0].validate()
        assert abs(float(homophily(graph.edge_index, graph.y, method="edge")) - asked) < 0.02
        assert (graph.num_nodes, graph.num_edges, graph.is_undirected()) == (5000, 2 * (39 + 6 * 4960), True)
    src, dst = graph.y[graph.edge_index]
    steps = (src - dst).abs()
    near = torch.minimum(steps, 10 - steps).bincount(minlength=6).double()
    # Of other classes, each step away halves; two classes are 1 to 4 steps away, one is 5.
    torch.testing.assert_close(near[1:5] / near[1], torch.tensor([1, 0.5, 0.25, 0.125]).double(), atol=0.05, rtol=0)
    centre = graph.x[graph.y == 0].mean(0)
    assert torch.allclose(centre, torch.tensor([0.0, 300.0]), atol=30)
    assert sorted(int(graph[f"{part}_mask"].sum()) for part in ("train", "val", "test")) == [1666, 1666, 1668]
