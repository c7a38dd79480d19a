"""Convolutions, one layer a file."""

from typing import TYPE_CHECKING

from edgewise._lazy import lazy_exports

if TYPE_CHECKING:
    from edgewise.nn.conv.appnp import APPNP
    from edgewise.nn.conv.cheb_conv import ChebConv
    from edgewise.nn.conv.d_conv import DConv
    from edgewise.nn.conv.gat_conv import GATConv
    from edgewise.nn.conv.gatv2_conv import GATv2Conv
    from edgewise.nn.conv.gcn2_conv import GCN2Conv
    from edgewise.nn.conv.gcn_conv import GCNConv, gcn_norm
    from edgewise.nn.conv.gin_conv import GINConv
    from edgewise.nn.conv.gine_conv import GINEConv
    from edgewise.nn.conv.graph_conv import GraphConv
    from edgewise.nn.conv.han_conv import HANConv
    from edgewise.nn.conv.hetero_conv import HeteroConv
    from edgewise.nn.conv.hgt_conv import HGTConv
    from edgewise.nn.conv.nn_conv import NNConv
    from edgewise.nn.conv.pna_conv import PNAConv
    from edgewise.nn.conv.rgcn_conv import FastRGCNConv, RGCNConv
    from edgewise.nn.conv.sage_conv import SAGEConv
    from edgewise.nn.conv.sg_conv import SGConv
    from edgewise.nn.conv.transformer_conv import TransformerConv
    from edgewise.nn.message_passing import MessagePassing

__all__ = [
    "APPNP",
    "ChebConv",
    "DConv",
    "FastRGCNConv",
    "GATConv",
    "GATv2Conv",
    "GCN2Conv",
    "GCNConv",
    "GINConv",
    "GINEConv",
    "GraphConv",
    "HANConv",
    "HGTConv",
    "HeteroConv",
    "MessagePassing",
    "NNConv",
    "PNAConv",
    "RGCNConv",
    "SAGEConv",
    "SGConv",
    "TransformerConv",
    "gcn_norm",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "edgewise.nn.conv.appnp": ("APPNP",),
        "edgewise.nn.conv.cheb_conv": ("ChebConv",),
        "edgewise.nn.conv.d_conv": ("DConv",),
        "edgewise.nn.conv.gat_conv": ("GATConv",),
        "edgewise.nn.conv.gatv2_conv": ("GATv2Conv",),
        "edgewise.nn.conv.gcn2_conv": ("GCN2Conv",),
        "edgewise.nn.conv.gcn_conv": (
            "GCNConv",
            "gcn_norm",
        ),
        "edgewise.nn.conv.gin_conv": ("GINConv",),
        "edgewise.nn.conv.gine_conv": ("GINEConv",),
        "edgewise.nn.conv.graph_conv": ("GraphConv",),
        "edgewise.nn.conv.han_conv": ("HANConv",),
        "edgewise.nn.conv.hetero_conv": ("HeteroConv",),
        "edgewise.nn.conv.hgt_conv": ("HGTConv",),
        "edgewise.nn.conv.nn_conv": ("NNConv",),
        "edgewise.nn.conv.pna_conv": ("PNAConv",),
        "edgewise.nn.conv.rgcn_conv": (
            "FastRGCNConv",
            "RGCNConv",
        ),
        "edgewise.nn.conv.sage_conv": ("SAGEConv",),
        "edgewise.nn.conv.sg_conv": ("SGConv",),
        "edgewise.nn.conv.transformer_conv": ("TransformerConv",),
        "edgewise.nn.message_passing": ("MessagePassing",),
    },
)
