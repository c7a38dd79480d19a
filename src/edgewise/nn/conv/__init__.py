"""Convolutions, one layer per file."""

from edgewise.nn.conv.gcn_conv import GCNConv, gcn_norm
from edgewise.nn.message_passing import MessagePassing

__all__ = ["GCNConv", "MessagePassing", "gcn_norm"]
