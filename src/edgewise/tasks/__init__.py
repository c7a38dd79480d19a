"""Estimators with ``fit``, ``predict``, ``score``, ``report`` and ``save``; and the run folders that commands leave."""

from edgewise.tasks.config import TrainConfig
from edgewise.tasks.node_classifier import NodeClassifier

__all__ = ["NodeClassifier", "TrainConfig"]
