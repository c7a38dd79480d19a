"""Stock models: stacks of layers with the field's usual settings."""

from edgewise.nn.models.gat import GAT
from edgewise.nn.models.gcn import GCN
from edgewise.nn.models.graph_sage import GraphSAGE

__all__ = ["GAT", "GCN", "GraphSAGE"]
