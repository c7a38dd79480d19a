"""The verified statistics of the data's README come out of the dataset classes; files have their checksums."""

import pytest
import torch

from edgewise.datasets import NAMES
from edgewise.datasets.check import facts, sha256_of
from edgewise.datasets.movie_lens import MovieLens

# Written down from the README beside the data, not from the classes.
README = {
    "los-loop": {"nodes": 207, "steps": 2016, "edges": 2833},
    "metr-la": {"nodes": 207, "edges": 1515 + 207},
    "pems-bay": {"nodes": 325, "edges": 2369 + 325},
    "chickenpox": {"nodes": 20, "edges": 102, "steps": 521},
    "england-covid": {"nodes": 129, "steps": 61, "edges": 82529},
    "blogcatalog": {"nodes": 10312, "edges": 2 * 333983, "groups": 39, "memberships": 14476},
    "fb15k-237": {"nodes": 14541, "relations": 237, "train": 272115, "val": 17535, "test": 20466},
    "wn18rr": {"nodes": 40943, "relations": 11, "train": 86835, "val": 3034, "test": 3134},
    "acm": {
        "papers": 4019, "authors": 7167, "subjects": 60, "paper-author edges": 13407, "paper-subject edges": 4019,
        "features": 1902, "classes": 3, "val": 1000, "test": 1000,
    },
    "imdb": {"movies": 4278, "action": 1135, "comedy": 1584, "drama": 1559, "directors": 2081, "actors": 5257},
    "movielens": {"ratings": 100836, "users": 610, "rated movies": 9724, "movies": 9742},
    "gowalla": {"users": 29858, "items": 40981, "train": 810128, "test": 217242},
    "bitcoin-otc": {"nodes": 5881, "events": 35592},
    "ca-astroph": {"nodes": 18772, "edges": 396160},
    "email-enron": {"nodes": 36692, "edges": 367662},
    "cnr-2000": {"nodes": 325557, "edges": 3216152, "largest in-degree": 18235, "largest out-degree": 2716},
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory, monkeypatch):
    """One home for all tests of this file: each dataset is read once."""
    monkeypatch.setenv("EDGEWISE_HOME", str(tmp_path_factory.getbasetemp() / "statistics"))
    monkeypatch.setenv("EDGEWISE_OFFLINE", "1")


@pytest.fixture(scope="session")
def checksums(data_root):
    lines = [line.split(maxsplit=1) for line in (data_root / "SHA256SUMS").read_text().splitlines()]
    return {name: checksum for checksum, name in lines}


@pytest.mark.filterwarnings("ignore:.*the graph has no signal.*")
@pytest.mark.parametrize("name", README)
def test_statistics(name, data_root, checksums):
    dataset = NAMES[name].load(data_root)
    found = dataset.statistics()
    assert {fact: found[fact] for fact in README[name]} == README[name]
    assert all(fact.is_good for fact in facts(NAMES[name], dataset))
    for path in dataset.raw_paths:
        place = str(path.relative_to(data_root))
        assert sha256_of(path) == checksums[place]
        assert dataset.checksums[path.name] in (checksums[place], None)
    assert not list(data_root.glob("**/*.safetensors"))


def test_what_statistics_do_not_say(data_root):
    acm = NAMES["acm"].load(data_root)
    assert acm[0]["paper"].y.bincount().tolist() == [1993, 965, 1061]
    assert (acm.metapath("pap").shape[1], acm.metapath("psp").shape[1]) == (57853, 4338213)
    trained = [int(NAMES["acm"].make(data_root, num)[0]["paper"].train_mask.sum()) for num in (20, 40, 60)]
    assert trained == [60, 120, 180]
    assert MovieLens(data_root).tags()[0].shape[1] == 3683
    loop = NAMES["los-loop"].load(data_root)[0]
    assert loop.is_undirected()
    assert (float(loop.signal.min()) >= 1, float(loop.signal.max()) <= 70) == (True, True)
    assert int((loop.edge_index[0] == loop.edge_index[1]).sum()) == 207
    events = NAMES["bitcoin-otc"].load(data_root).events
    assert (float(events.msg.min()), float(events.msg.max())) == (-10.0, 10.0)
    assert round(float((events.msg > 0).double().mean()), 1) == 0.9
    astro = NAMES["ca-astroph"].load(data_root)[0]
    assert int((astro.edge_index[0] == astro.edge_index[1]).sum()) == 60
    assert astro.is_undirected()


def test_gowalla_tests_on_other_visits_than_it_learns_from(data_root):
    visits = NAMES["gowalla"].load(data_root)[0]["user", "rates", "item"]
    learnt, asked = (edges[0] * 40981 + edges[1] for edges in (visits.edge_index, visits.edge_label_index))
    assert not torch.isin(asked, learnt).any()
