"""The Laplacian of a graph, as edges and their weights."""

import torch

from edgewise._typing import EdgeIndex, Shaped, Tensor
from edgewise.errors import DTypeError
from edgewise.utils._arguments import check_attributes, check_choice, count_nodes
from edgewise.utils.isolated import remove_self_loops
from edgewise.utils.loop import add_self_loops

__all__ = ["get_laplacian"]


def get_laplacian(
    edge_index: EdgeIndex,
    edge_weight: Shaped[Tensor, " edges"] | None = None,
    normalization: str | None = None,
    dtype: torch.dtype | None = None,
    num_nodes: int | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Return the graph Laplacian: edges without loops, followed by the diagonal.

    .. math:: L = D - A, \quad L_{\mathrm{sym}} = I - D^{-1/2} A D^{-1/2}, \quad L_{\mathrm{rw}} = I - D^{-1} A,
        \quad D_{ii} = \sum_{k : i \to j} w_k

    Args:
        edge_index: The edges; loops are left out.
        edge_weight: One number an edge. Default: 1.
        normalization: ``None``, ``"sym"`` or ``"rw"``: which of the three.
        dtype: Of the weights, where none are given. Default: torch's default floating type.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.

    Shape:
        edge_index ``[2, edges]`` · edge_weight ``[edges]`` → ``[2, others + nodes]``, ``[others + nodes]``

    Raises:
        ArgumentError: An unknown ``normalization``.
        DTypeError: Integer weights that are to be normalised.
        NodeIndexError: An edge names a node outside of ``num_nodes``.
        ShapeError: ``edge_weight`` does not have one number an edge.

    Cost: a few passes, O(edges + nodes).

    Source: PyG's ``get_laplacian``. A node of degree 0 has 0 for :math:`D^{-1}`. Ours counts a last node that has
    nothing but a loop.

    Example:
        >>> edges, weight = get_laplacian(torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]))
        >>> weight.tolist()
        [-1.0, -1.0, -1.0, -1.0, 1.0, 2.0, 1.0]
    """
    if normalization is not None:
        check_choice(normalization, "normalization", ("sym", "rw"), caller="get_laplacian")
    nodes = count_nodes(edge_index, num_nodes, caller="get_laplacian")
    if edge_weight is not None:
        check_attributes([edge_weight], edge_index, caller="get_laplacian", argument="edge_weight")
        if normalization is not None and not edge_weight.is_floating_point():
            kind = str(edge_weight.dtype).removeprefix("torch.")
            message = f"get_laplacian: expected floating edge_weight, got {kind}. Use edge_weight.float()."
            raise DTypeError(message)
    edges, weight = remove_self_loops(edge_index, edge_weight)
    if weight is None:
        weight = torch.ones(edges.shape[1], dtype=dtype, device=edges.device)
    degree = weight.new_zeros(nodes).index_add(0, edges[0], weight)
    if normalization is None:
        diagonal = degree
    else:
        diagonal = degree.new_ones(nodes)
        weight = _normalised(weight, edges, degree, normalization)
    return add_self_loops(edges, num_nodes=nodes)[0], torch.cat([-weight, diagonal])


def _normalised(weight: Tensor, edges: Tensor, degree: Tensor, normalization: str) -> Tensor:
    """Each weight divided by the degree of its source, or by the roots of both ends' degrees."""
    # The power of a stand-in 1, not of 0: an infinity would spoil the gradient of degree, even where it is masked.
    power = torch.where(degree == 0, 1.0, degree) ** (-0.5 if normalization == "sym" else -1.0)
    power = torch.where(degree == 0, 0.0, power)
    weight = power[edges[0]] * weight
    return weight * power[edges[1]] if normalization == "sym" else weight
