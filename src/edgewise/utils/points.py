"""Points that are close: the nearest ones, and those within a radius, exactly and in a fixed order."""

import math
from typing import NamedTuple

import numpy as np
import torch

from edgewise._lazy import lazy_import
from edgewise._typing import EdgeIndex, Int, Shaped, Tensor
from edgewise.errors import ArgumentError, DataError, ShapeError
from edgewise.utils._arguments import check_choice, graph_sizes

__all__ = ["knn", "knn_graph", "radius", "radius_graph"]

scipy_spatial = lazy_import("scipy.spatial")

_TREE_DIMENSIONS = 10
"""Up to here a k-d tree visits few points; beyond, nearly all, and a matrix product is faster."""

_BLOCK = 2**22
"""How many numbers a block of distances holds: 32 MB."""

_DECIMALS = 12
"""Angles that differ by less are equal: rounding must not decide who is nearer."""

Points = Shaped[Tensor, "points *dimensions"]


class _Wish(NamedTuple):
    """What to find around each point."""

    k: int
    limit: float = math.inf
    workers: int = 1
    decimals: int | None = None
    """To how many digits distances are told apart; ``None``: all."""


def knn_graph(
    x: Shaped[Tensor, "nodes *dimensions"],
    k: int,
    batch: Int[Tensor, " nodes"] | None = None,
    loop: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    flow: str = "source_to_target",
    cosine: bool = False,  # noqa: FBT001, FBT002
    num_workers: int = 1,
    batch_size: int | None = None,
) -> EdgeIndex:
    """Join each node with the ``k`` nodes nearest to it, nearest first; of equally near ones, lower numbers first.

    Args:
        x: Where each node lies.
        k: How many neighbours a node gets; fewer where its graph has no more.
        batch: The graph of each node, in order; neighbours come from the same graph.
        loop: A node counts among its own neighbours.
        flow: ``"source_to_target"``: edges lead from the neighbours to the node; ``"target_to_source"``: to them.
        cosine: Nearest by the angle at the origin, not by Euclidean distance. Rows of zeros are at right angles to all
            others, and coincide.
        num_workers: How many threads search; the result does not depend on it.
        batch_size: How many graphs there are. Default: one more than the last in ``batch``.

    Shape:
        x ``[nodes, dimensions]`` or ``[nodes]`` · batch ``[nodes]`` → ``[2, edges]``, by node

    Raises:
        ArgumentError: ``k`` is below 1, ``flow`` is unknown, or ``batch`` is not in order.
        ShapeError: ``x`` has more than two axes, or ``batch`` not an entry a node.
        DataError: A coordinate is not finite.

    Cost: up to 10 dimensions, a k-d tree: O(nodes · (k + log nodes)); beyond, or on a GPU, blocks of 32 MB of a matrix
        product, O(nodes² · dimensions). Computed in float64.

    Source: torch_cluster's. Ours gives exactly ``k`` neighbours where points coincide, too.

    Example:
        >>> knn_graph(torch.tensor([[0.0], [1.0], [5.0]]), k=1).tolist()
        [[1, 0, 1], [0, 1, 2]]
    """
    _check_count(k, "k", caller="knn_graph")
    check_choice(flow, "flow", ("source_to_target", "target_to_source"), caller="knn_graph")
    points = _as_points(x, "x", cosine=cosine, caller="knn_graph")
    sizes = _sizes(batch, batch_size, len(points), caller="knn_graph")
    wish = _Wish(k if loop else k + 1, workers=num_workers, decimals=_DECIMALS if cosine else None)
    found = _search(points, points, sizes, sizes, wish)
    return _as_edges(found if loop else _others(found, len(points), k), flow).to(x.device)


def radius_graph(
    x: Shaped[Tensor, "nodes *dimensions"],
    r: float,
    batch: Int[Tensor, " nodes"] | None = None,
    loop: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    max_num_neighbors: int = 32,
    flow: str = "source_to_target",
    num_workers: int = 1,
    batch_size: int | None = None,
) -> EdgeIndex:
    """Join nodes whose distance is at most ``r``, each node with its nearest first.

    Args:
        x: Where each node lies.
        r: The distance.
        batch: The graph of each node, in order; neighbours come from the same graph.
        loop: A node counts among its own neighbours.
        max_num_neighbors: No node gets more neighbours than this: the nearest ones, and of equally near ones those with
            lower numbers. An edge may then lack its opposite.
        flow: ``"source_to_target"``: edges lead from the neighbours to the node; ``"target_to_source"``: to them.
        num_workers: How many threads search; the result does not depend on it.
        batch_size: How many graphs there are. Default: one more than the last in ``batch``.

    Shape:
        x ``[nodes, dimensions]`` or ``[nodes]`` · batch ``[nodes]`` → ``[2, edges]``, by node

    Raises:
        ArgumentError: ``r`` is below 0, ``max_num_neighbors`` below 1, ``flow`` unknown, or ``batch`` not in order.
        ShapeError: ``x`` has more than two axes, or ``batch`` not an entry a node.
        DataError: A coordinate is not finite.

    Cost: as :func:`knn_graph`, with the neighbours that there are for ``k``.

    Source: torch_cluster's. Ours takes the nearest where there are too many, and ``r`` itself still counts.

    Example:
        >>> radius_graph(torch.tensor([[0.0], [1.0], [5.0]]), r=1.5).tolist()
        [[1, 0], [0, 1]]
    """
    _check_count(max_num_neighbors, "max_num_neighbors", caller="radius_graph")
    check_choice(flow, "flow", ("source_to_target", "target_to_source"), caller="radius_graph")
    points = _as_points(x, "x", caller="radius_graph")
    sizes = _sizes(batch, batch_size, len(points), caller="radius_graph")
    limit, most = _as_radius(r, x, caller="radius_graph"), max_num_neighbors
    found = _search(points, points, sizes, sizes, _Wish(most if loop else most + 1, limit, num_workers))
    return _as_edges(found if loop else _others(found, len(points), most), flow).to(x.device)


def knn(
    x: Points,
    y: Shaped[Tensor, "queries *dimensions"],
    k: int,
    batch_x: Int[Tensor, " points"] | None = None,
    batch_y: Int[Tensor, " queries"] | None = None,
    cosine: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    num_workers: int = 1,
    batch_size: int | None = None,
) -> Int[Tensor, "2 pairs"]:
    """Find for each row of ``y`` the ``k`` nearest rows of ``x``, nearest first.

    Args:
        x: Where to search.
        y: For what to search.
        k: How many to find; fewer where there are not so many.
        batch_x: The graph of each row of ``x``, in order.
        batch_y: The graph of each row of ``y``, in order; what is found belongs to the same one.
        cosine: As in :func:`knn_graph`.
        num_workers: How many threads search; the result does not depend on it.
        batch_size: How many graphs there are. Default: one more than the last in either batch.

    Shape:
        x ``[points, dimensions]`` · y ``[queries, dimensions]`` → ``[2, pairs]``: row 0 of ``y``, row 1 of ``x``

    Raises:
        ArgumentError: ``k`` is below 1, or a batch is not in order.
        ShapeError: ``x`` and ``y`` differ in width, or a batch has not an entry a row.
        DataError: A coordinate is not finite.

    Cost: as :func:`knn_graph`.

    Example:
        >>> knn(torch.tensor([[0.0], [1.0], [5.0]]), torch.tensor([[0.2], [4.0]]), k=2).tolist()
        [[0, 0, 1, 1], [0, 1, 2, 1]]
    """
    _check_count(k, "k", caller="knn")
    wish = _Wish(k, workers=num_workers, decimals=_DECIMALS if cosine else None)
    return _pairs(x, y, wish, batch_x, batch_y, batch_size, cosine=cosine, caller="knn")


def radius(
    x: Points,
    y: Shaped[Tensor, "queries *dimensions"],
    r: float,
    batch_x: Int[Tensor, " points"] | None = None,
    batch_y: Int[Tensor, " queries"] | None = None,
    max_num_neighbors: int = 32,
    num_workers: int = 1,
    batch_size: int | None = None,
) -> Int[Tensor, "2 pairs"]:
    """Find for each row of ``y`` the rows of ``x`` at a distance of at most ``r``, nearest first.

    Args:
        x: Where to search.
        y: For what to search.
        r: The distance.
        batch_x: The graph of each row of ``x``, in order.
        batch_y: The graph of each row of ``y``, in order; what is found belongs to the same one.
        max_num_neighbors: Find no more than this: the nearest ones.
        num_workers: How many threads search; the result does not depend on it.
        batch_size: How many graphs there are. Default: one more than the last in either batch.

    Shape:
        x ``[points, dimensions]`` · y ``[queries, dimensions]`` → ``[2, pairs]``: row 0 of ``y``, row 1 of ``x``

    Raises:
        ArgumentError: ``r`` is below 0, ``max_num_neighbors`` below 1, or a batch is not in order.
        ShapeError: ``x`` and ``y`` differ in width, or a batch has not an entry a row.
        DataError: A coordinate is not finite.

    Cost: as :func:`radius_graph`.

    Example:
        >>> radius(torch.tensor([[0.0], [1.0], [5.0]]), torch.tensor([[0.2], [4.0]]), r=1.0).tolist()
        [[0, 0, 1], [0, 1, 2]]
    """
    _check_count(max_num_neighbors, "max_num_neighbors", caller="radius")
    wish = _Wish(max_num_neighbors, _as_radius(r, x, caller="radius"), num_workers)
    return _pairs(x, y, wish, batch_x, batch_y, batch_size, caller="radius")


def _pairs(
    x: Tensor,
    y: Tensor,
    wish: _Wish,
    batch_x: Tensor | None,
    batch_y: Tensor | None,
    batch_size: int | None,
    *,
    caller: str,
    cosine: bool = False,
) -> Tensor:
    points = _as_points(x, "x", cosine=cosine, caller=caller)
    queries = _as_points(y, "y", cosine=cosine, caller=caller)
    if points.shape[1] != queries.shape[1]:
        message = (
            f"{caller}: expected y as wide as x, {points.shape[1] - cosine}, got {queries.shape[1] - cosine}. "
            "Both hold a point a row."
        )
        raise ShapeError(message)
    sizes = _sizes(batch_x, batch_size, len(points), caller=caller)
    wanted = _sizes(batch_y, batch_size, len(queries), caller=caller)
    graphs = max(len(sizes), len(wanted))
    sizes += [0] * (graphs - len(sizes))
    wanted += [0] * (graphs - len(wanted))
    return torch.stack(_search(points, queries, sizes, wanted, wish)).to(x.device)


def _search(x: Tensor, y: Tensor, sizes: list[int], wanted: list[int], wish: _Wish) -> tuple[Tensor, Tensor]:
    """Search graph by graph: rows of ``y`` in order, and what each found in ``x``."""
    rows, columns = [], []
    first_x, first_y = 0, 0
    in_tree = 0 < x.shape[1] <= _TREE_DIMENSIONS and x.device.type == "cpu"
    for points, queries in zip(sizes, wanted, strict=True):
        if points and queries:
            there, here = x[first_x : first_x + points], y[first_y : first_y + queries]
            fitting = wish._replace(k=min(wish.k, points))
            row, column = (
                _in_tree(there.numpy(), here.numpy(), fitting) if in_tree else _in_blocks(there, here, fitting)
            )
            rows.append(row + first_y)
            columns.append(column + first_x)
        first_x, first_y = first_x + points, first_y + queries
    nothing = torch.zeros(0, dtype=torch.int64, device=x.device)
    return torch.cat([nothing, *rows]), torch.cat([nothing, *columns])


def _in_tree(x: np.ndarray, y: np.ndarray, wish: _Wish) -> tuple[Tensor, Tensor]:
    """Ask for one more than ``k``, and for twice as many wherever equally near ones may have been missed."""
    k, limit, workers, decimals = wish
    numbers = _at_most_each(x, k)
    tree = scipy_spatial.cKDTree(x[numbers])
    # the bound excludes itself, so it lies a hair beyond the limit
    bound = max(limit * (1 + 1e-9), 1e-150)
    rows, columns = [], []
    todo, count = np.arange(len(y)), min(k + 1, 33, len(numbers))
    while len(todo):
        missed = []
        step = max(_BLOCK // count, 1)
        for part in (todo[start : start + step] for start in range(0, len(todo), step)):
            distance, found = tree.query(y[part], k=range(1, count + 1), distance_upper_bound=bound, workers=workers)
            distance = distance if decimals is None else distance.round(decimals)
            farthest = np.minimum(distance[:, k - 1], limit) if count >= k else limit
            complete = (distance[:, -1] > farthest) | (count == len(numbers))
            missed.append(part[~complete])
            distance, found, part = distance[complete], found[complete], part[complete]
            order = np.lexsort((found, distance))
            distance, found = (np.take_along_axis(one, order, axis=1)[:, :k] for one in (distance, found))
            inside = (distance <= limit) & (found < len(numbers))
            rows.append(np.repeat(part, inside.sum(axis=1)))
            columns.append(numbers[found[inside]])
        todo = np.concatenate(missed)
        count = min(2 * count, len(numbers))
    row, column = np.concatenate(rows), np.concatenate(columns)
    by_row = row.argsort(kind="stable")
    return torch.from_numpy(row[by_row]), torch.from_numpy(column[by_row])


def _at_most_each(x: np.ndarray, k: int) -> np.ndarray:
    """Leave out all but the first ``k`` of points that coincide: no tree can part them, and nobody finds the others."""
    first = np.sort(x[:, 0])
    if not (first[k:] == first[:-k]).any():
        return np.arange(len(x))
    order = np.lexsort(x.T)
    new = np.ones(len(x), dtype=bool)
    new[1:] = (x[order[1:]] != x[order[:-1]]).any(axis=1)
    place = np.arange(len(x))
    place -= np.maximum.accumulate(np.where(new, place, 0))  # within its group
    return np.sort(order[place < k])


def _in_blocks(x: Tensor, y: Tensor, wish: _Wish) -> tuple[Tensor, Tensor]:
    """Find candidates by a matrix product; what its rounding cannot tell apart counts as equally near."""
    k, limit, _, decimals = wish
    centre = x.mean(dim=0)  # distances stay, and lose fewer digits
    x, y = x - centre, y - centre
    square = x.square().sum(dim=1)
    epsilon = 8 * (x.shape[1] + 2) * torch.finfo(x.dtype).eps
    rows, columns = [], []
    step = max(_BLOCK // len(x), 1)
    for start in range(0, len(y), step):
        part = y[start : start + step]
        own = part.square().sum(dim=1, keepdim=True)
        distance = square + own - 2 * part @ x.t()  # [queries, points]
        slack = epsilon * (own + square.max())
        kth = distance.topk(k, dim=1, largest=False).values[:, -1:]
        nearer = distance < kth - slack
        level = (distance <= kth + slack) & ~nearer
        chosen = nearer | (level & (level.cumsum(dim=1) <= k - nearer.sum(dim=1, keepdim=True)))
        row, column = (chosen & (distance <= limit**2 + slack)).nonzero().unbind(dim=1)
        exact = _distances(x, part, column, row)
        exact = exact if decimals is None else exact.round(decimals=decimals)
        inside = exact <= limit
        row, column, exact = row[inside], column[inside], exact[inside]
        order = exact.argsort(stable=True)
        order = order[row[order].argsort(stable=True)]
        rows.append(row[order] + start)
        columns.append(column[order])
    return torch.cat(rows), torch.cat(columns)


def _distances(x: Tensor, y: Tensor, column: Tensor, row: Tensor) -> Tensor:
    """The distance of each pair, by differences: nothing cancels."""
    step = max(_BLOCK // max(x.shape[1], 1), 1)
    parts = [
        torch.linalg.vector_norm(x[column[i : i + step]] - y[row[i : i + step]], dim=1)
        for i in range(0, len(column), step)
    ]
    return torch.cat(parts) if parts else x.new_zeros(0)


def _others(found: tuple[Tensor, Tensor], nodes: int, k: int) -> tuple[Tensor, Tensor]:
    """Drop the nodes that found themselves, and what exceeds ``k`` where points that coincide hid them."""
    node, neighbour = found
    kept = node != neighbour
    node, neighbour = node[kept], neighbour[kept]
    counts = torch.bincount(node, minlength=nodes)
    place = torch.arange(len(node), device=node.device) - (counts.cumsum(0) - counts)[node]
    return node[place < k], neighbour[place < k]


def _as_edges(found: tuple[Tensor, Tensor], flow: str) -> Tensor:
    node, neighbour = found
    return torch.stack([neighbour, node] if flow == "source_to_target" else [node, neighbour])


def _as_points(x: Tensor, argument: str, *, caller: str, cosine: bool = False) -> Tensor:
    """Check coordinates, and return them as float64; on the unit sphere for angles."""
    if x.dim() not in (1, 2):
        message = f"{caller}: expected {argument} of shape [points, dimensions], got {list(x.shape)}. A point is a row."
        raise ShapeError(message)
    points = x.detach().to("cpu" if x.device.type != "cuda" else x.device, torch.float64)
    points = points.reshape(-1, 1) if x.dim() == 1 else points
    wrong = (~points.isfinite()).nonzero()
    if len(wrong):
        row, column = wrong[0].tolist()
        message = (
            f"{caller}: expected finite coordinates in {argument}, got {float(points[row, column])} in row {row}, "
            f"column {column}. Drop or fill it."
        )
        raise DataError(message)
    if not cosine:
        return points
    length = torch.linalg.vector_norm(points, dim=1, keepdim=True)
    # Rows of zeros get a dimension of their own: at right angles to all others.
    return torch.cat([points / length.masked_fill(length == 0, 1.0), (length == 0).double()], dim=1)


def _sizes(batch: Tensor | None, batch_size: int | None, rows: int, *, caller: str) -> list[int]:
    """How many points each graph has."""
    if batch is None:
        return [rows]
    sizes: list[int] = graph_sizes(batch, batch_size, caller=caller, rows=rows).tolist()
    return sizes


def _as_radius(r: float, x: Tensor, *, caller: str) -> float:
    """Check ``r``, and round it as coordinates are: 0.1 from 0 lies within a radius of 0.1."""
    if not r >= 0:
        message = f"{caller}: expected r of 0 or more, got {r!r}. It is a distance."
        raise ArgumentError(message)
    return float(torch.tensor(r, dtype=x.dtype)) if x.is_floating_point() else float(r)


def _check_count(value: int, argument: str, *, caller: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        message = f"{caller}: expected {argument} of 1 or more, got {value!r}. It counts neighbours."
        raise ArgumentError(message)
