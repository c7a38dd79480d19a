"""What every transform keeps to: the input stays as it is, 32-bit indices will do, and ``repr`` says what matters."""

import copy
import inspect

import pytest
import torch
from tests.transforms.parity import hetero_graph, random_graph

from edgewise import transforms
from edgewise.data import Data, HeteroData
from edgewise.transforms import (
    GDC,
    SIGN,
    AddLaplacianEigenvectorPE,
    AddMetaPaths,
    AddRandomWalkPE,
    AddRemainingSelfLoops,
    AddSelfLoops,
    AttrNamePadding,
    BaseTransform,
    Cartesian,
    Compose,
    Constant,
    Distance,
    EdgeTypePadding,
    GCNNorm,
    KNNGraph,
    LargestConnectedComponents,
    LineGraph,
    LocalDegreeProfile,
    NodeTypePadding,
    NormalizeFeatures,
    OneHotDegree,
    Pad,
    RadiusGraph,
    RandomLinkSplit,
    RandomNodeSplit,
    RemoveDuplicatedEdges,
    RemoveIsolatedNodes,
    RemoveSelfLoops,
    SVDFeatureReduction,
    ToDense,
    ToSparseTensor,
    ToUndirected,
    UniformPadding,
    VirtualNode,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*has no rows for the self loops")

PATH = [[("author", "writes", "paper"), ("paper", "cites", "paper")]]
SHOWN = {
    "AddLaplacianEigenvectorPE(k=8)": AddLaplacianEigenvectorPE(8),
    "AddLaplacianEigenvectorPE(k=2, attr_name=None, tol=0.1)": AddLaplacianEigenvectorPE(2, None, tol=0.1),
    f"AddMetaPaths(metapaths={PATH}, weighted=True)": AddMetaPaths(PATH, weighted=True),
    "AddRandomWalkPE(walk_length=5)": AddRandomWalkPE(5),
    "AddRemainingSelfLoops()": AddRemainingSelfLoops(),
    "AddSelfLoops(attr='edge_attr', fill_value='mean')": AddSelfLoops("edge_attr", "mean"),
    "Cartesian(norm=True, max_value=None)": Cartesian(),
    "Constant(value=1.0)": Constant(),
    "Constant(value=2.0, node_types=['paper'])": Constant(2.0, node_types="paper"),
    "Distance(norm=False, max_value=None, cat=False)": Distance(norm=False, cat=False),
    "GCNNorm()": GCNNorm(),
    "GCNNorm(add_self_loops=False)": GCNNorm(False),
    "KNNGraph(k=6)": KNNGraph(),
    "KNNGraph(k=3, loop=True)": KNNGraph(3, True),
    "LargestConnectedComponents(num_components=1)": LargestConnectedComponents(),
    "LineGraph()": LineGraph(),
    "LocalDegreeProfile()": LocalDegreeProfile(),
    "NormalizeFeatures()": NormalizeFeatures(),
    "NormalizeFeatures(attrs=('pos',))": NormalizeFeatures(["pos"]),
    "OneHotDegree(max_degree=9)": OneHotDegree(9),
    "Pad(max_num_nodes=99)": Pad(99),
    "Pad(max_num_nodes=99, node_pad_value=UniformPadding(1.0))": Pad(99, node_pad_value=UniformPadding(1.0)),
    "RadiusGraph(r=0.5)": RadiusGraph(0.5),
    "RemoveDuplicatedEdges()": RemoveDuplicatedEdges(),
    "RemoveIsolatedNodes()": RemoveIsolatedNodes(),
    "RemoveSelfLoops()": RemoveSelfLoops(),
    "SIGN(K=2)": SIGN(2),
    "SVDFeatureReduction(out_channels=2)": SVDFeatureReduction(2),
    "ToDense()": ToDense(),
    "ToSparseTensor(attr='edge_weight')": ToSparseTensor(),
    "ToUndirected()": ToUndirected(),
    "ToUndirected(merge=False)": ToUndirected(merge=False),
    "VirtualNode()": VirtualNode(),
    "Compose([ToUndirected(), KNNGraph(k=2)])": Compose([ToUndirected(), KNNGraph(2)]),
}
PLAIN_GDC = GDC(sparsification_kwargs={"method": "threshold", "avg_degree": 4})
OTHERS = [
    AddRemainingSelfLoops("edge_attr", "max"),
    PLAIN_GDC,
    GDC(sparsification_kwargs={"method": "topk", "k": 2, "dim": 0}, diffusion_kwargs={"method": "heat", "t": 2.0}),
    KNNGraph(3, force_undirected=True),
    LargestConnectedComponents(connection="strong"),
    LineGraph(force_directed=True),
    NormalizeFeatures(["x", "edge_attr"]),
    Pad(30, 99, 2.0, 3.0, add_pad_mask=True),
    RandomLinkSplit(),
    RandomNodeSplit(num_val=2, num_test=3),
    ToSparseTensor(attr="edge_attr", remove_edge_index=False),
]
HETERO = {
    AddMetaPaths,
    AddRemainingSelfLoops,
    AddSelfLoops,
    Constant,
    NormalizeFeatures,
    RandomNodeSplit,
    RemoveDuplicatedEdges,
    RemoveIsolatedNodes,
    RemoveSelfLoops,
    ToSparseTensor,
    ToUndirected,
}
ALL = [*SHOWN.values(), *OTHERS]


@pytest.mark.parametrize("text", SHOWN)
def test_repr(text):
    assert repr(SHOWN[text]) == text


def test_repr_of_paddings():
    padding = NodeTypePadding({"a": AttrNamePadding({"x": 1.0})}, default=2.0)
    assert repr(padding) == (
        "NodeTypePadding({'a': AttrNamePadding({'x': UniformPadding(1.0)}, default=0.0)}, default=2.0)"
    )
    assert repr(EdgeTypePadding({})) == "EdgeTypePadding({}, default=0.0)"


def test_every_transform_is_here():
    classes = [getattr(transforms, name) for name in transforms.__all__]
    ours = {one for one in classes if inspect.isclass(one) and issubclass(one, BaseTransform)}
    assert ours - {BaseTransform} == {type(transform) for transform in ALL}


def graph(dtype=torch.int64, transform=None):
    data = random_graph(12, 30)
    data.edge_index = data.edge_index.to(dtype)
    data.y = torch.arange(12) % 3
    if isinstance(transform, GDC):  # which takes edge_attr for weights
        data.edge_attr = data.edge_weight
    return data


def fits_data(transform):
    return not isinstance(transform, AddMetaPaths) and getattr(transform, "node_types", None) is None


def values(data):
    """Every attribute of every type; tensors bit for bit, and where they lie."""
    tables = [data.to_dict()] if isinstance(data, Data) else list(data.to_dict().values())
    return [dict(table) for table in tables]


@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_the_input_stays_as_it_is(transform):
    graphs = [graph(transform=transform)] * fits_data(transform) + [hetero_graph()] * (type(transform) in HETERO)
    assert graphs
    for data in graphs:
        before, tensors = copy.deepcopy(data), values(data)
        torch.manual_seed(0)
        transform(data)
        assert [list(table) for table in values(data)] == [list(table) for table in values(before)]
        for now, then, was in zip(values(data), tensors, values(before), strict=True):
            for name, value in now.items():
                assert value is then[name], name
                if isinstance(value, torch.Tensor):
                    assert torch.equal(value, was[name]), name


@pytest.mark.parametrize("transform", [t for t in ALL if fits_data(t)], ids=repr)
def test_small_indices_give_the_same(transform):
    outs = []
    for dtype in (torch.int64, torch.int32):
        torch.manual_seed(0)
        out = transform(graph(dtype, transform))
        outs.append(list(out) if isinstance(out, list | tuple) else [out])
    for wide, narrow in zip(*outs, strict=True):
        assert wide.keys() == narrow.keys()
        for name, value in wide.to_dict().items():
            other = narrow[name]
            if isinstance(value, torch.Tensor) and value.layout == torch.strided:
                assert torch.equal(value, other.to(value.dtype)), name
            elif isinstance(value, torch.Tensor):
                assert torch.equal(value.to_dense(), other.to_dense()), name


def test_compose_runs_in_turn_and_on_each_of_several():
    data = graph()
    both = Compose([Constant(), ToUndirected()])(data)
    assert torch.equal(both.x, Constant()(data).x)
    assert both.is_undirected()
    parts = Compose([lambda data: (data, data), Constant()])(data)
    assert len(parts) == 2
    assert torch.equal(parts[1].x, both.x)


def test_compose_of_a_hetero_graph():
    out = Compose([ToUndirected(), AddSelfLoops(), NormalizeFeatures()])(hetero_graph())
    assert isinstance(out, HeteroData)
    assert ("paper", "rev_writes", "author") in out.edge_types


def test_a_transform_of_one_s_own_shows_its_arguments():
    class Scaled(BaseTransform):
        def __init__(self, factor, name="x"):
            self.factor, self.name = factor, name

    assert repr(Scaled(2)) == "Scaled(factor=2)"
    assert repr(Scaled(2, "pos")) == "Scaled(factor=2, name='pos')"
    with pytest.raises(NotImplementedError, match=r"Scaled.forward: expected a definition, got none"):
        Scaled(2)(Data(num_nodes=1))
