"""Embeddings of knowledge graphs: facts as triples of head, relation and tail."""

from edgewise.nn.models.kge.base import KGEModel
from edgewise.nn.models.kge.complex import ComplEx
from edgewise.nn.models.kge.dist_mult import DistMult
from edgewise.nn.models.kge.rotate import RotatE
from edgewise.nn.models.kge.trans_e import TransE

__all__ = ["ComplEx", "DistMult", "KGEModel", "RotatE", "TransE"]
