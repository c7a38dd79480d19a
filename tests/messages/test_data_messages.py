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
            "Data: expected integer edge_index, got float64. Use edge_index.long().",
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
    data = Data(**{"x": X, "edge_index": EDGES, **arguments})
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
        ([(0, -1)], {}, NodeIndexError, "expected nodes numbered from 0, got -1."),
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
