"""Layers and models: tensors in, tensors out."""

from edgewise.nn.conv import GCNConv
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import MessagePassing
from edgewise.nn.models import GCN

__all__ = ["GCN", "GCNConv", "Linear", "MessagePassing"]
