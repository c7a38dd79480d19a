"""Several aggregations of the same rows, combined."""

from collections.abc import Sequence
from typing import Any

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn.aggr.base import Aggregation
from edgewise.nn.aggr.resolver import aggregation_resolver

__all__ = ["MultiAggregation"]

_ACROSS = ("sum", "mean", "max", "min", "logsumexp", "std", "var")
_MODES = ("cat", "proj", *_ACROSS)


class MultiAggregation(Aggregation):
    r"""Several aggregations of the same rows, side by side or combined to one.

    .. math:: y_g = \mathrm{combine}\Bigl(\bigoplus^{(1)}_{k \in g} x_k, \dots, \bigoplus^{(n)}_{k \in g} x_k\Bigr)

    Args:
        aggrs: Names and aggregations.
        aggrs_kwargs: Settings of each one that is given by name.
        mode: ``"cat"`` puts the results side by side, ``"proj"`` sends that through a linear map; ``"sum"``,
            ``"mean"``, ``"max"``, ``"min"``, ``"logsumexp"``, ``"std"`` and ``"var"`` (of a sample) go over the
            results.
        mode_kwargs: For ``"proj"``: ``in_channels``, a width or one for each aggregation; ``out_channels``; and further
            settings of ``torch.nn.Linear``.

    Shape:
        As :class:`~edgewise.nn.Aggregation`; ``[*, groups, n · width]`` with ``"cat"``, ``[*, groups, out]`` with
        ``"proj"``.

    Raises:
        ArgumentError: No ``aggrs``, another number of ``aggrs_kwargs``, an unknown ``mode``, or ``"proj"`` without its
            widths.

    Cost: that of its aggregations; rows are grouped once.

    Source: Corso et al., *Principal Neighbourhood Aggregation for Graph Nets*, NeurIPS 2020, eq. 6 (``"cat"``); Tailor
    et al., *Do We Need Anisotropic Graph Neural Networks?*, ICLR 2022. PyG's mode ``"attn"`` is not here.

    Example:
        >>> both = MultiAggregation(["mean", "max"])
        >>> both(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([0, 0, 1])).tolist()
        [[1.5, 2.0], [3.0, 3.0]]
    """

    def __init__(
        self,
        aggrs: Sequence[str | torch.nn.Module],
        aggrs_kwargs: Sequence[dict[str, Any]] | None = None,
        mode: str | None = "cat",
        mode_kwargs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        _check(aggrs, aggrs_kwargs, mode)
        settings = [{}] * len(aggrs) if aggrs_kwargs is None else aggrs_kwargs
        self.aggrs = torch.nn.ModuleList(
            aggregation_resolver(aggr, caller="MultiAggregation", **given)
            for aggr, given in zip(aggrs, settings, strict=True)
        )
        self.mode = mode
        rest = dict(mode_kwargs or {})
        self.in_channels: Any = rest.pop("in_channels", None)
        self.out_channels: int | None = rest.pop("out_channels", None)
        if mode == "proj":
            if self.in_channels is None or self.out_channels is None or len(aggrs) == 1:
                message = (
                    "MultiAggregation: expected several aggrs, in_channels and out_channels with mode='proj', got "
                    f"{len(aggrs)}, {self.in_channels} and {self.out_channels}. Pass the widths in mode_kwargs."
                )
                raise ArgumentError(message)
            if isinstance(self.in_channels, int):
                self.in_channels = [self.in_channels] * len(aggrs)
            self.lin = torch.nn.Linear(sum(self.in_channels), self.out_channels, **rest)
        names = [getattr(aggr, "_names", None) for aggr in self.aggrs]
        is_stock = type(self).forward is MultiAggregation.forward and (mode == "cat" or len(names) == 1)
        if is_stock and None not in names:
            self._names = tuple(name for found in names for name in found or ())
        self.blocked = all(getattr(aggr, "blocked", False) for aggr in self.aggrs)

    def get_out_channels(self, in_channels: int) -> int:
        """Return the width of a result for rows of a width."""
        if self.out_channels is not None:
            return self.out_channels
        widths = [getattr(aggr, "get_out_channels", lambda width: width)(in_channels) for aggr in self.aggrs]
        return sum(widths) if self.mode == "cat" else widths[0]

    def forward(
        self,
        x: Float[Tensor, "..."],
        index: Int[Tensor, " rows"],
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
        max_num_elements: int | None = None,
    ) -> Float[Tensor, "..."]:
        """Return all aggregates, combined."""
        outs = [aggr(x, index, ptr, dim_size, dim) for aggr in self.aggrs]
        if len(outs) == 1:
            only: Tensor = outs[0]
            return only
        if self.mode == "cat":
            return torch.cat(outs, dim=-1)
        if self.mode == "proj":
            projected: Tensor = self.lin(torch.cat(outs, dim=-1))
            return projected
        stacked = torch.stack(outs)
        if stacked.numel() == 0:
            return stacked[0]  # torch warns of a deviation of nothing
        if self.mode in ("max", "min"):
            return stacked.amax(0) if self.mode == "max" else stacked.amin(0)
        across: Tensor = getattr(torch, str(self.mode))(stacked, dim=0)
        return across

    def __repr__(self) -> str:
        rows = "".join(f"  {aggr},\n" for aggr in self.aggrs)
        return f"{type(self).__name__}([\n{rows}], mode={self.mode})"


def _check(aggrs: Any, aggrs_kwargs: Sequence[Any] | None, mode: str | None) -> None:
    if not isinstance(aggrs, list | tuple) or not aggrs:
        message = f"MultiAggregation: expected aggrs, a list of at least one, got {aggrs!r}. Pass ['mean', 'max']."
        raise ArgumentError(message)
    if aggrs_kwargs is not None and len(aggrs_kwargs) != len(aggrs):
        message = (
            f"MultiAggregation: expected aggrs_kwargs for each of the {len(aggrs)} aggrs, got {len(aggrs_kwargs)}. "
            "Pass {} for one without settings."
        )
        raise ArgumentError(message)
    if mode not in _MODES:
        hint = did_you_mean(str(mode), _MODES) or " Pass 'proj' to learn how they are combined."
        message = f"MultiAggregation: expected mode to be one of {_MODES}, got {mode!r}.{hint}"
        raise ArgumentError(message)
