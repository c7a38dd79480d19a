"""What a beginner is told by Data: ECOSYSTEM section 8, the rows that concern containers."""

import numpy as np
import pytest
import torch

from edgewise.data import Data
from edgewise.errors import ArgumentError, DataError, DTypeError, EdgewiseWarning, NodeIndexError, ShapeError

X = torch.ones(4, 3)
EDGES = torch.tensor([[0, 1, 2], [1, 2, 3]])


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (
            {"edge_index": EDGES.t()},
            ShapeError,
            "Data: expected edge_index of shape [2, edges], got [3, 2]. It looks transposed: use edge_index.t().",
        ),
        (
            {"edge_index": EDGES.float()},
            DTypeError,
            "Data: expected integer edge_index, got float32. Use edge_index.long().",
        ),
        (
            {"edge_index": np.array([[0.5, 1], [1, 0]])},
            DTypeError,
            'Data: expected integer edge_index, got float64. Use edge_index.astype("int64").',
        ),
        (
            {"edge_index": EDGES.t().numpy()},
            ShapeError,
            "Data: expected edge_index of shape [2, edges], got [3, 2]. It looks transposed: use edge_index.T.",
        ),
        (
            {"edge_index": torch.tensor([[], []])},
            DTypeError,
            "Data: expected integer edge_index, got float32. Use edge_index.long().",
        ),
        (
            {"y": np.array(["a", "b"])},
            DTypeError,
            "Data: expected numbers that torch knows in y, got <U1. Convert them first.",
        ),
        (
            {"pos": [[0, 1]]},
            DTypeError,
            "Data: expected pos as a torch.Tensor, got list. Use torch.tensor(pos).",
        ),
        (
            {"edge_index": EDGES, "edge_attr": torch.ones(2, 3)},
            ShapeError,
            "Data: expected edge_attr with one row for each of the 3 edges, got [2, 3]. Give every edge a row.",
        ),
        (
            {"val_mask": torch.ones(5, dtype=torch.bool)},
            ShapeError,
            "Data: expected val_mask with one row for each of the 4 nodes, got [5]. Give every node a row.",
        ),
        (
            {"num_nodes": "four"},
            DTypeError,
            "Data: expected num_nodes as an int, got 'four'. Use int(num_nodes).",
        ),
        (
            {"num_nodes": -2},
            ArgumentError,
            "Data: expected num_nodes of 0 or more, got -2. Pass how many nodes there are.",
        ),
        (
            {"edge_index": [[0, 1], [1, 0]]},
            DTypeError,
            "Data: expected edge_index as a torch.Tensor, got list. Use torch.tensor(edge_index).",
        ),
        (
            {"train_mask": torch.tensor([0, 1])},
            DTypeError,
            "Data: expected boolean train_mask, got int64. Use train_mask.bool().",
        ),
    ],
)
def test_construction(arguments, error, text):
    with pytest.raises(error) as caught:
        Data(x=X, **arguments)
    assert str(caught.value) == text


@pytest.mark.parametrize("name", ["edge_index", "train_mask"])
def test_assignment_is_checked_too(name):
    data = Data(x=X, edge_index=EDGES)
    with pytest.raises(DTypeError, match=f"Data: expected .* {name}, got float32"):
        setattr(data, name, torch.ones(2, 3))
    with pytest.raises(DTypeError, match=f"Data: expected .* {name}, got float32"):
        data[name] = torch.ones(2, 3)
    assert data.edge_index is EDGES


def test_near_miss_of_a_standard_name_warns():
    with pytest.warns(EdgewiseWarning) as caught:
        data = Data(x=X, edge_idnex=EDGES)
    assert (
        str(caught[0].message) == "Data: 'edge_idnex' is kept as an attribute of your own. Did you mean 'edge_index'?"
    )
    assert data.edge_idnex is EDGES


NAN = X.clone()
NAN[2, 1] = float("nan")
MASK = torch.tensor([True, True, False, False])


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (
            {"edge_index": torch.tensor([[0, 1], [1, 4]])},
            NodeIndexError,
            "Data.validate: expected edge_index values in 0..3, got node 4 as destination of edge 1 "
            "(4 destination nodes). Usual cause: ids are not consecutive, or x lacks nodes. "
            "Renumber them (Data.from_edges does).",
        ),
        ({"edge_index": torch.tensor([[0, -2], [1, 1]])}, NodeIndexError, "got node -2 as source of edge 1"),
        (
            {"x": NAN},
            DataError,
            "Data.validate: expected finite x, got nan at [2, 1] (1 such values). "
            "Fill them: x.nan_to_num(), or drop those rows.",
        ),
        (
            {"train_mask": torch.zeros(4, dtype=torch.bool)},
            DataError,
            "Data.validate: expected train_mask to select at least one node, got none of 4. "
            "Set some of it to True, or leave it out.",
        ),
        (
            {"train_mask": torch.ones(5, dtype=torch.bool)},
            ShapeError,
            "Data.validate: expected train_mask with one row for each of the 4 nodes, got [5]. Give every node a row.",
        ),
        (
            {"edge_attr": torch.ones(2, 3)},
            ShapeError,
            "Data.validate: expected edge_attr with one row for each of the 3 edges, got [2, 3]. "
            "Give every edge a row.",
        ),
        (
            {"y": torch.zeros(3, dtype=torch.long), "train_mask": MASK},
            ShapeError,
            "Data.validate: expected y with one row for each of the 4 nodes, got [3]. Give every node a row.",
        ),
        (
            {"y": torch.tensor([0, 1, -5, 0])},
            DataError,
            "Data.validate: expected labels y of 0 and more, or -1 for unknown, got -5 at node 2. "
            "Number the classes from 0.",
        ),
        (
            {"y": torch.tensor([0, -1, 1, 0]), "train_mask": MASK},
            DataError,
            "Data.validate: expected a label for every node in train_mask, got -1 (unknown) at node 1. "
            "Take it out: data.train_mask &= data.y >= 0.",
        ),
    ],
)
def test_validate(arguments, error, text):
    data = Data(x=X, edge_index=EDGES)
    for name, value in arguments.items():
        data[name] = value
    with pytest.raises(error) as caught:
        data.validate()
    assert text in str(caught.value)


def test_overlapping_masks_warn():
    data = Data(x=X, edge_index=EDGES, train_mask=MASK, test_mask=MASK)
    with pytest.warns(EdgewiseWarning, match="train_mask and test_mask share 2 nodes, so scores flatter the model"):
        data.validate()


@pytest.mark.parametrize(
    ("pairs", "keywords", "error", "text"),
    [
        ([(0, 1, 2)], {}, ShapeError, "expected pairs (source, destination), got (0, 1, 2) at position 0."),
        (["ab"], {}, ShapeError, "expected pairs (source, destination), got 'ab' at position 0."),
        (5, {}, DTypeError, "Data.from_edges: expected pairs (source, destination), got 5. Pass a list of pairs."),
        ([(0, -1)], {}, NodeIndexError, "expected nodes numbered from 0, got -1."),
        (torch.tensor([[0, -1]]), {}, NodeIndexError, "expected nodes numbered from 0, got -1."),
        ([(0, 2**64)], {}, NodeIndexError, "expected nodes numbered from 0, got 18446744073709551616."),
        (
            EDGES,
            {},
            ShapeError,
            "Data.from_edges: expected pairs of shape [edges, 2], got [2, 3]. It looks transposed: use pairs.T.",
        ),
        (
            EDGES.t().float(),
            {},
            DTypeError,
            "Data.from_edges: expected pairs of integers or names, got float32. Use pairs.long().",
        ),
        (
            np.ones((3, 2)),
            {},
            DTypeError,
            'Data.from_edges: expected pairs of integers or names, got float64. Use pairs.astype("int64").',
        ),
        (
            [(0, 1.5)],
            {},
            DTypeError,
            "Data.from_edges: expected names or whole numbers as nodes, got 1.5. Use int(...) or str(...).",
        ),
        ([([0], [1])], {}, DTypeError, "expected nodes that can be told apart by hash, got unhashable type: 'list'."),
        (
            [("a", "b")],
            {"nodes": ["a", "b", "a"]},
            ArgumentError,
            "Data.from_edges: expected each of nodes once, got 'a' again. Drop the repetition.",
        ),
        (
            [(0, 4)],
            {"num_nodes": 2},
            ArgumentError,
            "Data.from_edges: expected num_nodes for 5 nodes, got 2. Leave it out.",
        ),
        (
            [("a", "b")],
            {"num_nodes": 3},
            ArgumentError,
            "Data.from_edges: expected num_nodes for 2 nodes, got 3. Leave it out, and list every node in nodes=...",
        ),
        (
            [(0, 1), (1, 2)],
            {"undirected": True, "edge_weight": torch.ones(3)},
            ShapeError,
            "Data.from_edges: expected edge_weight with one row for each of the 2 pairs, got [3]. "
            "Give every pair a row; undirected=True carries it to both directions.",
        ),
        (
            [(0, 1), (1, 0)],
            {"undirected": True, "edge_weight": torch.tensor([1.0, 2.0])},
            DataError,
            "Data.from_edges: expected one edge_weight for each pair of nodes, got different ones for a pair that is "
            "listed more than once. Merge repeated pairs first, or leave undirected=True out.",
        ),
        (
            [("a", "bbob")],
            {"nodes": ["a", "bob"]},
            ArgumentError,
            "Data.from_edges: expected nodes that are listed, got 'bbob' in edge 0. Did you mean 'bob'?",
        ),
    ],
)
def test_from_edges(pairs, keywords, error, text):
    with pytest.raises(error) as caught:
        Data.from_edges(pairs, **keywords)
    assert text in str(caught.value)
