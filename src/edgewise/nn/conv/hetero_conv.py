"""A convolution for each edge type."""

import warnings
from collections.abc import Mapping
from functools import reduce
from typing import Any

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Tensor
from edgewise.errors import ArgumentError, DTypeError, EdgewiseWarning
from edgewise.nn.conv._types import EdgeType, TypeDict

__all__ = ["HeteroConv"]

_AGGREGATIONS = ("sum", "mean", "min", "max", "cat", None)


class HeteroConv(torch.nn.Module):
    r"""A layer for each edge type; what they give for the same node type is put together.

    .. math:: x_i' = \bigoplus_{r} \mathrm{conv}_r\bigl(\{x_j\}_{j \in \mathcal{N}_r(i)}, x_i\bigr)

    Args:
        convs: A layer for each edge type ``(source, relation, destination)``; it gets the features of one node type
            where source and destination are the same, else the pair ``(x_source, x_destination)``.
        aggr: ``"sum"``, ``"mean"``, ``"min"``, ``"max"``; ``"cat"``, side by side; or ``None``, stacked in a new axis.

    Shape:
        x_dict ``{node type: [nodes, in]}`` · edge_index_dict ``{edge type: [2, edges]}`` → ``{node type: [nodes,
        out]}`` for the node types that an edge type given arrives at; with ``aggr=None`` ``[nodes, relations, out]``

    Raises:
        ArgumentError: An unknown ``aggr``; an argument whose name does not end with ``_dict``; no edge type that has a
            layer; a layer that adds self loops between two different node types.
        DTypeError: An argument that is not a dictionary.

    Cost: that of the layers, one after the other.

    Source: PyG's ``HeteroConv``; with R-GCN (Schlichtkrull et al., ESWC 2018, eq. 2) as one of its cases. Edge types
    without a layer, and layers whose edge type is not given, are left out, as there.

    Example:
        >>> from edgewise.nn import SAGEConv
        >>> conv = HeteroConv({
        ...     ("author", "writes", "paper"): SAGEConv((3, 5), 2),
        ...     ("paper", "written_by", "author"): SAGEConv((5, 3), 2),
        ... })
        >>> x_dict = {"author": torch.ones(4, 3), "paper": torch.ones(6, 5)}
        >>> edges = torch.tensor([[0, 1], [2, 3]])
        >>> edge_index_dict = {("author", "writes", "paper"): edges, ("paper", "written_by", "author"): edges.flip(0)}
        >>> {name: tuple(x.shape) for name, x in conv(x_dict, edge_index_dict).items()}
        {'paper': (6, 2), 'author': (4, 2)}
    """

    def __init__(self, convs: Mapping[EdgeType, torch.nn.Module], aggr: str | None = "sum") -> None:
        super().__init__()
        if aggr not in _AGGREGATIONS:
            hint = did_you_mean(str(aggr), [name for name in _AGGREGATIONS if name]) or " Choose one of these."
            raise ArgumentError(f"HeteroConv: expected aggr to be one of {_AGGREGATIONS}, got {aggr!r}.{hint}")
        for edge_type, conv in convs.items():
            _check_layer(edge_type, conv)
        fixed = sorted({edge_type[0] for edge_type in convs} - {edge_type[-1] for edge_type in convs})
        if fixed:
            warnings.warn(
                f"HeteroConv: nothing arrives at {', '.join(map(repr, fixed))}, so the result has no features of "
                "these node types for a next layer. Add their reverse edge types (ToUndirected does).",
                EdgewiseWarning,
                stacklevel=2,
            )
        self.convs = TypeDict(convs)
        self.aggr = aggr

    def reset_parameters(self) -> None:
        """Draw the parameters of all layers anew."""
        for conv in self.convs.values():
            conv.reset_parameters()  # type: ignore[operator]

    def forward(self, *args_dict: Any, **kwargs_dict: Any) -> dict[str, Tensor]:
        """Return the new features of each node type.

        Args:
            *args_dict: The arguments of the layers as dictionaries, in their order: ``x_dict``, ``edge_index_dict``,
                and what else they take. What stands under an edge type goes to its layer; what stands under node types
                goes to each layer at one end as a value or a pair.
            **kwargs_dict: The same by name: ``edge_attr_dict`` gives ``edge_attr``.
        """
        _check_arguments(args_dict, kwargs_dict)
        found: dict[str, list[Tensor]] = {}
        for edge_type, conv in self.convs.items():
            args = [_of(edge_type, values) for values in args_dict if _has(edge_type, values)]
            kwargs = {
                name.removesuffix("_dict"): _of(edge_type, values)
                for name, values in kwargs_dict.items()
                if _has(edge_type, values)
            }
            if any(edge_type in values for values in (*args_dict, *kwargs_dict.values())):
                found.setdefault(edge_type[-1], []).append(conv(*args, **kwargs))
        if not found:
            self._check_edges((*args_dict, *kwargs_dict.values()))
        return {name: _together(outs, self.aggr) for name, outs in found.items()}

    def _check_edges(self, dictionaries: tuple[Any, ...]) -> None:
        given = [key for values in dictionaries for key in values if isinstance(key, tuple)]
        if given:
            message = (
                f"HeteroConv: expected an edge type with a layer, got {', '.join(map(str, given))}. "
                f"There are layers for {', '.join(map(str, self.convs.keys()))}."
            )
            raise ArgumentError(message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(num_relations={len(self.convs)})"


def _has(edge_type: EdgeType, values: Mapping[Any, Any]) -> bool:
    return edge_type in values or edge_type[0] in values or edge_type[-1] in values


def _of(edge_type: EdgeType, values: Mapping[Any, Any]) -> Any:
    """What a dictionary holds for a layer."""
    source, _, target = edge_type
    if edge_type in values:
        return values[edge_type]
    return values[source] if source == target else (values.get(source), values.get(target))


def _together(outs: list[Tensor], aggr: str | None) -> Tensor:
    if aggr is None:
        return torch.stack(outs, 1)
    if len(outs) == 1:
        return outs[0]
    if aggr == "cat":
        return torch.cat(outs, -1)
    if aggr in ("sum", "mean"):
        total = reduce(torch.add, outs)
        return total if aggr == "sum" else total / len(outs)
    stacked = torch.stack(outs)
    return stacked.min(0).values if aggr == "min" else stacked.max(0).values


def _check_layer(edge_type: Any, conv: torch.nn.Module) -> None:
    if not isinstance(edge_type, tuple) or len(edge_type) != 3:
        message = (
            f"HeteroConv: expected edge types (source, relation, destination), got {edge_type!r}. "
            "Name them ('author', 'writes', 'paper')."
        )
        raise ArgumentError(message)
    if edge_type[0] != edge_type[-1] and getattr(conv, "add_self_loops", False):
        message = (
            f"HeteroConv: expected a layer without self loops for {edge_type}, got {type(conv).__name__} with "
            "add_self_loops=True: its ends are different things. Pass add_self_loops=False."
        )
        raise ArgumentError(message)


def _check_arguments(args_dict: tuple[Any, ...], kwargs_dict: dict[str, Any]) -> None:
    for name in kwargs_dict:
        if not name.endswith("_dict"):
            message = f"HeteroConv: expected arguments whose name ends with _dict, got {name!r}. Call it {name}_dict."
            raise ArgumentError(message)
    for values in (*args_dict, *kwargs_dict.values()):
        if not isinstance(values, Mapping):
            message = (
                f"HeteroConv: expected dictionaries by type, got {type(values).__name__}. "
                "Use conv(data.x_dict, data.edge_index_dict)."
            )
            raise DTypeError(message)
