"""Link prediction finds links that it has not seen, refuses a split that leaks, and recommends no known partner."""

import pytest
import torch

from edgewise.data import Data
from edgewise.data.splits import LinkSplit
from edgewise.errors import DataError
from edgewise.tasks import LinkPredictor
from edgewise.transforms import RandomLinkSplit


@pytest.fixture(scope="module")
def groups():
    """Four groups of 20 nodes that are joined within, hardly between; the features are noise."""
    generator = torch.Generator().manual_seed(0)
    group = torch.arange(80) // 20
    chance = torch.where(group[:, None] == group[None, :], 0.4, 0.01)
    upper = torch.triu(torch.rand(80, 80, generator=generator) < chance, 1)
    pairs = upper.nonzero().t()
    edge_index = torch.cat([pairs, pairs.flip(0)], 1)
    return Data(x=torch.randn(80, 16, generator=generator), edge_index=edge_index)


@pytest.fixture(scope="module")
def fitted(groups):
    return LinkPredictor("gcn", epochs=100, hidden=16, quiet=True).fit(groups)


def test_finds_links_that_it_has_not_seen(fitted):
    assert fitted.score() > 0.75
    assert fitted.score(metric="average_precision") > 0.7
    blind = LinkPredictor("mlp", epochs=50, hidden=16, quiet=True).fit(fitted.split_)
    assert blind.score() < fitted.score()


def test_score_is_the_share_of_pairs_in_order(fitted):
    test = fitted.split_.test
    probability = fitted.predict_proba(test.edge_label_index)
    yes, no = probability[test.edge_label > 0], probability[test.edge_label == 0]
    assert fitted.score() == pytest.approx(float((yes[:, None] > no[None, :]).double().mean()))
    assert torch.equal(fitted.predict(test.edge_label_index), (probability > 0.5).long())


def test_the_same_seed_gives_the_same_split_and_bits(groups, fitted, tmp_path):
    again = LinkPredictor("gcn", epochs=100, hidden=16, quiet=True).fit(groups)
    assert torch.equal(again.embed(), fitted.embed())
    loaded = LinkPredictor.load(fitted.save(tmp_path / "model.safetensors"))
    assert torch.equal(loaded.embed(fitted.data_), fitted.embed())


def test_recommends_whom_nobody_knew(groups, fitted):
    partners, probability = fitted.recommend(torch.tensor([3, 70]), k=5, data=groups)
    known = {tuple(pair) for pair in groups.edge_index.t().tolist()}
    assert partners.shape == (2, 5)
    assert not {(node, other) for node, row in zip((3, 70), partners.tolist(), strict=True) for other in row} & known
    assert (probability.diff(dim=1) <= 0).all()
    every = torch.stack([torch.full((80,), 3), torch.arange(80)])
    scores = fitted.predict_proba(every, groups)
    scores[[*groups.edge_index[1, groups.edge_index[0] == 3].tolist(), 3]] = 0
    torch.testing.assert_close(probability[0], scores.topk(5).values)


def test_a_split_that_leaks_is_refused(groups):
    train, val, test = RandomLinkSplit(0.1, 0.2, is_undirected=True)(groups)
    test.edge_index = torch.cat([test.edge_index, test.edge_label_index[:, test.edge_label > 0]], 1)
    with pytest.raises(DataError, match=r"LinkSplit\.check: expected edges of test outside of all messages, got edge"):
        LinkPredictor(epochs=1, quiet=True).fit(LinkSplit((train, val, test), is_undirected=True))


def test_perceptron_as_decoder_and_own_module(groups, tmp_path):
    learnt = LinkPredictor("sage", decoder="mlp", epochs=5, hidden=8, quiet=True).fit(groups)
    assert learnt.predict_proba(groups.edge_index).shape == (groups.num_edges,)
    partners, probability = learnt.recommend(torch.tensor([3, 70, 5]), k=4)
    pairs = torch.stack([torch.tensor([3, 70, 5]).repeat_interleave(4), partners.flatten()])
    torch.testing.assert_close(learnt.predict_proba(pairs), probability.flatten())

    class Mine(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.lin = torch.nn.Linear(16, 4)

        def forward(self, x, edge_index):
            return self.lin(x)

    fitted = LinkPredictor(Mine(), epochs=2, quiet=True).fit(groups)
    assert fitted.embed().shape == (80, 4)
    loaded = LinkPredictor.load(fitted.save(tmp_path / "mine.safetensors"), model=Mine())
    assert torch.equal(loaded.embed(fitted.data_), fitted.embed())


def test_nobody_to_recommend_to(fitted):
    partners, probability = fitted.recommend(torch.tensor([], dtype=torch.long), k=5)
    assert partners.shape == probability.shape == (0, 5)


def test_double_precision_stays(groups):
    double = Data(x=groups.x.double(), edge_index=groups.edge_index)
    assert LinkPredictor(epochs=2, quiet=True).fit(double).embed().dtype == torch.float64
