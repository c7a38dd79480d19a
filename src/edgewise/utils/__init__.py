"""Functions on ``edge_index`` under the names by which the field knows them.

They open at first use: a layer that needs one of them does not wait for the others.
"""

from typing import TYPE_CHECKING

from edgewise._lazy import lazy_exports

# At once, for this module and its function share a name, which the import of the module would take.
from edgewise.utils.negative_sampling import (
    batched_negative_sampling,
    negative_sampling,
    structured_negative_sampling,
    structured_negative_sampling_feasible,
)

if TYPE_CHECKING:
    from edgewise.utils._homophily import assortativity, homophily
    from edgewise.utils._scatter import group_argsort, group_cat, scatter, segment
    from edgewise.utils._softmax import softmax
    from edgewise.utils._subgraph import bipartite_subgraph, k_hop_subgraph, subgraph
    from edgewise.utils._unbatch import unbatch, unbatch_edge_index
    from edgewise.utils.augmentation import add_random_edge, mask_feature, shuffle_node
    from edgewise.utils.dense import dense_to_sparse, to_dense_adj, to_dense_batch
    from edgewise.utils.dropout import dropout_edge, dropout_node, dropout_path
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
    from edgewise.utils.points import knn_graph, radius_graph
    from edgewise.utils.ppr import get_ppr
    from edgewise.utils.random_graphs import barabasi_albert_graph, erdos_renyi_graph, stochastic_blockmodel_graph
    from edgewise.utils.sparse import (
        is_sparse,
        is_torch_sparse_tensor,
        to_edge_index,
        to_torch_coo_tensor,
        to_torch_csc_tensor,
        to_torch_csr_tensor,
        to_torch_sparse_tensor,
    )
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
    "from_dgl",
    "from_networkx",
    "from_rdmol",
    "from_scipy_sparse_matrix",
    "from_smiles",
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
    "knn_graph",
    "map_index",
    "mask_feature",
    "mask_select",
    "mask_to_index",
    "negative_sampling",
    "one_hot",
    "radius_graph",
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
    "to_dgl",
    "to_edge_index",
    "to_networkx",
    "to_rdmol",
    "to_scipy_sparse_matrix",
    "to_smiles",
    "to_torch_coo_tensor",
    "to_torch_csc_tensor",
    "to_torch_csr_tensor",
    "to_torch_sparse_tensor",
    "to_undirected",
    "unbatch",
    "unbatch_edge_index",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "edgewise.utils._homophily": ("assortativity", "homophily"),
        "edgewise.utils._scatter": ("group_argsort", "group_cat", "scatter", "segment"),
        "edgewise.utils._softmax": ("softmax",),
        "edgewise.utils._subgraph": ("bipartite_subgraph", "k_hop_subgraph", "subgraph"),
        "edgewise.utils._unbatch": ("unbatch", "unbatch_edge_index"),
        "edgewise.utils.augmentation": ("add_random_edge", "mask_feature", "shuffle_node"),
        "edgewise.utils.dense": ("dense_to_sparse", "to_dense_adj", "to_dense_batch"),
        "edgewise.utils.dropout": ("dropout_edge", "dropout_node", "dropout_path"),
        "edgewise.utils.isolated": (
            "contains_isolated_nodes",
            "contains_self_loops",
            "degree",
            "remove_isolated_nodes",
            "remove_self_loops",
        ),
        "edgewise.utils.laplacian": ("get_laplacian",),
        "edgewise.utils.loop": (
            "add_remaining_self_loops",
            "add_self_loops",
            "get_self_loop_attr",
            "segregate_self_loops",
        ),
        "edgewise.utils.maps": ("cumsum", "index_sort", "map_index", "one_hot"),
        "edgewise.utils.masks": ("index_to_mask", "mask_select", "mask_to_index"),
        "edgewise.utils.points": ("knn_graph", "radius_graph"),
        "edgewise.utils.ppr": ("get_ppr",),
        "edgewise.utils.random_graphs": ("barabasi_albert_graph", "erdos_renyi_graph", "stochastic_blockmodel_graph"),
        "edgewise.utils.sparse": (
            "is_sparse",
            "is_torch_sparse_tensor",
            "to_edge_index",
            "to_torch_coo_tensor",
            "to_torch_csc_tensor",
            "to_torch_csr_tensor",
            "to_torch_sparse_tensor",
        ),
        "edgewise.utils.undirected": ("coalesce", "is_undirected", "sort_edge_index", "to_undirected"),
        # The field looks for these here, but they make and take Data, so they live above.
        "edgewise.io.networkx": ("from_networkx", "to_networkx"),
        "edgewise.io.scipy": ("from_scipy_sparse_matrix", "to_scipy_sparse_matrix"),
        "edgewise.io.dgl": ("from_dgl", "to_dgl"),
        "edgewise.io.smiles": ("from_rdmol", "from_smiles", "to_rdmol", "to_smiles"),
    },
)
