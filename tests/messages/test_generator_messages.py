"""What drawn datasets say of arguments that cannot be."""

import pytest

from edgewise.datasets.ba_shapes import BAShapes
from edgewise.datasets.fake import FakeDataset, FakeHeteroDataset
from edgewise.datasets.mixhop_synthetic_dataset import MixHopSyntheticDataset
from edgewise.datasets.rmat import RMAT
from edgewise.datasets.sbm_dataset import StochasticBlockModelDataset
from edgewise.errors import ArgumentError, ShapeError


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: StochasticBlockModelDataset(None, [1], [[0.5]], num_graphs=0),
            ArgumentError,
            "StochasticBlockModelDataset: expected num_graphs of 1 or more, got 0. Draw some.",
        ),
        (
            lambda: StochasticBlockModelDataset(None, [1] * 5, [[0.0] * 5] * 5, num_channels=2),
            ArgumentError,
            "StochasticBlockModelDataset: expected num_channels with a corner for each of 5 blocks, got 2. "
            "Take 3 or more.",
        ),
        (
            lambda: StochasticBlockModelDataset(None, [1, 2], [[0.5]]),
            ShapeError,
            "stochastic_blockmodel_graph: expected edge_probs with a row and a column for each block, got [1, 1] for "
            "block_sizes [2]. edge_probs[a][b] joins block a to block b.",
        ),
        (
            lambda: RMAT(50),
            ArgumentError,
            "rmat_graph: expected scale in 0..40 and edge_factor of 1 or more, got 50 and 16. "
            "scale=20 and edge_factor=16 draw 16.8 million edges.",
        ),
        (
            lambda: RMAT(3, a=0.9),
            ArgumentError,
            "rmat_graph: expected a, b and c of 0 or more, and together at most 1, got 0.9, 0.19 and 0.19. "
            "Graph 500 takes 0.57, 0.19 and 0.19.",
        ),
        (
            lambda: FakeDataset(task="nodes"),
            ArgumentError,
            "FakeDataset: expected task to be one of ('node', 'graph', 'auto'), got 'nodes'. Did you mean 'node'?",
        ),
        (
            lambda: FakeHeteroDataset(task="x"),
            ArgumentError,
            "FakeHeteroDataset: expected task to be one of ('node', 'graph', 'auto'), got 'x'. Choose one of these.",
        ),
        (
            lambda: BAShapes("radnom"),
            ArgumentError,
            "BAShapes: expected connection_distribution to be one of ('random', 'uniform'), got 'radnom'. "
            "Did you mean 'random'?",
        ),
        (
            lambda: MixHopSyntheticDataset(None, 0.55),
            ArgumentError,
            "MixHopSyntheticDataset: expected homophily of 0.0, 0.1, ... or 0.9, got 0.55. Choose one.",
        ),
    ],
)
def test_wrong_arguments(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text
