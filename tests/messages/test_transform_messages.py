"""What transforms say of arguments and graphs that they cannot work with: one line that names the cure."""

import warnings

import pytest
import torch
import torch_geometric.data

from edgewise.data import Batch, Data, HeteroData
from edgewise.errors import (
    ArgumentError,
    DataError,
    DTypeError,
    EdgewiseError,
    EdgewiseWarning,
    NodeIndexError,
    ShapeError,
)
from edgewise.transforms import (
    GDC,
    SIGN,
    AddLaplacianEigenvectorPE,
    AddMetaPaths,
    AddRandomWalkPE,
    AddSelfLoops,
    AttrNamePadding,
    Cartesian,
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
    Padding,
    RadiusGraph,
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

EDGES = torch.tensor([[0, 1, 2], [1, 2, 3]])


def graph(**attributes):
    return Data(**{"x": torch.ones(4, 3), "edge_index": EDGES, **attributes})


def hetero():
    data = HeteroData({"paper": {"x": torch.ones(3, 2)}, "author": {"x": torch.ones(2, 2)}})
    data["author", "writes", "paper"].edge_index = torch.tensor([[0, 1], [0, 2]])
    return data


def message(error_type, action):
    with pytest.raises(error_type) as error:
        action()
    assert isinstance(error.value, EdgewiseError)
    assert "\n" not in str(error.value)
    return str(error.value)


ONE_TYPE = [
    AddLaplacianEigenvectorPE(1),
    AddRandomWalkPE(1),
    Cartesian(),
    Distance(),
    GCNNorm(),
    GDC(),
    KNNGraph(),
    LargestConnectedComponents(),
    LineGraph(),
    LocalDegreeProfile(),
    OneHotDegree(1),
    RadiusGraph(1.0),
    SIGN(1),
    SVDFeatureReduction(1),
    ToDense(),
    VirtualNode(),
]
SEVERAL_TYPES = [
    AddSelfLoops(),
    Constant(),
    NormalizeFeatures(),
    Pad(9),
    RemoveDuplicatedEdges(),
    RemoveIsolatedNodes(),
    RemoveSelfLoops(),
    ToSparseTensor(),
    ToUndirected(),
]


@pytest.mark.parametrize("transform", ONE_TYPE, ids=repr)
def test_several_types_where_there_should_be_one(transform):
    assert message(DTypeError, lambda: transform(hetero())) == (
        f"{type(transform).__name__}: expected a Data, got a HeteroData. Use data.to_homogeneous()."
    )


@pytest.mark.parametrize("transform", [*ONE_TYPE, *SEVERAL_TYPES], ids=repr)
def test_no_graph_of_ours(transform):
    name = type(transform).__name__
    assert message(DTypeError, lambda: transform({"x": 1})) == (
        f"{name}: expected a Data or HeteroData of edgewise, got dict. Make one: edgewise.Data(...)."
    )
    theirs = torch_geometric.data.Data(edge_index=EDGES, num_nodes=4)
    assert "of edgewise, got torch_geometric.Data." in message(DTypeError, lambda: transform(theirs))


NEEDS_EDGES = [
    one for one in ONE_TYPE if not isinstance(one, KNNGraph | RadiusGraph | SVDFeatureReduction | Cartesian | Distance)
]


@pytest.mark.parametrize("transform", NEEDS_EDGES, ids=repr)
def test_no_edges(transform):
    assert message(DataError, lambda: transform(graph(edge_index=None))) == (
        f"{type(transform).__name__}: expected data.edge_index, got none. Build the graph with Data.from_edges."
    )


@pytest.mark.parametrize("transform", [one for one in NEEDS_EDGES if not isinstance(one, GCNNorm)], ids=repr)
def test_edges_as_a_matrix(transform):
    name = type(transform).__name__
    sparse = ToSparseTensor()(graph())
    assert message(DataError, lambda: transform(sparse)) == (
        f"{name}: expected data.edge_index, got adj_t. Put ToSparseTensor last."
    )
    sparse = graph(edge_index=sparse.adj_t)
    assert message(DataError, lambda: transform(sparse)) == (
        f"{name}: expected edge_index [2, edges], got sparse_csr. Put the transform before ToSparseTensor."
    )


LOCATED = [one for one in ONE_TYPE if isinstance(one, Cartesian | Distance)]
WITH_EDGES = [
    *NEEDS_EDGES,
    *LOCATED,
    *(one for one in SEVERAL_TYPES if not isinstance(one, Constant | NormalizeFeatures)),
]


@pytest.mark.parametrize("transform", WITH_EDGES, ids=repr)
@pytest.mark.parametrize("node", [4, -1])
def test_a_node_that_does_not_exist(transform, node):
    data = graph(edge_index=torch.tensor([[0, 1], [1, node]]), pos=torch.ones(4, 2))
    assert message(NodeIndexError, lambda: transform(data)).startswith(
        f"{type(transform).__name__}: expected edge_index values in 0..3, got node {node} as destination of edge 1 "
    )


@pytest.mark.parametrize("transform", WITH_EDGES, ids=repr)
def test_edge_attributes_of_other_edges(transform):
    data = graph(pos=torch.ones(4, 2))
    data.edge_weight = torch.ones(5)
    assert message(ShapeError, lambda: transform(data)) == (
        f"{type(transform).__name__}: expected edge_weight with one row for each of the 3 edges, got [5]. "
        "Give every edge a row."
    )


@pytest.mark.parametrize("transform", [AddLaplacianEigenvectorPE(1), AddRandomWalkPE(1), GCNNorm(), SIGN(1)], ids=repr)
def test_weights_of_several_columns(transform):
    assert message(ShapeError, lambda: transform(graph(edge_weight=torch.ones(3, 2)))) == (
        f"{type(transform).__name__}: expected edge_weight with one weight an edge, got [3, 2]. Choose one column."
    )


@pytest.mark.parametrize(
    ("transform", "name"),
    [
        (Cartesian(), "pos"),
        (Distance(), "pos"),
        (KNNGraph(), "pos"),
        (RadiusGraph(1.0), "pos"),
        (SIGN(1), "x"),
        (SVDFeatureReduction(1), "x"),
    ],
)
def test_no_features(transform, name):
    caller, data = type(transform).__name__, graph()
    data[name] = None
    data.num_nodes = 4
    assert message(DataError, lambda: transform(data)) == (
        f"{caller}: expected data.{name}, got none. Give every node a row: a floating tensor [nodes, width]."
    )
    data[name] = torch.ones(3, 2)
    assert message(ShapeError, lambda: transform(data)) == (
        f"{caller}: expected {name} with one row for each of the 4 nodes, got [3, 2]. Give every node a row."
    )
    if not isinstance(transform, KNNGraph | RadiusGraph):
        data[name] = torch.ones(4, 2, dtype=torch.int64)
        assert message(DTypeError, lambda: transform(data)) == (
            f"{caller}: expected floating data.{name}, got int64. Use data.{name} = data.{name}.float()."
        )


@pytest.mark.parametrize(
    "transform",
    [
        AddLaplacianEigenvectorPE(1),
        LargestConnectedComponents(),
        LineGraph(),
        Pad(9),
        RemoveIsolatedNodes(),
        ToDense(),
        VirtualNode(),
    ],
    ids=repr,
)
def test_a_batch_where_there_should_be_one_graph(transform):
    assert message(DataError, lambda: transform(Batch.from_data_list([graph(), graph()]))) == (
        f"{type(transform).__name__}: expected one graph, got a batch. Transform the graphs before they are joined."
    )


@pytest.mark.parametrize("transform", [LargestConnectedComponents(), LineGraph(), RemoveIsolatedNodes()], ids=repr)
def test_labels_of_nodes_that_get_new_numbers(transform):
    assert message(DataError, lambda: transform(graph(edge_label_index=EDGES))) == (
        f"{type(transform).__name__}: expected no edge_label_index, got one, and nodes get new numbers. "
        "Split the edges after it."
    )


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (
            lambda: AddLaplacianEigenvectorPE(0),
            "AddLaplacianEigenvectorPE: expected k of at least 1, got 0. Pass a whole number.",
        ),
        (
            lambda: AddRandomWalkPE(2.0),
            "AddRandomWalkPE: expected walk_length of at least 1, got 2.0. Pass a whole number.",
        ),
        (lambda: KNNGraph(k=True), "KNNGraph: expected k of at least 1, got True. Pass a whole number."),
        (lambda: SIGN(0), "SIGN: expected K of at least 1, got 0. Pass a whole number."),
        (lambda: OneHotDegree(-1), "OneHotDegree: expected max_degree of at least 0, got -1. Pass a whole number."),
        (
            lambda: SVDFeatureReduction(0),
            "SVDFeatureReduction: expected out_channels of at least 1, got 0. Pass a whole number.",
        ),
        (
            lambda: LargestConnectedComponents(0),
            "LargestConnectedComponents: expected num_components of at least 1, got 0. Pass a whole number.",
        ),
        (
            lambda: LargestConnectedComponents(connection="weka"),
            "LargestConnectedComponents: expected connection to be one of ('weak', 'strong'), got 'weka'. "
            "Did you mean 'weak'?",
        ),
        (
            lambda: Distance(max_value=0.0),
            "Distance: expected max_value above 0, got 0.0. Leave it out to use the data's.",
        ),
        (
            lambda: ToSparseTensor(layout=torch.sparse_bsr),
            "ToSparseTensor: expected layout torch.sparse_csr or torch.sparse_coo, got torch.sparse_bsr. Leave it out.",
        ),
        (
            lambda: AddMetaPaths([[("a", "b")]]),
            "AddMetaPaths: expected metapaths of two or more edge types, got [('a', 'b')]. One type is there already.",
        ),
        (
            lambda: AddMetaPaths([[("a", "b"), ("c", "a")]]),
            "AddMetaPaths: expected each edge type to begin where the one before ends, got ('c', 'a') after "
            "('a', 'b'). Begin it with 'b'.",
        ),
        (
            lambda: AddMetaPaths([], max_sample=0),
            "AddMetaPaths: expected max_sample of at least 1, got 0. Pass a whole number.",
        ),
        (
            lambda: AttrNamePadding({1: 2.0}),
            "AttrNamePadding: expected keys of values to be an attribute name, got 1. "
            "Map an attribute name to a number.",
        ),
        (
            lambda: NodeTypePadding({("a", "b", "c"): 2.0}),
            "NodeTypePadding: expected keys of values to be a node type, got ('a', 'b', 'c'). "
            "Map a node type to a number.",
        ),
        (
            lambda: EdgeTypePadding({"a": 2.0}),
            "EdgeTypePadding: expected keys of values to be an edge type (source, relation, target), got 'a'. "
            "Map an edge type (source, relation, target) to a number.",
        ),
        (
            lambda: AttrNamePadding({"x": NodeTypePadding({})}),
            "AttrNamePadding: expected the value of 'x' to be a number or UniformPadding, got NodeTypePadding. "
            "Pass a number.",
        ),
        (
            lambda: GDC(normalization_in="symm"),
            "GDC: expected normalization_in to be one of ('sym', 'col', 'row', None), got 'symm'. Did you mean 'sym'?",
        ),
        (
            lambda: GDC(diffusion_kwargs={"method": "pppr", "alpha": 0.1}),
            "GDC: expected diffusion_kwargs['method'] to be one of ('ppr', 'heat', 'coeff'), got 'pppr'. "
            "Did you mean 'ppr'?",
        ),
        (
            lambda: GDC(diffusion_kwargs={"method": "heat"}),
            "GDC: expected diffusion_kwargs with 't' for 'heat', got {'method': 'heat'}. Add it.",
        ),
        (
            lambda: GDC(diffusion_kwargs={"method": "ppr", "alpha": 0.1, "epz": 1}),
            "GDC: expected each key of diffusion_kwargs to be one of ('method', 'alpha', 'eps'), got 'epz'. "
            "Did you mean 'eps'?",
        ),
        (
            lambda: GDC(diffusion_kwargs={"method": "ppr", "alpha": 1.5}),
            "GDC: expected diffusion_kwargs['alpha'] above 0 and up to 1, got 1.5. Common are 0.05 to 0.2.",
        ),
        (
            lambda: GDC(sparsification_kwargs={"method": "threshold"}),
            "GDC: expected sparsification_kwargs with 'eps' or 'avg_degree', got {'method': 'threshold'}. Add one.",
        ),
        (
            lambda: GDC(sparsification_kwargs={"method": "topk", "k": 0, "dim": 0}),
            "GDC: expected sparsification_kwargs['k'] of at least 1, got 0. Pass a whole number.",
        ),
        (
            lambda: GDC(sparsification_kwargs={"method": "topk", "k": 3, "dim": 2}),
            "GDC: expected sparsification_kwargs['dim'] to be one of (0, 1), got 2.",
        ),
        (
            lambda: GDC(exact=False, diffusion_kwargs={"method": "heat", "t": 2.0}),
            "GDC: expected diffusion_kwargs['method'] to be one of ('ppr',) with exact=False, got 'heat'. "
            "Use exact=True.",
        ),
        (
            lambda: GDC(2.0, exact=False),
            "GDC: expected self_loop_weight to be one of (1, 0, None) with exact=False, got 2.0. Use exact=True.",
        ),
    ],
)
def test_building(build, text):
    assert message(ArgumentError, build) == text


def test_padding_of_another_kind():
    assert message(DTypeError, lambda: UniformPadding("a")) == (
        "UniformPadding: expected value as a number, got 'a'. Use UniformPadding(0.0)."
    )
    assert message(DTypeError, lambda: AttrNamePadding([1])) == (
        "AttrNamePadding: expected values as a dict, got list. Map an attribute name to a number."
    )
    with pytest.raises(NotImplementedError, match=r"Padding.get_value: expected a definition, got none\. Define it"):
        Padding().get_value()


def test_degree_without_a_column():
    data = graph(edge_index=torch.tensor([[0, 2, 2, 2], [1, 0, 1, 3]]))
    assert message(DataError, lambda: OneHotDegree(2)(data)) == (
        "OneHotDegree: expected degrees up to max_degree=2, got 3 at node 2. "
        "Use OneHotDegree(max_degree=3) or more, the same for every graph."
    )


def test_node_types_that_are_not_there():
    assert message(ArgumentError, lambda: Constant(node_types="papers")(hetero())) == (
        "Constant: expected node_types among ['paper', 'author'], got 'papers'. Did you mean 'paper'?"
    )
    assert message(ArgumentError, lambda: Constant(node_types="paper")(graph())) == (
        "Constant: expected node_types among [], got 'paper'. A Data has none: leave it out."
    )


@pytest.mark.parametrize("transform", [Constant(), RemoveIsolatedNodes(), ToSparseTensor(), Pad(9, 9)], ids=repr)
def test_a_node_type_that_nothing_counts(transform):
    data = hetero()
    data["author"].x = None
    assert message(DataError, lambda: transform(data)) == (
        f"{type(transform).__name__}: expected to know how many nodes of type 'author' there are, got no attribute "
        "that tells. Set data['author'].num_nodes or x."
    )


def test_directed_graph_that_should_be_undirected():
    assert message(DataError, lambda: AddLaplacianEigenvectorPE(1, is_undirected=True)(graph())) == (
        "AddLaplacianEigenvectorPE: expected an undirected graph with is_undirected=True, got a directed one. "
        "Use ToUndirected() before it, or leave is_undirected out."
    )


@pytest.mark.parametrize("weight", [-1.0, float("nan")])
def test_weights_without_a_laplacian(weight):
    data = graph(edge_weight=torch.tensor([1.0, weight, 1.0]))
    assert message(DataError, lambda: AddLaplacianEigenvectorPE(1)(data)) == (
        "AddLaplacianEigenvectorPE: expected edge weights of 0 and more, got a Laplacian that is not finite. "
        "Look for negative weights and NaN in edge_weight."
    )


@pytest.mark.parametrize(
    "transform",
    [AddLaplacianEigenvectorPE(1, None), AddRandomWalkPE(1, None), Constant(), LocalDegreeProfile(), OneHotDegree(1)],
    ids=repr,
)
def test_features_that_nothing_can_be_appended_to(transform):
    assert message(ShapeError, lambda: transform(graph(x=torch.ones(4, 2, 2)))) == (
        f"{type(transform).__name__}: expected x of shape [4, width] to append to, got [4, 2, 2]. "
        "Reshape it, or put the result elsewhere."
    )


def test_features_of_another_shape():
    assert message(ShapeError, lambda: SVDFeatureReduction(1)(graph(x=torch.ones(4)))) == (
        "SVDFeatureReduction: expected data.x of shape [nodes, width], got [4]. Reshape it."
    )
    assert message(ShapeError, lambda: Distance()(graph(pos=torch.ones(4, 2, 2)))) == (
        "Distance: expected data.pos of shape [nodes, width], got [4, 2, 2]. Reshape it."
    )
    assert message(ShapeError, lambda: VirtualNode()(graph(edge_type=torch.ones(3, 1)))) == (
        "VirtualNode: expected edge_type of shape [3], got [3, 1]. Give every edge one."
    )


@pytest.mark.parametrize(("value", "kind"), [(torch.eye(4).to_sparse(), "sparse_coo"), ("abcd", "str")])
def test_features_that_cannot_be_normalised(value, kind):
    assert message(DTypeError, lambda: NormalizeFeatures(["mine"])(graph(mine=value))) == (
        f"NormalizeFeatures: expected mine as a dense tensor, got {kind}. Use to_dense(), or leave it out of attrs."
    )


def test_eigenvectors_that_are_not_found():
    edges = torch.randint(0, 200, (2, 800), generator=torch.Generator().manual_seed(0))
    data = ToUndirected()(Data(edge_index=edges, num_nodes=200))
    assert message(DataError, lambda: AddLaplacianEigenvectorPE(8, maxiter=1)(data)) == (
        "AddLaplacianEigenvectorPE: expected 8 eigenvectors, got an iteration that does not converge. "
        "Pass a larger maxiter=... or tol=..., or a smaller k."
    )


def test_diffusion_of_what_cannot_be_diffused():
    approximate = GDC(exact=False, diffusion_kwargs={"method": "ppr", "alpha": 0.1, "eps": 1e-4})
    assert message(ArgumentError, lambda: approximate(graph(edge_attr=torch.ones(3)))) == (
        "GDC: expected no edge_attr with exact=False, got one. Remove it, or use exact=True."
    )
    assert message(ShapeError, lambda: GDC()(graph(edge_attr=torch.ones(3, 2)))) == (
        "GDC: expected edge_attr with one weight an edge, got [3, 2]. Choose one column."
    )
    ring = Data(edge_index=torch.tensor([[0, 1], [1, 0]]), edge_attr=torch.tensor([2.0, 2.0]), num_nodes=2)
    diverging = GDC(None, None, diffusion_kwargs={"method": "ppr", "alpha": 0.5})
    assert message(DataError, lambda: diverging(ring)) == (
        "GDC: expected a diffusion that converges, got weights that are not finite. "
        "Use normalization_in='sym', and edge weights of 0 and more."
    )


def test_values_that_csr_cannot_hold():
    transform = ToSparseTensor("edge_attr", layout=torch.sparse_csr)
    assert message(ArgumentError, lambda: transform(graph(edge_attr=torch.ones(3, 2)))) == (
        "ToSparseTensor: expected one number an edge in edge_attr for torch.sparse_csr, got [3, 2]. "
        "Use layout=torch.sparse_coo, or another attr."
    )


def test_a_graph_too_large_for_a_dense_matrix():
    assert message(DataError, lambda: ToDense(3)(graph())) == (
        "ToDense: expected at most num_nodes=3 nodes, got 4. Raise it, alike for every graph."
    )


@pytest.mark.parametrize(
    ("transform", "error", "text"),
    [
        (Pad(3, 5), DataError, "Pad: expected at most max_num_nodes=3, got 4. Raise it, alike for every graph."),
        (Pad(5, 2), DataError, "Pad: expected at most max_num_edges=2, got 3. Raise it, alike for every graph."),
        (
            Pad(4, 5),
            DataError,
            "Pad: expected max_num_nodes above 4, got 4, but added edges join an added node. Raise it by one.",
        ),
        (
            Pad({"paper": 5}, 5),
            ArgumentError,
            "Pad: expected max_num_nodes with an int for a Data, got {'paper': 5}. Add it.",
        ),
        (
            Pad(5, 5, NodeTypePadding({})),
            ArgumentError,
            "Pad: expected node_pad_value as a number, UniformPadding or AttrNamePadding for a Data, "
            "got NodeTypePadding. A Data has no types.",
        ),
        (
            Pad(5, 5, node_pad_value=0.5),
            ArgumentError,
            "Pad: expected a whole number to pad y of int64 with, got 0.5. Use AttrNamePadding for it.",
        ),
    ],
)
def test_pad(transform, error, text):
    assert message(error, lambda: transform(graph(y=torch.arange(4)))) == text


def test_pad_of_several_types():
    assert message(ArgumentError, lambda: Pad({"paper": 5}, 9)(hetero())) == (
        "Pad: expected max_num_nodes with a number for the node type 'author', got {'paper': 5}. Add it."
    )
    assert message(ArgumentError, lambda: Pad(5, 9, EdgeTypePadding({}))(hetero())) == (
        "Pad: expected node_pad_value by the types of what it pads, got EdgeTypePadding. Swap the two."
    )
    assert message(DataError, lambda: Pad({"paper": 5, "author": 1}, 2)(hetero())) == (
        "Pad: expected at most max_num_nodes=1 of type 'author', got 2. Raise it, alike for every graph."
    )


def test_paths_that_are_not_there():
    path = [[("author", "writes", "paper"), ("paper", "by", "author")]]
    assert message(ArgumentError, lambda: AddMetaPaths(path)(hetero())) == (
        "AddMetaPaths: expected metapaths along the edge types [('author', 'writes', 'paper')], "
        "got ('paper', 'by', 'author'). Correct the path."
    )
    assert message(DTypeError, lambda: AddMetaPaths(path)(graph())) == (
        "AddMetaPaths: expected a HeteroData, got a Data. Paths go through several types of nodes."
    )
    data = ToUndirected()(hetero())
    data["author", "reads", "paper"].edge_index = torch.zeros(2, 0, dtype=torch.long)
    several = [[("author", "paper"), ("paper", "author")]]
    assert message(ArgumentError, lambda: AddMetaPaths(several)(data)) == (
        "AddMetaPaths: expected one edge type for ('author', 'paper'), got [('author', 'writes', 'paper'), "
        "('author', 'reads', 'paper')]. Name the relation in metapaths."
    )
    data["author", "writes", "paper"].edge_weight = torch.ones(2, 2)
    weighted = AddMetaPaths([[("author", "writes", "paper"), ("paper", "author")]], weighted=True)
    assert message(ShapeError, lambda: weighted(data)) == (
        "AddMetaPaths: expected edge_weight with one number an edge, got [2, 2] in ('author', 'writes', 'paper'). "
        "Use weighted=False."
    )


def test_attributes_without_rows_for_loops():
    data = graph(edge_attr=torch.ones(3, 2))
    for transform, cure in (
        (AddSelfLoops(), "Name it in attr, or remove it before."),
        (GCNNorm(), "Remove it before, or use add_self_loops=False."),
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            transform(data)
        name = type(transform).__name__
        assert [str(one.message) for one in caught] == [
            f"{name}: edge_attr has no rows for the self loops and is dropped. {cure}"
        ]
        assert caught[0].category is EdgewiseWarning
        assert caught[0].filename == __file__
