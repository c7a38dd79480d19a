"""Graph to graph, without changing the one that came in."""

from edgewise.transforms.add_metapaths import AddMetaPaths
from edgewise.transforms.add_positional_encoding import AddLaplacianEigenvectorPE, AddRandomWalkPE
from edgewise.transforms.base import BaseTransform, Compose
from edgewise.transforms.constant import Constant
from edgewise.transforms.degree_features import LocalDegreeProfile, OneHotDegree
from edgewise.transforms.edge_geometry import Cartesian, Distance
from edgewise.transforms.gcn_norm import GCNNorm
from edgewise.transforms.gdc import GDC
from edgewise.transforms.largest_connected_components import LargestConnectedComponents
from edgewise.transforms.line_graph import LineGraph
from edgewise.transforms.normalize_features import NormalizeFeatures
from edgewise.transforms.pad import Pad
from edgewise.transforms.padding import AttrNamePadding, EdgeTypePadding, NodeTypePadding, Padding, UniformPadding
from edgewise.transforms.point_graphs import KNNGraph, RadiusGraph
from edgewise.transforms.random_link_split import RandomLinkSplit
from edgewise.transforms.random_node_split import RandomNodeSplit
from edgewise.transforms.remove_duplicated_edges import RemoveDuplicatedEdges
from edgewise.transforms.remove_isolated_nodes import RemoveIsolatedNodes
from edgewise.transforms.self_loops import AddRemainingSelfLoops, AddSelfLoops, RemoveSelfLoops
from edgewise.transforms.sign import SIGN
from edgewise.transforms.svd_feature_reduction import SVDFeatureReduction
from edgewise.transforms.to_dense import ToDense
from edgewise.transforms.to_sparse_tensor import ToSparseTensor
from edgewise.transforms.to_undirected import ToUndirected
from edgewise.transforms.virtual_node import VirtualNode

__all__ = [
    "GDC",
    "SIGN",
    "AddLaplacianEigenvectorPE",
    "AddMetaPaths",
    "AddRandomWalkPE",
    "AddRemainingSelfLoops",
    "AddSelfLoops",
    "AttrNamePadding",
    "BaseTransform",
    "Cartesian",
    "Compose",
    "Constant",
    "Distance",
    "EdgeTypePadding",
    "GCNNorm",
    "KNNGraph",
    "LargestConnectedComponents",
    "LineGraph",
    "LocalDegreeProfile",
    "NodeTypePadding",
    "NormalizeFeatures",
    "OneHotDegree",
    "Pad",
    "Padding",
    "RadiusGraph",
    "RandomLinkSplit",
    "RandomNodeSplit",
    "RemoveDuplicatedEdges",
    "RemoveIsolatedNodes",
    "RemoveSelfLoops",
    "SVDFeatureReduction",
    "ToDense",
    "ToSparseTensor",
    "ToUndirected",
    "UniformPadding",
    "VirtualNode",
]
