"""Graph diffusion: edges between all nodes that much would flow between."""

from typing import Any

import torch

from edgewise._typing import EdgeIndex, Float, Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError, DataError
from edgewise.transforms._checks import check_at_least, check_choice, check_homogeneous
from edgewise.transforms._stores import edge_weights, edges_of, forget_edges
from edgewise.transforms.base import BaseTransform
from edgewise.utils import add_self_loops, coalesce, get_ppr, scatter

__all__ = ["GDC"]

_NORMALIZATIONS = ("sym", "col", "row", None)
_PARAMETERS: dict[str, dict[str, tuple[str, ...]]] = {
    "diffusion_kwargs": {"ppr": ("alpha", "eps"), "heat": ("t",), "coeff": ("coeffs",)},
    "sparsification_kwargs": {"threshold": ("eps", "avg_degree"), "topk": ("k", "dim")},
}
_OPTIONAL = ("eps", "avg_degree")


class GDC(BaseTransform):
    r"""Replace edges by those of a diffusion on the graph, made sparse again; weights go to ``edge_attr``.

    .. math:: S = \sum_{k=0}^\infty \theta_k T^k, \quad T = D^{-1/2} (A + w I) D^{-1/2}

    Args:
        self_loop_weight: The weight :math:`w` of a self loop added to every node; ``None`` or 0 for none.
        normalization_in: How T is normalised: ``"sym"``, ``"col"`` (:math:`A D^{-1}`), ``"row"`` (:math:`D^{-1} A`) or
            ``None``.
        normalization_out: How the result is, likewise.
        diffusion_kwargs: ``{"method": "ppr", "alpha": 0.15}``, the default: personalised PageRank,
            :math:`\theta_k = \alpha (1 - \alpha)^k`, with ``"eps"`` (default 1e-4) where it is not exact;
            ``{"method": "heat", "t": 5}``: the heat kernel, :math:`\theta_k = e^{-t} t^k / k!`;
            ``{"method": "coeff", "coeffs": [...]}``: :math:`\theta_0, \theta_1, \dots`
        sparsification_kwargs: ``{"method": "threshold", "avg_degree": 64}``, the default: the largest weights, so many
            a node on average; with ``"eps"`` instead, those of at least that; ``{"method": "topk", "k": 64, "dim":
            0}``: the largest of each column, or with ``"dim": 1`` of each row.
        exact: Compute S itself, dense; ``False`` approximates personalised PageRank by local pushes, without edge
            weights.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges]`` (optional weights; else ``edge_weight``) → edge_index ``[2,
        new]`` · edge_attr ``[new]``

    Raises:
        ArgumentError: An unknown method or normalisation, a missing parameter, or what there is no approximation for.
        DataError: There is no ``edge_index``, or a diffusion does not converge.
        ShapeError: ``edge_attr`` is not one number an edge.
        DTypeError: A ``HeteroData``.
        NodeIndexError: An edge names a node that does not exist.

    Cost: exact, O(nodes^3) time and O(nodes^2) memory; else that of :func:`edgewise.utils.get_ppr`.

    Source: Klicpera et al., *Diffusion improves graph learning*, NeurIPS 2019. Ours takes ``edge_weight`` for the
    weights where there is no ``edge_attr``; attributes of the old edges go.

    Example:
        >>> data = Data(edge_index=torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]), num_nodes=3)
        >>> out = GDC(sparsification_kwargs={"method": "topk", "k": 2, "dim": 0})(data)
        >>> out.edge_index.tolist()
        [[0, 0, 1, 1, 1, 2], [0, 1, 0, 1, 2, 2]]
    """

    def __init__(
        self,
        self_loop_weight: float | None = 1.0,
        normalization_in: str | None = "sym",
        normalization_out: str | None = "col",
        diffusion_kwargs: dict[str, Any] | None = None,
        sparsification_kwargs: dict[str, Any] | None = None,
        exact: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        self.self_loop_weight = self_loop_weight
        self.normalization_in = normalization_in
        self.normalization_out = normalization_out
        self.diffusion_kwargs = diffusion_kwargs or {"method": "ppr", "alpha": 0.15}
        self.sparsification_kwargs = sparsification_kwargs or {"method": "threshold", "avg_degree": 64}
        self.exact = exact
        self._check()

    @torch.no_grad()
    def forward(self, data: Data) -> Data:
        """Diffuse."""
        check_homogeneous(data, "GDC")
        edges, nodes = edges_of(data, "GDC"), data.num_nodes
        weight = self._weights(data)
        if self.self_loop_weight:
            edges, filled = add_self_loops(edges, weight, self.self_loop_weight, nodes)
            weight = weight if filled is None else filled
        edges, weight = coalesce(edges, weight, nodes)
        sparsification = {name: value for name, value in self.sparsification_kwargs.items() if name != "method"}
        if self.exact:
            matrix = torch.zeros(nodes, nodes, dtype=weight.dtype, device=weight.device)
            matrix[edges[0].long(), edges[1].long()] = _normalized(edges, weight, nodes, self.normalization_in)
            matrix = _diffused(matrix, **self.diffusion_kwargs)
            if not matrix.isfinite().all():
                message = (
                    "GDC: expected a diffusion that converges, got weights that are not finite. "
                    "Use normalization_in='sym', and edge weights of 0 and more."
                )
                raise DataError(message)
            topk = self.sparsification_kwargs["method"] == "topk"
            edges, weight = _topk(matrix, **sparsification) if topk else _large(matrix, nodes, **sparsification)
        else:
            edges, weight = self._approximate(edges, weight, nodes)
            kept = weight >= _threshold(weight, nodes, **sparsification)
            edges, weight = edges[:, kept], weight[kept]
        edges, weight = coalesce(edges, weight, nodes)
        forget_edges(data)
        data.edge_index = edges
        data.edge_attr = _normalized(edges, weight, nodes, self.normalization_out)
        if data.counted_nodes() is None:
            data.num_nodes = nodes
        return data

    def _weights(self, data: Data) -> Tensor:
        name = "edge_attr" if data.edge_attr is not None else "edge_weight"
        weight = edge_weights(data, "GDC", name)
        if weight is None:
            return torch.ones(data.num_edges, device=data.edge_index.device)
        if not self.exact:
            message = f"GDC: expected no {name} with exact=False, got one. Remove it, or use exact=True."
            raise ArgumentError(message)
        return weight if weight.dtype == torch.float64 else weight.float()  # of half precision there is no inverse

    def _approximate(self, edges: EdgeIndex, weight: Tensor, nodes: int) -> tuple[Tensor, Tensor]:
        alpha, eps = self.diffusion_kwargs["alpha"], self.diffusion_kwargs.get("eps", 1e-4)
        degree = scatter(weight, edges[1], dim_size=nodes)
        edges, weight = get_ppr(edges, alpha, eps, num_nodes=nodes)
        weight = weight.to(degree.dtype)
        if self.normalization_in == "col":
            edges = edges.flip(0)
        elif self.normalization_in == "sym":  # of row-normalised T, as D^1/2 T D^-1/2
            inverse = degree.pow(-0.5).masked_fill(degree == 0, 0)
            weight = degree.sqrt()[edges[0]] * weight * inverse[edges[1]]
        return edges, weight

    def _check(self) -> None:
        check_choice("GDC", "normalization_in", self.normalization_in, _NORMALIZATIONS)
        check_choice("GDC", "normalization_out", self.normalization_out, _NORMALIZATIONS)
        for argument, methods in _PARAMETERS.items():
            given: dict[str, Any] = getattr(self, argument)
            check_choice("GDC", f"{argument}['method']", given.get("method"), tuple(methods))
            parameters = methods[given["method"]]
            for name in parameters:
                if name not in given and name not in _OPTIONAL:
                    message = f"GDC: expected {argument} with {name!r} for {given['method']!r}, got {given}. Add it."
                    raise ArgumentError(message)
            for name in given:
                check_choice("GDC", f"each key of {argument}", name, ("method", *parameters))
        sparsification = self.sparsification_kwargs
        if sparsification["method"] == "threshold" and not {"eps", "avg_degree"} & set(sparsification):
            message = f"GDC: expected sparsification_kwargs with 'eps' or 'avg_degree', got {sparsification}. Add one."
            raise ArgumentError(message)
        for name in {"avg_degree", "k"} & set(sparsification):
            check_at_least("GDC", f"sparsification_kwargs[{name!r}]", sparsification[name])
        alpha = self.diffusion_kwargs.get("alpha", 1)
        if not 0 < alpha <= 1:
            message = (
                f"GDC: expected diffusion_kwargs['alpha'] above 0 and up to 1, got {alpha!r}. Common are 0.05 to 0.2."
            )
            raise ArgumentError(message)
        if sparsification["method"] == "topk":
            check_choice("GDC", "sparsification_kwargs['dim']", sparsification["dim"], (0, 1))
        if self.exact:
            return
        approximated = {
            "self_loop_weight": (self.self_loop_weight, (1, 0, None)),
            "normalization_in": (self.normalization_in, ("sym", "col", "row")),
            "diffusion_kwargs['method']": (self.diffusion_kwargs["method"], ("ppr",)),
            "sparsification_kwargs['method']": (sparsification["method"], ("threshold",)),
        }
        for name, (value, known) in approximated.items():
            if value not in known:
                message = f"GDC: expected {name} to be one of {known} with exact=False, got {value!r}. Use exact=True."
                raise ArgumentError(message)


def _normalized(edges: EdgeIndex, weight: Float[Tensor, " edges"], nodes: int, how: str | None) -> Tensor:
    if how is None:
        return weight
    degree = scatter(weight, edges[0 if how == "row" else 1], dim_size=nodes)
    if how == "sym":
        inverse = degree.pow(-0.5).masked_fill(degree == 0, 0)
        return inverse[edges[0]] * weight * inverse[edges[1]]
    inverse = (1 / degree).masked_fill(degree == 0, 0)
    return weight * inverse[edges[0 if how == "row" else 1]]


def _diffused(matrix: Tensor, method: str, **parameters: Any) -> Tensor:
    one = torch.eye(len(matrix), dtype=matrix.dtype, device=matrix.device)
    if method == "ppr":
        alpha: float = parameters["alpha"]
        inverse, failed = torch.linalg.inv_ex(one - (1 - alpha) * matrix)
        pagerank: Tensor = alpha * inverse.masked_fill(failed != 0, float("inf"))
        return pagerank
    if method == "heat":
        heat: Tensor = torch.linalg.matrix_exp(parameters["t"] * (matrix - one))
        return heat
    total, power = torch.zeros_like(matrix), one
    for theta in parameters["coeffs"]:
        total += theta * power
        power = power @ matrix
    return total


def _topk(matrix: Tensor, k: int, dim: int) -> tuple[Tensor, Tensor]:
    values, at = matrix.topk(min(k, len(matrix)), dim)
    other = torch.arange(len(matrix), device=matrix.device).unsqueeze(dim).expand_as(at)
    return torch.stack([at, other] if dim == 0 else [other, at]).reshape(2, -1), values.reshape(-1)


def _large(matrix: Tensor, nodes: int, **parameters: Any) -> tuple[Tensor, Tensor]:
    edges = (matrix >= _threshold(matrix.reshape(-1), nodes, **parameters)).nonzero().t().contiguous()
    return edges, matrix[edges[0], edges[1]]


def _threshold(values: Tensor, nodes: int, eps: float | None = None, avg_degree: int | None = None) -> float:
    """From which weight on an edge stays: given, or halfway between the last of so many a node, and the next."""
    if eps is not None or avg_degree is None:
        return float(eps or 0)
    count = avg_degree * nodes
    if count >= len(values):
        return float("-inf")
    last = values.topk(count + 1).values[-2:]
    return float(last.sum()) / 2
