"""Estimators with ``fit``, ``predict``, ``score``, ``report`` and ``save``; and the run folders that commands leave."""

from typing import TYPE_CHECKING

from edgewise._lazy import lazy_exports

if TYPE_CHECKING:
    from edgewise.tasks.config import TrainConfig
    from edgewise.tasks.estimator import Estimator
    from edgewise.tasks.graph_classifier import GraphClassifier
    from edgewise.tasks.graph_regressor import GraphRegressor
    from edgewise.tasks.link_predictor import LinkPredictor
    from edgewise.tasks.node_classifier import NodeClassifier
    from edgewise.tasks.node_regressor import NodeRegressor
    from edgewise.tasks.seeds import SeedScores, score_seeds
    from edgewise.tasks.tensorboard import TensorBoard

__all__ = [
    "Estimator",
    "GraphClassifier",
    "GraphRegressor",
    "LinkPredictor",
    "NodeClassifier",
    "NodeRegressor",
    "SeedScores",
    "TensorBoard",
    "TrainConfig",
    "score_seeds",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "edgewise.tasks.config": ("TrainConfig",),
        "edgewise.tasks.estimator": ("Estimator",),
        "edgewise.tasks.graph_classifier": ("GraphClassifier",),
        "edgewise.tasks.graph_regressor": ("GraphRegressor",),
        "edgewise.tasks.link_predictor": ("LinkPredictor",),
        "edgewise.tasks.node_classifier": ("NodeClassifier",),
        "edgewise.tasks.node_regressor": ("NodeRegressor",),
        "edgewise.tasks.seeds": ("SeedScores", "score_seeds"),
        "edgewise.tasks.tensorboard": ("TensorBoard",),
    },
)
