"""Convolutions, one layer per file."""

from edgewise.nn.conv.gat_conv import GATConv
from edgewise.nn.conv.gcn_conv import GCNConv, gcn_norm
from edgewise.nn.conv.sage_conv import SAGEConv
from edgewise.nn.message_passing import MessagePassing

__all__ = ["GATConv", "GCNConv", "MessagePassing", "SAGEConv", "gcn_norm"]
