"""Functions on ``edge_index`` under the names by which the field knows them."""

import importlib
from typing import Any

from edgewise.utils.augmentation import add_random_edge, mask_feature, shuffle_node
from edgewise.utils.dense import dense_to_sparse, to_dense_adj, to_dense_batch
from edgewise.utils.dropout import dropout_edge, dropout_node, dropout_path
from edgewise.utils.homophily import assortativity, homophily
from edgewise.utils.isolated import (
    contains_isolated_nodes,
    contains_self_loops,
    degree,
    remove_isolated_nodes,
    remove_self_loops,
)
from edgewise.utils.laplacian import get_laplacian
from edgewise.utils.loop import add_remaining_self_loops, add_self_loops, get_self_loop_attr, segregate_self_loops
from edgewise.utils.maps import cumsum, index_sort, map_index, one_hot
from edgewise.utils.masks import index_to_mask, mask_select, mask_to_index
from edgewise.utils.negative_sampling import (
    batched_negative_sampling,
    negative_sampling,
    structured_negative_sampling,
    structured_negative_sampling_feasible,
)
from edgewise.utils.ppr import get_ppr
from edgewise.utils.random_graphs import barabasi_albert_graph, erdos_renyi_graph, stochastic_blockmodel_graph
from edgewise.utils.scatter import group_argsort, group_cat, scatter, segment
from edgewise.utils.softmax import softmax
from edgewise.utils.sparse import (
    is_sparse,
    is_torch_sparse_tensor,
    to_edge_index,
    to_torch_coo_tensor,
    to_torch_csc_tensor,
    to_torch_csr_tensor,
    to_torch_sparse_tensor,
)
from edgewise.utils.subgraph import bipartite_subgraph, k_hop_subgraph, subgraph
from edgewise.utils.unbatch import unbatch, unbatch_edge_index
from edgewise.utils.undirected import coalesce, is_undirected, sort_edge_index, to_undirected

__all__ = [
    "add_random_edge",
    "add_remaining_self_loops",
    "add_self_loops",
    "assortativity",
    "barabasi_albert_graph",
    "batched_negative_sampling",
    "bipartite_subgraph",
    "coalesce",
    "contains_isolated_nodes",
    "contains_self_loops",
    "cumsum",
    "degree",
    "dense_to_sparse",
    "dropout_edge",
    "dropout_node",
    "dropout_path",
    "erdos_renyi_graph",
    "from_networkx",
    "get_laplacian",
    "get_ppr",
    "get_self_loop_attr",
    "group_argsort",
    "group_cat",
    "homophily",
    "index_sort",
    "index_to_mask",
    "is_sparse",
    "is_torch_sparse_tensor",
    "is_undirected",
    "k_hop_subgraph",
    "map_index",
    "mask_feature",
    "mask_select",
    "mask_to_index",
    "negative_sampling",
    "one_hot",
    "remove_isolated_nodes",
    "remove_self_loops",
    "scatter",
    "segment",
    "segregate_self_loops",
    "shuffle_node",
    "softmax",
    "sort_edge_index",
    "stochastic_blockmodel_graph",
    "structured_negative_sampling",
    "structured_negative_sampling_feasible",
    "subgraph",
    "to_dense_adj",
    "to_dense_batch",
    "to_edge_index",
    "to_networkx",
    "to_torch_coo_tensor",
    "to_torch_csc_tensor",
    "to_torch_csr_tensor",
    "to_torch_sparse_tensor",
    "to_undirected",
    "unbatch",
    "unbatch_edge_index",
]


def __getattr__(name: str) -> Any:
    # The field looks for these here, but they make and take Data, so they live above and open at first use.
    if name in ("from_networkx", "to_networkx"):
        return getattr(importlib.import_module("edgewise.io.networkx"), name)
    message = f"module 'edgewise.utils' has no attribute {name!r}"
    raise AttributeError(message)
