"""Layers and models: tensors in, tensors out. Each opens at first use."""

from typing import TYPE_CHECKING

from edgewise._lazy import lazy_exports
from edgewise.nn import aggr, conv, models, norm, pool

if TYPE_CHECKING:
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

_ROOMS = (aggr, conv, models, norm, pool)

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        **{room.__name__: room.__all__ for room in _ROOMS},
        "edgewise.nn.linear": ("Linear",),
        "edgewise.nn.planning": ("Plan", "plan"),
    },
)
