"""Pairs of two worlds: each member is encoded once, new members are welcome, and nothing known is recommended."""

import pytest
import torch

from edgewise.data import Data
from edgewise.errors import ArgumentError, DataError
from edgewise.nn import GCNConv, global_mean_pool
from edgewise.tasks import InteractionPredictor, TrainConfig
from edgewise.tasks.interaction_members import Graphs, Rows, Strings, members_of
from edgewise.tasks.interaction_models import InteractionModel, StringEncoder, build_encoder
from edgewise.tasks.interaction_problem import interaction_problem
from edgewise.tasks.metrics import concordance
from edgewise.tasks.pair_head import PairHead

QUICK = {"hidden": 16, "layers": 2, "dropout": 0.0, "lr": 0.01, "batch_size": 64, "quiet": True}


def ring(nodes, *, chord):
    """A ring, with or without a chord: what matters is in the edges alone."""
    node = torch.arange(nodes)
    edges = torch.stack([node, node.roll(1)])
    edges = torch.cat([edges, torch.tensor([[0], [nodes // 2]])], 1) if chord else edges
    return Data(x=torch.ones(nodes, 2), edge_index=torch.cat([edges, edges.flip(0)], 1))


GRAPHS = [ring(n % 5 + 6, chord=bool(n % 2)) for n in range(20)]
TEXTS = [("AB" * (n % 4 + 2))[: n % 3 + 3] + ("CC" if n % 3 == 0 else "DE") + "BA" * (n % 2) for n in range(15)]
PAIRS = torch.cartesian_prod(torch.arange(20), torch.arange(15)).t().contiguous()
STRENGTH = 10.0 * (PAIRS[0] % 2) + 5.0 * (PAIRS[1] % 3 == 0)


class Mine(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = GCNConv(2, 12)

    def forward(self, x, edge_index, batch):
        return global_mean_pool(self.conv(x, edge_index).tanh(), batch)


@pytest.fixture(scope="module")
def fitted():
    return InteractionPredictor("gin", epochs=30, **QUICK).fit(GRAPHS, TEXTS, PAIRS, STRENGTH)


def test_learns_from_edges_and_letters(fitted):
    assert fitted.score() > 0.9
    blind = InteractionPredictor("mlp", epochs=10, **QUICK).fit(GRAPHS, TEXTS, PAIRS, STRENGTH)
    assert blind.score() < 0.5  # the letters alone
    test = fitted.parts_["test"]
    out, wanted = fitted.predict(PAIRS[:, test]), STRENGTH[test]
    error = (out - wanted).double()
    assert fitted.score(metric="mse") == pytest.approx(float(error.square().mean()))
    assert fitted.score(metric="rmse") == pytest.approx(float(error.square().mean().sqrt()))
    assert fitted.score(metric="mae") == pytest.approx(float(error.abs().mean()))
    assert fitted.score(metric="concordance") == pytest.approx(concordance(out, wanted))
    assert fitted.score(PAIRS[:, test], wanted) == fitted.score()
    assert [len(fitted.parts_[name]) for name in ("train", "val", "test")] == [240, 30, 30]


def test_new_members_are_welcome(fitted):
    new = [ring(9, chord=False), ring(9, chord=True)]
    texts = ["ABABCC", "ABABDE", "XYZ"]  # whose letters are partly new
    pairs = torch.cartesian_prod(torch.arange(2), torch.arange(3)).t()
    out = fitted.predict(pairs, left=new, right=texts)
    assert out.isfinite().all()
    assert out.reshape(2, 3)[0, 1] < 3
    assert out.reshape(2, 3)[1, 0] > 12
    alone = torch.cat([fitted.predict(pair.reshape(2, 1), left=new, right=texts) for pair in pairs.t()])
    torch.testing.assert_close(alone, out)
    assert fitted.predict(PAIRS[:, :0]).shape == (0,)
    same = fitted.predict(PAIRS[:, :40], left=GRAPHS)
    torch.testing.assert_close(same, fitted.predict(PAIRS[:, :40]))


def test_gradients_are_those_of_encoding_every_pair():
    """The naive way gathers a row a pair first and encodes all of them."""
    torch.manual_seed(0)
    config = TrainConfig(hidden=8, layers=2, dropout=0.0)
    texts, rows = Strings.of(TEXTS, 100), Rows(torch.randn(20, 3, dtype=torch.float64))
    pairs = torch.stack([torch.randint(20, (64,)), torch.randint(15, (64,))])
    graphs = members_of(GRAPHS, "left", "fit")
    for left, encoder in ((graphs, Mine()), (rows, build_encoder(rows.facts(), config, "mean"))):
        width = 12 if left is graphs else 8
        right = build_encoder(texts.facts(), config, "mean")
        model = InteractionModel(encoder, right, PairHead(width, 8, 0, 8, 1)).double()
        if left is graphs:
            model.left.float()
            model.left.register_forward_hook(lambda module, given, out: out.double())
        model(left, texts, pairs).square().sum().backward()
        ours = [value.grad.clone() for value in model.parameters()]
        model.zero_grad()
        z = torch.cat([left.encode(model.left, pairs[0, n : n + 1]) for n in range(64)])
        u = torch.cat([texts.encode(model.right, pairs[1, n : n + 1]) for n in range(64)])
        each = torch.arange(64)
        model.head(z, u, torch.stack([each, each])).square().sum().backward()
        for one, value in zip(ours, model.parameters(), strict=True):
            torch.testing.assert_close(one, value.grad, rtol=1e-4, atol=1e-4)


def test_each_member_is_encoded_once(monkeypatch):
    seen = []
    encode = Graphs.encode
    monkeypatch.setattr(Graphs, "encode", lambda self, encoder, some: seen.append(some) or encode(self, encoder, some))
    InteractionPredictor("gin", epochs=1, **QUICK).fit(GRAPHS, TEXTS, PAIRS, STRENGTH)
    assert all(len(some) == len(some.unique()) for some in seen)
    assert max(map(len, seen)) <= 20


@pytest.mark.parametrize("side", ["left", "right"])
def test_grouped_batches_hold_every_pair_and_each_member_of_the_side_about_once(side):
    members = members_of(GRAPHS, "left", "fit"), members_of(TEXTS, "right", "fit")
    problem = interaction_problem(*members, PAIRS, STRENGTH, batches=side, batch_size=64)
    row = PAIRS[0 if side == "left" else 1]
    epochs = [list(problem.batches()) for _ in range(2)]
    for batches in epochs:
        assert torch.equal(torch.cat(batches).sort().values, problem.train.sort().values)
        encoded = sum(len(row[batch].unique()) for batch in batches)
        assert encoded < len(row.unique()) + len(batches)  # only what lies across a border comes twice
    assert not torch.equal(torch.cat(epochs[0]), torch.cat(epochs[1]))
    with pytest.raises(ArgumentError, match=r"expected batches among random, left, right, got 'rigth'\. Did you mean"):
        InteractionPredictor("gcn", batches="rigth", **QUICK).fit(GRAPHS, TEXTS, PAIRS, STRENGTH)


@pytest.mark.parametrize("split", ["left", "right"])
def test_a_cold_start_holds_out_whole_members(split):
    fitted = InteractionPredictor("gcn", split=split, epochs=1, **QUICK).fit(GRAPHS, TEXTS, PAIRS, STRENGTH)
    row = PAIRS[0 if split == "left" else 1]
    members = [set(row[fitted.parts_[name]].tolist()) for name in ("train", "val", "test")]
    assert not members[0] & members[1] | members[0] & members[2] | members[1] & members[2]
    assert len(members[2]) == (2 if split == "left" else 1)
    assert sum(len(part) for part in fitted.parts_.values()) == 300


def test_given_parts_are_kept_and_a_pair_that_comes_twice_is_not_parted():
    test = torch.arange(0, 300, 7)
    fitted = InteractionPredictor("gcn", epochs=1, **QUICK).fit(GRAPHS, TEXTS, PAIRS, STRENGTH, test=test)
    assert torch.equal(fitted.parts_["test"], test)
    assert not len(fitted.parts_["val"])
    twice, answers = torch.cat([PAIRS, PAIRS[:, :50]], 1), torch.cat([STRENGTH, STRENGTH[:50]])
    with pytest.raises(DataError, match="and again as pair 301 in test"):
        InteractionPredictor("gcn", epochs=1, **QUICK).fit(GRAPHS, TEXTS, twice, answers, test=[301])
    problem = interaction_problem(members_of(GRAPHS, "left", "fit"), members_of(TEXTS, "right", "fit"), twice, answers)
    part = torch.zeros(350)
    part[problem.val], part[problem.test] = 1, 2
    assert torch.equal(part[:50], part[300:])


def test_numbers_of_things_and_yes_or_no():
    generator = torch.Generator().manual_seed(0)
    kind, wanted = torch.randint(3, (30,), generator=generator), torch.randint(3, (40,), generator=generator)
    pairs = torch.cartesian_prod(torch.arange(30), torch.arange(40)).t()
    likes = (kind[pairs[0]] == wanted[pairs[1]]).long()
    fitted = InteractionPredictor(epochs=30, **{**QUICK, "batch_size": 256}).fit(30, 40, pairs, likes)
    assert fitted.target_.kind == "labels"
    assert fitted.score() > 0.9
    assert torch.equal(fitted.predict(pairs), (fitted.predict_proba(pairs) > 0.5).float())

    partners, probability = fitted.recommend(torch.tensor([3, 7]), k=3)
    known = torch.cat([fitted.parts_["train"], fitted.parts_["val"]])
    told = {tuple(pair) for pair in pairs[:, known].t().tolist()}
    assert not {(one, other) for one, row in zip((3, 7), partners.tolist(), strict=True) for other in row} & told
    row = torch.stack([torch.full((40,), 3), torch.arange(40)])
    scores = fitted.predict_proba(row)
    scores[[other for one, other in told if one == 3]] = 0
    torch.testing.assert_close(probability[0], scores.topk(3).values)


def test_rows_and_recommendations_of_numbers():
    generator = torch.Generator().manual_seed(0)
    x, z = torch.randn(30, 3, generator=generator), torch.randn(40, 3, generator=generator)
    pairs = torch.cartesian_prod(torch.arange(30), torch.arange(40)).t()
    y = 100 + 20 * (x[pairs[0], 0] - z[pairs[1], 1])
    fitted = InteractionPredictor(epochs=20, **{**QUICK, "batch_size": 256}).fit(x, z.numpy(), pairs, y)
    assert fitted.score() > 0.9
    partners, values = fitted.recommend(torch.tensor([5]), k=4, right=z + 0.0)
    torch.testing.assert_close(
        values[0], fitted.predict(torch.stack([torch.full((40,), 5), torch.arange(40)])).topk(4).values
    )
    assert values.min() > 50  # in the unit of y
    assert partners.shape == (1, 4)
    left, right = fitted.embed()
    assert left.shape == (30, 16)
    assert right.shape == (40, 16)
    assert InteractionPredictor(epochs=1, **QUICK).fit(x.double(), 40, pairs, y).embed()[0].dtype == torch.float64


def test_unknown_answers_take_no_part():
    y = STRENGTH.clone()
    y[::3] = float("nan")
    fitted = InteractionPredictor("gcn", epochs=1, **QUICK).fit(GRAPHS, TEXTS, PAIRS, y)
    assert not any((part % 3 == 0).any() for part in fitted.parts_.values())


def test_the_same_seed_gives_the_same_bits_and_a_file_brings_it_back(fitted, tmp_path):
    state = torch.get_rng_state()
    one, other = (InteractionPredictor("gine", epochs=2, **QUICK).fit(GRAPHS, TEXTS, PAIRS, STRENGTH) for _ in range(2))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(one.predict(PAIRS), other.predict(PAIRS))
    loaded = InteractionPredictor.load(fitted.save(tmp_path / "model.safetensors"))
    assert torch.equal(loaded.predict(PAIRS, left=GRAPHS, right=TEXTS), fitted.predict(PAIRS))
    ids = InteractionPredictor(epochs=1, **QUICK).fit(20, 15, PAIRS, STRENGTH)
    again = InteractionPredictor.load(ids.save(tmp_path / "ids.safetensors"))
    assert torch.equal(again.predict(PAIRS), ids.predict(PAIRS))


def test_own_module(tmp_path):
    fitted = InteractionPredictor(Mine(), epochs=2, **QUICK).fit(GRAPHS, GRAPHS[:15], PAIRS, STRENGTH)
    assert fitted.embed()[1].shape == (15, 12)
    loaded = InteractionPredictor.load(fitted.save(tmp_path / "mine.safetensors"), model=Mine())
    assert torch.equal(loaded.predict(PAIRS, left=GRAPHS, right=GRAPHS[:15]), fitted.predict(PAIRS))


def test_a_killed_training_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("edgewise.tasks.runner.CHECKPOINT_EVERY_S", 0.0)
    world = (GRAPHS, TEXTS, PAIRS, STRENGTH)
    whole = InteractionPredictor("gin", epochs=3, **QUICK).fit(*world)

    def stop(row):
        if row["epoch"] == 1:
            raise StopIteration

    path = tmp_path / "run.safetensors"
    with pytest.raises(StopIteration):
        InteractionPredictor("gin", epochs=3, callbacks=[stop], **QUICK).fit(*world, checkpoint=path)
    resumed = InteractionPredictor("gin", epochs=3, **QUICK).fit(*world, checkpoint=path, resume=True)
    assert torch.equal(resumed.predict(PAIRS), whole.predict(PAIRS))


def test_scikit_learn_clones(fitted):
    from sklearn.base import clone

    copied = clone(fitted)
    assert copied.get_params() == fitted.get_params()
    assert repr(copied) == (
        "InteractionPredictor('gin', hidden=16, layers=2, dropout=0.0, lr=0.01, epochs=30, batch_size=64, quiet=True)"
    )


def test_a_string_does_not_see_the_strings_beside_it():
    torch.manual_seed(0)
    encoder = StringEncoder(5, 8)
    texts = Strings.of(["ABCD", "A", "ABCDABCDABCDABCDABCD"], 12)
    assert texts.codes.shape == (3, 12)
    whole = encoder(texts.codes)
    for row, length in enumerate((4, 1, 12)):
        torch.testing.assert_close(encoder(texts.codes[row : row + 1, :length])[0], whole[row])


@pytest.mark.parametrize("ties", [3, 1000])
def test_concordance_is_the_share_of_pairs_in_order(ties):
    generator = torch.Generator().manual_seed(ties)
    out, y = (torch.randint(ties, (60,), generator=generator).float() for _ in range(2))
    right = total = 0.0
    for i in range(60):
        for j in range(60):
            if y[i] > y[j]:
                total += 1
                right += 1.0 if out[i] > out[j] else 0.5 if out[i] == out[j] else 0.0
    assert concordance(out, y) == pytest.approx(right / total)
    assert concordance(torch.ones(60), y) == 0.5
    assert concordance(y, y) == pytest.approx(1.0)
    assert concordance(out, torch.ones(60)) != concordance(out, torch.ones(60))  # nan


def test_drugs_and_proteins_of_davis(data_root):
    from edgewise.datasets.drug_target import DrugTarget

    davis = DrugTarget(data_root / "davis", "Davis")
    kinases, few = list(davis.proteins.values())[:4], davis.pairs[:, 1] < 4
    pairs, affinity = davis.pairs[few].t(), davis.affinity[few]
    settings = {"epochs": 1, "hidden": 8, "layers": 1, "length": 50, "quiet": True}
    fitted = InteractionPredictor(**settings).fit(davis.molecules, kinases, pairs, affinity)
    assert 3 < float(fitted.predict(pairs).mean()) < 8
