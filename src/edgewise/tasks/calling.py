"""How a model is called: with ``x``, ``edge_index``, and whatever else its ``forward`` asks for by name."""

import inspect
from typing import Any

import torch
from torch import nn

from edgewise._typing import Tensor
from edgewise.errors import ArgumentError
from edgewise.tasks.loop import first_output

__all__ = ["call_model", "evaluate", "extra_names", "hidden_of", "plan_of"]

_BY_NAME = ("edge_weight", "edge_attr", "edge_type", "batch", "num_graphs", "batch_size", "pos")


def extra_names(model: nn.Module, data: Any) -> tuple[str, ...] | None:
    """Return which attributes of a graph a model wants beside ``x`` and ``edge_index``.

    ``None`` for a model whose ``forward`` takes one argument: the graph itself.

    Raises:
        ArgumentError: It asks for something that the graph lacks.

    Example:
        >>> from edgewise.data import Data
        >>> from edgewise.nn import GCN
        >>> data = Data(x=torch.eye(2), edge_index=torch.tensor([[0], [1]]), edge_weight=torch.ones(1))
        >>> extra_names(GCN(2, 4, 2), data)
        ('edge_weight',)
    """
    parameters = inspect.signature(model.forward).parameters
    if len(parameters) == 1 and next(iter(parameters)) not in ("x", "edge_index"):
        return None
    wanted = list(parameters.values())[2:]
    # A stock model says which edge values its layers use, whatever its forward could be given.
    takes = _edge_arguments(model) if hasattr(model, "_edge_argument") else None
    names = []
    for parameter in wanted:
        name = parameter.name
        if name in _BY_NAME and (takes is None or name in takes) and _has(data, name):
            names.append(name)
        elif parameter.default is parameter.empty and parameter.kind not in (
            parameter.VAR_KEYWORD,
            parameter.VAR_POSITIONAL,
        ):
            raise ArgumentError(
                f"fit: expected a model called as model(x, edge_index), got {type(model).__name__}, whose forward also "
                f"needs {name!r}, which the data has not. Give it a default, or set data.{name}."
            )
    return tuple(names)


def call_model(model: nn.Module, data: Any, names: tuple[str, ...] | None) -> Any:
    """Call a model on a graph or a batch of graphs, with the attributes named by :func:`extra_names`."""
    if names is None:
        return model(data)
    if not names:
        return model(data.x, data.edge_index)
    return model(data.x, data.edge_index, **{name: _value(data, name) for name in names})


@torch.no_grad()
def evaluate(model: nn.Module, data: Any, names: tuple[str, ...] | None) -> Tensor:
    """Return the outputs of a model in evaluation mode, without gradients."""
    model.eval()
    out: Tensor = first_output(call_model(model, data, names))
    return out


@torch.no_grad()
def hidden_of(model: nn.Module, data: Any, names: tuple[str, ...] | None) -> Tensor:
    """The model's picture of each row: ``model.embed`` if there is one, else its second output, else its outputs."""
    model.eval()
    method = getattr(model, "embed", None)
    if callable(method):
        hidden: Tensor = (
            method(data) if names is None else method(data.x, data.edge_index, **{n: _value(data, n) for n in names})
        )
        return hidden
    out = call_model(model, data, names)
    first: Tensor = first_output(out)
    second = out[1] if isinstance(out, tuple) and len(out) > 1 else None
    # A second output may be something else, such as attention weights.
    return second if isinstance(second, Tensor) and second.shape[:-1] == first.shape[:1] else first


def plan_of(model: nn.Module, data: Any) -> Any:
    """Say what a model computes on a graph or a batch, called with what it asks for: see :func:`edgewise.plan`.

    Cost: one forward pass, and a copy of the model.

    Example:
        >>> from edgewise.data import Data
        >>> from edgewise.nn import GCN
        >>> data = Data(x=torch.eye(2), edge_index=torch.tensor([[0], [1]]), edge_weight=torch.ones(1))
        >>> [name for name, _ in plan_of(GCN(2, 4, 2), data).steps]
        ['convs.0', 'convs.1']
    """
    from edgewise.nn.planning import Plan, plan

    steps = plan(_Called(model, extra_names(model, data)), (data,)).steps
    return Plan([(name.removeprefix("model."), step) for name, step in steps])


class _Called(nn.Module):
    """A model of one argument, which is what the planner runs."""

    def __init__(self, model: nn.Module, names: tuple[str, ...] | None) -> None:
        super().__init__()
        self.model = model
        self.names = names

    def forward(self, data: Any) -> Any:
        """Call it."""
        return call_model(self.model, data, self.names)


def _edge_arguments(model: Any) -> tuple[str | None, ...]:
    """Attention layers read features of edges only where they were built for some."""
    layers = list(getattr(model, "convs", ()))
    is_built = not layers or any(getattr(layer, "lin_edge", layer) is not None for layer in layers)
    return (model._edge_argument,) if is_built else ()


def _has(data: Any, name: str) -> bool:
    return name == "batch_size" or getattr(data, name, None) is not None


def _value(data: Any, name: str) -> Any:
    return data.num_graphs if name == "batch_size" else getattr(data, name)
