"""Estimators with ``fit``, ``predict``, ``score``, ``report`` and ``save``; and the run folders that commands leave."""

from typing import TYPE_CHECKING

from edgewise._lazy import lazy_exports

if TYPE_CHECKING:
    from edgewise.tasks.config import TrainConfig
    from edgewise.tasks.edge_classifier import EdgeClassifier
    from edgewise.tasks.estimator import Estimator
    from edgewise.tasks.graph_classifier import GraphClassifier
    from edgewise.tasks.graph_regressor import GraphRegressor
    from edgewise.tasks.interaction_predictor import InteractionPredictor
    from edgewise.tasks.link_predictor import LinkPredictor
    from edgewise.tasks.node_classifier import NodeClassifier
    from edgewise.tasks.node_regressor import NodeRegressor
    from edgewise.tasks.seeds import SeedScores, score_seeds
    from edgewise.tasks.signal_forecaster import SignalForecaster
    from edgewise.tasks.tensorboard import TensorBoard

__all__ = [
    "EdgeClassifier",
    "Estimator",
    "GraphClassifier",
    "GraphRegressor",
    "InteractionPredictor",
    "LinkPredictor",
    "NodeClassifier",
    "NodeRegressor",
    "SeedScores",
    "SignalForecaster",
    "TensorBoard",
    "TrainConfig",
    "score_seeds",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "edgewise.tasks.config": ("TrainConfig",),
        "edgewise.tasks.edge_classifier": ("EdgeClassifier",),
        "edgewise.tasks.estimator": ("Estimator",),
        "edgewise.tasks.graph_classifier": ("GraphClassifier",),
        "edgewise.tasks.graph_regressor": ("GraphRegressor",),
        "edgewise.tasks.interaction_predictor": ("InteractionPredictor",),
        "edgewise.tasks.link_predictor": ("LinkPredictor",),
        "edgewise.tasks.node_classifier": ("NodeClassifier",),
        "edgewise.tasks.node_regressor": ("NodeRegressor",),
        "edgewise.tasks.signal_forecaster": ("SignalForecaster",),
        "edgewise.tasks.seeds": ("SeedScores", "score_seeds"),
        "edgewise.tasks.tensorboard": ("TensorBoard",),
    },
)
