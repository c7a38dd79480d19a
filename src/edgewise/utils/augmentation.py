"""A graph changed at random: features masked, rows shuffled, edges added."""

import torch

from edgewise._checks import check_edge_index, check_node_range
from edgewise._typing import Bool, EdgeIndex, Int, Shaped, Tensor
from edgewise.errors import ArgumentError, ShapeError
from edgewise.utils._arguments import (
    as_count,
    check_choice,
    check_pair,
    check_probability,
    check_rows,
    check_tensor,
    count_nodes,
    graph_sizes,
)
from edgewise.utils.maps import index_sort
from edgewise.utils.negative_sampling import negative_sampling

__all__ = ["add_random_edge", "mask_feature", "shuffle_node"]


def shuffle_node(
    x: Shaped[Tensor, "nodes *width"],
    batch: Int[Tensor, " nodes"] | None = None,
    training: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
) -> tuple[Tensor, Tensor]:
    """Shuffle the rows of node features, within each graph of a batch.

    Args:
        x: One row a node.
        batch: The graph of each node, in order. Default: all in one.
        training: ``False`` leaves everything in place.

    Shape:
        x ``[nodes, *width]`` · batch ``[nodes]`` → the same, and where each row stood ``[nodes]``

    Raises:
        ArgumentError: ``batch`` is not in order.
        ShapeError: ``batch`` does not have one entry a node.

    Cost: O(size of ``x``), and with ``batch`` a radix sort. Draws from torch's generator: without ``batch`` the same
    permutation as PyG's.

    Example:
        >>> x, order = shuffle_node(torch.arange(4), torch.tensor([0, 0, 1, 1]))
        >>> sorted(x[:2].tolist()), sorted(x[2:].tolist()), torch.equal(x, order)
        ([0, 1], [2, 3], True)
    """
    check_rows(x, "x", caller="shuffle_node")
    if not training:
        return x, torch.arange(x.shape[0], device=x.device)
    order = torch.randperm(x.shape[0], device=x.device)
    if batch is not None:
        graph_sizes(batch, None, caller="shuffle_node", rows=x.shape[0])
        order = order[index_sort(batch[order])[1]]
    return x.index_select(0, order), order


def mask_feature(
    x: Shaped[Tensor, "nodes in"],
    p: float = 0.5,
    mode: str = "col",
    fill_value: float = 0.0,
    training: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
) -> tuple[Tensor, Bool[Tensor, "rows columns"]]:
    """Overwrite features with probability ``p``.

    Args:
        x: One row a node.
        p: The probability.
        mode: What is drawn for: ``"col"``, a feature of all nodes; ``"row"``, a node; ``"all"``, each number.
        fill_value: What is written over features.
        training: ``False`` leaves everything in place.

    Shape:
        x ``[nodes, in]`` → the same, and what was kept: boolean ``[1, in]``, ``[nodes, 1]`` or ``[nodes, in]``, the
        latter also where nothing is overwritten

    Raises:
        ArgumentError: ``p`` is not between 0 and 1, or an unknown ``mode``.
        ShapeError: ``x`` is not ``[nodes, in]``.

    Cost: O(size of ``x``). Draws from torch's generator, as PyG does: the same seed masks the same.

    Example:
        >>> mask_feature(torch.ones(2, 3), p=1.0, mode="row")[1].tolist()
        [[False], [False]]
    """
    check_probability(p, caller="mask_feature")
    check_choice(mode, "mode", ("row", "col", "all"), caller="mask_feature")
    check_tensor(x, "x", caller="mask_feature")
    if x.dim() != 2:
        message = f"mask_feature: expected x of shape [nodes, in], got {list(x.shape)}. Use x.flatten(1)."
        raise ShapeError(message)
    if not training or p == 0.0:
        return x, torch.ones_like(x, dtype=torch.bool)
    if mode == "all":
        mask = torch.rand_like(x) >= p
    else:
        axis = 0 if mode == "row" else 1
        mask = (torch.rand(x.shape[axis], device=x.device) >= p).unsqueeze(1 - axis)
    return x.masked_fill(~mask, fill_value), mask


def add_random_edge(
    edge_index: EdgeIndex,
    p: float = 0.5,
    force_undirected: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    num_nodes: int | tuple[int, int] | None = None,
    training: bool = True,  # noqa: FBT001, FBT002
) -> tuple[Tensor, Tensor]:
    """Add edges between random nodes that no edge joins.

    Args:
        edge_index: The edges.
        p: How many are added, relative to those there are.
        force_undirected: Add both directions of an edge.
        num_nodes: How many nodes there are; of a bipartite graph ``(num_src, num_dst)``. Default: one more than the
            largest in ``edge_index``.
        training: ``False`` adds none.

    Shape:
        edge_index ``[2, edges]`` → ``[2, edges + added]``, ``[2, added]``

    Raises:
        ArgumentError: ``p`` is not between 0 and 1; more than two ``num_nodes``; or ``force_undirected`` for a
            bipartite graph.
        NodeIndexError: An edge names a node outside of ``num_nodes``.

    Cost: that of :func:`~edgewise.utils.negative_sampling`. Draws from torch's generator.

    Example:
        >>> edges, added = add_random_edge(torch.tensor([[0, 1], [1, 2]]), p=0.5)
        >>> edges.shape, added.shape
        (torch.Size([2, 3]), torch.Size([2, 1]))
    """
    check_edge_index(edge_index, caller="add_random_edge")
    check_probability(p, caller="add_random_edge")
    if force_undirected and isinstance(num_nodes, tuple | list):
        message = (
            f"add_random_edge: expected one num_nodes with force_undirected=True, got {num_nodes}. "
            "Edges of a bipartite graph have no opposite."
        )
        raise ArgumentError(message)
    if isinstance(num_nodes, tuple | list):
        check_pair(num_nodes, "num_nodes", caller="add_random_edge")
        num_src, num_dst = (as_count(count, "num_nodes", caller="add_random_edge") for count in num_nodes)
        num_nodes = (num_src, num_dst)
        check_node_range(edge_index, *num_nodes, caller="add_random_edge")
    else:
        num_nodes = count_nodes(edge_index, num_nodes, caller="add_random_edge")
    if not training or p == 0.0:
        return edge_index, edge_index[:, :0]
    added = negative_sampling(
        edge_index, num_nodes, num_neg_samples=round(edge_index.shape[1] * p), force_undirected=force_undirected
    )
    return torch.cat([edge_index, added.to(edge_index.dtype)], dim=1), added
