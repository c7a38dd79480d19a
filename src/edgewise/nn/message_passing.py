"""The base of graph layers: messages along edges, aggregated at nodes.

How the arguments of a user's ``message`` get their values stands in ``_arguments.py``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from edgewise._suggest import did_you_mean
from edgewise._typing import Size
from edgewise.adjacency import Adjacency, sparse_coordinates
from edgewise.errors import ArgumentError, DTypeError
from edgewise.nn._arguments import Signatures, collect
from edgewise.nn._blocks import find_blocks, run_blocks
from edgewise.nn._planner import ENABLED
from edgewise.nn.aggr.resolver import aggregation_resolver
from edgewise.ops import segment_reduce
from edgewise.ops._segments import remember

__all__ = ["MessagePassing"]

_FUSED = ("sum", "add", "mean", "min", "max")
_FLOWS = ("source_to_target", "target_to_source")


class MessagePassing(torch.nn.Module):
    r"""Base class of layers that pass messages along edges.

    .. math:: x_i' = \gamma\Bigl(x_i, \bigoplus_{j \in \mathcal{N}(i)} \phi(x_i, x_j, e_{ji})\Bigr)

    Write :math:`\phi` as :meth:`message`, :math:`\gamma` as :meth:`update`; call :meth:`propagate` from ``forward``.
    An argument of these methods named ``foo_j`` holds ``foo`` of the source of each edge, ``foo_i`` that of its
    destination; other names are passed on as they are.

    Args:
        aggr: ``"sum"`` (or ``"add"``), ``"mean"``, ``"min"``, ``"max"``, ``"mul"``, ``"var"``, ``"std"``; the name of
            another aggregation of ``edgewise.nn.aggr``, or one that is built; a list of these (results side by side);
            or ``None`` where :meth:`aggregate` is overridden.
        aggr_kwargs: Settings of an aggregation given by name, for example ``{"learn": True}`` of ``"softmax"``.
        flow: ``"source_to_target"``: row 1 of ``edge_index`` receives; ``"target_to_source"``: row 0 does.
        node_dim: The axis of features that counts nodes.
        decomposed_layers: Must be 1: memory is bounded without decomposition.

    Raises:
        ArgumentError: An unknown ``aggr`` or ``flow``, or a ``message`` argument that nothing was passed for.

    Cost: messages are computed and aggregated for some destinations at a time where that saves memory, and computed
    again in the backward pass.

    Source: Gilmer et al., *Neural Message Passing for Quantum Chemistry*, ICML 2017, eq. 1-2.

    Example:
        >>> class Difference(MessagePassing):
        ...     def forward(self, x, edge_index):
        ...         return self.propagate(edge_index, x=x)
        ...     def message(self, x_i, x_j):
        ...         return x_j - x_i
        >>> layer = Difference(aggr="max")
        >>> layer(torch.tensor([[1.0], [5.0]]), torch.tensor([[0, 1], [1, 0]])).tolist()
        [[4.0], [-4.0]]
    """

    blocked: bool = True
    """Whether :meth:`message` may be evaluated on the edges of some destinations at a time. Set it to ``False`` in a
    layer whose message looks at all edges at once, for example divides by their maximum."""

    # Whether message_and_aggregate also takes a plain edge_index. PyG calls it with sparse matrices only, and a user's
    # own may read edge weights from them, so this is a promise that a stock layer makes.
    _fuses_edge_index: ClassVar[bool] = False
    # Whether the layer has `_layer(x, edge_index, ..., p=, after=)`, with dropout before it and a Finish after it.
    _fuses_epilogue: bool = False

    def __init__(
        self,
        aggr: str | Sequence[str | torch.nn.Module] | torch.nn.Module | None = "sum",
        *,
        aggr_kwargs: dict[str, Any] | None = None,
        flow: str = "source_to_target",
        node_dim: int = -2,
        decomposed_layers: int = 1,
    ) -> None:
        super().__init__()
        _check_choice("flow", flow, _FLOWS)
        if decomposed_layers != 1:
            message = f"MessagePassing: expected decomposed_layers=1, got {decomposed_layers}. Leave it out."
            raise ArgumentError(message)
        self.aggr_module: torch.nn.Module | None = None
        if aggr is not None:
            self.aggr_module = aggregation_resolver(aggr, caller="MessagePassing", **(aggr_kwargs or {}))
        is_list = isinstance(aggr, list | tuple)
        self.aggr = [str(each) for each in aggr] if is_list else aggr if aggr is None else str(aggr)  # type: ignore[union-attr]
        # Segment reductions need no module, and a module cuts its own way unless it says that groups stand alone.
        self._reductions: tuple[str, ...] | None = getattr(self.aggr_module, "_names", None)
        self._aggregates_blocks = self._reductions is not None or getattr(self.aggr_module, "blocked", False)
        self.flow = flow
        self.node_dim = node_dim
        self._signatures = Signatures.of(self)
        self.fuse = _is_most_derived(type(self), "message_and_aggregate", below=("message", "aggregate"))
        # Without aggr only the user's own product knows what it sums; a stock layer's is one of these reductions.
        self.fuse = self.fuse and (self.aggr in _FUSED or (aggr is None and not self._fuses_edge_index))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the layer. Whoever passes a whole graph is told so before Python misses an argument."""
        if args and not isinstance(args[0], Tensor) and hasattr(args[0], "edge_index"):
            name, given = type(self).__name__, type(args[0]).__name__
            message = f"{name}: expected tensors, got {given}. Layers take tensors: conv(data.x, data.edge_index)."
            raise DTypeError(message)
        return super().__call__(*args, **kwargs)

    def reset_parameters(self) -> None:
        """Draw the parameters of all children anew."""
        for child in self.children():
            reset = getattr(child, "reset_parameters", None)
            if callable(reset):
                reset()

    def propagate(self, edge_index: Tensor | Adjacency, size: Size = None, **kwargs: Any) -> Any:
        """Compute messages, aggregate them at each node and update: one round of message passing.

        Args:
            edge_index: ``[2, edges]``, a ``torch.sparse`` adjacency ``[dst, src]``, or an ``Adjacency``.
            size: ``(num_src, num_dst)``, read from the features where it is ``None``.
            **kwargs: Whatever :meth:`message`, :meth:`aggregate` and :meth:`update` ask for. A pair of tensors holds
                the source's and the destination's features of a bipartite graph.

        Raises:
            ShapeError: Two features disagree on the number of nodes.
            ArgumentError: A method asks for an argument that was not passed.
            NodeIndexError: An edge names a node outside of the features.
        """
        if self.fuse and (self._fuses_edge_index or _is_sparse(edge_index)):
            given = {**kwargs, "edge_index": edge_index, "adj_t": edge_index, "size": size}
            out = self.message_and_aggregate(**self._signatures.pick(self, "message_and_aggregate", given))
            return self.update(out, **self._signatures.pick(self, "update", given))
        request = collect(self, ("message", "aggregate", "update"), edge_index, size, kwargs)
        blocks = find_blocks(request) if self._takes_blocks() else None
        whole = None if blocks is None else run_blocks(request, blocks)
        if whole is not None:
            return self.update(whole, **self._signatures.pick(self, "update", request.apart_from_edges()))
        given = request.everything()
        messages = self.message(**self._signatures.pick(self, "message", given))
        out = self._aggregate(messages, given)
        return self.update(out, **self._signatures.pick(self, "update", given))

    def edge_updater(self, edge_index: Tensor | Adjacency, size: Size = None, **kwargs: Any) -> Any:
        """Compute new edge features by :meth:`edge_update`, with the arguments of :meth:`propagate`."""
        given = collect(self, ("edge_update",), edge_index, size, kwargs).everything()
        return self.edge_update(**self._signatures.pick(self, "edge_update", given))

    def message(self, x_j: Tensor) -> Tensor:
        r"""Return the message of each edge, ``[edges, *]``: :math:`\phi`, by default the source's features."""
        return x_j

    def aggregate(
        self, inputs: Tensor, index: Tensor, ptr: Tensor | None = None, dim_size: int | None = None
    ) -> Tensor:
        r"""Reduce the messages of each node, ``[edges, *]`` to ``[nodes, *]``: :math:`\bigoplus`, chosen by ``aggr``.

        Args:
            inputs: One message an edge.
            index: The receiving node of each edge.
            ptr: Ignored: where each node's messages would start if they were sorted.
            dim_size: How many nodes there are.
        """
        num_nodes = int(index.max()) + 1 if dim_size is None else dim_size
        return self._reduce(inputs, index, num_nodes, None)

    def update(self, inputs: Tensor) -> Tensor:
        r"""Return the new features of each node from its aggregated messages: :math:`\gamma`, by default unchanged."""
        return inputs

    def message_and_aggregate(self, edge_index: Tensor | Adjacency) -> Tensor:
        """Compute :meth:`message` and :meth:`aggregate` in one step over a sparse adjacency, where a layer can."""
        message = f"{type(self).__name__}.message_and_aggregate: expected a definition, got none. Define it or message."
        raise NotImplementedError(message)

    def edge_update(self) -> Tensor:
        """Return new edge features; called by :meth:`edge_updater`."""
        message = f"{type(self).__name__}.edge_update: expected a definition, got none. Define it in your layer."
        raise NotImplementedError(message)

    def _message_width(self, given: Mapping[str, Any]) -> int:
        """How many numbers :meth:`message` makes an edge, where those are more than the features that it reads."""
        return 0

    def _takes_blocks(self) -> bool:
        own_aggregate = type(self).aggregate is not MessagePassing.aggregate
        return self.blocked and ENABLED and self._aggregates_blocks and not own_aggregate

    def _aggregate(self, messages: Any, given: dict[str, Any]) -> Any:
        if type(self).aggregate is MessagePassing.aggregate:
            return self._reduce(messages, given["index"], given["dim_size"], given["adjacency"])
        return self.aggregate(messages, **self._signatures.pick(self, "aggregate", given))

    def _reduce(self, messages: Tensor, index: Tensor, num_nodes: int, adjacency: Adjacency | None) -> Tensor:
        if self._reductions is None:
            return self._reduce_by_module(messages, index, num_nodes, adjacency)
        first = messages.movedim(self.node_dim, 0) if messages.dim() > 1 else messages
        reduced = [segment_reduce(first, index, num_nodes, name, adjacency=adjacency) for name in self._reductions]
        moved = [out.movedim(0, self.node_dim) if out.dim() > 1 else out for out in reduced]
        return moved[0] if len(moved) == 1 else torch.cat(moved, dim=-1)

    def _reduce_by_module(self, messages: Tensor, index: Tensor, num_nodes: int, adjacency: Adjacency | None) -> Tensor:
        if self.aggr_module is None:
            message = f"{type(self).__name__}: expected aggr or an aggregate method, got neither. Pass aggr='sum'."
            raise ArgumentError(message)
        if adjacency is not None:
            remember(index, adjacency)
        dim = self.node_dim if messages.dim() > 1 else 0
        out: Tensor = self.aggr_module(messages, index, dim_size=num_nodes, dim=dim)
        return out

    def __repr__(self) -> str:
        if hasattr(self, "in_channels") and hasattr(self, "out_channels"):
            return f"{type(self).__name__}({self.in_channels}, {self.out_channels})"
        return super().__repr__()


def _check_choice(argument: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        hint = did_you_mean(str(value), choices) or " Choose one of these."
        message = f"MessagePassing: expected {argument} to be one of {choices}, got {value!r}.{hint}"
        raise ArgumentError(message)


def _is_sparse(edge_index: Tensor | Adjacency) -> bool:
    return isinstance(edge_index, Adjacency) or (isinstance(edge_index, Tensor) and edge_index.layout != torch.strided)


def _is_most_derived(cls: type, name: str, *, below: tuple[str, ...]) -> bool:
    """Whether ``name`` is overridden by a class that no subclass second-guesses by overriding one of ``below``."""
    for base in cls.__mro__:
        if base is MessagePassing:
            return False
        if name in vars(base):
            return True
        if any(other in vars(base) for other in below):
            return False
    return False


def overrides_nothing(layer: MessagePassing, stock: type[MessagePassing]) -> bool:
    """Whether a layer passes messages just as ``stock`` does, so that a shorter way leads to the same result."""
    steps = ("message", "aggregate", "update", "message_and_aggregate", "edge_update", "propagate", "edge_updater")
    return all(getattr(type(layer), step) is getattr(stock, step) for step in steps)


def by_destination(layer: MessagePassing, edge_index: Tensor, num_src: int, num_dst: int) -> Adjacency | Tensor:
    """The edges by the end that receives; while tracing an ``edge_index``, which is sorted when it runs."""
    forward = layer.flow == "source_to_target"
    if torch.compiler.is_compiling():
        return edge_index if forward else edge_index.flip(0)
    if forward:
        return Adjacency.of(edge_index, (num_src, num_dst), caller=type(layer).__name__)
    return Adjacency.of(edge_index, (num_dst, num_src), caller=type(layer).__name__).transpose()


def as_edge_index(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Return ``edge_index`` and edge values of a ``torch.sparse`` adjacency ``[dst, src]``."""
    target, source = sparse_coordinates(matrix)
    values = matrix._values() if matrix.layout == torch.sparse_coo else matrix.values()
    return torch.stack([source, target]), values
