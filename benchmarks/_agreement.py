"""Equal results before equal footing: the largest difference from the peer, relative to its largest value."""

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["LARGEST", "models_agree", "relative"]

LARGEST = 1e-5

Numbers = dict[str, Tensor]


def relative(ours: Tensor, theirs: Tensor) -> float:
    if ours.shape != theirs.shape:
        raise ValueError(f"ours is {list(ours.shape)}, theirs {list(theirs.shape)}")
    return float((ours - theirs).abs().max() / theirs.abs().max())


def gradients_and_output(model: torch.nn.Module, forward: Callable[[torch.nn.Module, torch.dtype], Tensor]) -> Numbers:
    """The output in evaluation mode (no dropout), and what backward from its weighted sum leaves in every weight.

    All in float64: in float32 the gradients of PyG's attention, and the deviations of its PNA, are off by more than
    the bound themselves.
    """
    model.eval()
    out = forward(model.double(), torch.float64)
    weights = torch.randn(out.shape, generator=torch.Generator().manual_seed(0), dtype=out.dtype) / len(out)
    (out * weights).sum().backward()
    gradients = {f"gradient of {name}": value.grad for name, value in model.named_parameters()}
    model.zero_grad()
    model.float()
    return {"output": out.detach(), **{name: grad for name, grad in gradients.items() if grad is not None}}


def models_agree(
    ours: torch.nn.Module,
    theirs: torch.nn.Module,
    forward: Callable[[torch.nn.Module, torch.dtype], Tensor],
) -> dict[str, tuple[float, float]]:
    """Compare two models with the peer's weights in both: output, and the largest difference of any gradient.

    Our output is that in float32, which must be as close to the peer's in float64.
    """
    ours.load_state_dict(theirs.state_dict())
    expected, got = gradients_and_output(theirs, forward), gradients_and_output(ours, forward)
    with torch.no_grad():
        got["output"] = forward(ours, torch.float32).double()
    if expected.keys() != got.keys():
        raise ValueError(f"ours has {sorted(got)}, theirs {sorted(expected)}")
    apart = {name: relative(got[name], value) for name, value in expected.items()}
    output = apart.pop("output")
    return {"output": (output, LARGEST), "gradient": (max(apart.values()), LARGEST)}
