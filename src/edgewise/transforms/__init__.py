"""Graph to graph, without changing the one that came in."""

from edgewise.transforms.base import BaseTransform, Compose
from edgewise.transforms.normalize_features import NormalizeFeatures

__all__ = ["BaseTransform", "Compose", "NormalizeFeatures"]
