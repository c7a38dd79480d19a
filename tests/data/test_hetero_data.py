"""HeteroData: attributes by type, against PyG's where both have a say."""

import copy
import pickle

import pytest
import torch
from torch_geometric.data import HeteroData as PyGHeteroData

from edgewise.data import HeteroData

WRITES = ("author", "writes", "paper")


def example(kind=HeteroData):
    data = kind()
    data["paper"].x = torch.arange(6.0).reshape(3, 2)
    data["paper"].train_mask = torch.tensor([True, False, True])
    data["author"].x = torch.ones(2, 2)
    data[WRITES].edge_index = torch.tensor([[0, 1, 1], [0, 1, 2]])
    data["paper", "cites", "paper"].edge_index = torch.tensor([[0], [1]])
    data[WRITES].edge_attr = torch.ones(3, 1)
    data["paper", "cites", "paper"].edge_attr = torch.zeros(1, 1)
    data.year = 2020
    return data


def test_as_pyg():
    ours, theirs = example(), example(PyGHeteroData)
    assert ours.metadata() == theirs.metadata()
    for name in ("num_nodes", "num_edges", "num_node_features", "num_edge_features"):
        assert getattr(ours, name) == getattr(theirs, name)
    for name in ("x_dict", "edge_index_dict", "num_nodes_dict"):
        mine, other = getattr(ours, name), getattr(theirs, name)
        assert mine.keys() == other.keys()
        assert all(torch.equal(torch.as_tensor(mine[key]), torch.as_tensor(other[key])) for key in mine)
    one, other = ours.to_homogeneous(), theirs.to_homogeneous()
    assert set(other.keys()) <= {*one.keys(), "train_mask"}
    for name in ("x", "edge_index", "edge_attr", "node_type", "edge_type"):
        assert torch.equal(one[name], other[name]), name


def test_keys():
    data = example()
    assert data["author", "paper"] is data[WRITES]
    assert data["author", "writes", "paper"].size() == (2, 3)
    assert ("paper" in data, WRITES in data, "year" in data, "nobody" in data) == (True, True, True, False)
    del data["paper", "cites", "paper"]
    assert data.edge_types == [WRITES]
    data["venue"].num_nodes = 4
    assert data.node_types == ["paper", "author", "venue"]
    assert data.num_nodes_dict == {"paper": 3, "author": 2, "venue": 4}


def test_made_from_names_and_dictionaries():
    x, edges = torch.ones(2, 1), torch.tensor([[0], [1]])
    by_names = HeteroData(paper={"x": x}, paper__cites__paper={"edge_index": edges}, year=1)
    by_keys = HeteroData({"paper": {"x": x}, ("paper", "cites", "paper"): {"edge_index": edges}, "year": 1})
    assert repr(by_names) == repr(by_keys) == repr(HeteroData.from_dict(by_names.to_dict()))
    by_names.x_dict = {"paper": 2 * x}
    assert torch.equal(by_names["paper"].x, 2 * x)


def test_copies_and_moves():
    data = example()
    shallow, deep, pickled = copy.copy(data), data.clone(), pickle.loads(pickle.dumps(data))
    shallow["paper"].x = torch.zeros(3, 2)
    shallow["extra"].num_nodes = 1
    data["author"].x.zero_()
    assert data["paper"].x.sum() == 15
    assert "extra" not in data
    assert deep["author"].x.sum() == pickled["author"].x.sum() == 4
    assert shallow[WRITES].size() == (2, 3)
    assert data.apply(lambda tensor: tensor.double(), "x")["paper"].x.dtype == torch.float64
    assert data["paper"].train_mask.dtype == torch.bool


def test_validate_says_where():
    assert example().validate().num_nodes == 5
    data = example()
    data[WRITES].edge_index = torch.tensor([[0, 2], [0, 1]])
    with pytest.raises(
        IndexError, match=r"HeteroData\[\('author', 'writes', 'paper'\)\].validate: expected edge_index"
    ):
        data.validate()
