"""Layers and models: tensors in, tensors out. Each opens at first use."""

from typing import TYPE_CHECKING

from edgewise._lazy import lazy_exports

if TYPE_CHECKING:
    from edgewise.nn import aggr, conv, models, norm, pool
    from edgewise.nn.aggr.attentional import AttentionalAggregation
    from edgewise.nn.aggr.base import Aggregation
    from edgewise.nn.aggr.basic import (
        MaxAggregation,
        MeanAggregation,
        MinAggregation,
        MulAggregation,
        StdAggregation,
        SumAggregation,
        VarAggregation,
    )
    from edgewise.nn.aggr.degree_scaler import DegreeScalerAggregation
    from edgewise.nn.aggr.multi import MultiAggregation
    from edgewise.nn.aggr.set2set import Set2Set
    from edgewise.nn.aggr.softmax import SoftmaxAggregation
    from edgewise.nn.conv.appnp import APPNP
    from edgewise.nn.conv.cheb_conv import ChebConv
    from edgewise.nn.conv.d_conv import DConv
    from edgewise.nn.conv.gat_conv import GATConv
    from edgewise.nn.conv.gatv2_conv import GATv2Conv
    from edgewise.nn.conv.gcn2_conv import GCN2Conv
    from edgewise.nn.conv.gcn_conv import GCNConv
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
    from edgewise.nn.linear import Linear
    from edgewise.nn.message_passing import MessagePassing
    from edgewise.nn.models.autoencoder import GAE, VGAE, InnerProductDecoder
    from edgewise.nn.models.dcrnn import DCRNN, DCGRUCell
    from edgewise.nn.models.gat import GAT
    from edgewise.nn.models.gcn import GCN
    from edgewise.nn.models.gin import GIN
    from edgewise.nn.models.graph_sage import GraphSAGE
    from edgewise.nn.models.jumping_knowledge import JumpingKnowledge
    from edgewise.nn.models.kge import ComplEx, DistMult, KGEModel, RotatE, TransE
    from edgewise.nn.models.label_propagation import LabelPropagation
    from edgewise.nn.models.light_gcn import LightGCN
    from edgewise.nn.models.mlp import MLP
    from edgewise.nn.models.pna import PNA
    from edgewise.nn.models.t_gcn import TGCN, TGCNCell
    from edgewise.nn.norm.batch_norm import BatchNorm
    from edgewise.nn.norm.graph_norm import GraphNorm
    from edgewise.nn.norm.graph_size_norm import GraphSizeNorm
    from edgewise.nn.norm.layer_norm import LayerNorm
    from edgewise.nn.norm.pair_norm import PairNorm
    from edgewise.nn.planning import Plan, plan
    from edgewise.nn.pool.global_pool import global_add_pool, global_max_pool, global_mean_pool
    from edgewise.nn.pool.sag_pooling import SAGPooling
    from edgewise.nn.pool.topk_pooling import TopKPooling

__all__ = [
    "APPNP",
    "DCRNN",
    "GAE",
    "GAT",
    "GCN",
    "GIN",
    "MLP",
    "PNA",
    "TGCN",
    "VGAE",
    "Aggregation",
    "AttentionalAggregation",
    "BatchNorm",
    "ChebConv",
    "ComplEx",
    "DCGRUCell",
    "DConv",
    "DegreeScalerAggregation",
    "DistMult",
    "FastRGCNConv",
    "GATConv",
    "GATv2Conv",
    "GCN2Conv",
    "GCNConv",
    "GINConv",
    "GINEConv",
    "GraphConv",
    "GraphNorm",
    "GraphSAGE",
    "GraphSizeNorm",
    "HANConv",
    "HGTConv",
    "HeteroConv",
    "InnerProductDecoder",
    "JumpingKnowledge",
    "KGEModel",
    "LabelPropagation",
    "LayerNorm",
    "LightGCN",
    "Linear",
    "MaxAggregation",
    "MeanAggregation",
    "MessagePassing",
    "MinAggregation",
    "MulAggregation",
    "MultiAggregation",
    "NNConv",
    "PNAConv",
    "PairNorm",
    "Plan",
    "RGCNConv",
    "RotatE",
    "SAGEConv",
    "SAGPooling",
    "SGConv",
    "Set2Set",
    "SoftmaxAggregation",
    "StdAggregation",
    "SumAggregation",
    "TGCNCell",
    "TopKPooling",
    "TransE",
    "TransformerConv",
    "VarAggregation",
    "aggr",
    "conv",
    "global_add_pool",
    "global_max_pool",
    "global_mean_pool",
    "models",
    "norm",
    "plan",
    "pool",
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
        "edgewise.nn.conv.gcn_conv": ("GCNConv",),
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
        "edgewise.nn.aggr.attentional": ("AttentionalAggregation",),
        "edgewise.nn.aggr.base": ("Aggregation",),
        "edgewise.nn.aggr.basic": (
            "MaxAggregation",
            "MeanAggregation",
            "MinAggregation",
            "MulAggregation",
            "StdAggregation",
            "SumAggregation",
            "VarAggregation",
        ),
        "edgewise.nn.aggr.degree_scaler": ("DegreeScalerAggregation",),
        "edgewise.nn.aggr.multi": ("MultiAggregation",),
        "edgewise.nn.aggr.set2set": ("Set2Set",),
        "edgewise.nn.aggr.softmax": ("SoftmaxAggregation",),
        "edgewise.nn.norm.batch_norm": ("BatchNorm",),
        "edgewise.nn.norm.graph_norm": ("GraphNorm",),
        "edgewise.nn.norm.graph_size_norm": ("GraphSizeNorm",),
        "edgewise.nn.norm.layer_norm": ("LayerNorm",),
        "edgewise.nn.norm.pair_norm": ("PairNorm",),
        "edgewise.nn.pool.global_pool": (
            "global_add_pool",
            "global_max_pool",
            "global_mean_pool",
        ),
        "edgewise.nn.pool.sag_pooling": ("SAGPooling",),
        "edgewise.nn.pool.topk_pooling": ("TopKPooling",),
        "edgewise.nn.models.autoencoder": (
            "GAE",
            "InnerProductDecoder",
            "VGAE",
        ),
        "edgewise.nn.models.dcrnn": ("DCGRUCell", "DCRNN"),
        "edgewise.nn.models.gat": ("GAT",),
        "edgewise.nn.models.gcn": ("GCN",),
        "edgewise.nn.models.gin": ("GIN",),
        "edgewise.nn.models.graph_sage": ("GraphSAGE",),
        "edgewise.nn.models.jumping_knowledge": ("JumpingKnowledge",),
        "edgewise.nn.models.kge": (
            "ComplEx",
            "DistMult",
            "KGEModel",
            "RotatE",
            "TransE",
        ),
        "edgewise.nn.models.label_propagation": ("LabelPropagation",),
        "edgewise.nn.models.light_gcn": ("LightGCN",),
        "edgewise.nn.models.mlp": ("MLP",),
        "edgewise.nn.models.pna": ("PNA",),
        "edgewise.nn.models.t_gcn": ("TGCN", "TGCNCell"),
        "edgewise.nn.linear": ("Linear",),
        "edgewise.nn.message_passing": ("MessagePassing",),
        "edgewise.nn.planning": ("Plan", "plan"),
    },
    rooms=("conv", "aggr", "norm", "pool", "models"),
)
