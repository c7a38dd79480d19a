"""Activations and normalisations by name, as the stock models take them."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from edgewise._suggest import did_you_mean, plain
from edgewise.errors import ArgumentError
from edgewise.nn import norm as norms
from edgewise.nn._networks import has_hooks
from edgewise.nn._planner import ENABLED, Finish, finish
from edgewise.ops import dropout
from edgewise.ops.epilogue import FUSED_ACTIVATIONS

__all__ = ["Activation", "activate", "fused_name", "resolve_activation", "resolve_norm", "takes_batch"]

Activation = Callable[[Tensor], Tensor]

_MODULES = {
    name.lower(): module
    for name, module in vars(torch.nn.modules.activation).items()
    if isinstance(module, type) and issubclass(module, torch.nn.Module)
} | {"swish": torch.nn.SiLU}


def resolve_activation(act: str | Activation | None, act_kwargs: Mapping[str, Any] | None, caller: str) -> Activation:
    """Return the activation that a name stands for: a module of ``torch.nn``, or a function of ``torch``.

    Raises:
        ArgumentError: No activation has that name.
    """
    if act is None:
        return torch.nn.Identity()
    if callable(act):
        return act
    module = _MODULES.get(plain(act))
    if module is not None:
        made: Activation = module(**act_kwargs or {})
        return made
    for source in (torch.nn.functional, torch):
        found = getattr(source, act, None)
        if callable(found):
            return lambda x: found(x, **act_kwargs or {})
    hint = did_you_mean(act, FUSED_ACTIVATIONS) or " Pass 'relu', for example."
    message = f"{caller}: expected act to be a function of torch.nn.functional, got {act!r}.{hint}"
    raise ArgumentError(message)


def fused_name(act: Activation) -> str | None:
    """Return the name of an activation that is one pass with bias and dropout, unless somebody watches it."""
    if not ENABLED or not isinstance(act, torch.nn.Module) or has_hooks(act):
        return None
    kind = type(act)
    if kind is torch.nn.Identity:
        return "identity"
    if kind is torch.nn.ELU:
        return "elu" if act.alpha == 1.0 else None
    if kind is torch.nn.LeakyReLU:
        return "leaky_relu" if act.negative_slope == 0.01 else None
    return {torch.nn.ReLU: "relu", torch.nn.Tanh: "tanh"}.get(kind)


def activate(x: Tensor, act: Activation, p: float) -> Tensor:
    """Activate and drop, in one pass where the activation is one that a kernel knows."""
    name = fused_name(act)
    if name is None:
        return dropout(act(x), p)
    return x if name == "identity" and p == 0 else finish(x, None, Finish(name, p), reuse=False)


def resolve_norm(
    norm: str | torch.nn.Module | None, channels: int, norm_kwargs: Mapping[str, Any] | None, caller: str
) -> torch.nn.Module:
    """Return the normalisation that a name stands for, for features of a width.

    Raises:
        ArgumentError: No normalisation has that name.
    """
    if norm is None:
        return torch.nn.Identity()
    if not isinstance(norm, str):
        return norm
    names = {plain(name).removesuffix("norm"): name for name in norms.__all__}
    found = names.get(plain(norm).removesuffix("norm"))
    if found is None:
        spelt = ["batch_norm", "graph_norm", "graph_size_norm", "layer_norm", "pair_norm"]
        hint = did_you_mean(norm, spelt) or f" Choose among {', '.join(spelt)}, or pass a module."
        message = f"{caller}: expected norm to be a normalisation of edgewise.nn, got {norm!r}.{hint}"
        raise ArgumentError(message)
    made = getattr(norms, found)
    width = {"in_channels": channels} if "in_channels" in inspect.signature(made).parameters else {}
    module: torch.nn.Module = made(**width, **norm_kwargs or {})
    return module


def takes_batch(norm: torch.nn.Module) -> bool:
    """Whether a normalisation asks which graph each node belongs to."""
    return "batch" in inspect.signature(norm.forward).parameters
