"""All nodes of a graph to one row: sum, mean and maximum."""

import torch

from edgewise._memo import TensorMemo
from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.ops import segment_reduce

__all__ = ["check_batch", "count_graphs", "global_add_pool", "global_max_pool", "global_mean_pool"]

_memo = TensorMemo()


def global_add_pool(
    x: Float[Tensor, "*shape"], batch: Int[Tensor, " nodes"] | None, size: int | None = None
) -> Float[Tensor, "*pooled"]:
    r"""Add up the nodes of each graph.

    .. math:: r_g = \sum_{i : \mathrm{batch}_i = g} x_i

    Args:
        x: Node features.
        batch: The graph of each node, in any order. ``None``: all nodes are one graph.
        size: How many graphs there are. Default: one more than the largest in ``batch``; while ``torch.compile`` traces
            a full graph it must be given.

    Shape:
        x ``[nodes, in]``, ``[nodes]`` or ``[copies, nodes, in]`` · batch ``[nodes]`` → ``[graphs, in]``, ``[graphs]``
        or ``[copies, graphs, in]``; without ``batch`` one graph, and ``[copies, in]``

    Raises:
        DTypeError: ``x`` is not floating, or ``batch`` not integer.
        ShapeError: ``batch`` does not have one number a node.
        ArgumentError: A number of ``batch`` below 0, or not below ``size``.

    Cost: O(nodes · in) time, O(graphs · in) memory; one counting sort, kept with ``batch``, where that is not sorted.
    No atomics: the same bits on any number of threads.

    Source: names and shapes are PyG's. A graph without nodes gets 0.

    Example:
        >>> global_add_pool(torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([0, 1, 1])).tolist()
        [[1.0], [6.0]]
    """
    return _pool(x, batch, size, "sum", "global_add_pool")


def global_mean_pool(
    x: Float[Tensor, "*shape"], batch: Int[Tensor, " nodes"] | None, size: int | None = None
) -> Float[Tensor, "*pooled"]:
    r"""Average the nodes of each graph.

    .. math:: r_g = \frac{1}{N_g} \sum_{i : \mathrm{batch}_i = g} x_i

    Args, shapes, errors and cost are those of :func:`global_add_pool`.

    Example:
        >>> global_mean_pool(torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([0, 1, 1])).tolist()
        [[1.0], [3.0]]
    """
    return _pool(x, batch, size, "mean", "global_mean_pool")


def global_max_pool(
    x: Float[Tensor, "*shape"], batch: Int[Tensor, " nodes"] | None, size: int | None = None
) -> Float[Tensor, "*pooled"]:
    r"""Take the maximum over the nodes of each graph, feature by feature.

    .. math:: r_g = \max_{i : \mathrm{batch}_i = g} x_i

    Args, shapes, errors and cost are those of :func:`global_add_pool`. Nodes that tie share the gradient equally.

    Example:
        >>> global_max_pool(torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([0, 1, 1])).tolist()
        [[1.0], [4.0]]
    """
    return _pool(x, batch, size, "max", "global_max_pool")


def _pool(x: Tensor, batch: Tensor | None, size: int | None, reduce: str, caller: str) -> Tensor:
    if not isinstance(x, Tensor) or not x.is_floating_point() or x.dim() == 0:
        kind = f"{str(x.dtype).removeprefix('torch.')} {list(x.shape)}" if isinstance(x, Tensor) else type(x).__name__
        message = f"{caller}: expected x as a floating tensor of nodes, got {kind}. Use x.float()."
        raise DTypeError(message)
    axis = max(x.dim() - 2, 0)
    rows, one_graph = x.movedim(axis, 0), batch is None
    if batch is None:
        batch, size = torch.zeros(rows.shape[0], dtype=torch.int64, device=x.device), 1
    check_batch(batch, rows.shape[0], caller)
    graphs = count_graphs(batch, size, caller)
    out = segment_reduce(rows, batch, graphs, reduce).movedim(0, axis)
    return out.squeeze(axis) if one_graph and x.dim() > 2 else out


def check_batch(batch: Tensor, nodes: int, caller: str) -> None:
    """Check that ``batch`` has one whole number a node; reads no value.

    Raises:
        DTypeError: Not an integer tensor.
        ShapeError: Not ``[nodes]``.
    """
    if not isinstance(batch, Tensor) or batch.dtype not in (torch.int64, torch.int32):
        kind = str(batch.dtype).removeprefix("torch.") if isinstance(batch, Tensor) else type(batch).__name__
        message = f"{caller}: expected batch as an integer tensor, got {kind}. Pass data.batch."
        raise DTypeError(message)
    if batch.shape != (nodes,):
        message = (
            f"{caller}: expected batch of shape [{nodes}], one graph number a node, got {list(batch.shape)}. "
            "Pass data.batch of the same batch as x."
        )
        raise ShapeError(message)


def count_graphs(batch: Int[Tensor, " nodes"], size: int | None, caller: str) -> int:
    """Return ``size``, or by default one more than the largest number of ``batch``, which is read once.

    Raises:
        ArgumentError: A number below 0, or not below ``size``.
    """
    if size is not None and torch.compiler.is_compiling():
        return size
    low, high = _memo.get((batch,), "range", lambda: _range(batch))
    if low < 0:
        message = f"{caller}: expected graph numbers of 0 or more in batch, got {low}. Drop those nodes first."
        raise ArgumentError(message)
    if size is not None and high >= size:
        message = (
            f"{caller}: expected size of at least {high + 1}, as batch has graph {high}, got {size}. Leave it out."
        )
        raise ArgumentError(message)
    return high + 1 if size is None else size


def _range(batch: Tensor) -> tuple[int, int]:
    if batch.numel() == 0:
        return 0, -1
    low, high = batch.aminmax()
    return int(low), int(high)
