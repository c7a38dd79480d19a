"""What recipes compute by themselves, against definitions written out: ranks, losses, and every recipe's shape."""

import pytest
import torch
from examples.reproduce.autoencoder import Encoder
from examples.reproduce.citation import GCNII, PredictThenPropagate
from examples.reproduce.heterogeneous import HAN
from examples.reproduce.knowledge import cubes, one_end
from examples.reproduce.recommendation import recall
from torch.nn.functional import cross_entropy

from edgewise.nn import ComplEx, LightGCN

EDGES = torch.tensor([[0, 1, 2, 3, 4, 5], [1, 0, 3, 2, 5, 4]])


@pytest.mark.parametrize("conjugate", [False, True])
def test_the_loss_against_every_word_is_the_cross_entropy_of_all_scores(conjugate):
    torch.manual_seed(0)
    model = ComplEx(5, 2, 3)
    given, relation, true = torch.tensor([0, 1, 0]), torch.tensor([0, 1, 1]), torch.tensor([2, 3, 2])
    every = torch.arange(5)
    ends = [(every, g.expand(5)) if conjugate else (g.expand(5), every) for g in given]
    scores = [model(head, r.expand(5), tail) for (head, tail), r in zip(ends, relation, strict=True)]

    loss = one_end(model, given, relation, true, 500, conjugate=conjugate)  # 500 draws of 5 words: all of them

    torch.testing.assert_close(loss, cross_entropy(torch.stack(scores), true))


def test_the_cubic_penalty_is_a_mean_over_triples():
    model = ComplEx(2, 1, 1)
    for embedding, values in [
        (model.node_emb, [[3.0], [0.0]]),
        (model.node_emb_im, [[4.0], [1.0]]),
        (model.rel_emb, [[0.0]]),
        (model.rel_emb_im, [[2.0]]),
    ]:
        embedding.weight.data = torch.tensor(values)
    head, relation, tail = torch.tensor([0, 1]), torch.tensor([0, 0]), torch.tensor([1, 1])

    # |e_0| = 5, |e_1| = 1, |r| = 2: (125 + 1 + 8 + 1 + 1 + 8) / 2
    assert cubes(model, head, relation, tail).item() == pytest.approx(72.0)


def test_recall_is_a_mean_over_people_and_leaves_known_places_out():
    users, items = 2, 30
    model = LightGCN(users + items, 1, num_layers=0)
    score = torch.arange(items, 0, -1.0)  # place 0 is liked best by everyone, then 1, 2, ...
    model.embedding.weight.data = torch.cat([torch.ones(users), score]).unsqueeze(1)
    visits = torch.tensor([[0, 1], [users + 0, users + 29]])
    edge_index = torch.cat([visits, visits.flip(0)], dim=1)
    # Person 0 has been at place 0: places 1 to 20 are recommended. Person 1 gets 0 to 19.
    test = torch.tensor([[0, 0, 1, 1], [users + 20, users + 21, users + 0, users + 19]])

    assert recall(model, edge_index, visits, test, users, items) == pytest.approx((1 / 2 + 2 / 2) / 2)


def test_models_return_one_row_a_node_and_drop_only_in_training():
    torch.manual_seed(0)
    x = torch.rand(6, 8)
    path = [("paper", "pap", "paper"), ("paper", "psp", "paper")]
    for model, edges in [
        (PredictThenPropagate(8, 3), EDGES),
        (GCNII(8, 4, 3, 3, p=0.5, theta=0.5), EDGES),
        (HAN(8, 3), dict.fromkeys(path, EDGES)),
    ]:
        assert model(x, edges).shape == (6, 3)
        assert not torch.equal(model(x, edges), model(x, edges))
        model.eval()
        assert torch.equal(model(x, edges), model(x, edges))
    assert [part.shape for part in Encoder(8)(x, EDGES)] == [(6, 16), (6, 16)]
