"""What pooling and the models without message passing of their own say about wrong input."""

import pytest
import torch

from edgewise.errors import ArgumentError, DataError, DTypeError, EdgewiseError, NodeIndexError, ShapeError
from edgewise.nn import GAE, VGAE, DistMult, InnerProductDecoder, LabelPropagation, LightGCN, SAGPooling, TopKPooling
from edgewise.nn.pool.filter_edges import filter_adj
from edgewise.nn.pool.select_topk import topk

X, EDGES = torch.ones(4, 3), torch.tensor([[0, 1, 2], [1, 2, 3]])
NONE, LABELS = EDGES[:, :0], torch.tensor([0, 1, 0, 1])
MODEL, LIGHT, GRAPH = DistMult(4, 2, 3), LightGCN(4, 3, 2), GAE(torch.nn.Identity())
PAIR = torch.tensor([0, 1]), torch.tensor([0, 1]), torch.tensor([2, 3])


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: TopKPooling(3)(torch.ones(4, 5), EDGES),
            ShapeError,
            "TopKPooling: expected x with 3 features (built with in_channels=3), got 5. "
            "Build it with in_channels=5, or -1 to read the width from the data.",
        ),
        (
            lambda: SAGPooling(3)(X, EDGES, attn=torch.ones(4, 5)),
            ShapeError,
            "SAGPooling: expected attn with 3 features (built with in_channels=3), got 5. "
            "Build it with in_channels=5, or -1 to read the width from the data.",
        ),
        (
            lambda: TopKPooling(3)(X, EDGES, attn=torch.ones(3, 3)),
            ShapeError,
            "TopKPooling: expected attn with one row for each of the 4 nodes, got [3, 3]. "
            "Leave it out to score nodes by x.",
        ),
        (
            lambda: TopKPooling(3)(X, EDGES.t()),
            ShapeError,
            "TopKPooling: expected edge_index of shape [2, edges], got [3, 2]. "
            "It looks transposed: use edge_index.t().",
        ),
        (
            lambda: TopKPooling(3)(X, torch.tensor([[0, 1], [1, 7]])),
            NodeIndexError,
            "TopKPooling: expected edge_index values in 0..3, got node 7 as destination of edge 1 (4 destination "
            "nodes). Usual cause: ids are not consecutive, or x lacks nodes. Renumber them (Data.from_edges does).",
        ),
        (
            lambda: SAGPooling(3)(X, EDGES, batch=torch.zeros(3, dtype=torch.int64)),
            ShapeError,
            "SAGPooling: expected batch of shape [4], one graph number a node, got [3]. "
            "Pass data.batch of the same batch as x.",
        ),
        (
            lambda: TopKPooling(3, ratio=0),
            ArgumentError,
            "SelectTopK: expected ratio above 0, got 0. Pass 0.5 to keep half of the nodes.",
        ),
        (
            lambda: SAGPooling(3, ratio=None),
            ArgumentError,
            "SelectTopK: expected ratio above 0, got None. Pass 0.5 to keep half of the nodes.",
        ),
        (
            lambda: TopKPooling(3, nonlinearity="tahn"),
            ArgumentError,
            "SelectTopK: expected act to be a function of torch, got 'tahn'. Pass 'tanh', for example.",
        ),
        (
            lambda: topk(torch.ones(2), None, torch.zeros(2, dtype=torch.int64)),
            ArgumentError,
            "topk: expected ratio or min_score, got neither. Pass ratio=0.5, for example.",
        ),
        (
            lambda: filter_adj(EDGES, torch.ones(2), torch.tensor([0])),
            ShapeError,
            "filter_adj: expected edge_attr with one row for each of the 3 edges, got [2]. "
            "Pass it in the order of edge_index.",
        ),
        (
            lambda: InnerProductDecoder()(X, EDGES.float()),
            DTypeError,
            "InnerProductDecoder: expected integer edge_index, got float32. Use edge_index.long().",
        ),
        (
            lambda: InnerProductDecoder()(X.long(), EDGES),
            DTypeError,
            "InnerProductDecoder: expected floating z, got int64. Use z.float().",
        ),
        (
            lambda: GRAPH.test(X, EDGES, NONE),
            DataError,
            "GAE.test: expected edges and pairs without one, got 3 and 0. Pass some of each.",
        ),
        (
            lambda: GRAPH.test(torch.nan * X, EDGES, EDGES),
            DataError,
            "GAE.test: expected probabilities, got NaN for 6 pairs. Look for NaN in x, or lower lr.",
        ),
        (
            lambda: VGAE(torch.nn.Identity()).kl_loss(),
            ArgumentError,
            "VGAE.kl_loss: expected mu and logstd before the first encode, got none. Call encode first.",
        ),
        (
            lambda: LabelPropagation(-1, 0.5),
            ArgumentError,
            "LabelPropagation: expected num_layers of at least 0, got -1. Pass num_layers=2, for example.",
        ),
        (
            lambda: LabelPropagation(2, 0.5)(LABELS, EDGES.t()),
            ShapeError,
            "LabelPropagation: expected edge_index of shape [2, edges], got [3, 2]. "
            "It looks transposed: use edge_index.t().",
        ),
        (
            lambda: LabelPropagation(2, 0.5)(LABELS, EDGES, torch.tensor([True])),
            ShapeError,
            "LabelPropagation: expected mask of shape [4], one value a node, got [1]. "
            "Pass data.train_mask, or node numbers.",
        ),
        (
            lambda: LabelPropagation(2, 0.5)(torch.tensor([0, -1, 0, 1]), EDGES),
            DataError,
            "LabelPropagation: expected labels of 0 or more, got -1 at node 1. Leave out unknown ones by mask.",
        ),
        (
            lambda: LightGCN(4, 3, -1),
            ArgumentError,
            "LightGCN: expected num_layers of at least 0, got -1. Pass num_layers=2, for example.",
        ),
        (
            lambda: LightGCN(4, 3, 2, alpha=torch.ones(2)),
            ArgumentError,
            "LightGCN: expected alpha with one number for each of the 3 embeddings that num_layers=2 makes, got [2]. "
            "Pass one number for all, or leave it out.",
        ),
        (
            lambda: LIGHT.recommend(EDGES, dst_index=torch.tensor([2, 3]), k=3),
            ArgumentError,
            "LightGCN.recommend: expected k between 1 and the 2 destinations, got 3. "
            "Lower k, or pass a longer dst_index.",
        ),
        (
            lambda: LIGHT.recommend(EDGES, known=EDGES.t()),
            ShapeError,
            "LightGCN.recommend(known): expected edge_index of shape [2, edges], got [3, 2]. "
            "It looks transposed: use edge_index.t().",
        ),
        (
            lambda: LIGHT.recommendation_loss(torch.ones(3), torch.ones(2)),
            ShapeError,
            "LightGCN.recommendation_loss: expected neg_edge_rank of shape [3], one score for each of pos_edge_rank, "
            "got [2]. Draw one such pair for each link.",
        ),
        (
            lambda: LIGHT(torch.tensor([[0, 9], [1, 0]])),
            NodeIndexError,
            "LightGCN: expected edge_index values in 0..3, got node 9 as source of edge 1 (4 source nodes). "
            "Usual cause: ids are not consecutive, or x lacks nodes. Renumber them (Data.from_edges does).",
        ),
        (
            lambda: DistMult(4, 0, 3),
            ArgumentError,
            "DistMult: expected num_relations of at least 1, got 0. Pass how many there are.",
        ),
        (
            lambda: MODEL(PAIR[0], PAIR[1].float(), PAIR[2]),
            DTypeError,
            "DistMult.forward: expected rel_type as an integer tensor, got float32. Use rel_type.long().",
        ),
        (
            lambda: MODEL.loss(PAIR[0], PAIR[1], 3),
            DTypeError,
            "DistMult.forward: expected tail_index as an integer tensor, got int. Use tail_index.long().",
        ),
        (
            lambda: MODEL(PAIR[0], PAIR[1][:1], PAIR[2]),
            ShapeError,
            "DistMult.forward: expected head_index, rel_type and tail_index of one shape [triples], got [2], [1], [2]. "
            "Pass edge_index[0], edge_type and edge_index[1].",
        ),
        (
            lambda: MODEL(PAIR[0], PAIR[2], PAIR[2]),
            NodeIndexError,
            "DistMult.forward: expected rel_type in 0..1, got 3. Build the model with a larger num_relations.",
        ),
        (
            lambda: MODEL.loader(PAIR[0] - 1, PAIR[1], PAIR[2]),
            NodeIndexError,
            "DistMult.loader: expected head_index in 0..3, got -1. Drop those triples.",
        ),
        (
            lambda: MODEL.test(*PAIR, 5, filtered=(PAIR[0], PAIR[1], PAIR[2] + 9)),
            NodeIndexError,
            "DistMult.test(filtered): expected tail_index in 0..3, got 12. Build the model with a larger num_nodes.",
        ),
        (
            lambda: MODEL.test(*(part[:0] for part in PAIR), 5),
            DataError,
            "DistMult.test: expected triples, got none. Pass those of the test split.",
        ),
    ],
)
def test_messages(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert isinstance(caught.value, EdgewiseError)
    assert str(caught.value) == text
