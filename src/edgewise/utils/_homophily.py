"""Who is linked with whom: whether edges join nodes of the same class, or of similar degree."""

import torch

from edgewise._typing import EdgeIndex, Int, Tensor
from edgewise.errors import DataError, ShapeError
from edgewise.utils._arguments import check_choice, check_index, check_tensor, count_nodes

__all__ = ["assortativity", "homophily"]

_METHODS = ("edge", "node", "edge_insensitive")


def homophily(
    edge_index: EdgeIndex, y: Tensor, batch: Int[Tensor, " nodes"] | None = None, method: str = "edge"
) -> float | Tensor:
    r"""Say how often edges join nodes of the same class.

    .. math:: h_{\mathrm{edge}} = \frac{|\{k : j \to i \mid y_j = y_i\}|}{|E|}, \quad
        h_{\mathrm{node}} = \frac1N \sum_i \frac{|\{k : j \to i \mid y_j = y_i\}|}{|\{k : j \to i\}|}, \quad
        h_{\mathrm{insensitive}} = \frac{1}{C - 1} \sum_c \max\left(0, h_c - \frac{N_c}{N}\right)

    with :math:`h_c` the first for the edges that arrive at nodes of class :math:`c`.

    Args:
        edge_index: The edges.
        y: The class of each node.
        batch: The graph of each node. Default: all in one.
        method: ``"edge"``, ``"node"`` (where a node without edges counts 0) or ``"edge_insensitive"``: which of the
            three.

    Shape:
        edge_index ``[2, edges]`` · y ``[nodes]`` or ``[nodes, 1]`` · batch ``[nodes]`` → a number, or with ``batch``
        ``[graphs]``; a number as well where ``"edge_insensitive"`` finds one graph

    Raises:
        ArgumentError: An unknown ``method``.
        DataError: ``"edge_insensitive"`` with fewer than two classes.
        NodeIndexError: An edge names a node without class; or, with ``"edge_insensitive"``, a negative class.
        ShapeError: ``y`` or ``batch`` does not have one entry a node.

    Cost: O(edges + nodes · classes). Of a graph without edges the first is nan.

    Source: Zhu et al., NeurIPS 2020 (edge); Pei et al., ICLR 2020 (node); Lim et al., NeurIPS 2021 (edge_insensitive).

    Example:
        >>> edge_index, y = torch.tensor([[0, 1, 2, 3], [1, 2, 0, 4]]), torch.tensor([0, 0, 0, 0, 1])
        >>> [round(homophily(edge_index, y, method=method), 6) for method in ("edge", "node", "edge_insensitive")]
        [0.75, 0.6, 0.2]
    """
    check_choice(method, "method", _METHODS, caller="homophily")
    check_tensor(y, "y", caller="homophily")
    y = y.squeeze(-1) if y.dim() > 1 else y
    if y.dim() != 1:
        message = (
            f"homophily: expected y with one class a node, got {list(y.shape)}. Use y.argmax(-1), or one column of it."
        )
        raise ShapeError(message)
    count_nodes(edge_index, y.shape[0], caller="homophily")
    if batch is not None:
        check_index(batch, None, "batch", "Number the graphs from 0.", caller="homophily")
        if batch.shape != y.shape:
            message = (
                f"homophily: expected batch with one entry for each of the {y.shape[0]} nodes, "
                f"got {list(batch.shape)}. It says which graph each node belongs to."
            )
            raise ShapeError(message)
    graph = torch.zeros_like(y, dtype=torch.long) if batch is None else batch
    graphs = 1 if batch is None else int(graph.max()) + 1 if graph.numel() else 0
    target = edge_index[1]
    same = (y[edge_index[0]] == y[target]).double()
    if method == "edge_insensitive":
        out = _insensitive(same, target, y, graph, graphs)
        return float(out) if out.numel() == 1 else out.to(torch.get_default_dtype())
    if method == "node":
        same = _mean(same, target, y.shape[0])
    else:
        graph = graph[target]
    if batch is None:
        return float(same.mean())
    return _mean(same, graph, graphs).to(torch.get_default_dtype())


def _mean(values: Tensor, index: Tensor, size: int) -> Tensor:
    """The mean of the float64 values that share an index; 0 where there is none."""
    total = torch.bincount(index, values, minlength=size)
    return total / torch.bincount(index, minlength=size).clamp(min=1)


def _insensitive(same: Tensor, target: Tensor, y: Tensor, graph: Tensor, graphs: int) -> Tensor:
    check_index(y, None, "y", "Leave out nodes without class.", caller="homophily")
    classes = int(y.max()) + 1 if y.numel() else 0
    if classes < 2:
        message = (
            f'homophily: expected two classes or more in y for method="edge_insensitive", got {classes}. '
            'Use method="edge".'
        )
        raise DataError(message)
    part = graph * classes + y
    ratio = _mean(same, part[target], graphs * classes).view(graphs, classes)
    count = torch.bincount(part, minlength=graphs * classes).view(graphs, classes).double()
    return (ratio - count / count.sum(1, keepdim=True)).clamp(min=0).sum(1) / (classes - 1)


def assortativity(edge_index: EdgeIndex) -> float:
    r"""Say whether edges join nodes of similar degree: from -1 to 1.

    .. math:: r = \mathrm{corr}_{k : j \to i}(d^{\mathrm{out}}_j, d^{\mathrm{in}}_i)

    Args:
        edge_index: The edges.

    Shape:
        edge_index ``[2, edges]`` → a number; nan where all degrees are equal, or there is no edge

    Raises:
        NodeIndexError: A negative node.

    Cost: O(edges + nodes), in float64. PyG builds a dense matrix of degrees.

    Source: Newman, *Mixing patterns in networks*, 2003, eq. 25.

    Example:
        >>> round(assortativity(torch.tensor([[0, 1, 2, 3, 2], [1, 2, 0, 1, 3]])), 6)
        -0.666667
    """
    nodes = count_nodes(edge_index, None, caller="assortativity")
    out, into = (torch.bincount(ends, minlength=nodes)[ends].double() for ends in edge_index)
    out, into = out - out.mean(), into - into.mean()
    return float((out * into).mean() / (out.square().mean() * into.square().mean()).sqrt())
