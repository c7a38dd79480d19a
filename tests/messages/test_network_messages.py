"""What a beginner is told by layers with a network inside, by norms and by stacks."""

import pytest
import torch
from torch import nn

from edgewise.errors import EdgewiseError
from edgewise.nn import (
    GCN,
    GIN,
    MLP,
    BatchNorm,
    GINConv,
    GINEConv,
    GraphNorm,
    JumpingKnowledge,
    LayerNorm,
    NNConv,
    PairNorm,
)

X = torch.ones(4, 3)
EDGES = torch.tensor([[0, 1, 2], [1, 2, 3]])
NETWORK = nn.Linear(3, 2)

CASES = [
    (
        lambda: GINConv(nn.Linear(5, 2))(X, EDGES),
        "GINConv: expected x with 5 features (built with in_channels=5), got 3. "
        "Build it with in_channels=3, or -1 to read the width from the data.",
    ),
    (
        lambda: GINConv(NETWORK)((X, torch.ones(4, 2)), EDGES),
        "GINConv: expected x of the destinations with 3 features (built with in_channels=3), got 2. "
        "Build it with in_channels=2, or -1 to read the width from the data.",
    ),
    (
        lambda: GINConv(NETWORK)(X, EDGES + 2),
        "GINConv: expected edge_index values in 0..3, got node 4 as source of edge 2 (4 source nodes). "
        "Usual cause: ids are not consecutive, or x lacks nodes. Renumber them (Data.from_edges does).",
    ),
    (
        lambda: GINEConv(NETWORK)(X, EDGES),
        "GINEConv: expected edge_attr, a row of features for each edge, got None. Pass edge_attr=data.edge_attr.",
    ),
    (
        lambda: GINEConv(NETWORK)(X, EDGES, torch.ones(3, 2)),
        "GINEConv: expected edge_attr with 3 features, as many as x, got 2. Build it with edge_dim=2.",
    ),
    (
        lambda: GINEConv(NETWORK)(X, EDGES, torch.ones(2, 3)),
        "GINEConv: expected edge_attr with a row for each of the 3 edges, got [2, 3]. Its first axis counts edges.",
    ),
    (
        lambda: GINEConv(nn.Tanh(), edge_dim=2),
        "GINEConv: expected nn that says how wide its input is with edge_dim=2, got Tanh. "
        "Begin it with a linear layer of a known width.",
    ),
    (
        lambda: NNConv(3, 2, nn.Linear(2, 5))(X, EDGES, torch.ones(3, 2)),
        "NNConv: expected nn to yield in_channels * out_channels = 6 numbers an edge, got 5. "
        "Give its last layer that width.",
    ),
    (
        lambda: NNConv(3, 2, nn.Linear(2, 5), aggr="max")(X, EDGES, torch.ones(3, 2)),
        "NNConv: expected nn to yield in_channels * out_channels = 6 numbers an edge, got 5. "
        "Give its last layer that width.",
    ),
    (
        lambda: GraphNorm(3)(X.long()),
        "GraphNorm: expected floating x, got int64. Use x.float().",
    ),
    (
        lambda: PairNorm()(X[0]),
        "PairNorm: expected x of shape [nodes, features], got [3]. Give it a row a node.",
    ),
    (
        lambda: LayerNorm(5)(X),
        "LayerNorm: expected x with 5 features (built with in_channels=5), got 3. Build it with in_channels=3.",
    ),
    (
        lambda: LayerNorm(3)(X, torch.zeros(3, dtype=torch.long)),
        "LayerNorm: expected batch with one entry for each of the 4 rows of x, got [3]. "
        "It says which graph each node belongs to.",
    ),
    (
        lambda: LayerNorm(3)(X, torch.tensor([0, 1, 2, 0]), 2),
        "LayerNorm: expected batch values in 0..1, got 2 at position 2. Raise batch_size, or number the graphs from 0.",
    ),
    (
        lambda: LayerNorm(3, mode="nodes"),
        "LayerNorm: expected mode to be one of ('graph', 'node'), got 'nodes'. Normalise by one of those.",
    ),
    (
        lambda: BatchNorm(3)(X[:1]),
        "BatchNorm: expected more than one node to take a variance of, got 1. Use larger batches, "
        "or allow_single_element=True.",
    ),
    (
        lambda: BatchNorm(3, track_running_stats=False, allow_single_element=True),
        "BatchNorm: expected track_running_stats=True with allow_single_element=True, got False. "
        "A single node has no variance: keep running statistics.",
    ),
    (
        lambda: MLP([4]),
        "MLP: expected channel_list of at least two widths, got [4]. "
        "Pass [16, 32, 4], or in_channels, hidden_channels, out_channels and num_layers.",
    ),
    (
        lambda: MLP(in_channels=4, num_layers=2),
        "MLP: expected out_channels and hidden_channels beside in_channels=4, got None. Pass a number.",
    ),
    (
        lambda: MLP(4, out_channels=2, hidden_channels=3, num_layers=0),
        "MLP: expected num_layers of at least 1, got 0. Pass 2 or 3.",
    ),
    (
        lambda: MLP([4, 3, 2], dropout=[0.5]),
        "MLP: expected dropout with one entry for each of the 2 layers, got 1. Or pass one.",
    ),
    (
        lambda: MLP([4, 3, 2], dropout=2.0),
        "MLP: expected dropout between 0 and 1, got 2.0. Pass 0.5, for example.",
    ),
    (
        lambda: MLP([4, 3, 2], act="rely"),
        "MLP: expected act to be a function of torch.nn.functional, got 'rely'. Did you mean 'relu'?",
    ),
    (
        lambda: GCN(3, 4, 2, norm="bach_norm"),
        "GCN: expected norm to be a normalisation of edgewise.nn, got 'bach_norm'. Did you mean 'batch_norm'?",
    ),
    (
        lambda: GIN(3, 4, 2, jk="sum"),
        "GIN: expected jk to be one of ('last', 'cat', 'max', 'lstm'), got 'sum'. Pass one of those, or None.",
    ),
    (
        lambda: JumpingKnowledge("maxx"),
        "JumpingKnowledge: expected mode to be one of ('cat', 'max', 'lstm'), got 'maxx'. Did you mean 'max'?",
    ),
    (
        lambda: JumpingKnowledge("lstm", channels=4),
        "JumpingKnowledge: expected channels and num_layers with mode='lstm', got 4 and None. Pass both.",
    ),
    (
        lambda: JumpingKnowledge("cat")([]),
        "JumpingKnowledge: expected xs with the output of each layer, got none. Pass at least one.",
    ),
]


@pytest.mark.parametrize(("call", "text"), CASES, ids=[text[:40] for _, text in CASES])
def test_messages(call, text):
    with pytest.raises(EdgewiseError) as caught:
        call()
    assert str(caught.value) == text
