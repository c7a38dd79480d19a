"""The convolution of Principal Neighbourhood Aggregation."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch

from edgewise._typing import Adj, Float, Int, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError, ShapeError
from edgewise.nn._checks import check_features, check_width, count_edges
from edgewise.nn._planner import note
from edgewise.nn.aggr.degree_scaler import DegreeScalerAggregation
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import MessagePassing, by_destination, overrides_nothing
from edgewise.nn.models._resolve import resolve_activation
from edgewise.ops import segment_reduce, spmm

__all__ = ["PNAConv"]

_LEAST_VARIANCE = 1e-5  # as in StdAggregation


class PNAConv(MessagePassing):
    r"""Several aggregates of a neighbourhood, each at several scales of its size.

    .. math:: x_i' = W \Big\Vert_t \gamma_t\Bigl(x_i \,\Vert\,
        \Big\Vert_{s, a} S_s(d_i) \bigoplus^{(a)}_{j \in \mathcal{N}(i)} h_t(x_i, x_j, W_e e_{ji})\Bigr) + b

    Args:
        in_channels: Width of an input node feature.
        out_channels: Width of an output node feature.
        aggregators: The aggregations :math:`\oplus^{(a)}`, by name or built: ``["mean", "min", "max", "std"]``.
        scalers: Names of scalers :math:`S_s` of :class:`~edgewise.nn.DegreeScalerAggregation`.
        deg: How many nodes of the training graphs have 0, 1, 2, ... neighbours; see :meth:`get_degree_histogram`.
        edge_dim: Width of an edge feature. ``None``: there are none.
        towers: How many :math:`h_t` and :math:`\gamma_t` work side by side, each on ``out_channels / towers`` columns.
        pre_layers: Linear layers of each :math:`h_t`, with ``act`` between them.
        post_layers: Linear layers of each :math:`\gamma_t`.
        divide_input: Give each tower its part of the columns of ``x``, not all of them.
        act: The name of a module of ``torch.nn``, such as ``"relu"``; a module; or ``None``.
        act_kwargs: Settings of an ``act`` given by name.
        train_norm: Make the averages of the scalers parameters.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, in]`` · edge_index ``[2, edges]`` integer, or a ``torch.sparse`` adjacency ``[dst, src]``, whose
        values are not used · edge_attr ``[edges, edge_dim]`` → ``[nodes, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, or ``x`` or ``edge_attr`` does not have its width.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: Widths that ``towers`` do not divide, an unknown aggregator, scaler or ``act``, or a ``deg``
            that is no histogram.

    Cost: with T towers of width F and A aggregators, O(nodes · T · F² · A · scalers + edges · T · F · A) time. The
    first layer of :math:`h_t` is a sum over its arguments, so it runs once a node; where it is the only one and there
    are no edge features, mean, min, max, sum, var and std need no message at all, and memory is O(nodes · T · F · A).
    Otherwise messages are computed in blocks.

    Source: Corso et al., *Principal Neighbourhood Aggregation for Graph Nets*, NeurIPS 2020, eq. 6-8. The last linear
    map, ``edge_attr``, ``var`` and ``sum`` and the linear scalers are PyG's.

    Example:
        >>> conv = PNAConv(34, 2, ["mean", "max"], ["identity", "amplification"], deg=torch.tensor([0, 2]))
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 2])
    """

    aggr_module: DegreeScalerAggregation

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        aggregators: Sequence[str | torch.nn.Module],
        scalers: Sequence[str],
        deg: Tensor,
        edge_dim: int | None = None,
        towers: int = 1,
        pre_layers: int = 1,
        post_layers: int = 1,
        divide_input: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        act: str | Callable[[Tensor], Tensor] | None = "relu",
        act_kwargs: dict[str, Any] | None = None,
        train_norm: bool = False,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> None:
        super().__init__(DegreeScalerAggregation(aggregators, scalers, deg, train_norm), node_dim=0, **kwargs)
        _check_widths(in_channels, out_channels, towers, divide_input=divide_input)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.edge_dim = edge_dim
        self.towers = towers
        self.divide_input = divide_input
        self.F_in = in_channels // towers if divide_input else in_channels
        self.F_out = out_channels // towers
        self.edge_encoder: Any = None if edge_dim is None else Linear(edge_dim, self.F_in)

        def network(width: int, out: int, layers: int) -> torch.nn.Sequential:
            modules: list[torch.nn.Module] = [Linear(width, out)]
            for _ in range(layers - 1):
                modules += [_activation(act, act_kwargs), Linear(out, out)]
            return torch.nn.Sequential(*modules)

        pre_width = (2 if edge_dim is None else 3) * self.F_in
        post_width = self.F_in + self.aggr_module.get_out_channels(self.F_in)
        self.pre_nns: Any = torch.nn.ModuleList(network(pre_width, self.F_in, pre_layers) for _ in range(towers))
        self.post_nns = torch.nn.ModuleList(network(post_width, self.F_out, post_layers) for _ in range(towers))
        self.lin = Linear(out_channels, out_channels)
        self._is_stock = overrides_nothing(self, PNAConv)
        self._names: Any = getattr(self.aggr_module.aggr, "_names", None)
        splits = self._names is not None and set(self._names) <= {*_OWN_SHARE, "var", "std"}
        self._needs_no_message = self._is_stock and pre_layers == 1 and splits

    def forward(
        self, x: Float[Tensor, "nodes in"], edge_index: Adj, edge_attr: Tensor | None = None
    ) -> Float[Tensor, "nodes out"]:
        r"""Return :math:`W \Vert_t \gamma_t(x_i \Vert \Vert_{s, a} S_s(d_i) \bigoplus^{(a)}_j h_t) + b`."""
        edge_attr = self._check(x, edge_index, edge_attr)
        shape = (x.shape[0], self.towers, self.F_in)
        h = x.reshape(shape) if self.divide_input else x.unsqueeze(1).expand(shape)
        if self._needs_no_message and edge_attr is None:
            out = self._aggregate_neighbours(edge_index, h)
        elif self._is_stock:
            ends = (self._share_of_neighbour(h), self._own_share(h))
            out = self.propagate(edge_index, x=ends, edge_attr=edge_attr)
        else:
            out = self.propagate(edge_index, x=h, edge_attr=edge_attr)
        h = torch.cat([h, out], dim=-1)
        together: Tensor = self.lin(torch.cat([post(h[:, t]) for t, post in enumerate(self.post_nns)], dim=-1))
        return together

    def message(self, x_i: Tensor, x_j: Tensor, edge_attr: Tensor | None) -> Tensor:  # type: ignore[override]
        r"""Return :math:`h_t(x_i, x_j, W_e e_{ji})`, ``[edges, towers, width]``.

        Where no subclass asks for the ends as they are, they come with the first layer applied.
        """
        h = x_i + x_j if self._is_stock else self._own_share(x_i) + self._share_of_neighbour(x_j)
        h = h if edge_attr is None else h + self._share_of_edge(edge_attr)
        return torch.stack([pre[1:](h[:, t]) for t, pre in enumerate(self.pre_nns)], dim=1)

    # The first layer of h_t is W_t [x_i, x_j, W_e e_ji] + b_t: the sum of what each of the three has in it.

    def _own_share(self, x: Tensor) -> Tensor:
        return self._times(x, 0) + torch.stack([pre[0].bias for pre in self.pre_nns])

    def _share_of_neighbour(self, x: Tensor) -> Tensor:
        return self._times(x, 1)

    def _share_of_edge(self, edge_attr: Tensor) -> Tensor:
        per_tower = self._first_weights(2)
        weight, bias = per_tower @ self.edge_encoder.weight, per_tower @ self.edge_encoder.bias
        share = torch.nn.functional.linear(edge_attr, weight.flatten(0, 1), bias.flatten())
        return share.view(-1, self.towers, self.F_in)

    def _times(self, x: Tensor, part: int) -> Tensor:
        return torch.einsum("ntf,tgf->ntg", x, self._first_weights(part))

    def _first_weights(self, part: int) -> Tensor:
        """Of each tower what the first layer multiplies one of its arguments with, ``[towers, width, width]``."""
        columns = slice(part * self.F_in, (part + 1) * self.F_in)
        return torch.stack([pre[0].weight[:, columns] for pre in self.pre_nns])

    def _aggregate_neighbours(self, edge_index: Adj, x: Tensor) -> Tensor:
        r"""Aggregate messages :math:`u_i + v_j` without making them: :math:`\bigoplus_j (u_i + v_j)` knows u apart."""
        own, neighbour = self._own_share(x), self._share_of_neighbour(x)
        edges, degree = self._grouped(edge_index, own)
        outs = []
        for name in self._names:
            if name in ("var", "std"):
                outs.append(_deviation(edges, neighbour, name))
            else:
                times = _OWN_SHARE[name](degree).view(-1, 1, 1)
                outs.append(spmm(edges, neighbour, reduce=name, num_dst=x.shape[0]) + times * own)
        note(
            "aggregates without messages",
            lambda: "one layer before them and no edge features: a message is a sum of what its two ends give",
            lambda: 4 * int(degree.sum()) * own.shape[1] * own.shape[2] * own.element_size(),
        )
        return self.aggr_module._scaled(torch.cat(outs, dim=-1), degree, 0)

    def _grouped(self, edge_index: Adj, like: Tensor) -> tuple[Adjacency | Tensor, Tensor]:
        """The edges by destination (while tracing as they are), and how many arrive at each node."""
        nodes = like.shape[0]
        edges = by_destination(self, edge_index, nodes, nodes)
        if isinstance(edges, Adjacency):
            return edges, edges.degree().to(like.dtype)
        return edges, spmm(edges, like.new_ones(nodes, 1)).squeeze(1)

    def _check(self, x: Tensor, edge_index: Any, edge_attr: Tensor | None) -> Tensor | None:
        check_features("PNAConv", x, edge_index)
        check_width("PNAConv", x, self.in_channels)
        if edge_attr is not None and edge_attr.dim() == 1:
            edge_attr = edge_attr.unsqueeze(1)
        given = None if edge_attr is None else edge_attr.shape[-1]
        if given != self.edge_dim:
            got = "none" if edge_attr is None else str(list(edge_attr.shape))
            wanted = "no edge_attr" if self.edge_dim is None else f"edge_attr with {self.edge_dim} features"
            message = (
                f"PNAConv: expected {wanted} (built with edge_dim={self.edge_dim}), got {got}. "
                f"Build it with edge_dim={given}."
            )
            raise ShapeError(message)
        edges = count_edges(edge_index)
        if edge_attr is not None and edge_attr.shape[0] != edges:
            message = (
                f"PNAConv: expected edge_attr with a row for each of the {edges} edges, got {edge_attr.shape[0]}. "
                "Pass it in the order of edge_index."
            )
            raise ShapeError(message)
        return edge_attr

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.in_channels}, {self.out_channels}, towers={self.towers}, "
            f"edge_dim={self.edge_dim})"
        )

    @staticmethod
    def get_degree_histogram(loader: Iterable[Any]) -> Int[Tensor, " degrees"]:
        """Return how many nodes of all graphs have 0, 1, 2, ... edges that arrive: the argument ``deg``.

        Args:
            loader: Gives graphs with ``edge_index`` and ``num_nodes``.

        Example:
            >>> from edgewise.data import Data
            >>> graph = Data(edge_index=torch.tensor([[0, 1], [2, 2]]), num_nodes=3)
            >>> PNAConv.get_degree_histogram([graph, graph]).tolist()
            [4, 0, 2]
        """
        total = torch.zeros(1, dtype=torch.int64)
        for data in loader:
            degrees = torch.bincount(data.edge_index[1], minlength=data.num_nodes)
            counts = torch.bincount(degrees, minlength=total.shape[0]).to(total.device)
            counts[: total.shape[0]] += total
            total = counts
        return total


_OWN_SHARE: dict[str, Callable[[Tensor], Tensor]] = {
    "sum": lambda degree: degree,
    **dict.fromkeys(("mean", "min", "max"), lambda degree: degree.clamp(max=1)),
}
"""How often :math:`u_i` is in an aggregate of :math:`u_i + v_j`; it is nowhere in that of no messages."""


def _deviation(edges: Adjacency | Tensor, x: Tensor, name: str) -> Tensor:
    r"""Variance or deviation of the neighbours' values, from the means of :math:`x_j` and :math:`x_j^2`."""
    wide = x if x.dtype == torch.float64 else x.float()
    # What all nodes have in common is in no difference, and would cancel only to rounding.
    index = torch.zeros(x.shape[0], dtype=torch.int64, device=x.device)
    wide = wide - segment_reduce(wide.detach(), index, 1, "mean")
    mean, square = spmm(edges, torch.cat([wide, wide * wide], dim=-1), reduce="mean", num_dst=x.shape[0]).chunk(2, -1)
    variance = square - mean * mean
    if name == "std":
        variance = variance.clamp(min=_LEAST_VARIANCE).sqrt().masked_fill(variance <= _LEAST_VARIANCE, 0)
    return variance.to(x.dtype)


def _activation(act: Any, settings: dict[str, Any] | None) -> torch.nn.Module:
    made = resolve_activation(act, settings, "PNAConv")
    if not isinstance(made, torch.nn.Module):
        message = f"PNAConv: expected act to be a module or the name of one, got {act!r}. Pass 'relu', for example."
        raise ArgumentError(message)
    return made


def _check_widths(in_channels: int, out_channels: int, towers: int, *, divide_input: bool) -> None:
    if in_channels < 1:
        message = f"PNAConv: expected in_channels of at least 1, got {in_channels}. Pass the width of x."
        raise ArgumentError(message)
    for argument, width in (("out_channels", out_channels), ("in_channels", in_channels if divide_input else 0)):
        if width % towers:
            message = (
                f"PNAConv: expected {argument} that {towers} towers divide, got {width}. "
                f"Pass {width // towers * towers or towers}, or another number of towers."
            )
            raise ArgumentError(message)
