"""An embedding of any width as points in the plane, the same projection for every epoch."""

import torch

from edgewise._typing import Float, Tensor

__all__ = ["Projection"]


class Projection:
    """Principal components of one embedding, applied to others.

    One- and two-wide embeddings are kept as they are. The sign of each component is fixed, so the same embedding gives
    the same picture.

    Args:
        embedding: The one that decides the plane, usually that of the chosen epoch.

    Shape:
        embedding ``[nodes, hidden]`` → ``[nodes, 2]``

    Cost: O(nodes · hidden² + hidden³) once.

    Example:
        >>> projection = Projection(torch.eye(4))
        >>> projection(torch.eye(4)).shape
        torch.Size([4, 2])
        >>> projection.description
        'first 2 principal components of the final 4-wide embedding'
    """

    def __init__(self, embedding: Float[Tensor, "nodes hidden"]) -> None:
        width = embedding.shape[1]
        self._basis: Tensor | None = None
        self.description = f"the {width}-wide embedding as it is"
        if width <= 2:
            return
        self.description = f"first 2 principal components of the final {width}-wide embedding"
        self._mean = embedding.double().cpu().mean(0)
        centred = embedding.double().cpu() - self._mean
        # eigh sorts ascending: the last two carry the most variance.
        basis = torch.linalg.eigh(centred.T @ centred).eigenvectors[:, [-1, -2]]
        largest = basis.abs().argmax(0)
        self._basis = basis * basis[largest, torch.arange(2)].sign()

    def __call__(self, embedding: Float[Tensor, "nodes hidden"]) -> Float[Tensor, "nodes 2"]:
        """Project an embedding of the same width."""
        if self._basis is not None:
            return ((embedding.double().cpu() - self._mean) @ self._basis).float()
        return torch.nn.functional.pad(embedding.float().cpu(), (0, 2 - embedding.shape[1]))
