"""Labels that spread along edges, without anything to learn."""

from collections.abc import Callable

import torch

from edgewise._typing import Adj, Tensor
from edgewise.errors import DataError, ShapeError
from edgewise.nn._checks import check_at_least, check_features
from edgewise.nn._gcn_operator import GCNPropagation
from edgewise.utils.maps import one_hot

__all__ = ["LabelPropagation"]


class LabelPropagation(GCNPropagation):
    r"""Spreads known labels along edges: a classifier without parameters, and the baseline of every other.

    .. math:: Y^{(l+1)} = \alpha D^{-1/2} A D^{-1/2} Y^{(l)} + (1 - \alpha) Y^{(0)}

    Args:
        num_layers: How many rounds; each lets labels reach one hop further.
        alpha: Share of the neighbours' labels in a round, against the labels known at the beginning.

    Shape:
        y ``[nodes]`` or ``[nodes, 1]`` int64, or ``[nodes, classes]`` · edge_index ``[2, edges]`` integer, or a
        ``torch.sparse`` adjacency ``[nodes, nodes]`` · mask ``[nodes]`` boolean or node numbers (optional) ·
        edge_weight ``[edges]`` (optional) → ``[nodes, classes]``

    Raises:
        ArgumentError: ``num_layers`` below 0.
        ShapeError: ``edge_index`` is not ``[2, edges]``, or a boolean ``mask`` not ``[nodes]``.
        DTypeError: ``edge_index`` is not integer.
        NodeIndexError: An edge names a node that ``y`` has no row for.
        DataError: A label that counts is below 0.

    Cost: O(num_layers · edges · classes) time, O(nodes · classes) memory; the same bits on any number of threads. There
    is no gradient.

    Source: Zhou et al., *Learning with Local and Global Consistency*, NIPS 2003, algorithm 1; Huang et al., *Combining
    Label Propagation and Simple Models Out-performs Graph Neural Networks*, ICLR 2021, eq. 3. As in PyG, results are
    cut to 0..1 after each round, a list of edges is not normalised where it has weights, and the values of a sparse
    adjacency are weights that are. Labels outside of ``mask`` may be anything, such as -1.

    Example:
        >>> model = LabelPropagation(num_layers=2, alpha=0.5)
        >>> y, edge_index = torch.tensor([0, 1, -1]), torch.tensor([[1, 2], [2, 1]])
        >>> model(y, edge_index, mask=torch.tensor([True, True, False])).argmax(1).tolist()
        [0, 1, 1]
    """

    def __init__(self, num_layers: int, alpha: float) -> None:
        super().__init__(cached=False, add_self_loops=False)
        check_at_least("LabelPropagation", "num_layers", num_layers, 0)
        self.num_layers = num_layers
        self.alpha = alpha

    @torch.no_grad()
    def forward(
        self,
        y: Tensor,
        edge_index: Adj,
        mask: Tensor | None = None,
        edge_weight: Tensor | None = None,
        post_step: Callable[[Tensor], Tensor] | None = None,
    ) -> Tensor:
        """Return how much of each label arrives at each node.

        Args:
            y: The label of each node, or a row of label values.
            edge_index: The edges.
            mask: Whose labels are known. Default: all.
            edge_weight: One number an edge; edges are then used as they are, without normalisation.
            post_step: Called with the result of each round, instead of cutting it to 0..1.
        """
        start = _known(y, mask)
        check_features("LabelPropagation", start, edge_index, "y")
        spread: Callable[[Tensor], Tensor]
        if edge_weight is not None and edge_index.layout == torch.strided:
            spread = lambda h: self.propagate(edge_index, x=h, edge_weight=edge_weight, diagonal=None)  # noqa: E731
        else:
            spread = self._propagation(start, edge_index, None)
        rest, out = (1 - self.alpha) * start, start
        for _ in range(self.num_layers):
            out = torch.add(rest, spread(out), alpha=self.alpha)
            out = out.clamp_(0, 1) if post_step is None else post_step(out)
        return out

    def __repr__(self) -> str:
        return f"LabelPropagation(num_layers={self.num_layers}, alpha={self.alpha})"


def _known(y: Tensor, mask: Tensor | None) -> Tensor:
    """The known labels, a column a class; rows of zeros elsewhere."""
    if mask is not None and mask.dtype == torch.bool and mask.shape != y.shape[:1]:
        message = (
            f"LabelPropagation: expected mask of shape [{y.shape[0]}], one value a node, got {list(mask.shape)}. "
            "Pass data.train_mask, or node numbers."
        )
        raise ShapeError(message)
    chosen: Tensor | slice = slice(None) if mask is None else mask if mask.dtype == torch.bool else mask.long()
    if y.numel() == y.shape[0] and not y.is_floating_point():
        labels = y.view(-1)
        classes = max(0, int(labels.max()) + 1) if labels.numel() else 0
        values = one_hot(_checked(labels, chosen), classes)
    else:
        classes = y.shape[-1]
        values = y[chosen] if y.is_floating_point() else y[chosen].float()
    start = values.new_zeros(y.shape[0], classes)
    start[chosen] = values
    return start


def _checked(labels: Tensor, chosen: Tensor | slice) -> Tensor:
    if labels[chosen].numel() and int(labels[chosen].min()) < 0:
        nodes = torch.arange(labels.shape[0], device=labels.device)[chosen]
        node = int(nodes[labels[chosen] < 0][0])
        message = (
            f"LabelPropagation: expected labels of 0 or more, got {int(labels[node])} at node {node}. "
            "Leave out unknown ones by mask."
        )
        raise DataError(message)
    return labels[chosen]
