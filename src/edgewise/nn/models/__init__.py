"""Stock models: stacks of layers with the field's usual settings."""

from edgewise.nn.models.gcn import GCN

__all__ = ["GCN"]
