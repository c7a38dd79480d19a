"""Edge classification: learns from ends and features of edges, never lets one direction give away the other."""

import copy

import pytest
import torch

from edgewise.data import Data
from edgewise.errors import DataError
from edgewise.nn import GCNConv
from edgewise.tasks import EdgeClassifier
from edgewise.tasks.grouped_split import shared_group
from edgewise.tasks.pair_head import PairHead

QUICK = {"hidden": 16, "epochs": 60, "quiet": True}


@pytest.fixture(scope="module")
def groups():
    """Three groups that are joined within; the class of an edge is its group or, between two, 3. Features are noise."""
    generator = torch.Generator().manual_seed(0)
    group = torch.arange(60) // 20
    chance = torch.where(group[:, None] == group[None, :], 0.4, 0.05)
    pairs = torch.triu(torch.rand(60, 60, generator=generator) < chance, 1).nonzero().t()
    edges = torch.cat([pairs, pairs.flip(0)], 1)
    y = torch.where(group[edges[0]] == group[edges[1]], group[edges[0]], 3)
    return Data(x=torch.randn(60, 8, generator=generator), edge_index=edges, edge_y=y)


@pytest.fixture(scope="module")
def fitted(groups):
    return EdgeClassifier("gcn", **QUICK).fit(groups)


class Mine(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = GCNConv(8, 12)

    def forward(self, x, edge_index):
        return self.conv(x, edge_index).relu()


def test_learns_what_the_other_edges_tell(groups, fitted):
    blind = EdgeClassifier("mlp", **QUICK).fit(groups)
    assert fitted.score() > 0.8
    assert blind.score() < fitted.score() - 0.1
    probability = fitted.predict_proba()
    assert torch.equal(probability.argmax(1), fitted.predict())
    mask = fitted.data_.test_edge_mask
    right = (fitted.predict() == groups.edge_y)[mask].float().mean()
    assert fitted.score() == pytest.approx(float(right))
    assert fitted.score(metric="macro_f1") > 0.7
    assert fitted.embed().shape == (60, 16)
    assert [name for name, _ in fitted.plan().steps] == ["convs.0", "convs.1"]


def test_both_directions_of_an_edge_are_in_one_part(groups, fitted):
    half = groups.num_edges // 2
    masks = [fitted.data_[name] for name in ("train_edge_mask", "val_edge_mask", "test_edge_mask")]
    for mask, share in zip(masks, (0.6, 0.2, 0.2), strict=True):
        assert torch.equal(mask[:half], mask[half:])  # the opposite of edge n is edge n + half
        assert float(mask.float().mean()) == pytest.approx(share, abs=0.01)
    assert torch.equal(sum(mask.int() for mask in masks), torch.ones(2 * half, dtype=torch.int32))


def test_parting_them_leaks():
    """Labels that nothing tells: a model that learns one direction by heart knows the other, and only then."""
    generator = torch.Generator().manual_seed(1)
    pairs = torch.triu(torch.rand(40, 40, generator=generator) < 0.15, 1).nonzero().t()
    y = torch.randint(2, (pairs.shape[1],), generator=generator)
    data = Data(x=torch.eye(40), edge_index=torch.cat([pairs, pairs.flip(0)], 1), edge_y=torch.cat([y, y]))
    settings = {"hidden": 64, "epochs": 150, "lr": 0.01, "quiet": True}
    fair = EdgeClassifier("mlp", **settings).fit(data).score()

    leaking = copy.copy(data)
    leaking.train_edge_mask = torch.arange(data.num_edges) < pairs.shape[1]
    leaking.test_edge_mask = ~leaking.train_edge_mask
    with pytest.raises(DataError, match="expected both directions of an edge in one mask"):
        EdgeClassifier("mlp", **settings).fit(leaking)
    assert fair < 0.65


def test_opposite_edges_of_a_directed_graph_may_be_parted(groups):
    """Where trust one way says nothing of trust the other way, masks are free."""
    half = groups.num_edges // 2
    data = copy.copy(groups)
    data.edge_y = torch.cat([groups.edge_y[:half], (groups.edge_y[half:] + 1) % 4])
    data.train_edge_mask = torch.arange(2 * half) % 3 > 0
    fitted = EdgeClassifier(epochs=1, quiet=True).fit(data)
    assert torch.equal(fitted.data_.test_edge_mask, ~data.train_edge_mask)


def test_what_one_direction_of_a_train_edge_says_is_not_scored(groups):
    data = copy.copy(groups)
    half = groups.num_edges // 2
    number = torch.arange(2 * half)
    data.train_edge_mask = (number < half) & (number % 2 == 0)  # as who marks each edge once would
    test = EdgeClassifier(epochs=1, quiet=True).fit(data).data_.test_edge_mask
    assert torch.equal(test, number % half % 2 == 1)


def test_unknown_labels_take_no_part(groups):
    data = copy.copy(groups)
    generator = torch.Generator().manual_seed(2)
    data.edge_y = torch.where(torch.rand(groups.num_edges, generator=generator) < 0.3, -1, groups.edge_y)
    fitted = EdgeClassifier("gcn", **QUICK).fit(data)
    known = data.edge_y >= 0
    used = fitted.data_.train_edge_mask | fitted.data_.val_edge_mask | fitted.data_.test_edge_mask
    assert torch.equal(used, known)
    assert fitted.predict().shape == (groups.num_edges,)
    other = copy.copy(data)
    other.edge_y = torch.where(known, data.edge_y, -7)
    assert torch.equal(EdgeClassifier("gcn", **QUICK).fit(other).predict_proba(), fitted.predict_proba())


def test_several_labels_of_an_edge(groups):
    data = copy.copy(groups)
    within = (groups.edge_y < 3).float()
    data.edge_y = torch.stack([within, 1 - within], 1)
    data.edge_y[::5, 1] = float("nan")
    fitted = EdgeClassifier("gcn", **QUICK).fit(data)
    assert fitted.target_.kind == "labels"
    assert fitted.predict_proba().shape == (groups.num_edges, 2)
    assert fitted.score() > 0.7


def test_features_of_edges_are_read(groups):
    data = copy.copy(groups)
    generator = torch.Generator().manual_seed(3)
    data.edge_attr = torch.randn(groups.num_edges, 3, generator=generator)
    data.edge_y = (data.edge_attr[:, 1] > 0).long()
    assert EdgeClassifier("gcn", **QUICK).fit(data).score() > 0.9
    assert EdgeClassifier("mlp", **QUICK).fit(data).score() > 0.9
    data.edge_attr = data.edge_attr[:, 1]
    assert EdgeClassifier("gat", **QUICK).fit(data).score() > 0.9


def test_the_same_seed_gives_the_same_bits_and_a_file_brings_it_back(groups, fitted, tmp_path):
    state = torch.get_rng_state()
    again = EdgeClassifier("gcn", **QUICK).fit(groups)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(again.predict_proba(), fitted.predict_proba())
    assert not torch.equal(EdgeClassifier("gcn", seed=1, **QUICK).fit(groups).predict_proba(), fitted.predict_proba())
    loaded = EdgeClassifier.load(fitted.save(tmp_path / "model.safetensors"))
    assert torch.equal(loaded.predict_proba(groups), fitted.predict_proba())
    assert loaded.score(fitted.data_) == fitted.score()


def test_own_module(groups, tmp_path):
    fitted = EdgeClassifier(Mine(), **QUICK).fit(groups)
    assert fitted.embed().shape == (60, 12)
    loaded = EdgeClassifier.load(fitted.save(tmp_path / "mine.safetensors"), model=Mine())
    assert torch.equal(loaded.predict_proba(groups), fitted.predict_proba())
    double = copy.copy(groups)
    double.x = groups.x.double()
    assert EdgeClassifier(Mine().double(), epochs=1, quiet=True).fit(double).predict_proba().dtype == torch.float64
    assert EdgeClassifier(epochs=1, quiet=True).fit(double).predict_proba().dtype == torch.float64


def test_scikit_learn_clones(fitted):
    from sklearn.base import clone

    assert clone(fitted).get_params() == fitted.get_params()
    assert not hasattr(clone(fitted), "model_")


def test_the_first_layer_once_a_row_is_that_on_rows_side_by_side():
    torch.manual_seed(0)
    head = PairHead(3, 4, 2, 8, 5).double()
    left, right = (torch.randn(n, width, dtype=torch.float64, requires_grad=True) for n, width in ((6, 3), (7, 4)))
    pairs = torch.stack([torch.randint(6, (20,)), torch.randint(7, (20,))])
    more = torch.randn(20, 2, dtype=torch.float64)
    weight = torch.cat([head.left.weight, head.right.weight, head.more.weight], 1)
    rows = torch.cat([left[pairs[0]], right[pairs[1]], more], 1)
    plain = head.rest((rows @ weight.t() + head.left.bias).relu())
    out = head(left, right, pairs, more)
    torch.testing.assert_close(out, plain)
    for ours, theirs in zip(
        torch.autograd.grad(out.square().sum(), (left, right)),
        torch.autograd.grad(plain.square().sum(), (left, right)),
        strict=True,
    ):
        torch.testing.assert_close(ours, theirs)


def test_shared_groups_are_found():
    parts = {name: torch.tensor(mask, dtype=torch.bool) for name, mask in (("a", [1, 0, 0]), ("b", [0, 0, 1]))}
    assert shared_group(torch.tensor([1, 2, 3]), parts) is None
    assert shared_group(torch.tensor([3, 2, 3]), parts) == ("a", 0, "b", 2)
