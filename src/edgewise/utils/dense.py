"""Graphs of a batch as padded blocks of one dense tensor, and dense matrices as edges."""

import warnings

import torch

from edgewise._typing import Bool, EdgeIndex, Int, Shaped, Tensor
from edgewise.errors import DTypeError, EdgewiseWarning, ShapeError
from edgewise.utils._arguments import (
    as_count,
    check_attributes,
    check_index,
    check_rows,
    check_tensor,
    check_within_graphs,
    count_nodes,
    graph_sizes,
)
from edgewise.utils.maps import cumsum

__all__ = ["dense_to_sparse", "to_dense_adj", "to_dense_batch"]


def to_dense_adj(
    edge_index: EdgeIndex,
    batch: Int[Tensor, " nodes"] | None = None,
    edge_attr: Shaped[Tensor, "edges *width"] | None = None,
    max_num_nodes: int | None = None,
    batch_size: int | None = None,
) -> Tensor:
    """Return the adjacency matrix of each graph of a batch, padded with zeros to the same size.

    Args:
        edge_index: The edges, each within one graph.
        batch: The graph of each node, in order. Default: all in one.
        edge_attr: One row an edge; those of equal edges are added. Default: 1.
        max_num_nodes: The size of a matrix; edges of nodes beyond it are left out. Default: that of the largest graph.
        batch_size: How many graphs there are. Default: one more than the last in ``batch``.

    Shape:
        edge_index ``[2, edges]`` · batch ``[nodes]`` · edge_attr ``[edges, *width]`` →
        ``[graphs, max_num_nodes, max_num_nodes, *width]``, row = source

    Raises:
        ArgumentError: ``batch`` is not in order.
        DataError: An edge joins nodes of two graphs. PyG writes that somewhere.
        NodeIndexError: An edge names a node outside of ``batch``, or ``batch`` a graph outside of ``batch_size``.
        ShapeError: ``edge_attr`` does not have one row an edge.

    Cost: O(graphs · max_num_nodes² · width): for small graphs.

    Example:
        >>> edge_index = torch.tensor([[0, 1, 2], [1, 0, 2]])
        >>> to_dense_adj(edge_index, torch.tensor([0, 0, 1])).tolist()
        [[[0.0, 1.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]]
    """
    caller = "to_dense_adj"
    if batch is not None:
        check_index(batch, None, "batch", "", caller=caller, values=False)
    nodes = count_nodes(edge_index, None if batch is None else batch.shape[0], caller=caller)
    if batch is None:
        batch = torch.zeros(nodes, dtype=torch.long, device=edge_index.device)
    sizes = graph_sizes(batch, batch_size, caller=caller)
    graphs = sizes.shape[0] if batch_size is not None else max(sizes.shape[0], 1)
    if edge_attr is None:
        edge_attr = torch.ones(edge_index.shape[1], device=edge_index.device)
    check_attributes([edge_attr], edge_index, caller=caller)
    graph = check_within_graphs(edge_index, batch, caller=caller)
    first = cumsum(sizes).index_select(0, graph)
    row, column = edge_index[0] - first, edge_index[1] - first
    if max_num_nodes is None:
        max_num_nodes = int(sizes.max()) if sizes.shape[0] else 0
    max_num_nodes = as_count(max_num_nodes, "max_num_nodes", caller=caller)
    fits = ((row < max_num_nodes) & (column < max_num_nodes)).nonzero().squeeze(1)
    if fits.shape[0] < row.shape[0]:
        graph, row, column, edge_attr = (part.index_select(0, fits) for part in (graph, row, column, edge_attr))
    shape = (graphs, max_num_nodes, max_num_nodes, *edge_attr.shape[1:])
    flat = edge_attr.new_zeros(graphs * max_num_nodes**2, *edge_attr.shape[1:])
    place = (graph.long() * max_num_nodes + row) * max_num_nodes + column
    return flat.index_add(0, place, edge_attr).view(shape)


def to_dense_batch(
    x: Shaped[Tensor, "nodes *width"],
    batch: Int[Tensor, " nodes"] | None = None,
    fill_value: float = 0.0,
    max_num_nodes: int | None = None,
    batch_size: int | None = None,
) -> tuple[Shaped[Tensor, "graphs max_num_nodes *width"], Bool[Tensor, "graphs max_num_nodes"]]:
    """Put the nodes of each graph of a batch into a block of rows, filled up to the same length.

    Args:
        x: One row a node.
        batch: The graph of each node, in order. Default: all in one.
        fill_value: What stands in rows that are no node.
        max_num_nodes: The length of a block; nodes beyond it are left out. Default: that of the largest graph.
        batch_size: How many graphs there are. Default: one more than the last in ``batch``.

    Shape:
        x ``[nodes, *width]`` · batch ``[nodes]`` → ``[graphs, max_num_nodes, *width]``, and which rows are nodes
        ``[graphs, max_num_nodes]`` boolean

    Raises:
        ArgumentError: ``batch`` is not in order.
        NodeIndexError: ``batch`` names a graph outside of ``batch_size``.
        ShapeError: ``batch`` does not have one entry a node.

    Cost: O(graphs · max_num_nodes · width).

    Example:
        >>> blocks, is_node = to_dense_batch(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0, 0, 1]))
        >>> blocks.tolist(), is_node.tolist()
        ([[1.0, 2.0], [3.0, 0.0]], [[True, True], [True, False]])
    """
    check_rows(x, "x", caller="to_dense_batch")
    nodes = x.shape[0]
    if batch is None:
        if max_num_nodes is None:
            return x.unsqueeze(0), torch.ones(1, nodes, dtype=torch.bool, device=x.device)
        batch = torch.zeros(nodes, dtype=torch.long, device=x.device)
    sizes = graph_sizes(batch, batch_size, caller="to_dense_batch", rows=nodes)
    graphs = sizes.shape[0] if batch_size is not None else max(sizes.shape[0], 1)
    if max_num_nodes is None:
        max_num_nodes = int(sizes.max()) if sizes.shape[0] else 0
    max_num_nodes = as_count(max_num_nodes, "max_num_nodes", caller="to_dense_batch")
    place = torch.arange(nodes, device=x.device) - cumsum(sizes).index_select(0, batch)
    # Rows that do not fit go behind the last block, and are cut off with it: no size depends on how many there are.
    end = graphs * max_num_nodes
    place = torch.where(place < max_num_nodes, batch * max_num_nodes + place, end)
    blocks = x.new_full((end + 1, *x.shape[1:]), fill_value).index_copy(0, place, x)
    is_node = torch.zeros(end + 1, dtype=torch.bool, device=x.device).index_fill_(0, place, value=True)
    return blocks[:end].view(graphs, max_num_nodes, *x.shape[1:]), is_node[:end].view(graphs, max_num_nodes)


def dense_to_sparse(adj: Tensor, mask: Bool[Tensor, "graphs nodes"] | None = None) -> tuple[Tensor, Tensor]:
    """Return the edges and values of dense adjacency matrices: every entry that is not 0.

    Args:
        adj: One matrix, row = source, or one for each graph of a batch.
        mask: Which rows and columns of each graph's matrix are nodes; the others are left out. Default: all.

    Shape:
        adj ``[nodes, nodes]`` or ``[graphs, nodes, nodes]`` · mask ``[graphs, nodes]`` → ``[2, edges]``, ``[edges]``,
        where nodes of a batch are counted on from graph to graph

    Raises:
        ShapeError: ``adj`` has other axes, or ``mask`` does not have one entry a node.
        DTypeError: ``mask`` is not boolean.

    Cost: O(size of ``adj``).

    Source: PyG's ``dense_to_sparse``, which looks at the rows of ``mask`` alone.

    Example:
        >>> edges, values = dense_to_sparse(torch.tensor([[3, 1], [2, 0]]))
        >>> edges.tolist(), values.tolist()
        ([[0, 0, 1], [0, 1, 0]], [3, 1, 2])
    """
    check_tensor(adj, "adj", caller="dense_to_sparse")
    if adj.dim() not in (2, 3):
        message = (
            f"dense_to_sparse: expected adj of shape [nodes, nodes] or [graphs, nodes, nodes], got {list(adj.shape)}. "
            "Pass a matrix, or one for each graph."
        )
        raise ShapeError(message)
    if mask is not None and adj.dim() == 2:
        message = "dense_to_sparse: mask is ignored for a single matrix. Pass adj.unsqueeze(0) and mask.unsqueeze(0)."
        warnings.warn(message, EdgewiseWarning, stacklevel=2)
    if adj.dim() == 2:
        entry = adj.nonzero(as_tuple=True)
        return torch.stack(entry), adj[entry]
    graph, row, column = entry = adj.nonzero(as_tuple=True)
    if mask is None:
        rows, columns = adj.shape[1:]
        return torch.stack([graph * rows + row, graph * columns + column]), adj[entry]
    _check_mask(mask, adj)
    kept = mask[graph, row] & mask[graph, column]
    number = (mask.flatten().cumsum(0) - 1).view(mask.shape)
    graph, row, column = entry = tuple(part[kept] for part in entry)
    return torch.stack([number[graph, row], number[graph, column]]), adj[entry]


def _check_mask(mask: Tensor, adj: Tensor) -> None:
    check_tensor(mask, "mask", caller="dense_to_sparse")
    if mask.dtype != torch.bool:
        kind = str(mask.dtype).removeprefix("torch.")
        message = f"dense_to_sparse: expected boolean mask, got {kind}. Use mask.bool()."
        raise DTypeError(message)
    if adj.shape[1] != adj.shape[2] or mask.shape != adj.shape[:2]:
        message = (
            f"dense_to_sparse: expected square matrices, and mask of shape {list(adj.shape[:2])} for adj "
            f"{list(adj.shape)}, got {list(mask.shape)}. mask says which rows of each matrix are nodes."
        )
        raise ShapeError(message)
