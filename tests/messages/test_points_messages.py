"""What knn_graph and its kin answer to arguments that they cannot work with."""

import pytest
import torch

from edgewise.errors import ArgumentError, DataError, EdgewiseError, ShapeError
from edgewise.utils.points import knn, knn_graph, radius, radius_graph

X = torch.rand(4, 2)
HOLED = torch.tensor([[0.0, 1.0], [2.0, float("nan")]])

CASES = {
    "k": (
        lambda: knn_graph(X, 0),
        ArgumentError,
        "knn_graph: expected k of 1 or more, got 0. It counts neighbours.",
    ),
    "fraction": (
        lambda: knn(X, X, 1.5),
        ArgumentError,
        "knn: expected k of 1 or more, got 1.5. It counts neighbours.",
    ),
    "most": (
        lambda: radius_graph(X, 1.0, max_num_neighbors=0),
        ArgumentError,
        "radius_graph: expected max_num_neighbors of 1 or more, got 0. It counts neighbours.",
    ),
    "radius": (
        lambda: radius(X, X, -1.0),
        ArgumentError,
        "radius: expected r of 0 or more, got -1.0. It is a distance.",
    ),
    "nan radius": (
        lambda: radius_graph(X, float("nan")),
        ArgumentError,
        "radius_graph: expected r of 0 or more, got nan. It is a distance.",
    ),
    "flow": (
        lambda: knn_graph(X, 1, flow="source_to_targets"),
        ArgumentError,
        "knn_graph: expected flow to be one of ('source_to_target', 'target_to_source'), got 'source_to_targets'. Did "
        "you mean 'source_to_target'?",
    ),
    "axes": (
        lambda: knn_graph(torch.rand(2, 3, 2), 1),
        ShapeError,
        "knn_graph: expected x of shape [points, dimensions], got [2, 3, 2]. A point is a row.",
    ),
    "hole": (
        lambda: radius_graph(HOLED, 1.0),
        DataError,
        "radius_graph: expected finite coordinates in x, got nan in row 1, column 1. Drop or fill it.",
    ),
    "widths": (
        lambda: knn(X, torch.rand(2, 3), 1),
        ShapeError,
        "knn: expected y as wide as x, 2, got 3. Both hold a point a row.",
    ),
    "widths by angle": (
        lambda: knn(X, torch.rand(2, 3), 1, cosine=True),
        ShapeError,
        "knn: expected y as wide as x, 2, got 3. Both hold a point a row.",
    ),
    "batch": (
        lambda: knn_graph(X, 1, torch.tensor([0, 0, 1])),
        ShapeError,
        "knn_graph: expected batch with one entry for each of the 4 rows, got 3. It says which graph each row "
        "belongs to.",
    ),
    "order": (
        lambda: knn_graph(X, 1, torch.tensor([0, 1, 0, 1])),
        ArgumentError,
        "knn_graph: expected batch in order, got 0 after 1 at position 2. Sort the nodes by batch first.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_messages(case):
    action, error, text = CASES[case]
    with pytest.raises(error) as caught:
        action()
    assert isinstance(caught.value, EdgewiseError)
    assert str(caught.value) == text
