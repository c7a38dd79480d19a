"""Layers and models: tensors in, tensors out."""

from edgewise.nn.conv import GATConv, GCNConv, SAGEConv
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import MessagePassing
from edgewise.nn.models import GAT, GCN, GraphSAGE
from edgewise.nn.planning import Plan, plan

__all__ = ["GAT", "GCN", "GATConv", "GCNConv", "GraphSAGE", "Linear", "MessagePassing", "Plan", "SAGEConv", "plan"]
