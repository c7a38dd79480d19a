"""Ours and PyG's layer with the same weights: results and every gradient, in float64."""

import torch

__all__ = ["assert_same"]


def assert_same(ours, theirs, inputs, *rest, tolerance=1e-10, **keywords):
    """Compare ``layer(*inputs, *rest)``; ``inputs`` are tensors (or tuples of them) that get gradients."""
    theirs.load_state_dict(ours.state_dict())
    results = []
    for layer in (ours.double(), theirs.double()):
        leaves = []

        def leaf(value, leaves=leaves):
            if isinstance(value, tuple):
                return tuple(map(leaf, value))
            if value is None or not value.is_floating_point():
                return value
            leaves.append(value.clone().requires_grad_())
            return leaves[-1]

        out = layer(*map(leaf, inputs), *rest, **keywords)
        first = out[0] if isinstance(out, tuple) else out
        wanted = [*leaves, *layer.parameters()]
        results.append([first, *torch.autograd.grad((first**2).sum(), wanted, allow_unused=True)])
    for mine, other in zip(*results, strict=True):
        if mine is None or other is None:  # nobody depends on an edge that does not exist
            assert not any(grad is not None and grad.any() for grad in (mine, other))
        else:
            torch.testing.assert_close(mine, other, rtol=tolerance, atol=tolerance)
