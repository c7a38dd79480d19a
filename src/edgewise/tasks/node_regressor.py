"""Numbers of nodes: an estimator with the verbs of all others."""

from typing import ClassVar

from edgewise.tasks.node_classifier import NodeEstimator

__all__ = ["NodeRegressor"]


class NodeRegressor(NodeEstimator):
    """Learn numbers of some nodes of a graph, predict those of all others.

    Full-batch training with Adam on the squared error of ``data.train_mask``. ``data.y`` is ``[nodes]`` or
    ``[nodes, numbers]``, NaN where unknown; it is standardised by mean and spread of the training nodes, so that any
    unit trains alike, and predictions come back in that unit. ``score`` is R2, as scikit-learn has
    it; ``metric="rmse"`` and
    ``"mae"`` are in the unit of ``y``.

    Args:
        model: ``"gcn"``, ``"sage"``, ``"gat"``, ``"gin"``, ``"mlp"``, or any ``torch.nn.Module`` with
            ``forward(x, edge_index)`` that returns ``[nodes, numbers]``.
        **settings: See :class:`~edgewise.tasks.Estimator`.

    Attributes:
        embedding_: ``[nodes, hidden]``, the last hidden layer of the trained model.
        data_: The graph it was fitted on.

    Cost: per epoch one training and one evaluation pass over the graph.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> data = KarateClub()[0]
        >>> data.y = data.y.float() * 100
        >>> NodeRegressor(epochs=5, quiet=True).fit(data).predict().shape
        torch.Size([34, 1])
    """

    _kind: ClassVar[str] = "node-regressor"
    _numbers: ClassVar[bool] = True
