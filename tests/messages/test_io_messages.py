"""What reading, writing and conversion answer to what they cannot work with: one line with file, place and cure."""

import gzip
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse
import torch
from torch_geometric.data import Data as PyGData
from torch_geometric.data import HeteroData as PyGHetero

from edgewise import io
from edgewise.data import Data, HeteroData
from edgewise.errors import (
    ArgumentError,
    DataError,
    DTypeError,
    EdgewiseError,
    FileError,
    MissingPackageError,
    NodeIndexError,
    ShapeError,
)

EDGES = torch.tensor([[0, 1], [1, 4]])
PAIR = Data(edge_index=torch.tensor([[0, 1], [1, 0]]), num_nodes=2)


def message(error_type, action):
    with pytest.raises(error_type) as error:
        action()
    assert isinstance(error.value, EdgewiseError)
    assert "\n" not in str(error.value)
    return str(error.value)


# Files: the content, what is called with the path, and the message with PATH for the path.
FILES = {
    "ragged": (
        "# two nodes\n0 1\n1 2\n2 3 4\n",
        lambda path: io.read_edge_list(path),
        DataError,
        "read_edge_list: expected 2 fields, as in line 2, got 3 ('2 3 4') in line 4 of PATH. Repair or drop the line.",
    ),
    "ragged commas": (
        "a,b,1\na,b\n",
        lambda path: io.read_edge_list(path),
        DataError,
        "read_edge_list: expected 3 fields, as in line 1, got 2 ('a,b') in line 2 of PATH. Repair or drop the line.",
    ),
    "dictionaries": (
        "0 1 {'w': 1}\n0 1 {}\n",
        lambda path: io.read_edge_list(path),
        DataError,
        "read_edge_list: expected 4 fields, as in line 1, got 3 ('0 1 {}') in line 2 of PATH. networkx.read_edgelist "
        "reads such lines, and edgewise.io.from_networkx its graph.",
    ),
    "one field": (
        "0|1\n1|2\n",
        lambda path: io.read_edge_list(path),
        DataError,
        "read_edge_list: expected source and destination, got '0|1' in line 1 of PATH. Pass delimiter=... if it is "
        "another one.",
    ),
    "no edges": (
        "# nothing\n",
        lambda path: io.read_edge_list(path),
        DataError,
        "read_edge_list: expected edges, got none in PATH. Pass num_nodes if it is meant to have none.",
    ),
    "no end": (
        "a,b\nb,\n",
        lambda path: io.read_edge_list(path),
        DataError,
        "read_edge_list: expected a destination, got an empty field in line 2 of PATH. Repair or drop the line.",
    ),
    "words for weights": (
        "0 1 friend\n",
        lambda path: io.read_edge_list(path),
        DataError,
        "read_edge_list: expected numbers after source and destination, got 'friend' in line 1 of PATH. Name what "
        "follows: columns=(..., None to leave one out).",
    ),
    "one weight is no number": (
        "0 1 2.5\n0 2 x\n",
        lambda path: io.read_edge_list(path),
        DataError,
        "read_edge_list: expected numbers after source and destination, got 'x' in line 2 of PATH. Name what follows: "
        "columns=(..., None to leave one out).",
    ),
    "two weights of a pair": (
        "0 1 2\n1 0 3\n",
        lambda path: io.read_edge_list(path, directed=False),
        DataError,
        "read_edge_list: expected one edge_weight for each pair, with directed=False, got two for the pair of nodes 0 "
        "and 1 in PATH. Merge such lines, or leave directed=False out.",
    ),
    "undirected words": (
        "0 1 x\n",
        lambda path: io.read_edge_list(path, directed=False, columns=("kind",)),
        ArgumentError,
        "read_edge_list: expected numbers in kind, with directed=False, got 'x' in PATH. Leave it out with None in "
        "columns.",
    ),
    "too many names": (
        "0 1 2\n",
        lambda path: io.read_edge_list(path, columns=("a", "b")),
        ArgumentError,
        "read_edge_list: expected 1 names in columns, for what follows source and destination in PATH, got ['a', 'b']. "
        "Use None for one to leave out.",
    ),
    "a name that is taken": (
        "0 1 2\n",
        lambda path: io.read_edge_list(path, columns=("num_edges",)),
        ArgumentError,
        "read_edge_list: expected columns of names that are free, got 'num_edges'. Choose another name.",
    ),
    "node outside": (
        "# nodes\n0 1\n\n1 7\n",
        lambda path: io.read_edge_list(path, num_nodes=3),
        NodeIndexError,
        "read_edge_list: expected ids in 0..2, with num_nodes, got 1 to 7 in line 4 of PATH. Leave num_nodes out to "
        "number them.",
    ),
    "names with num_nodes": (
        "ann bob\n",
        lambda path: io.read_edge_list(path, num_nodes=3),
        ArgumentError,
        "read_edge_list: expected numbers from 0 as ids, with num_nodes, got 'ann' in PATH. Leave num_nodes out.",
    ),
    "other encoding": (
        b"0 1\n" + "é 1\n".encode("latin-1"),
        lambda path: io.read_edge_list(path),
        DataError,
        r"read_edge_list: expected text in UTF-8, got '\xe9 1\n' in line 2 of PATH. Convert the file to UTF-8.",
    ),
    "other encoding of a column": (
        b"0 1 x\n" + "1 0 é\n".encode("latin-1"),
        lambda path: io.read_edge_list(path, columns=("kind",)),
        DataError,
        r"read_edge_list: expected text in UTF-8, got '1 0 \xe9\n' in line 2 of PATH. Convert the file to UTF-8.",
    ),
    "two bytes a letter": (
        "0 1\n".encode("utf-16"),
        lambda path: io.read_edge_list(path),
        FileError,
        "read_edge_list: expected text in UTF-8, got UTF-16 in PATH. Save it as UTF-8.",
    ),
    "no text": (
        b"\x89PNG\0\0\0",
        lambda path: io.read_adjacency(path),
        FileError,
        "read_adjacency: expected a text file, got PATH (it holds zero bytes). Pass another file.",
    ),
    "cut off": (
        gzip.compress(b"0 1\n" * 1000)[:-12],
        lambda path: io.read_edge_list(path),
        FileError,
        "read_edge_list: expected a whole text file, got PATH (compressed file ended before the end-of-stream marker "
        "was reached). Fetch it again.",
    ),
    "long delimiter": (
        "0 1\n",
        lambda path: io.read_edge_list(path, delimiter="::"),
        ArgumentError,
        "read_edge_list: expected delimiter as a character, got '::'. Leave it out to find out by the file.",
    ),
    "empty comment": (
        "0 1\n",
        lambda path: io.read_adjacency(path, comment=""),
        ArgumentError,
        "read_adjacency: expected comment as a character, got ''. Leave it out to find out by the file.",
    ),
    "not square": (
        "0,1,0\n1,0,1\n",
        lambda path: io.read_adjacency(path),
        DataError,
        'read_adjacency: expected a square matrix, got 2 rows and 3 columns in PATH. Pass format="list" if '
        "its lines are "
        "nodes with their neighbours.",
    ),
    "ragged matrix": (
        "0,1\n1\n",
        lambda path: io.read_adjacency(path),
        DataError,
        "read_adjacency: expected 2 fields, as in line 1, got 1 ('1') in line 2 of PATH. Repair or drop the line.",
    ),
    "words in a matrix": (
        "0,1\n1,x\n",
        lambda path: io.read_adjacency(path),
        DataError,
        "read_adjacency: expected numbers, got 'x' in line 2 of PATH. Pass format=\"list\" if its lines are nodes with "
        "their neighbours.",
    ),
    "nan in a matrix": (
        "0,1\n1,nan\n",
        lambda path: io.read_adjacency(path),
        DataError,
        "read_adjacency: expected finite numbers, got nan from node 1 to 1 in PATH. Use 0 for no edge.",
    ),
    "one-sided matrix": (
        "0,1\n2.5,0\n",
        lambda path: io.read_adjacency(path, directed=False),
        DataError,
        "read_adjacency: expected a symmetric matrix, with directed=False, got 1 from node 0 to 1 but 2.5 "
        "back in PATH. "
        "Leave directed=False out.",
    ),
    "rows in another order": (
        ",a,b\nb,0,1\na,1,0\n",
        lambda path: io.read_adjacency(path),
        DataError,
        "read_adjacency: expected the row of 'a', as in the first line, got 'b' in line 2 of PATH. Bring rows and "
        "columns in one order.",
    ),
    "names of a matrix alone": (
        "a,b\n",
        lambda path: io.read_adjacency(path),
        DataError,
        'read_adjacency: expected a square matrix, got 0 rows and 2 columns in PATH. Pass format="list" if '
        "its lines are "
        "nodes with their neighbours.",
    ),
    "no nodes": (
        "\n# nobody\n",
        lambda path: io.read_adjacency(path),
        DataError,
        "read_adjacency: expected nodes, got none in PATH. Pass another file.",
    ),
    "no name": (
        "a,b\nc,,d\n",
        lambda path: io.read_adjacency(path, format="list"),
        DataError,
        "read_adjacency: expected nodes, got an empty field in line 2 of PATH. Repair or drop the line.",
    ),
    "unknown format": (
        "0 1\n",
        lambda path: io.read_adjacency(path, format="lists"),
        ArgumentError,
        "read_adjacency: expected format to be one of ('auto', 'list', 'matrix'), got 'lists'. Did you mean 'list'?",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_files(tmp_path, case):
    content, action, error, text = FILES[case]
    path = tmp_path / "graph.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert message(error, lambda: action(path)) == text.replace("PATH", str(path))


def test_no_file(tmp_path):
    for read, name in ((io.read_edge_list, "read_edge_list"), (io.read_adjacency, "read_adjacency")):
        missing = (
            f"{name}: expected a whole text file, got {tmp_path}/none (no such file or directory). Check the path."
        )
        assert message(FileError, lambda read=read: read(tmp_path / "none")) == missing
        folder = f"{name}: expected a whole text file, got {tmp_path} (is a directory). Check the path."
        assert message(FileError, lambda read=read: read(tmp_path)) == folder


WRITTEN = {
    "no edges": (
        Data(x=torch.ones(2, 1)),
        {},
        DataError,
        "write_edge_list: expected a graph with edge_index, got Data(x=[2, 1]). Set data.edge_index.",
    ),
    "long delimiter": (
        PAIR,
        {"delimiter": "::"},
        ArgumentError,
        "write_edge_list: expected delimiter as a character, got '::'. Use a tab, a comma or a blank.",
    ),
    "no such column": (
        PAIR,
        {"columns": ("weight",)},
        ArgumentError,
        "write_edge_list: expected weight with one value for each of the 2 edges, got none. Leave it out.",
    ),
    "wide column": (
        Data(edge_index=PAIR.edge_index, edge_attr=torch.ones(2, 3), num_nodes=2),
        {"columns": ("edge_attr",)},
        ArgumentError,
        "write_edge_list: expected edge_attr with one value for each of the 2 edges, got [2, 3]. Leave it out.",
    ),
    "node outside": (
        Data(edge_index=torch.tensor([[0], [5]]), num_nodes=2),
        {},
        NodeIndexError,
        "write_edge_list: expected edge_index values in 0..1, got node 5 as destination of edge 0 (2 "
        "destination nodes). "
        "Usual cause: ids are not consecutive, or x lacks nodes. Renumber them (Data.from_edges does).",
    ),
    "one direction": (
        Data(edge_index=torch.tensor([[0], [1]]), edge_weight=torch.ones(1), num_nodes=2),
        {"directed": False},
        DataError,
        "write_edge_list: expected every edge with its opposite and equal edge_weight, with directed=False, got one "
        "without. Leave directed=False out.",
    ),
    "delimiter in a name": (
        Data(edge_index=PAIR.edge_index, node_names=["a b", "c"], num_nodes=2),
        {"delimiter": " "},
        DataError,
        "write_edge_list: expected names without delimiter, quotes or line breaks, and not to begin with # or a blank, "
        "got 'a b'. Rename that node, or choose another delimiter.",
    ),
    "delimiter in a value": (
        Data(edge_index=PAIR.edge_index, kind=["a\nb", "c"], num_nodes=2),
        {"columns": ("kind",)},
        DataError,
        r"write_edge_list: expected values without delimiter, quotes or line breaks, got 'a\nb'. Choose a delimiter.",
    ),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_writing(tmp_path, case):
    data, options, error, text = WRITTEN[case]
    (tmp_path / "a").write_text("old")
    assert message(error, lambda: io.write_edge_list(data, tmp_path / "a", **options)) == text
    assert (tmp_path / "a").read_text() == "old"


def test_no_folder_to_write_to(tmp_path):
    text = message(FileError, lambda: io.write_edge_list(PAIR, tmp_path / "no" / "a"))
    assert text.startswith(f"write: expected a writable folder, got {tmp_path}/no (no such file or directory).")


SCIPY = {
    "node outside": (
        lambda: io.to_scipy_sparse_matrix(EDGES, num_nodes=3),
        NodeIndexError,
        "to_scipy_sparse_matrix: expected edge_index values in 0..2, got node 4 as destination of edge 1 (3 "
        "destination "
        "nodes). Usual cause: ids are not consecutive, or x lacks nodes. Renumber them (Data.from_edges does).",
    ),
    "rows": (
        lambda: io.to_scipy_sparse_matrix(EDGES, torch.ones(3)),
        ShapeError,
        "to_scipy_sparse_matrix: expected edge_attr with one row for each of the 2 edges, got [3]. The first axis of "
        "edge_attr counts edges.",
    ),
    "width": (
        lambda: io.to_scipy_sparse_matrix(EDGES, torch.ones(2, 2)),
        ShapeError,
        "to_scipy_sparse_matrix: expected edge_attr with one number an edge, got [2, 2]. Pass one column of it.",
    ),
    "half": (
        lambda: io.to_scipy_sparse_matrix(EDGES, torch.ones(2, dtype=torch.bfloat16)),
        DTypeError,
        "to_scipy_sparse_matrix: expected edge_attr that SciPy can hold, got bfloat16. Use edge_attr.float().",
    ),
    "dense": (
        lambda: io.from_scipy_sparse_matrix(np.eye(2)),
        DTypeError,
        "from_scipy_sparse_matrix: expected a SciPy sparse matrix, got ndarray. Use scipy.sparse.coo_array(A).",
    ),
    "long double": (
        lambda: io.from_scipy_sparse_matrix(scipy.sparse.coo_array(np.eye(2, dtype=np.longdouble))),
        DTypeError,
        f"from_scipy_sparse_matrix: expected numbers that torch knows, got {np.dtype(np.longdouble)}. Use "
        "A.astype('float32').",
    ),
    "one axis": (
        lambda: io.from_scipy_sparse_matrix(scipy.sparse.coo_array(np.array([1.0, 0.0, 2.0]))),
        ShapeError,
        "from_scipy_sparse_matrix: expected a matrix, got the shape [3]. Rows and columns are nodes.",
    ),
}


@pytest.mark.parametrize("case", SCIPY)
def test_scipy(case):
    action, error, text = SCIPY[case]
    assert message(error, action) == text


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (3, "int"),
        ("graph", "str"),
        ({"x": 1}, "dict"),
        (torch.ones(2, 2), "torch.Tensor"),
        (Data(), "edgewise.Data"),
        (HeteroData(), "edgewise.HeteroData"),
        ([Data()], "edgewise.Data"),
    ],
)
def test_no_graph_of_pyg(wrong, kind):
    assert message(DTypeError, lambda: io.from_pyg(wrong)) == (
        f"from_pyg: expected a Data or HeteroData of torch_geometric, or a list of them, got {kind}. The way back is "
        "to_pyg."
    )


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (3, "int"),
        ({"x": 1}, "dict"),
        (PyGData(), "torch_geometric.Data"),
        (PyGHetero(), "torch_geometric.HeteroData"),
        ([PyGData()], "torch_geometric.Data"),
    ],
)
def test_no_graph_of_ours(wrong, kind):
    assert message(DTypeError, lambda: io.to_pyg(wrong)) == (
        f"to_pyg: expected a Data or HeteroData of edgewise, or a list of them, got {kind}. The way back is from_pyg."
    )


def typed():
    data = HeteroData({"paper": {"x": torch.ones(3, 2)}})
    data["paper", "cites", "paper"].edge_index = torch.tensor([[0], [2]])
    return data


def without_author():
    data = typed()
    data["author", "writes", "paper"].edge_index = torch.tensor([[0], [1]])
    return data


def without_edge_index():
    data = typed()
    data["paper", "likes", "paper"].edge_attr = torch.ones(1, 1)
    return data


DGL = {
    "no graph of dgl": (
        lambda: io.from_dgl(Data()),
        DTypeError,
        "from_dgl: expected a dgl.DGLGraph, got Data. The way back is to_dgl.",
    ),
    "no graph of ours": (
        lambda: io.to_dgl([Data()]),
        DTypeError,
        "to_dgl: expected a Data or HeteroData, got list. The way back is from_dgl.",
    ),
    "no edge type": (
        lambda: io.to_dgl(HeteroData({"paper": {"x": torch.ones(1, 1)}})),
        DataError,
        "to_dgl: expected at least one type of edges, got none. A dgl.heterograph is made of edges.",
    ),
    "no count": (
        lambda: io.to_dgl(without_author()),
        DataError,
        "to_dgl: expected to know how many nodes of type 'author' there are, got no attribute that tells. Set "
        "data['author'].num_nodes.",
    ),
    "no edges": (
        lambda: io.to_dgl(without_edge_index()),
        DataError,
        "to_dgl: expected edge_index of ('paper', 'likes', 'paper'), got none. Set "
        "data[('paper', 'likes', 'paper')].edge_index.",
    ),
}


@pytest.mark.parametrize("case", DGL)
def test_dgl(monkeypatch, case):
    monkeypatch.setitem(sys.modules, "dgl", SimpleNamespace())
    action, error, text = DGL[case]
    assert message(error, action) == text


@pytest.mark.parametrize("error", [ImportError("no"), FileNotFoundError("Cannot find DGL C++ graphbolt library.\nAh")])
def test_without_dgl(monkeypatch, error):
    def refuse(name):
        raise error

    monkeypatch.setattr("edgewise.io.dgl.importlib", SimpleNamespace(import_module=refuse))
    reason = error.args[0].splitlines()[0].rstrip(".")
    assert message(MissingPackageError, lambda: io.to_dgl(Data(x=torch.ones(2, 1)))) == (
        f"to_dgl: expected the package dgl for torch {torch.__version__}, got {type(error).__name__} ({reason}). "
        "See www.dgl.ai/pages/start.html."
    )


def molecule(**changes):
    data = io.from_smiles("CO")
    data.smiles = None
    return data.update({name: change(data[name].clone()) for name, change in changes.items()})


def changed(row, column, value):
    def change(codes):
        codes[row, column] = value
        return codes

    return change


MOLECULES = {
    "open ring": (
        lambda: io.from_smiles("C1CC"),
        DataError,
        "from_smiles: expected a molecule, got 'C1CC' (unclosed ring). Repair it or drop the row.",
    ),
    "valence": (
        lambda: io.from_smiles("CN(C)(C)C"),
        DataError,
        "from_smiles: expected a molecule, got 'CN(C)(C)C' (Explicit valence for atom # 1 N, 4, is greater than "
        "permitted). Repair it or drop the row.",
    ),
    "bracket": (
        lambda: io.from_smiles("CC)"),
        DataError,
        "from_smiles: expected a molecule, got 'CC)' (extra close parentheses around position 3). Repair it "
        "or drop the "
        "row.",
    ),
    "aromatic": (
        lambda: io.from_smiles("c1cccc1"),
        DataError,
        "from_smiles: expected a molecule, got 'c1cccc1' (Can't kekulize mol. Unkekulized atoms: 0 1 2 3 4). Repair it "
        "or drop the row.",
    ),
    "empty": (
        lambda: io.from_smiles(" "),
        DataError,
        "from_smiles: expected a molecule, got ' ' (empty). Repair it or drop the row.",
    ),
    "missing": (
        lambda: io.from_smiles(float("nan")),
        DTypeError,
        "from_smiles: expected smiles as a str, got nan. Drop the row, or convert it by str(...).",
    ),
    "unknown features": (
        lambda: io.from_smiles("C", features="continous"),
        ArgumentError,
        "from_smiles: expected features to be one of ('categorical', 'continuous'), got 'continous'. Did you mean "
        "'continuous'?",
    ),
    "charge without a code": (
        lambda: io.from_smiles("[Os+8]"),
        DataError,
        "from_smiles: expected atoms of '[Os+8]' with codes of formal charge in 0..11, got 13 for atom 0. Leave that "
        "molecule out.",
    ),
    "no molecule of rdkit": (
        lambda: io.from_rdmol("C"),
        DTypeError,
        "from_rdmol: expected an rdkit.Chem.Mol, got str. Use from_smiles for a string.",
    ),
    "no codes": (
        lambda: io.to_smiles(Data(x=torch.ones(2, 3))),
        ShapeError,
        "to_smiles: expected x with 9 columns, as from_smiles makes, got [2, 3]. Keep the codes, and embed them in the "
        "model.",
    ),
    "no bonds": (
        lambda: io.to_smiles(Data(x=torch.zeros(2, 9, dtype=torch.int64))),
        ShapeError,
        "to_smiles: expected edge_attr with 3 columns, as from_smiles makes, got none. Keep the codes, and "
        "embed them in "
        "the model.",
    ),
    "continuous": (
        lambda: io.to_smiles(molecule(x=torch.Tensor.float)),
        DTypeError,
        "to_smiles: expected integer codes in x, got float32. Use from_smiles(...) as it is.",
    ),
    "no such code": (
        lambda: io.to_smiles(molecule(x=changed(1, 1, 9))),
        DataError,
        "to_smiles: expected x with codes of chirality in 0..8, got 9 for row 1. Leave that molecule out.",
    ),
    "bonds that do not fit": (
        lambda: io.to_smiles(molecule(edge_attr=lambda codes: codes[:1])),
        ShapeError,
        "to_smiles: expected edge_index with a column for each row of edge_attr, got [2, 2]. Keep them together.",
    ),
    "atom outside": (
        lambda: io.to_smiles(molecule(edge_index=lambda edges: edges + 1)),
        NodeIndexError,
        "to_smiles: expected edge_index values in 0..1, got node 2 as source of edge 1 (2 source nodes). "
        "Usual cause: ids "
        "are not consecutive, or x lacks nodes. Renumber them (Data.from_edges does).",
    ),
    "no molecule": (
        lambda: io.to_smiles(molecule(x=changed(0, 4, 6))),
        DataError,
        "to_smiles: expected atoms and bonds that make a molecule, got 'Explicit valence for atom # 0 C, 7, is greater "
        "than permitted'. Check x and edge_attr.",
    ),
}


@pytest.mark.parametrize("case", MOLECULES)
def test_molecules(case):
    pytest.importorskip("rdkit")
    action, error, text = MOLECULES[case]
    assert message(error, action) == text


def test_long_smiles_are_cut():
    pytest.importorskip("rdkit")
    text = message(DataError, lambda: io.from_smiles("C" * 500 + "1"))
    assert text.startswith(f"from_smiles: expected a molecule, got '{'C' * 80}...' (unclosed ring")


def test_without_rdkit(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdkit", None)
    monkeypatch.setitem(sys.modules, "rdkit.Chem", None)
    monkeypatch.setitem(sys.modules, "rdkit.rdBase", None)
    assert message(MissingPackageError, lambda: io.from_smiles("C")) == (
        'rdkit.rdBase.BlockLogs: expected the package rdkit, got none. pip install "edgewise[chem]".'
    )
