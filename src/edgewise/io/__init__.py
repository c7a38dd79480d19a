"""Graphs from and to files, tables and other libraries."""

from edgewise.io.adjacency import read_adjacency
from edgewise.io.dgl import from_dgl, to_dgl
from edgewise.io.edge_list import read_edge_list, write_edge_list
from edgewise.io.networkx import from_networkx, to_networkx
from edgewise.io.pyg import from_pyg, to_pyg
from edgewise.io.scipy import from_scipy_sparse_matrix, to_scipy_sparse_matrix
from edgewise.io.smiles import from_rdmol, from_smiles, from_smiles_list, to_rdmol, to_smiles
from edgewise.io.tables import FeatureRules, TableReport, from_tables

__all__ = [
    "FeatureRules",
    "TableReport",
    "from_dgl",
    "from_networkx",
    "from_pyg",
    "from_rdmol",
    "from_scipy_sparse_matrix",
    "from_smiles",
    "from_smiles_list",
    "from_tables",
    "read_adjacency",
    "read_edge_list",
    "to_dgl",
    "to_networkx",
    "to_pyg",
    "to_rdmol",
    "to_scipy_sparse_matrix",
    "to_smiles",
    "write_edge_list",
]
