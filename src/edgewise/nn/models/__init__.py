"""Models: stacks of layers, and what needs no message passing of its own."""

from typing import TYPE_CHECKING

from edgewise._lazy import lazy_exports

if TYPE_CHECKING:
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

__all__ = [
    "DCRNN",
    "GAE",
    "GAT",
    "GCN",
    "GIN",
    "MLP",
    "PNA",
    "TGCN",
    "VGAE",
    "ComplEx",
    "DCGRUCell",
    "DistMult",
    "GraphSAGE",
    "InnerProductDecoder",
    "JumpingKnowledge",
    "KGEModel",
    "LabelPropagation",
    "LightGCN",
    "RotatE",
    "TGCNCell",
    "TransE",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
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
    },
)
