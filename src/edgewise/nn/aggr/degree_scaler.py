"""An aggregate beside copies of it, scaled by how many rows its group has."""

from collections.abc import Sequence
from typing import Any

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn.aggr.base import Aggregation
from edgewise.nn.aggr.multi import MultiAggregation
from edgewise.nn.aggr.resolver import aggregation_resolver
from edgewise.ops import segment_reduce

__all__ = ["SCALERS", "DegreeScalerAggregation"]

SCALERS = ("identity", "amplification", "attenuation", "linear", "inverse_linear")


class DegreeScalerAggregation(Aggregation):
    r"""An aggregate beside copies of it, scaled by how many rows its group has.

    .. math:: y_g = \Big\Vert_s S_s(d_g) \bigoplus_{k \in g} x_k, \qquad
        S_s(d) = 1,\; \frac{\log(d + 1)}{\delta},\; \frac{\delta}{\log(d + 1)},\; \frac{d}{\bar d},\; \frac{\bar d}{d}

    Args:
        aggr: A name, a list of names, or an aggregation.
        scaler: ``"identity"``, ``"amplification"``, ``"attenuation"``, ``"linear"``, ``"inverse_linear"`` (in the order
            of the formula), or a list of them. An empty group counts as one of one row where its size divides.
        deg: How many nodes of the training graphs have 0, 1, 2, ... neighbours: :math:`\delta` is the mean of
            :math:`\log(d + 1)`, :math:`\bar d` that of :math:`d`.
        train_norm: Make :math:`\delta` and :math:`\bar d` parameters.
        aggr_kwargs: Settings of an ``aggr`` given by name; for a list one dictionary each.

    Shape:
        As :class:`~edgewise.nn.Aggregation`; ``[*, groups, scalers · width of the aggregate]``.

    Raises:
        ArgumentError: An unknown ``aggr`` or ``scaler``, or a ``deg`` that is no histogram of nodes with neighbours.

    Cost: that of ``aggr``, and O(groups · scalers · width).

    Source: Corso et al., *Principal Neighbourhood Aggregation for Graph Nets*, NeurIPS 2020, eq. 5-7; the linear
    scalers are PyG's.

    Example:
        >>> aggr = DegreeScalerAggregation("sum", ["identity", "linear"], deg=torch.tensor([0, 0, 3]))
        >>> aggr(torch.ones(4, 1), torch.tensor([0, 0, 0, 0])).tolist()
        [[4.0, 8.0]]
    """

    avg_deg_lin: Tensor
    avg_deg_log: Tensor

    def __init__(
        self,
        aggr: str | Sequence[str | torch.nn.Module] | torch.nn.Module,
        scaler: str | Sequence[str],
        deg: Tensor,
        train_norm: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        aggr_kwargs: Any = None,
    ) -> None:
        super().__init__()
        self.scaler = [scaler] if isinstance(scaler, str) else list(scaler)
        _check(self.scaler, deg)
        if isinstance(aggr, list | tuple):
            self.aggr: torch.nn.Module = MultiAggregation(aggr, aggr_kwargs)
        else:
            self.aggr = aggregation_resolver(aggr, caller="DegreeScalerAggregation", **(aggr_kwargs or {}))
        self.blocked = getattr(self.aggr, "blocked", False)
        nodes, degrees = deg.double(), torch.arange(deg.numel(), dtype=torch.float64, device=deg.device)
        self.init_avg_deg_lin = float(degrees @ nodes / nodes.sum())
        self.init_avg_deg_log = float((degrees + 1).log() @ nodes / nodes.sum())
        for name in ("avg_deg_lin", "avg_deg_log"):
            if train_norm:
                self.register_parameter(name, torch.nn.Parameter(torch.empty(1)))
            else:
                self.register_buffer(name, torch.empty(1))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters of the aggregation anew, and take the averages from the histogram."""
        super().reset_parameters()
        with torch.no_grad():
            self.avg_deg_lin.fill_(self.init_avg_deg_lin)
            self.avg_deg_log.fill_(self.init_avg_deg_log)

    def get_out_channels(self, in_channels: int) -> int:
        """Return the width of a result for rows of a width."""
        inner: int = getattr(self.aggr, "get_out_channels", lambda width: width)(in_channels)
        return len(self.scaler) * inner

    def forward(
        self,
        x: Float[Tensor, "..."],
        index: Int[Tensor, " rows"],
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
        max_num_elements: int | None = None,
    ) -> Float[Tensor, "..."]:
        r"""Return :math:`\Vert_s S_s(d_g) \bigoplus_k x_k`."""
        out = self.aggr(x, index, ptr, dim_size, dim)
        degree = segment_reduce(out.new_ones(index.shape[0]), index, out.shape[dim])
        return self._scaled(out, degree, dim)

    def _scaled(self, out: Float[Tensor, "..."], degree: Float[Tensor, " groups"], dim: int) -> Float[Tensor, "..."]:
        """Return aggregates beside copies of them, scaled by the sizes of their groups."""
        size = [1] * out.dim()
        size[dim] = -1
        scaled = [out if name == "identity" else out * self._factor(name, degree).view(size) for name in self.scaler]
        return scaled[0] if len(scaled) == 1 else torch.cat(scaled, dim=-1)

    def _factor(self, name: str, degree: Tensor) -> Tensor:
        if name == "amplification":
            return (degree + 1).log() / self.avg_deg_log
        if name == "attenuation":
            return self.avg_deg_log / (degree.clamp(min=1) + 1).log()
        if name == "linear":
            return degree / self.avg_deg_lin
        return self.avg_deg_lin / degree.clamp(min=1)


def _check(scalers: list[str], deg: Any) -> None:
    for name in scalers or ["none"]:
        if name not in SCALERS:
            message = (
                f"DegreeScalerAggregation: expected scaler to be one of {SCALERS}, got {name!r}."
                f"{did_you_mean(str(name), SCALERS) or ' Choose one of these.'}"
            )
            raise ArgumentError(message)
    counts = isinstance(deg, Tensor) and deg.dim() == 1 and bool((deg >= 0).all())
    if not counts or not bool((deg[1:] > 0).any()):
        got = f"shape {list(deg.shape)}" if isinstance(deg, Tensor) else type(deg).__name__
        got = str(deg.tolist()) if counts and deg.numel() <= 8 else got
        message = (
            "DegreeScalerAggregation: expected deg, how many nodes have 0, 1, 2, ... neighbours, some of them at least "
            f"one, got {got}. Use torch.bincount(edge_index[1].bincount())."
        )
        raise ArgumentError(message)
