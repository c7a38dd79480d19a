"""Files with flipped, missing and doubled bytes: an error of ours in one line, or a graph; never anything else."""

import random
import warnings

import pytest
from tests.datasets import (
    test_bitcoin_otc,
    test_blog_catalog,
    test_epidemics,
    test_hetero,
    test_knowledge_graphs,
    test_recommendation,
    test_snap_dataset,
    test_traffic,
)

from edgewise.datasets.acm import ACM
from edgewise.datasets.bitcoin_otc import BitcoinOTC
from edgewise.datasets.blog_catalog import BlogCatalog
from edgewise.datasets.dcrnn_traffic import MetrLa
from edgewise.datasets.epidemics import Chickenpox, EnglandCovid
from edgewise.datasets.gowalla import Gowalla
from edgewise.datasets.imdb import IMDB
from edgewise.datasets.knowledge_graphs import FB15k_237, WordNet18RR
from edgewise.datasets.los_loop import LosLoop
from edgewise.datasets.movie_lens import MovieLens
from edgewise.datasets.snap_dataset import SNAPDataset
from edgewise.datasets.web_graph import CNR2000
from edgewise.errors import EdgewiseError

DAMAGED = 30
INSERTED = (b"-1", b"9" * 25, b"nan", b",", b"\n", b"\t", b'"', b"1e400", b"\0")
SIGNAL = "11,22,33\n1,2,3\n4,5,6\n"
SETS = {
    "acm": (test_hetero.acm, ACM),
    "bitcoin": (test_bitcoin_otc.bitcoin, BitcoinOTC),
    "bitcoin plain": (lambda folder: test_bitcoin_otc.bitcoin(folder, packed=False), BitcoinOTC),
    "blogs": (test_blog_catalog.blogs, BlogCatalog),
    "chickenpox": (
        lambda folder: test_epidemics.write(folder, "chickenpox.json", test_epidemics.CHICKENPOX), Chickenpox
    ),
    "covid": (lambda folder: test_epidemics.write(folder, "england_covid.json", test_epidemics.COVID), EnglandCovid),
    "facts": (test_knowledge_graphs.unpacked, FB15k_237),
    "facts packed": (lambda folder: test_knowledge_graphs.packed(folder, "WN18RR.tar.gz"), WordNet18RR),
    "films": (test_hetero.imdb, IMDB),
    "gowalla": (test_recommendation.gowalla, Gowalla),
    "gowalla lists": (lambda folder: test_recommendation.gowalla(folder, train="0 0 2\n1 1\n"), Gowalla),
    "los-loop": (test_traffic.los_loop, LosLoop),
    "metr-la": (lambda folder: test_traffic.metr_la(folder, signal=SIGNAL), MetrLa),
    "movies": (test_recommendation.movie_lens, MovieLens),
    "snap": (lambda folder: test_snap_dataset.write(folder, "ca-AstroPh.txt", "0 1\n1 2\n"), SNAPDataset),
    "web": (test_blog_catalog.web, CNR2000),
}  # fmt: skip


def damage(content: bytes, draw: random.Random) -> bytes:
    place = draw.randrange(len(content))
    kind = draw.randrange(5)
    if kind == 0:
        return content[:place]
    if kind == 1:
        return content[:place] + bytes([draw.randrange(256)]) + content[place + 1 :]
    if kind == 2:
        return content[:place] + content[place + draw.randrange(1, 9) :]
    if kind == 3:
        return content[:place] + content[max(0, place - 9) :]
    return content[:place] + draw.choice(INSERTED) + content[place:]


@pytest.mark.filterwarnings("ignore:.*share .* nodes, so scores flatter the model")
@pytest.mark.parametrize("name", SETS)
def test_damaged(name, tmp_path):
    build, kind = SETS[name]
    folder = build(tmp_path / "mine")
    good = {path: path.read_bytes() for path in sorted(folder.iterdir())}
    draw = random.Random(name)
    refused = 0
    for _ in range(DAMAGED):
        path = draw.choice(list(good))
        path.write_bytes(damage(good[path], draw))
        arguments = (folder, "ca-AstroPh") if kind is SNAPDataset else (folder,)
        said = ""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                kind(*arguments)
        except EdgewiseError as error:
            said = str(error)
            refused += 1
        assert "\n" not in said
        path.write_bytes(good[path])
    assert 0 < refused <= DAMAGED
