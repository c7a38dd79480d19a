"""Aggregations by name."""

import inspect
from collections.abc import Sequence
from typing import Any

import torch

from edgewise._suggest import did_you_mean, plain
from edgewise.errors import ArgumentError

__all__ = ["aggregation_resolver"]

_SHORT = {"add": "SumAggregation"}


def aggregation_resolver(query: Any, *, caller: str = "aggregation_resolver", **settings: Any) -> torch.nn.Module:
    """Return an aggregation: built by its name, or as it is given.

    Args:
        query: A name, such as ``"mean"`` or ``"SoftmaxAggregation"`` (capitals, ``-``, ``_`` and spaces do not count);
            a list of names and modules, for a :class:`~edgewise.nn.MultiAggregation`; or a module that is called as
            one.
        caller: The name that errors begin with.
        **settings: Arguments of the aggregation that is built.

    Raises:
        ArgumentError: An unknown name, settings that the aggregation does not take, or settings for a module.

    Source: PyG's ``torch_geometric.nn.resolver.aggregation_resolver``.

    Example:
        >>> aggregation_resolver("softmax", learn=True)
        SoftmaxAggregation(learn=True)
    """
    from edgewise.nn import aggr  # it opens each aggregation at first use

    if isinstance(query, torch.nn.Module):
        if settings:
            message = f"{caller}: expected no settings of an aggregation that is built, got {settings}. Leave them out."
            raise ArgumentError(message)
        return query
    if isinstance(query, Sequence) and not isinstance(query, str):
        return _build(aggr.MultiAggregation, caller, {"aggrs": query, **settings})
    known = {plain(name): name for name in aggr.__all__ if name != "Aggregation"}
    known |= {plain(name).removesuffix("aggregation"): name for name in known.values()} | _SHORT
    if not isinstance(query, str) or plain(query) not in known:
        short = tuple(sorted(name for name in known if not name.endswith("aggregation")))
        hint = did_you_mean(str(query), short) or " Or pass an Aggregation of your own."
        message = f"{caller}: expected aggr to be one of {short}, got {query!r}.{hint}"
        raise ArgumentError(message)
    return _build(getattr(aggr, known[plain(query)]), caller, settings)


def _build(cls: type[torch.nn.Module], caller: str, settings: dict[str, Any]) -> torch.nn.Module:
    taken = inspect.signature(cls)
    try:
        taken.bind(**settings)
    except TypeError as error:
        names = ", ".join(str(parameter) for parameter in taken.parameters.values()) or "no settings"
        given = ", ".join(settings) or "nothing"
        message = f"{caller}: expected the settings of {cls.__name__} ({names}), got {given}. Mind aggr_kwargs."
        raise ArgumentError(message) from error
    return cls(**settings)
