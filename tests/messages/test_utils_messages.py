"""What a function on edge_index answers to arguments it cannot work with: one line that names the cure."""

import numpy as np
import pytest
import torch

from edgewise import utils
from edgewise.errors import ArgumentError, DataError, DTypeError, EdgewiseError, NodeIndexError, ShapeError

EDGES = torch.tensor([[0, 1, 2], [1, 2, 3]])
X = torch.ones(3, 2)
INDEX = torch.tensor([0, 1, 0])
BATCH = torch.tensor([0, 0, 1, 1])


def message(error_type, action):
    with pytest.raises(error_type) as error:
        action()
    assert isinstance(error.value, EdgewiseError)
    assert "\n" not in str(error.value)
    return str(error.value)


CASES = {
    "subset outside": (
        lambda: utils.subgraph([1, 9], EDGES),
        NodeIndexError,
        "subgraph: expected subset values in 0..3, got 9 at position 1. Pass num_nodes, or renumber them.",
    ),
    "negative subset": (
        lambda: utils.subgraph(torch.tensor([-1]), EDGES),
        NodeIndexError,
        "subgraph: expected subset values in 0..3, got -1 at position 0. Pass num_nodes, or renumber them.",
    ),
    "floating subset": (
        lambda: utils.subgraph(torch.ones(2), EDGES),
        DTypeError,
        "subgraph: expected integer subset, got float32. Use subset.long().",
    ),
    "subset of names": (
        lambda: utils.subgraph(["a"], EDGES),
        DTypeError,
        "subgraph: expected subset as integers, got ['a']. Pass a tensor, or a list of numbers.",
    ),
    "node_idx of floats": (
        lambda: utils.k_hop_subgraph([0.5], 1, EDGES),
        DTypeError,
        "k_hop_subgraph: expected integer node_idx, got float32. Use node_idx.long().",
    ),
    "blocks of floats": (
        lambda: utils.stochastic_blockmodel_graph([2.5], [[0.5]]),
        DTypeError,
        "stochastic_blockmodel_graph: expected integer block_sizes, got float32. Use block_sizes.long().",
    ),
    "subset of two axes": (
        lambda: utils.subgraph(torch.tensor([[0, 1]]), EDGES),
        ShapeError,
        "subgraph: expected subset of one axis, got [1, 2]. Use subset.reshape(-1).",
    ),
    "mask of two axes": (
        lambda: utils.subgraph(torch.ones(4, 1, dtype=torch.bool), EDGES),
        ShapeError,
        "subgraph: expected subset of one axis, got [4, 1]. Use subset.reshape(-1).",
    ),
    "short mask": (
        lambda: utils.subgraph(torch.ones(3, dtype=torch.bool), EDGES),
        NodeIndexError,
        "subgraph: expected edge_index values in 0..2, got node 3 as destination of edge 2 (3 destination nodes). "
        "Usual cause: ids are not consecutive, or x lacks nodes. Renumber them (Data.from_edges does).",
    ),
    "subgraph attributes": (
        lambda: utils.subgraph([0, 1], EDGES, torch.ones(2)),
        ShapeError,
        "subgraph: expected edge_attr with one row for each of the 3 edges, got [2]. "
        "The first axis of edge_attr counts edges.",
    ),
    "subset of destinations outside": (
        lambda: utils.bipartite_subgraph(([0], [5]), EDGES),
        NodeIndexError,
        "bipartite_subgraph: expected subset[1] values in 0..3, got 5 at position 0. Pass size, or renumber them.",
    ),
    "size too small": (
        lambda: utils.bipartite_subgraph(([0], [1]), EDGES, size=(3, 2)),
        NodeIndexError,
        "bipartite_subgraph: expected edge_index values in 0..1, got node 2 as destination of edge 1 "
        "(2 destination nodes). Usual cause: ids are not consecutive, or x lacks nodes. "
        "Renumber them (Data.from_edges does).",
    ),
    "one subset of a bipartite graph": (
        lambda: utils.bipartite_subgraph(torch.tensor([0, 1]), EDGES),
        ArgumentError,
        "bipartite_subgraph: expected subset as a pair, of sources and destinations, got tensor([0, 1]). "
        "Use subset=(of_sources, of_destinations).",
    ),
    "one size of a bipartite graph": (
        lambda: utils.bipartite_subgraph(([0], [1]), EDGES, size=4),
        ArgumentError,
        "bipartite_subgraph: expected size as a pair, of sources and destinations, got 4. "
        "Use size=(of_sources, of_destinations).",
    ),
    "number of hops that is none": (
        lambda: utils.k_hop_subgraph(0, "two", EDGES),
        DTypeError,
        "k_hop_subgraph: expected num_hops as an int, got 'two'. Use int(num_hops).",
    ),
    "node_idx outside": (
        lambda: utils.k_hop_subgraph(4, 1, EDGES),
        NodeIndexError,
        "k_hop_subgraph: expected node_idx values in 0..3, got 4 at position 0. Pass num_nodes, or renumber them.",
    ),
    "unknown flow": (
        lambda: utils.k_hop_subgraph(0, 1, EDGES, flow="source_to_taget"),
        ArgumentError,
        "k_hop_subgraph: expected flow to be one of ('source_to_target', 'target_to_source'), "
        "got 'source_to_taget'. Did you mean 'source_to_target'?",
    ),
    "unknown reduction": (
        lambda: utils.scatter(X, INDEX, reduce="sun"),
        ArgumentError,
        "scatter: expected reduce to be one of ('add', 'sum', 'mean', 'min', 'max', 'mul', 'any', 'amin', 'amax'), "
        "got 'sun'. "
        "Did you mean 'sum'?",
    ),
    "index beyond dim_size": (
        lambda: utils.scatter(X, INDEX, dim_size=1),
        NodeIndexError,
        "scatter: expected index values in 0..0, got 1 at position 1. Raise dim_size, or leave out rows of index -1.",
    ),
    "negative index": (
        lambda: utils.scatter(X, INDEX - 1),
        NodeIndexError,
        "scatter: expected index values in 0..0, got -1 at position 0. Raise dim_size, or leave out rows of index -1.",
    ),
    "index of two axes": (
        lambda: utils.scatter(X, INDEX.unsqueeze(1)),
        ShapeError,
        "scatter: expected index of one axis, got [3, 1]. Use index.reshape(-1).",
    ),
    "index of another length": (
        lambda: utils.scatter(X, INDEX[:2]),
        ShapeError,
        "scatter: expected src with 2 entries along dim=0, one for each entry of index, got [3, 2]. "
        "Pass the axis that index goes along as dim.",
    ),
    "dim outside": (
        lambda: utils.scatter(X, INDEX, dim=2),
        ShapeError,
        "scatter: expected dim in -2..1 for src of shape [3, 2], got 2. It is the axis that index goes along.",
    ),
    "floating index": (
        lambda: utils.scatter(X, INDEX.float()),
        DTypeError,
        "scatter: expected integer index, got float32. Use index.long().",
    ),
    "boundaries that end early": (
        lambda: utils.segment(X, torch.tensor([0, 2])),
        ArgumentError,
        "segment: expected ptr from 0 to 3, the number of rows, got 0 to 2. Use edgewise.utils.cumsum(sizes).",
    ),
    "no boundary": (
        lambda: utils.segment(X, INDEX[:0]),
        ArgumentError,
        "segment: expected ptr from 0 to 3, the number of rows, got no boundary. Use edgewise.utils.cumsum(sizes).",
    ),
    "boundaries that decrease": (
        lambda: utils.segment(X, torch.tensor([0, 2, 1, 3])),
        ArgumentError,
        "segment: expected ptr that never decreases, got 1 after 2 at position 2. Use edgewise.utils.cumsum(sizes).",
    ),
    "unknown reduction of segments": (
        lambda: utils.segment(X, torch.tensor([0, 3]), "maxi"),
        ArgumentError,
        "segment: expected reduce to be one of ('add', 'sum', 'mean', 'min', 'max', 'mul'), got 'maxi'. "
        "Did you mean 'max'?",
    ),
    "softmax by nothing": (
        lambda: utils.softmax(X),
        ArgumentError,
        "softmax: expected index or ptr, got neither. Pass the destination of each edge: edge_index[1].",
    ),
    "softmax of integers": (
        lambda: utils.softmax(X.long(), INDEX),
        DTypeError,
        "softmax: expected floating src, got int64. Use src.float().",
    ),
    "softmax of another length": (
        lambda: utils.softmax(X, INDEX, dim=1),
        ShapeError,
        "softmax: expected src with 3 entries along dim=1, one for each entry of index, got [3, 2]. "
        "Pass the axis that index goes along as dim.",
    ),
    "softmax along no axis": (
        lambda: utils.softmax(X, INDEX, dim=2),
        ShapeError,
        "softmax: expected dim in -2..1 for src of shape [3, 2], got 2. It is the axis that index goes along.",
    ),
    "softmax beyond num_nodes": (
        lambda: utils.softmax(X, INDEX, num_nodes=1),
        NodeIndexError,
        "softmax: expected index values in 0..0, got 1 at position 1. Raise num_nodes, or leave out rows of index -1.",
    ),
    "sorting several columns": (
        lambda: utils.group_argsort(X, INDEX),
        ShapeError,
        "group_argsort: expected src of one axis, got [3, 2]. Sort one column at a time: src[:, k].",
    ),
    "sorting by a negative group": (
        lambda: utils.group_argsort(X[:, 0], INDEX - 1),
        NodeIndexError,
        "group_argsort: expected index values of 0 and more, got -1 at position 0. Number the groups from 0.",
    ),
    "joining one tensor": (
        lambda: utils.group_cat(X, INDEX),
        DTypeError,
        "group_cat: expected lists of tensors and of indices, got Tensor and Tensor. Put a single one into a list.",
    ),
    "joining without an index": (
        lambda: utils.group_cat([X, X], [INDEX]),
        ShapeError,
        "group_cat: expected one index a tensor, got 2 tensors and 1 indices. Pass a list of each.",
    ),
    "joining by a negative group": (
        lambda: utils.group_cat([X], [INDEX - 1]),
        NodeIndexError,
        "group_cat: expected indices values of 0 and more, got -1 at position 0. Number the groups from 0.",
    ),
    "sorting negative numbers": (
        lambda: utils.index_sort(INDEX - 1),
        NodeIndexError,
        "index_sort: expected inputs values of 0 and more, got -1 at position 0. Use torch.sort for those.",
    ),
    "mapping unknown numbers": (
        lambda: utils.map_index(torch.tensor([4, 7]), torch.tensor([4]), inclusive=True),
        ArgumentError,
        "map_index: expected every number of src in index, got 7 at position 1, which is not. "
        "Use inclusive=False to leave those out.",
    ),
    "mapping floats": (
        lambda: utils.map_index(torch.ones(2), INDEX),
        DTypeError,
        "map_index: expected integer src, got float32. Use src.long().",
    ),
    "mapping to negative numbers": (
        lambda: utils.map_index(INDEX, INDEX - 1),
        NodeIndexError,
        "map_index: expected index values of 0 and more, got -1 at position 0. Numbers count from 0.",
    ),
    "too few classes": (
        lambda: utils.one_hot(INDEX, 1),
        NodeIndexError,
        "one_hot: expected index values in 0..0, got 1 at position 1. Raise num_classes, or leave out unknown ones.",
    ),
    "integer mask": (
        lambda: utils.mask_select(X, 0, INDEX),
        DTypeError,
        "mask_select: expected boolean mask, got int64. Use mask.bool(), or src.index_select(dim, index).",
    ),
    "mask along no axis": (
        lambda: utils.mask_select(X, 2, INDEX.bool()),
        ShapeError,
        "mask_select: expected dim in -2..1 for src of shape [3, 2], got 2. It is the axis that mask goes along.",
    ),
    "adding up along no axis": (
        lambda: utils.cumsum(X, "first"),
        ShapeError,
        "cumsum: expected dim in -2..1 for x of shape [3, 2], got 'first'. It is the axis to add up along.",
    ),
    "adding up a number": (
        lambda: utils.cumsum(torch.tensor(1)),
        ShapeError,
        "cumsum: expected x of one axis or more, got a number. Use x.reshape(1).",
    ),
    "sparse features": (
        lambda: utils.scatter(torch.eye(3).to_sparse(), INDEX),
        DTypeError,
        "scatter: expected dense src, got torch.sparse_coo. Use src.to_dense().",
    ),
    "degrees of floats": (
        lambda: utils.degree(X[:, 0]),
        DTypeError,
        "degree: expected integer index, got float32. Use index.long().",
    ),
    "degrees of edges": (
        lambda: utils.degree(EDGES),
        ShapeError,
        "degree: expected index of one axis, got [2, 3]. Use index.reshape(-1).",
    ),
    "attributes that are none": (
        lambda: utils.coalesce(EDGES, 3.0),
        DTypeError,
        "coalesce: expected edge_attr as a torch.Tensor, got float. Use torch.tensor(edge_attr).",
    ),
    "mask of another length": (
        lambda: utils.mask_select(X, 1, INDEX.bool()),
        ShapeError,
        "mask_select: expected mask with one entry for each slice of src [3, 2] along dim=1, got [3]. "
        "Pass the axis that mask goes along as dim.",
    ),
    "index beyond the mask": (
        lambda: utils.index_to_mask(INDEX, 1),
        NodeIndexError,
        "index_to_mask: expected index values in 0..0, got 1 at position 1. Raise size, or leave them out.",
    ),
    "index into an empty mask": (
        lambda: utils.index_to_mask(INDEX, 0),
        NodeIndexError,
        "index_to_mask: expected index values in an empty range, got 0 at position 0. Raise size, or leave them out.",
    ),
    "mask of two axes to numbers": (
        lambda: utils.mask_to_index(torch.ones(2, 2, dtype=torch.bool)),
        ShapeError,
        "mask_to_index: expected mask of one axis, got [2, 2]. Use mask.nonzero() for several.",
    ),
    "unknown normalization": (
        lambda: utils.get_laplacian(EDGES, normalization="symm"),
        ArgumentError,
        "get_laplacian: expected normalization to be one of ('sym', 'rw'), got 'symm'. Did you mean 'sym'?",
    ),
    "integer weights": (
        lambda: utils.get_laplacian(EDGES, torch.ones(3, dtype=torch.long), "sym"),
        DTypeError,
        "get_laplacian: expected floating edge_weight, got int64. Use edge_weight.float().",
    ),
    "weights of another length": (
        lambda: utils.get_laplacian(EDGES, torch.ones(2)),
        ShapeError,
        "get_laplacian: expected edge_weight with one row for each of the 3 edges, got [2]. "
        "The first axis of edge_weight counts edges.",
    ),
    "batch out of order": (
        lambda: utils.to_dense_batch(X, torch.tensor([0, 1, 0])),
        ArgumentError,
        "to_dense_batch: expected batch in order, got 0 after 1 at position 2. Sort the nodes by batch first.",
    ),
    "batch of another length": (
        lambda: utils.to_dense_batch(X, BATCH),
        ShapeError,
        "to_dense_batch: expected batch with one entry for each of the 3 rows, got 4. "
        "It says which graph each row belongs to.",
    ),
    "batch beyond batch_size": (
        lambda: utils.to_dense_batch(X, INDEX.sort()[0], batch_size=1),
        NodeIndexError,
        "to_dense_batch: expected batch values in 0..0, got 1 at position 2. "
        "Raise batch_size, or number the graphs from 0.",
    ),
    "edge between graphs": (
        lambda: utils.to_dense_adj(EDGES, BATCH),
        DataError,
        "to_dense_adj: expected every edge within one graph, got edge 1 from node 1 of graph 0 to node 2 of graph 1. "
        "Pass the batch vector that belongs to these edges.",
    ),
    "edge between graphs to be split": (
        lambda: utils.unbatch_edge_index(EDGES, BATCH),
        DataError,
        "unbatch_edge_index: expected every edge within one graph, got edge 1 from node 1 of graph 0 to node 2 of "
        "graph 1. Pass the batch vector that belongs to these edges.",
    ),
    "matrix of one axis": (
        lambda: utils.dense_to_sparse(torch.ones(3)),
        ShapeError,
        "dense_to_sparse: expected adj of shape [nodes, nodes] or [graphs, nodes, nodes], got [3]. "
        "Pass a matrix, or one for each graph.",
    ),
    "mask of another shape": (
        lambda: utils.dense_to_sparse(torch.ones(1, 2, 2), torch.ones(1, 3, dtype=torch.bool)),
        ShapeError,
        "dense_to_sparse: expected square matrices, and mask of shape [1, 2] for adj [1, 2, 2], got [1, 3]. "
        "mask says which rows of each matrix are nodes.",
    ),
    "integer mask of nodes": (
        lambda: utils.dense_to_sparse(torch.ones(1, 2, 2), torch.ones(1, 2)),
        DTypeError,
        "dense_to_sparse: expected boolean mask, got float32. Use mask.bool().",
    ),
    "unknown layout": (
        lambda: utils.to_torch_sparse_tensor(EDGES, layout=torch.strided),
        ArgumentError,
        "to_torch_sparse_tensor: expected layout to be one of (torch.sparse_coo, torch.sparse_csr, torch.sparse_csc), "
        "got torch.strided. Choose torch.sparse_csr for multiplying.",
    ),
    "node beyond size": (
        lambda: utils.to_torch_csr_tensor(EDGES, size=3),
        NodeIndexError,
        "to_torch_csr_tensor: expected edge_index values in 0..2, got node 3 as destination of edge 2 "
        "(3 destination nodes). Usual cause: ids are not consecutive, or x lacks nodes. "
        "Renumber them (Data.from_edges does).",
    ),
    "attributes of another length": (
        lambda: utils.to_torch_coo_tensor(EDGES, torch.ones(2)),
        ShapeError,
        "to_torch_coo_tensor: expected edge_attr with one row for each of the 3 edges, got [2]. "
        "The first axis of edge_attr counts edges.",
    ),
    "size of three numbers": (
        lambda: utils.to_torch_coo_tensor(EDGES, size=(4, 4, 4)),
        ArgumentError,
        "to_torch_coo_tensor: expected size as one or two numbers, got (4, 4, 4). Use size=(num_src, num_dst).",
    ),
    "floating size": (
        lambda: utils.to_torch_csr_tensor(EDGES, size=4.5),
        DTypeError,
        "to_torch_csr_tensor: expected size as an int, got 4.5. Use int(size).",
    ),
    "dense matrix as sparse": (
        lambda: utils.to_edge_index(torch.eye(2)),
        DTypeError,
        "to_edge_index: expected a torch.sparse matrix (COO, CSR or CSC), got torch.strided. "
        "Use edgewise.utils.dense_to_sparse for a dense one.",
    ),
    "list as sparse": (
        lambda: utils.to_edge_index([[0, 1]]),
        DTypeError,
        "to_edge_index: expected a torch.sparse matrix (COO, CSR or CSC), got list. "
        "Use edgewise.utils.dense_to_sparse for a dense one.",
    ),
    "splitting along no axis": (
        lambda: utils.unbatch(X, INDEX.sort()[0], 2),
        ShapeError,
        "unbatch: expected dim in -2..1 for src of shape [3, 2], got 2. It is the axis that batch goes along.",
    ),
    "walks of no length": (
        lambda: utils.dropout_path(EDGES, walk_length=0),
        ArgumentError,
        "dropout_path: expected walk_length of at least 1, got 0. Use p=0.0 to leave nothing out.",
    ),
    "unknown method": (
        lambda: utils.homophily(EDGES, BATCH, method="nodes"),
        ArgumentError,
        "homophily: expected method to be one of ('edge', 'node', 'edge_insensitive'), got 'nodes'. "
        "Did you mean 'node'?",
    ),
    "several labels a node": (
        lambda: utils.homophily(EDGES, torch.ones(4, 3)),
        ShapeError,
        "homophily: expected y with one class a node, got [4, 3]. Use y.argmax(-1), or one column of it.",
    ),
    "batch of other nodes": (
        lambda: utils.homophily(EDGES, BATCH, BATCH[:3]),
        ShapeError,
        "homophily: expected batch with one entry for each of the 4 nodes, got [3]. "
        "It says which graph each node belongs to.",
    ),
    "one class": (
        lambda: utils.homophily(EDGES, torch.zeros(4, dtype=torch.long), method="edge_insensitive"),
        DataError,
        'homophily: expected two classes or more in y for method="edge_insensitive", got 1. Use method="edge".',
    ),
    "unknown class": (
        lambda: utils.homophily(EDGES, BATCH - 1, method="edge_insensitive"),
        NodeIndexError,
        "homophily: expected y values of 0 and more, got -1 at position 0. Leave out nodes without class.",
    ),
    "unknown mode": (
        lambda: utils.mask_feature(X, mode="column"),
        ArgumentError,
        "mask_feature: expected mode to be one of ('row', 'col', 'all'), got 'column'. Did you mean 'col'?",
    ),
    "features of one axis": (
        lambda: utils.mask_feature(X[0]),
        ShapeError,
        "mask_feature: expected x of shape [nodes, in], got [2]. Use x.flatten(1).",
    ),
    "opposites in a bipartite graph": (
        lambda: utils.add_random_edge(EDGES, force_undirected=True, num_nodes=(4, 4)),
        ArgumentError,
        "add_random_edge: expected one num_nodes with force_undirected=True, got (4, 4). "
        "Edges of a bipartite graph have no opposite.",
    ),
    "three numbers of nodes": (
        lambda: utils.add_random_edge(EDGES, num_nodes=(4, 4, 4)),
        ArgumentError,
        "add_random_edge: expected num_nodes as a pair, of sources and destinations, got (4, 4, 4). "
        "Use num_nodes=(of_sources, of_destinations).",
    ),
    "no number of nodes": (
        lambda: utils.add_self_loops(EDGES, num_nodes=()),
        ArgumentError,
        "add_self_loops: expected num_nodes as a pair, of sources and destinations, got (). "
        "Use num_nodes=(of_sources, of_destinations).",
    ),
    "alpha of 0": (
        lambda: utils.get_ppr(EDGES, alpha=0.0),
        ArgumentError,
        "get_ppr: expected alpha above 0 and at most 1, got 0.0. It is the probability to start again.",
    ),
    "eps of 0": (
        lambda: utils.get_ppr(EDGES, eps=0.0),
        ArgumentError,
        "get_ppr: expected eps above 0, got 0.0. Use 1e-5, or smaller for more entries.",
    ),
    "target outside": (
        lambda: utils.get_ppr(EDGES, target=torch.tensor([4])),
        NodeIndexError,
        "get_ppr: expected target values in 0..3, got 4 at position 0. Pass num_nodes, or leave them out.",
    ),
    "negative number of nodes": (
        lambda: utils.erdos_renyi_graph(-1, 0.5),
        ArgumentError,
        "erdos_renyi_graph: expected num_nodes of 0 or more, got -1. Pass how many there are.",
    ),
    "negative block": (
        lambda: utils.stochastic_blockmodel_graph([3, -2], [[0.1, 0.1], [0.1, 0.1]]),
        ArgumentError,
        "stochastic_blockmodel_graph: expected block_sizes of 0 or more, got -2. Pass how many there are.",
    ),
    "ragged probabilities": (
        lambda: utils.stochastic_blockmodel_graph([1, 1], [[0.5], [0.5, 0.5]]),
        DTypeError,
        "stochastic_blockmodel_graph: expected edge_probs as a matrix of numbers, got [[0.5], [0.5, 0.5]]. "
        "Give each block a row of equal length.",
    ),
    "number of nodes that is none": (
        lambda: utils.scatter(X, INDEX, dim_size=2.5),
        DTypeError,
        "scatter: expected dim_size as an int, got 2.5. Use int(dim_size).",
    ),
    "negative number of edges' nodes": (
        lambda: utils.get_laplacian(EDGES[:, :0], num_nodes=-3),
        ArgumentError,
        "get_laplacian: expected num_nodes of 0 or more, got -3. Pass how many there are.",
    ),
    "probability of a block": (
        lambda: utils.stochastic_blockmodel_graph([3], [[1.5]]),
        ArgumentError,
        "stochastic_blockmodel_graph: expected edge_probs between 0 and 1, got 1.5. It is a probability.",
    ),
    "blocks without probabilities": (
        lambda: utils.stochastic_blockmodel_graph([3, 2], [[0.5]]),
        ShapeError,
        "stochastic_blockmodel_graph: expected edge_probs with a row and a column for each block, got [1, 1] for "
        "block_sizes [2]. edge_probs[a][b] joins block a to block b.",
    ),
    "probabilities that are not symmetric": (
        lambda: utils.stochastic_blockmodel_graph([3, 2], [[0.5, 0.25], [0.75, 0.5]]),
        ArgumentError,
        "stochastic_blockmodel_graph: expected symmetric edge_probs, got 0.25 at [0, 1] and 0.75 at [1, 0]. "
        "Use directed=True, or give both the same value.",
    ),
    "too many edges a node": (
        lambda: utils.barabasi_albert_graph(4, 4),
        ArgumentError,
        "barabasi_albert_graph: expected num_edges in 1..3 for 4 nodes, got 4. "
        "A new node joins nodes that are there already.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_message(name):
    action, error_type, text = CASES[name]
    assert message(error_type, action) == text


@pytest.mark.parametrize(
    ("name", "action", "argument"),
    [
        ("dropout_edge", lambda p: utils.dropout_edge(EDGES, p), "p"),
        ("dropout_node", lambda p: utils.dropout_node(EDGES, p), "p"),
        ("dropout_path", lambda p: utils.dropout_path(EDGES, p), "p"),
        ("mask_feature", lambda p: utils.mask_feature(X, p), "p"),
        ("add_random_edge", lambda p: utils.add_random_edge(EDGES, p), "p"),
        ("erdos_renyi_graph", lambda p: utils.erdos_renyi_graph(4, p), "edge_prob"),
    ],
)
@pytest.mark.parametrize("value", [-0.5, 1.5, float("nan"), "half"])
def test_probabilities(name, action, argument, value):
    assert message(ArgumentError, lambda: action(value)) == (
        f"{name}: expected {argument} between 0 and 1, got {value!r}. It is a probability."
    )


@pytest.mark.parametrize(
    ("name", "argument", "action"),
    [
        ("scatter", "src", lambda value: utils.scatter(value, INDEX)),
        ("scatter", "index", lambda value: utils.scatter(X, value)),
        ("segment", "src", lambda value: utils.segment(value, INDEX)),
        ("segment", "ptr", lambda value: utils.segment(X, value)),
        ("softmax", "src", lambda value: utils.softmax(value, INDEX)),
        ("softmax", "index", lambda value: utils.softmax(X, value)),
        ("group_argsort", "src", lambda value: utils.group_argsort(value, INDEX)),
        ("group_cat", "src", lambda value: utils.group_cat([value], [INDEX])),
        ("cumsum", "x", utils.cumsum),
        ("index_sort", "inputs", utils.index_sort),
        ("map_index", "src", lambda value: utils.map_index(value, INDEX)),
        ("map_index", "index", lambda value: utils.map_index(INDEX, value)),
        ("one_hot", "index", utils.one_hot),
        ("mask_select", "src", lambda value: utils.mask_select(value, 0, INDEX)),
        ("mask_select", "mask", lambda value: utils.mask_select(X, 0, value)),
        ("index_to_mask", "index", utils.index_to_mask),
        ("mask_to_index", "mask", utils.mask_to_index),
        ("to_dense_adj", "batch", lambda value: utils.to_dense_adj(EDGES, value)),
        ("to_dense_batch", "x", utils.to_dense_batch),
        ("to_dense_batch", "batch", lambda value: utils.to_dense_batch(X, value)),
        ("dense_to_sparse", "adj", utils.dense_to_sparse),
        ("dense_to_sparse", "mask", lambda value: utils.dense_to_sparse(torch.ones(1, 2, 2), value)),
        ("unbatch", "src", lambda value: utils.unbatch(value, INDEX)),
        ("unbatch", "batch", lambda value: utils.unbatch(X, value)),
        ("homophily", "y", lambda value: utils.homophily(EDGES, value)),
        ("shuffle_node", "x", utils.shuffle_node),
        ("mask_feature", "x", utils.mask_feature),
        ("get_ppr", "target", lambda value: utils.get_ppr(EDGES, target=value)),
        ("subgraph", "edge_attr", lambda value: utils.subgraph([0], EDGES, value)),
        ("get_laplacian", "edge_weight", lambda value: utils.get_laplacian(EDGES, value)),
    ],
)
def test_lists_and_arrays(name, argument, action):
    assert message(DTypeError, lambda: action([0, 1])) == (
        f"{name}: expected {argument} as a torch.Tensor, got list. Use torch.tensor({argument})."
    )
    assert message(DTypeError, lambda: action(np.array([0, 1]))) == (
        f"{name}: expected {argument} as a torch.Tensor, got numpy.ndarray. Use torch.from_numpy({argument})."
    )


ON_EDGES = {
    "add_random_edge": utils.add_random_edge,
    "assortativity": utils.assortativity,
    "bipartite_subgraph": lambda edges: utils.bipartite_subgraph(([0], [1]), edges),
    "dropout_edge": utils.dropout_edge,
    "dropout_node": utils.dropout_node,
    "dropout_path": utils.dropout_path,
    "get_laplacian": utils.get_laplacian,
    "get_ppr": utils.get_ppr,
    "get_self_loop_attr": utils.get_self_loop_attr,
    "homophily": lambda edges: utils.homophily(edges, BATCH),
    "k_hop_subgraph": lambda edges: utils.k_hop_subgraph(0, 1, edges),
    "remove_isolated_nodes": utils.remove_isolated_nodes,
    "segregate_self_loops": utils.segregate_self_loops,
    "subgraph": lambda edges: utils.subgraph([0], edges),
    "to_dense_adj": utils.to_dense_adj,
    "to_torch_coo_tensor": utils.to_torch_coo_tensor,
    "to_torch_csc_tensor": utils.to_torch_csc_tensor,
    "to_torch_csr_tensor": utils.to_torch_csr_tensor,
    "to_torch_sparse_tensor": utils.to_torch_sparse_tensor,
    "unbatch_edge_index": lambda edges: utils.unbatch_edge_index(edges, BATCH),
}


@pytest.mark.parametrize("name", ON_EDGES)
def test_wrong_edges(name):
    function = ON_EDGES[name]
    assert message(ShapeError, lambda: function(EDGES.t())) == (
        f"{name}: expected edge_index of shape [2, edges], got [3, 2]. It looks transposed: use edge_index.t()."
    )
    assert message(DTypeError, lambda: function(EDGES.float())) == (
        f"{name}: expected integer edge_index, got float32. Use edge_index.long()."
    )
    if name not in ("dropout_edge", "segregate_self_loops"):  # these look at no other end
        text = message(NodeIndexError, lambda: function(torch.tensor([[0, 1], [1, -2]])))
        assert text.startswith(f"{name}: expected edge_index values in ")
        assert "got node -2 as destination of edge 1" in text


def test_a_node_beyond_the_classes_is_named():
    assert message(NodeIndexError, lambda: utils.homophily(EDGES, BATCH[:3])).startswith(
        "homophily: expected edge_index values in 0..2, got node 3 as destination of edge 2"
    )
    assert message(NodeIndexError, lambda: utils.unbatch_edge_index(EDGES, BATCH[:3])).startswith(
        "unbatch_edge_index: expected edge_index values in 0..2, got node 3 as destination of edge 2"
    )
    assert message(NodeIndexError, lambda: utils.add_random_edge(EDGES, num_nodes=(4, 3))).startswith(
        "add_random_edge: expected edge_index values in 0..2, got node 3 as destination of edge 2"
    )
