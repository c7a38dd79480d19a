"""What a beginner is told by layers over relations and types."""

import pytest
import torch

from edgewise.errors import ArgumentError, DTypeError, EdgewiseError, NodeIndexError, ShapeError
from edgewise.nn import GATConv, HANConv, HeteroConv, HGTConv, RGCNConv, SAGEConv

X, EDGES, TYPES = torch.ones(4, 6), torch.tensor([[0, 1, 2], [1, 2, 3]]), torch.tensor([0, 1, 0])
WRITES, BY = ("author", "writes", "paper"), ("paper", "by", "author")
METADATA = (["author", "paper"], [WRITES, BY])
X_DICT = {"author": torch.ones(4, 6), "paper": torch.ones(4, 6)}
EDGE_DICT = {WRITES: EDGES, BY: EDGES}


def rgcn(*arguments, **kwargs):
    return lambda: RGCNConv(6, 4, 2, **kwargs)(*arguments)


def hgt(x_dict=X_DICT, edge_index_dict=EDGE_DICT, metadata=METADATA, **kwargs):
    return lambda: HGTConv(6, 4, metadata, **kwargs)(x_dict, edge_index_dict)


def hetero(*arguments, aggr="sum", **kwargs):
    convs = {WRITES: SAGEConv((6, 6), 2), BY: SAGEConv((6, 6), 2)}
    return lambda: HeteroConv(convs, aggr)(*arguments, **kwargs)


MESSAGES = {
    "RGCNConv: expected edge_type, the relation of each edge, got None. Pass edge_type=data.edge_type.": (
        rgcn(X, EDGES),
        ArgumentError,
    ),
    "RGCNConv: expected edge_type as an integer tensor, got float32. Use edge_type.long().": (
        rgcn(X, EDGES, TYPES.float()),
        DTypeError,
    ),
    "RGCNConv: expected edge_type as an integer tensor, got list. Use torch.tensor(edge_type).": (
        rgcn(X, EDGES, [0, 1, 0]),
        DTypeError,
    ),
    "RGCNConv: expected edge_type with one relation for each of the 3 edges, got [2]. "
    "Pass it in the order of edge_index.": (rgcn(X, EDGES, TYPES[:2]), ShapeError),
    "RGCNConv: expected edge_type values in 0..1, got 2 at edge 1. "
    "Build it with num_relations=3, or drop such edges.": (
        rgcn(X, EDGES, 2 * TYPES),
        ArgumentError,
    ),
    "RGCNConv: expected edge_index values in 0..3, got node 7 as destination of edge 2 (4 destination nodes). "
    "Usual cause: ids are not consecutive, or x lacks nodes. Renumber them (Data.from_edges does).": (
        rgcn(X, torch.tensor([[0, 1, 2], [1, 2, 7]]), TYPES),
        NodeIndexError,
    ),
    "RGCNConv: expected x with 6 features (built with in_channels=6), got 5. "
    "Build it with in_channels=5, or -1 to read the width from the data.": (
        rgcn(torch.ones(4, 5), EDGES, TYPES),
        ShapeError,
    ),
    "RGCNConv: expected x as rows of 0..5 (in_channels=6), got 0..6. "
    "Without features in_channels is the number of nodes.": (
        rgcn(torch.tensor([0, 6, 1, 2]), EDGES, TYPES),
        ArgumentError,
    ),
    "RGCNConv: expected floating x of the destinations, got NoneType. Use x of the destinations.float().": (
        rgcn((X, None), EDGES, TYPES),
        DTypeError,
    ),
    "RGCNConv: expected floating x with num_blocks, got none. Use num_bases for nodes without features.": (
        rgcn(None, EDGES, TYPES, num_blocks=2),
        ArgumentError,
    ),
    "RGCNConv: expected num_bases or num_blocks, got both (2 and 2). Leave one out.": (
        rgcn(num_bases=2, num_blocks=2),
        ArgumentError,
    ),
    "RGCNConv: expected num_blocks that divides in_channels=6 and out_channels=4, got 3. Choose a divisor of both.": (
        rgcn(num_blocks=3),
        ArgumentError,
    ),
    "RGCNConv: expected aggr as one name, got ['sum', 'max']. Use a layer for each and join them.": (
        rgcn(aggr=["sum", "max"]),
        ArgumentError,
    ),
    "RGCNConv: expected in_channels as a number, got -1. "
    "Pass the width of x, or without features the number of nodes.": (
        lambda: RGCNConv(-1, 4, 2),
        ArgumentError,
    ),
    "HGTConv: expected heads that divide out_channels=4, got 3. Choose a divisor.": (hgt(heads=3), ArgumentError),
    "HGTConv: expected flow='source_to_target', got 'target_to_source'. An edge type names its destination last: "
    "turn edges around with edge_index.flip(0) under a type of their own.": (
        hgt(flow="target_to_source"),
        ArgumentError,
    ),
    "HGTConv: expected metadata as (node types, edge types), the latter (source, relation, destination), "
    "got ['author']. Use data.metadata().": (hgt(metadata=["author"]), ArgumentError),
    "HGTConv: expected edge types between node types of metadata, got ('author', 'writes', 'papers'). "
    "Did you mean 'paper'?": (hgt(metadata=(["author", "paper"], [("author", "writes", "papers")])), ArgumentError),
    "HGTConv: expected edge_index_dict with types of metadata, got ('author', 'write', 'paper'). "
    "Did you mean ('author', 'writes', 'paper')?": (
        hgt(edge_index_dict={("author", "write", "paper"): EDGES}),
        ArgumentError,
    ),
    "HGTConv: expected x_dict with types of metadata, got 'x'. Known: author, paper.": (
        hgt({"x": X}),
        ArgumentError,
    ),
    "HGTConv: expected x_dict with features of 'author', an end of ('author', 'writes', 'paper'), got ['paper']. "
    "Add them, or leave out these edges.": (hgt({"paper": X}), ArgumentError),
    "HGTConv: expected x_dict as a dictionary by type, got Tensor. Use data.x_dict.": (hgt(X), DTypeError),
    "HGTConv: expected floating x_dict['paper'], got int64. Use x_dict['paper'].float().": (
        hgt({"author": X, "paper": X.long()}),
        DTypeError,
    ),
    "HGTConv ('author', 'writes', 'paper'): expected edge_index of shape [2, edges], got [3, 2]. "
    "It looks transposed: use edge_index.t().": (hgt(edge_index_dict={WRITES: EDGES.t()}), ShapeError),
    "HGTConv ('paper', 'by', 'author'): expected edge_index values in 0..3, got node -1 as source of edge 0 "
    "(4 source nodes). Negative values often mark missing nodes: drop those edges.": (
        hgt(edge_index_dict={BY: torch.tensor([[-1], [0]])}),
        NodeIndexError,
    ),
    "HANConv: expected heads that divide out_channels=4, got 3. Choose a divisor.": (
        lambda: HANConv(6, 4, METADATA, 3),
        ArgumentError,
    ),
    "HeteroConv: expected aggr to be one of ('sum', 'mean', 'min', 'max', 'cat', None), got 'men'. "
    "Did you mean 'mean'?": (hetero(aggr="men"), ArgumentError),
    "HeteroConv: expected dictionaries by type, got Tensor. Use conv(data.x_dict, data.edge_index_dict).": (
        hetero(X, EDGES),
        DTypeError,
    ),
    "HeteroConv: expected arguments whose name ends with _dict, got 'edge_attr'. Call it edge_attr_dict.": (
        hetero(X_DICT, EDGE_DICT, edge_attr={}),
        ArgumentError,
    ),
    "HeteroConv: expected an edge type with a layer, got ('author', 'write', 'paper'). "
    "There are layers for ('author', 'writes', 'paper'), ('paper', 'by', 'author').": (
        hetero(X_DICT, {("author", "write", "paper"): EDGES}),
        ArgumentError,
    ),
    "HeteroConv: expected edge types (source, relation, destination), got 'writes'. "
    "Name them ('author', 'writes', 'paper').": (lambda: HeteroConv({"writes": SAGEConv(6, 2)}), ArgumentError),
    "HeteroConv: expected a layer without self loops for ('author', 'writes', 'paper'), got GATConv with "
    "add_self_loops=True: its ends are different things. Pass add_self_loops=False.": (
        lambda: HeteroConv({WRITES: GATConv((6, 6), 2)}),
        ArgumentError,
    ),
}


@pytest.mark.parametrize("text", MESSAGES)
def test_messages(text):
    call, error = MESSAGES[text]
    with pytest.raises(error) as caught:
        call()
    assert isinstance(caught.value, EdgewiseError)
    assert str(caught.value) == text


def test_joined_types_name_the_edge_that_is_wrong():
    metadata = (["author", "paper"], [WRITES, ("paper", "cites", "paper")])
    edges = {WRITES: EDGES, ("paper", "cites", "paper"): torch.tensor([[0, 9], [0, 1]])}
    with pytest.raises(NodeIndexError, match=r"^HGTConv \('paper', 'cites', 'paper'\): .* node 9 as source of edge 1 "):
        HGTConv(6, 4, metadata)(X_DICT, edges)
