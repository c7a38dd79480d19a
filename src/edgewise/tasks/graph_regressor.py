"""Numbers of graphs: an estimator with the verbs of all others."""

from typing import ClassVar

from edgewise.tasks.graph_classifier import GraphEstimator

__all__ = ["GraphRegressor"]


class GraphRegressor(GraphEstimator):
    """Learn numbers of graphs, such as the solubility of molecules; several at once, some of them unknown (NaN).

    ``y`` is standardised by mean and spread of the training graphs, so that any unit trains alike, and predictions
    come back in that unit. ``score`` is R2, as scikit-learn has it; ``metric="rmse"`` and
    ``"mae"`` are in the unit of ``y``.

    Args:
        model: A name, or a module: see :class:`~edgewise.tasks.GraphClassifier`.
        **settings: ``readout``, and what :class:`~edgewise.tasks.Estimator` has.

    Cost: per epoch one pass over the training graphs and one, without gradients, over those of ``val`` and ``test``.

    Example:
        >>> from edgewise.io import from_smiles
        >>> molecules = [from_smiles(smiles) for smiles in ("C", "CC", "CCC", "CCCC", "CCCCC", "CCCCCC")]
        >>> regressor = GraphRegressor(hidden=8, layers=2, epochs=2, quiet=True)
        >>> regressor.fit(molecules, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).predict(molecules).shape
        torch.Size([6, 1])
    """

    _kind: ClassVar[str] = "graph-regressor"
    _numbers: ClassVar[bool] = True
